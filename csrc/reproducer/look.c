// SPDX-License-Identifier: GPL-2.0-only
/*
 * What came of a run, as far as a program can see it, and how that compares to
 * what was seen of the same run on the simulated machine. What cannot be known
 * here (a byte under a bad block, a flush without tracefs) equals everything.
 */
#define _GNU_SOURCE
#include "stage.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/**
 * free_blocks - of the filesystem, once all is written
 */
long free_blocks(void)
{
	struct statfs s;

	sync();
	return statfs(place.directory, &s) ? 0 : (long)s.f_bfree;
}

/**
 * log_has - whether the log has a line since this was asked last
 * @text: a part of it
 */
bool log_has(const char *text)
{
	static int fd = -1;
	char line[4096];
	bool found = false;
	ssize_t n;

	if (fd < 0)
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	while ((n = read(fd, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		if (n <= 0)	/* lines were lost: the rest is there */
			continue;
		line[n] = '\0';
		if (strstr(line, text))
			found = true;
		errno = 0;
	}
	return found;
}

/**
 * runs_of - bytes as runs of equal ones, behind @n runs that there are
 *
 * Return: how many there are now.
 */
size_t runs_of(struct bytes *runs, size_t n, long pos,
	       const unsigned char *bytes, long count)
{
	for (long i = 0; i < count; i++) {
		struct bytes *last = n ? &runs[n - 1] : NULL;

		if (last && last->to == pos + i && last->value == bytes[i])
			last->to++;
		else if (n < RUNS_MAX)
			runs[n++] = (struct bytes){ pos + i, pos + i + 1,
						    bytes[i] };
	}
	return n;
}

/**
 * look_at_file - its size, blocks and bytes
 */
void look_at_file(int fd, struct outcome *seen)
{
	unsigned char page[PAGE];
	struct stat s;

	if (fstat(fd, &s))
		return;
	seen->size = s.st_size;
	seen->blocks = s.st_blocks / (PAGE / 512);
	seen->nr_contents = 0;
	for (long pos = 0; pos < s.st_size; pos += PAGE) {
		long n = pread(fd, page, PAGE, pos);
		long end = pos + PAGE < s.st_size ? pos + PAGE : s.st_size;

		if (n > 0)
			seen->nr_contents = runs_of(seen->contents,
				seen->nr_contents, pos, page, n);
		else if (seen->nr_contents < RUNS_MAX)
			seen->contents[seen->nr_contents++] =
				(struct bytes){ pos, end, -1 };
	}
}

/* A list of differences, as text. */
struct list {
	char *words;
	size_t size;
	unsigned int aspects;
};

static void differs(struct list *list, unsigned int aspect,
		    const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void differs(struct list *list, unsigned int aspect,
		    const char *format, ...)
{
	size_t used = strlen(list->words);
	va_list args;

	list->aspects |= aspect;
	if (used && used + 2 < list->size)
		used += snprintf(list->words + used, list->size - used, "; ");
	va_start(args, format);
	vsnprintf(list->words + used, list->size - used, format, args);
	va_end(args);
}

/* The value of a byte; -1: unknown. */
static int value_at(const struct bytes *runs, size_t n, long pos)
{
	for (size_t i = 0; i < n; i++)
		if (pos >= runs[i].from && pos < runs[i].to)
			return runs[i].value;
	return -1;
}

static void compare_bytes(struct list *list, const char *where,
			  const struct bytes *is, size_t nr_is,
			  const struct bytes *was, size_t nr_was)
{
	for (size_t i = 0; i < nr_was; i++) {
		for (long p = was[i].from; p < was[i].to; p++) {
			int value = value_at(is, nr_is, p);

			if (value == was[i].value || value < 0 ||
			    was[i].value < 0)
				continue;
			differs(list, IS_DATA,
				"%s: byte %ld is 0x%02x, not 0x%02x", where, p,
				value, was[i].value);
			return;
		}
	}
}

static const char *result_words(const struct result *r, char *text)
{
	if (r->state == NOT_RUN)
		return "is not made";
	if (r->state == RUNNING)
		return "does not return";
	if (r->value < 0)
		sprintf(text, "gives %s", strerrorname_np(-r->value));
	else
		sprintf(text, "gives %ld", r->value);
	return text;
}

static void compare_op(struct list *list, int index, const struct result *is,
		       const struct result *was)
{
	char where[32], one[64], other[64];

	snprintf(where, sizeof(where), "operation %d", index);
	if (is->state != was->state || is->value != was->value) {
		differs(list, IS_RESULT, "%s %s, where the witness %s", where,
			result_words(is, one), result_words(was, other));
		return;
	}
	compare_bytes(list, where, is->seen, is->nr_seen, was->seen,
		      was->nr_seen);
}

static void compare_end(struct list *list, const struct outcome *is,
			const struct outcome *was)
{
	if (is->size != was->size)
		differs(list, IS_DATA, "the size is %ld, not %ld", is->size,
			was->size);
	compare_bytes(list, "the file", is->contents, is->nr_contents,
		      was->contents, was->nr_contents);
	if (is->blocks != was->blocks)
		differs(list, IS_BLOCKS, "the file has %ld blocks, not %ld",
			is->blocks, was->blocks);
	if (is->lost != was->lost)
		differs(list, IS_LOST, "%ld blocks are lost, not %ld",
			is->lost, was->lost);
	if (is->warns != was->warns)
		differs(list, IS_WARNING, "the kernel %s",
			is->warns ? "warns" : "does not warn");
}

/**
 * compare - what was seen here with what the witness has
 * @words: the differences
 *
 * Return: IS_..., what differs.
 */
unsigned int compare(const struct witness *w, const struct way *way,
		     const struct outcome *seen, char *words, size_t size)
{
	const struct outcome *was = way->saw;
	struct list list = { words, size, 0 };
	size_t nr_ops = w->nr_ops;

	words[0] = '\0';
	if (seen->hangs_in >= 0 && seen->hangs_in != was->hangs_in)
		differs(&list, IS_HANG, "operation %d does not return",
			seen->hangs_in);
	else if (seen->hangs_in != was->hangs_in)
		differs(&list, IS_HANG, "operation %d returns", was->hangs_in);
	if (seen->killed_in != was->killed_in)
		differs(&list, IS_RESULT, seen->killed_in < 0 ?
			"the process is not killed" : "the process is killed");
	if (was->hangs_in >= 0)
		nr_ops = was->hangs_in;
	if (was->killed_in >= 0)
		nr_ops = was->killed_in;
	for (size_t i = 0; i < nr_ops; i++)
		compare_op(&list, i, &seen->results[i], &was->results[i]);
	if (seen->hangs_in < 0 && was->hangs_in < 0)
		compare_end(&list, seen, was);
	return list.aspects;
}
