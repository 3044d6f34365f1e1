// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the run of a witness by each of its ways until one of them shows what
 * the witness has. The run is made in a process of its own, which may hang or
 * be killed; this one looks on. A process that hangs stays: nothing after it
 * may wait for the file or freeze the filesystem.
 */
#define _GNU_SOURCE
#include "stage.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Ends of the program. */
enum { REPRODUCED = 0, NOT_REPRODUCED = 1, NOT_STAGED = 2 };

struct place place = { .directory = "/mnt", .hang_seconds = 10, .rounds = 300 };
struct shared *shared;

/**
 * trouble - what is needed is not there; the first such thing is kept
 */
void trouble(const char *format, ...)
{
	va_list args;

	if (shared->trouble[0])
		return;
	va_start(args, format);
	vsnprintf(shared->trouble, sizeof(shared->trouble), format, args);
	va_end(args);
}

/* One task of the run. */
struct thread {
	const struct witness *w;
	const struct way *way;
	long n;
	int task, fd;
	pthread_barrier_t *start;
};

static bool is_armed_here(const struct thread *t)
{
	return !place.rehearsal && t->task == t->way->task;
}

static int first_op(const struct thread *t)
{
	for (size_t i = 0; i < t->w->nr_ops; i++)
		if (!t->w->ops[i].setup && t->w->ops[i].task == t->task)
			return i;
	return -1;
}

static void *run_task(void *arg)
{
	const struct thread *t = arg;

	if (t->start) {
		pthread_barrier_wait(t->start);
		/* Nobody chooses the order: start a little apart. */
		for (volatile int i = rand() % 100000; i > 0; i--)
			;
	}
	if (first_op(t) >= 0)
		write_protect(t->w, first_op(t), t->fd);
	if (is_armed_here(t) && arm(t->way, t->n))
		return NULL;
	for (size_t i = 0; i < t->w->nr_ops; i++)
		if (!t->w->ops[i].setup && t->w->ops[i].task == t->task)
			carry_out(t->w, i, t->fd);
	if (is_armed_here(t)) {
		shared->fired = has_fired(t->way);
		disarm(t->way);
	}
	return NULL;
}

/* The process that makes the run. */
static void run(const struct witness *w, const struct way *way, long n, int fd)
{
	struct thread tasks[4];
	pthread_t threads[4];
	pthread_barrier_t start;
	int err = map_file(w, fd);

	if (err)
		trouble("mmap: %s", strerror(-err));
	make_buffers(w, way);
	open_directory();
	for (size_t i = 0; i < w->nr_ops; i++)
		if (w->ops[i].setup)
			carry_out(w, i, fd);
	pthread_barrier_init(&start, NULL, w->nr_tasks);
	for (int i = 0; i < w->nr_tasks; i++) {
		tasks[i] = (struct thread){ w, way, n, i, fd,
			w->nr_tasks > 1 ? &start : NULL };
		if (i && pthread_create(&threads[i], NULL, run_task, &tasks[i]))
			trouble("no thread");
	}
	run_task(&tasks[0]);
	for (int i = 1; i < w->nr_tasks; i++)
		pthread_join(threads[i], NULL);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Whether the process came to an end; else it hangs. */
static bool ends(pid_t pid, int *status)
{
	double start = now();

	while (now() - start < place.hang_seconds) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		usleep(500);
	}
	return false;
}

static void show_stack(pid_t pid)
{
	char path[64], text[4096];

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	if (get(path, text, sizeof(text)) > 0)
		printf("the stack of the process that hangs:\n%s", text);
}

/* The operation that was begun and has not returned; -1: none. */
static int running_op(const struct witness *w)
{
	for (size_t i = 0; i < w->nr_ops; i++)
		if (shared->results[i].state == RUNNING)
			return i;
	return -1;
}

/* What a run showed. */
struct attempt {
	struct outcome seen;
	bool staged, fired;
	unsigned int differs;
	char words[1024];
};

static void wait_for_run(const struct witness *w, pid_t pid,
			 struct outcome *seen)
{
	int status;

	seen->hangs_in = seen->killed_in = -1;
	if (!ends(pid, &status)) {
		seen->hangs_in = running_op(w);
		show_stack(pid);
	} else if (WIFSIGNALED(status)) {
		seen->killed_in = running_op(w);
		shared->fired = true;
	}
}

static int prepare(const struct witness *w, const struct way *way, int fd)
{
	int err = 0;

	if (place.rehearsal)
		return 0;
	err = make_bad(w, fd);
	if (err)
		trouble("badblocks: %s", strerror(-err));
	if (way->means == NO_SPACE && leave_free(way->n)) {
		trouble("%ld blocks cannot be left free", way->n);
		err = -ENOSPC;
	}
	return err;
}

/* One run by one way, in a new file. */
static void try(const struct witness *w, const struct way *way, long n,
		struct attempt *a)
{
	struct outcome *seen = &a->seen;
	long before = free_blocks();
	int fd = make_file(w);
	pid_t pid;

