/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layers of the sandbox. Each is a promise that the kernel keeps for the
 * rest of the process's life, and for everything that it starts: none can be
 * taken back. All functions return 0 or a negative errno; -EOPNOTSUPP says that
 * this kernel does not have the layer.
 */
#ifndef FAULTLINE_SANDBOX_H
#define FAULTLINE_SANDBOX_H

#include <sys/types.h>

/* The version of Landlock that this kernel offers; 0 without it. */
int sandbox_landlock_abi(void);
/* Whether this kernel filters system calls. */
int sandbox_has_seccomp(void);
/* Whether memory can be kept from code under test by protection keys. */
int sandbox_has_keys(void);

/* Lists end in NULL. A path that does not exist is left out. */
struct sandbox_files {
	const char *const *readable;	/* files, or folders with all in them */
	const char *const *executable;	/* the same; may be read, too */
	const char *const *writable;	/* the same; may be read, too */
};

/* No privileges that a file of the disk could give. */
int sandbox_no_privileges(void);
/*
 * The calling thread and what it starts reach no other files, no network by
 * TCP, and no process outside by a signal, as far as this kernel can hold it.
 */
int sandbox_files(const struct sandbox_files *files);

/* Ends this process with its parent, takes its cores and its processes. */
int sandbox_limit_worker(void);

enum sandbox_stage {
	SANDBOX_LOADING,	/* files may be read and mapped as code */
	SANDBOX_RUNNING,	/* no files at all, and no new code */
};
/*
 * All threads of this process make only the calls that a worker needs. Others
 * raise SIGSYS in the thread that makes them, and so does every call that an
 * instruction outside of the C library makes.
 *
 * @messages: the descriptor that may be written, besides standard error
 */
int sandbox_filter_worker(enum sandbox_stage stage, int messages);

/* A program to start in a sandbox of its own. */
struct sandbox_tool {
	const char *path;
	char *const *arguments;
	char *const *environment;
	int descriptors[3];		/* its standard ones; each above 2 */
	struct sandbox_files files;
	unsigned long cpu_seconds;
	unsigned long memory;		/* bytes of addresses */
	unsigned long file_size;
};

/*
 * Starts a tool, which ends with the calling thread. Returns its process or a
 * negative errno. A layer that this kernel lacks is left out.
 */
pid_t sandbox_start(const struct sandbox_tool *tool);

/*
 * Waits for a child. One that has not ended after so many milliseconds is
 * killed, and 1 is returned; 0 if it ended by itself.
 */
int sandbox_wait(pid_t child, int milliseconds, int *status);

#endif
