/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A witness of Faultline on a booted kernel: what it is made of.
 *
 * witness.c is written for one witness and holds tables only: the file, the
 * operations, the ways of making a call fail, and for each way what an
 * observer saw of the same run on the simulated machine. All else is the same
 * in every folder: operations.c carries out, failures.c makes fail, look.c
 * looks at what came of it, stage.c tries each way and has the last word.
 *
 * A way says "reproduced" only if the call did fail and all that the broken
 * rule is about is as the witness has it. What cannot be set up is told apart
 * from what was not seen.
 */
#ifndef STAGE_H
#define STAGE_H

#include <stdbool.h>
#include <stddef.h>

#define PAGE		4096L
#define OPS_MAX		64
#define RUNS_MAX	64

enum kind {
	READ_FAULT, WRITE_FAULT, PRIVATE_READ_FAULT, PRIVATE_WRITE_FAULT,
	PFN_MKWRITE, WRITE, READ, TRUNCATE, FSYNC, UNMAP, FREEZE, YIELD,
};

/**
 * struct op - an operation
 * @kind: what is done
 * @pos: byte position in the file; of TRUNCATE the new size
 * @len: bytes
 * @fill: the byte that is stored
 * @setup: it makes the prior state, so nothing fails in it
 * @task: the thread that does it
 */
struct op {
	enum kind kind;
	long pos, len;
	int fill;
	bool setup;
	int task;
};

/**
 * struct extent - blocks of the file that there are before the run
 * @block: the first block of the file
 * @count: blocks
 * @fill: value of their bytes up to the file's size
 * @bad: the medium under them reports errors
 */
struct extent {
	long block, count;
	int fill;
	bool bad;
};

/* Equal bytes from @from up to @to; value -1: they cannot be read. */
struct bytes {
	long from, to;
	int value;
};

/* What came of an operation. */
enum state { NOT_RUN, RUNNING, DONE };

struct result {
	enum state state;
	long value;	/* of the call; of an access 0, or -EFAULT: SIGBUS */
	size_t nr_seen;
	struct bytes seen[RUNS_MAX];	/* what a load or a read() found */
};

/**
 * struct outcome - all that an observer can tell of a run
 * @hangs_in: the operation that never returned; -1: none
 * @killed_in: the operation in which the fatal signal came; -1: none
 * @results: one for each operation
 * @size: i_size behind the run
 * @blocks: blocks of the file, those of its block map too
 * @lost: blocks that nobody has once the file is deleted
 * @warns: the kernel's log has the warning that is looked for
 * @contents: the file behind the run
 * @decides: IS_..., what the rule that it breaks is about
 * @actual: how it breaks it
 *
 * The last two are the witness's alone.
 */
struct outcome {
	int hangs_in, killed_in;
	const struct result *results;
	long size, blocks, lost;
	bool warns;
	size_t nr_contents;
	struct bytes contents[RUNS_MAX];
	unsigned int decides;
	const char *actual;
};

/* What a broken rule is about. The rest is told, and does not decide. */
enum {
	IS_HANG = 1, IS_RESULT = 2, IS_DATA = 4, IS_BLOCKS = 8, IS_LOST = 16,
	IS_WARNING = 32,
};

enum means {
	NO_MEANS,	/* nothing fails, or the medium under an extent alone */
	USER_COPY,	/* the user's buffer cannot be reached to its end */
	NO_SPACE,	/* @n blocks of the device are free */
	NO_MEMORY,	/* failslab and fail_page_alloc, by fail-nth */
	BAD_IO,		/* fail_make_request, by fail-nth, caches dropped */
	BAD_CALL,	/* flinject: call @n of @function returns @error */
	FATAL_SIGNAL,	/* flinject: SIGKILL at call @n of @function */
};

/**
 * struct way - one way of making the run's call fail
 * @means: by what
 * @words: the same in words
 * @n: its number
 * @to: the last number to try, from @n on; 0: @n alone
 * @function: of the kernel
 * @error: what it returns
 * @op: whose buffer cannot be reached
 * @reach: bytes of it that can
 * @task: whose call fails
 * @saw: what was seen of it on the simulated machine
 */
struct way {
	enum means means;
	const char *words;
	long n, to;
	const char *function;
	long error;
	int op;
	long reach;
	int task;
	const struct outcome *saw;
};

/**
 * struct witness - the run
 * @id: its name
 * @rule: the expectation that it breaks
 * @warning: a part of the line that the kernel's log gets
 * @size: i_size before the run
 * @map_from: the first page of the file that is mapped
 * @map_pages: pages that are mapped
 */
struct witness {
	const char *id, *rule;
	const char *warning;
	long size, map_from, map_pages;
	const struct extent *extents;
	size_t nr_extents;
	const struct op *ops;
	size_t nr_ops;
	int nr_tasks;
	const struct way *ways;
	size_t nr_ways;
};

/* What the process that runs and the one that looks share. */
struct shared {
	struct result results[OPS_MAX];
	bool fired;
	char trouble[128];	/* what could not be set up */
};

/* Where the run is made. */
struct place {
	const char *directory;
	char file[256];
	char device[64];	/* in /sys; "" if unknown */
	bool rehearsal;		/* nothing is made to fail */
	int hang_seconds, rounds;
};

extern struct place place;
extern struct shared *shared;

/* operations.c */
int make_file(const struct witness *w);
int map_file(const struct witness *w, int fd);
void open_directory(void);
void make_buffers(const struct witness *w, const struct way *way);
void write_protect(const struct witness *w, int index, int fd);
void carry_out(const struct witness *w, int index, int fd);

/* failures.c */
int put(const char *path, const char *text);
int get(const char *path, char *text, size_t size);
int leave_free(long blocks);
void give_back(void);
int make_bad(const struct witness *w, int fd);
void make_good(int fd);
int arm(const struct way *way, long n);
void disarm(const struct way *way);
bool has_fired(const struct way *way);
long block_of(int fd, long page);

/* look.c */
long free_blocks(void);
bool log_has(const char *text);
size_t runs_of(struct bytes *runs, size_t n, long pos,
	       const unsigned char *bytes, long count);
void look_at_file(int fd, struct outcome *seen);
unsigned int compare(const struct witness *w, const struct way *way,
		     const struct outcome *seen, char *words, size_t size);

/* stage.c */
void trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));
int stage(const struct witness *w, int argc, char **argv);

#endif