	memset(seen, 0, sizeof(*seen));
	memset(shared, 0, sizeof(*shared));
	seen->results = shared->results;
	if (fd < 0) {
		trouble("%s: %s", place.file, strerror(-fd));
	} else if (!prepare(w, way, fd)) {
		log_has(w->warning);
		fflush(NULL);
		pid = fork();
		if (!pid) {
			run(w, way, n, fd);
			_exit(0);
		}
		wait_for_run(w, pid, seen);
		seen->warns = log_has(w->warning);
	}
	if (fd >= 0 && seen->hangs_in < 0) {
		look_at_file(fd, seen);
		make_good(fd);
		unlink(place.file);
		close(fd);
		give_back();
		/* Others write to the filesystem of a rehearsal. */
		if (!place.rehearsal)
			seen->lost = before - free_blocks();
	}
	a->staged = !shared->trouble[0];
	a->fired = place.rehearsal || shared->fired ||
		   (seen->hangs_in >= 0 && seen->hangs_in ==
		    way->saw->hangs_in);
	a->differs = compare(w, way, seen, a->words, sizeof(a->words));
}

static void tell(const struct way *way, long n, const struct attempt *a)
{
	printf("%s", way->words);
	if (way->to)
		printf(", number %ld", n);
	if (!a->staged)
		printf(": cannot be staged: %s\n", shared->trouble);
	else if (!a->fired)
		printf(": no such call\n");
	else if (!(a->differs & way->saw->decides))
		printf(": as in the witness%s%s\n", a->differs ? ", but " : "",
		       a->words);
	else
		printf(": %s\n", a->words);
}

static int count(unsigned int bits)
{
	return __builtin_popcount(bits);
}

/* What is to be said at the end. */
struct verdict {
	bool reproduced, hangs, staged;
	unsigned int differs;
	const char *actual;
	char words[1024];
};

/* Returns whether there is more to try. */
static bool note(const struct way *way, struct verdict *v,
		 const struct attempt *a)
{
	v->hangs = a->seen.hangs_in >= 0;
	if (!a->staged || !a->fired) {
		if (!v->staged && !a->staged)
			snprintf(v->words, sizeof(v->words),
				 "it cannot be staged here: %s",
				 shared->trouble);
		else if (!v->staged)
			snprintf(v->words, sizeof(v->words),
				 "the call that fails was never made");
		return !v->hangs;
	}
	v->reproduced = !(a->differs & way->saw->decides);
	v->actual = way->saw->actual;
	if (!v->staged || count(a->differs) < count(v->differs)) {
		memcpy(v->words, a->words, sizeof(v->words));
		v->differs = a->differs;
	}
	v->staged = true;
	return !v->reproduced && !v->hangs;
}

static void try_way(const struct witness *w, const struct way *way,
		    struct verdict *v)
{
	int rounds = w->nr_tasks > 1 ? place.rounds : 1;

	for (long n = way->n; n <= (way->to ? way->to : way->n); n++) {
		struct attempt a = { .staged = false };
		bool more = true;

		for (int i = 0; i < rounds && more; i++) {
			try(w, way, n, &a);
			more = note(way, v, &a);
		}
		tell(way, n, &a);
		/* With no call of this number there is none of a higher. */
		if (!more || !a.fired)
			return;
	}
}

/* The device of the filesystem, and whether the file is on it directly. */
static bool is_ready(void)
{
	struct statx x;
	char link[64], path[256];
	ssize_t n;
	int fd;

	snprintf(place.file, sizeof(place.file), "%.200s/witness",
		 place.directory);
	if (place.rehearsal)
		return true;
	fd = make_file(&(struct witness){ .size = 1 });
	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x)) {
		trouble("%s: %s", place.file, strerror(fd < 0 ? -fd : errno));
		return false;
	}
	close(fd);
	unlink(place.file);
	if (!(x.stx_attributes & STATX_ATTR_DAX)) {
		trouble("%s is not mounted with -o dax", place.directory);
		return false;
	}
	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", x.stx_dev_major,
		 x.stx_dev_minor);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	if (n > 0)
		snprintf(place.device, sizeof(place.device),
			 "/sys/block/%.40s", strrchr(path, '/') + 1);
	return true;
}

static bool read_arguments(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--rehearse"))
			place.rehearsal = true;
		else if (argv[i][0] != '-')
			place.directory = argv[i];
		else
			return false;
	}
	return true;
}

/**
 * stage - the program
 *
 * Return: 0 reproduced, 1 not, 2 it could not be staged.
 */
int stage(const struct witness *w, int argc, char **argv)
{
	struct verdict v = { .reproduced = false };
	bool more;

	if (!read_arguments(argc, argv)) {
		fprintf(stderr, "%s [--rehearse] [DIRECTORY]\n", argv[0]);
		return NOT_STAGED;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		perror("mmap");
		return NOT_STAGED;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	more = is_ready();
	if (!more)
		snprintf(v.words, sizeof(v.words), "it cannot be staged here: %s",
			 shared->trouble);
	for (size_t i = 0; i < w->nr_ways && more; i++) {
		try_way(w, &w->ways[i], &v);
		more = !v.reproduced && !v.hangs;
	}
	if (v.reproduced)
		printf("reproduced: witness %s, %s: %s\n", w->id, w->rule,
		       v.actual);
	else
		printf("not reproduced: %s\n", v.words);
	fflush(NULL);
	/* A process that hangs would be waited for. */
	_exit(v.reproduced ? REPRODUCED : v.staged ? NOT_REPRODUCED :
	      NOT_STAGED);
}
