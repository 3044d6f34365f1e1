// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file of a witness, and what is done to it: the same operations that the
 * simulated machine knows, as system calls and accesses of a process. Nothing
 * here knows what is to come of them.
 */
#define _GNU_SOURCE
#include "stage.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Both mappings at addresses of which each page is the file's. */
static char *const shared_map = (char *)0x7e0000000000;
static char *const private_map = (char *)0x7d0000000000;

static char *buffers[OPS_MAX];
static __thread sigjmp_buf behind_fault;

static void on_fault(int signal)
{
	siglongjmp(behind_fault, signal);
}

/* A block is written as far as the file reaches: nothing lies beyond. */
static int fill_block(int fd, long block, int fill, long size)
{
	char page[PAGE];
	long length = size - block * PAGE;

	memset(page, fill, sizeof(page));
	if (length > PAGE)
		length = PAGE;
	if (length <= 0) {	/* a block behind the end of the file */
		page[0] = 0;
		length = 1;
	}
	return pwrite(fd, page, length, block * PAGE) == length ? 0 : -errno;
}

/**
 * make_file - the file as it is before the run
 *
 * Return: a descriptor, or a negative errno.
 */
int make_file(const struct witness *w)
{
	int fd = open(place.file, O_RDWR | O_CREAT | O_TRUNC, 0644);
	int err = 0;

	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < w->nr_extents && !err; i++) {
		const struct extent *e = &w->extents[i];

		for (long b = e->block; b < e->block + e->count && !err; b++)
			err = fill_block(fd, b, e->fill, w->size);
	}
	if (!err && (ftruncate(fd, w->size) || fsync(fd)))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int map_at(char *start, const struct witness *w, int fd, int flags)
{
	void *at = mmap(start + w->map_from * PAGE, w->map_pages * PAGE,
			PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE,
			fd, w->map_from * PAGE);

	return at == MAP_FAILED ? -errno : 0;
}

/**
 * map_file - the shared and the private mapping
 *
 * Return: 0 or a negative errno.
 */
int map_file(const struct witness *w, int fd)
{
	struct sigaction action = { .sa_handler = on_fault };
	int err = 0;

	action.sa_flags = SA_NODEFER;
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	if (w->map_pages) {
		err = map_at(shared_map, w, fd, MAP_SHARED);
		if (!err)
			err = map_at(private_map, w, fd, MAP_PRIVATE);
	}
	return err;
}

/*
 * The bytes behind @reach lie in a page that cannot be accessed: the copy
 * ends in front of it.
 */
static char *make_buffer(long length, long reach)
{
	long size = (length + PAGE - 1) / PAGE * PAGE + 2 * PAGE;
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *edge;

	if (start == MAP_FAILED)
		return NULL;
	memset(start, 0xee, size);
	if (reach < 0 || reach >= length)
		return start;
	edge = start + (reach + PAGE - 1) / PAGE * PAGE + PAGE;
	mprotect(edge, start + size - edge, PROT_NONE);
	return edge - reach;
}

/**
 * make_buffers - the user's memory of each read() and write()
 *
 * It is there, and has been touched, before anything is made to fail.
 */
void make_buffers(const struct witness *w, const struct way *way)
{
	for (size_t i = 0; i < w->nr_ops; i++) {
		const struct op *op = &w->ops[i];
		long reach = -1;

		if (op->kind != READ && op->kind != WRITE)
			continue;
		if (way->means == USER_COPY && way->op == (int)i)
			reach = way->reach;
		buffers[i] = make_buffer(op->len, reach);
		if (!buffers[i])
			trouble("no memory for a buffer");
		else if (op->kind == WRITE)
			memset(buffers[i], op->fill,
			       reach < 0 || reach > op->len ? op->len : reach);
	}
}

static long result_of(long value)
{
	return value < 0 ? -errno : value;
}

static long access_mapping(const struct op *op, struct result *result)
{
	bool is_private = op->kind == PRIVATE_READ_FAULT ||
			  op->kind == PRIVATE_WRITE_FAULT;
	bool is_load = op->kind == READ_FAULT ||
		       op->kind == PRIVATE_READ_FAULT;
	char *map = is_private ? private_map : shared_map;
	volatile unsigned char *at = (unsigned char *)map + op->pos;
	unsigned char got[PAGE];
	int signal = sigsetjmp(behind_fault, 1);

	if (signal)
		return signal == SIGBUS ? -EFAULT : -EACCES;
	if (!is_load) {
		for (long i = 0; i < op->len; i++)
			at[i] = op->fill;
		return 0;
	}
	for (long i = 0; i < op->len && i < PAGE; i++)
		got[i] = at[i];
	result->nr_seen = runs_of(result->seen, 0, op->pos, got, op->len);
	return 0;
}

static int protected_op = -1;

/**
 * write_protect - has the store of a PFN_MKWRITE find its page read-only
 *
 * The page stays mapped. A kernel gives a page that is dirty the right to be
 * written back with the mapping's: so it is written back first. This is done
 * once, before anything is made to fail.
 */
void write_protect(const struct witness *w, int index, int fd)
{
	const struct op *op = &w->ops[index];
	char *page = shared_map + op->pos / PAGE * PAGE;

	if (op->kind != PFN_MKWRITE || protected_op == index)
		return;
	protected_op = index;
	if (fsync(fd))
		trouble("fsync: %s", strerror(errno));
	mprotect(page, PAGE, PROT_READ);
	mprotect(page, PAGE, PROT_READ | PROT_WRITE);
}

static long unmap(const struct op *op)
{
	long from = op->pos / PAGE * PAGE;
	long to = (op->pos + op->len + PAGE - 1) / PAGE * PAGE;

	if (madvise(shared_map + from, to - from, MADV_DONTNEED) ||
	    madvise(private_map + from, to - from, MADV_DONTNEED))
		return -errno;
	return 0;
}

static int directory = -1;

/**
 * open_directory - for a freeze; to open takes memory, which is made to fail
 */
void open_directory(void)
{
	directory = open(place.directory, O_RDONLY);
}

static long freeze(void)
{
	long value = result_of(ioctl(directory, FIFREEZE, 0));

	return value ? value : result_of(ioctl(directory, FITHAW, 0));
}

static long do_op(const struct op *op, int index, int fd,
		  struct result *result)
{
	long value;

	switch (op->kind) {
	case WRITE:
		return result_of(pwrite(fd, buffers[index], op->len, op->pos));
	case READ:
		value = result_of(pread(fd, buffers[index], op->len, op->pos));
		if (value > 0)
			result->nr_seen = runs_of(result->seen, 0, op->pos,
				(unsigned char *)buffers[index], value);
		return value;
	case TRUNCATE:
		return result_of(ftruncate(fd, op->pos));
	case FSYNC:
		return result_of(fsync(fd));
	case UNMAP:
		return unmap(op);
	case FREEZE:
		return freeze();
	case YIELD:
		return 0;
	default:
		return access_mapping(op, result);
	}
}

/**
 * carry_out - does an operation and writes down what came of it
 * @index: of the operation
 * @fd: the file
 */
void carry_out(const struct witness *w, int index, int fd)
{
	struct result *result = &shared->results[index];

	write_protect(w, index, fd);
	result->state = RUNNING;
	result->value = do_op(&w->ops[index], index, fd, result);
	result->state = DONE;
}
