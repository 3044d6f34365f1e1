// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a worker may still ask of the kernel. The list is what the C library,
 * the Swift runtime and the machine need to make runs and to tell of them:
 * memory, signals of their own, and two descriptors to write to.
 *
 * Only the C library, the loader and the vDSO make system calls. An instruction
 * of the image that makes one is the code under test, whichever call it is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "program.h"
#include "sandbox.h"

int sandbox_has_seccomp(void)
{
	uint32_t action = SECCOMP_RET_TRAP;

	return !syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

/* ---- protection keys ---- */

/* By number, where headers of a distribution may be older. */
#define PKEY_MPROTECT	329
#define PKEY_ALLOC	330
#define PKEY_FREE	331

int sandbox_has_keys(void)
{
	struct utsname name;
	int major, minor;
	long key;

	/* Before, a signal's frame was written as the code under test may. */
	if (uname(&name) ||
	    sscanf(name.release, "%d.%d", &major, &minor) != 2 ||
	    major < 6 || (major == 6 && minor < 12))
		return 0;
	key = syscall(PKEY_ALLOC, 0, 0);
	if (key <= 0)
		return 0;
	syscall(PKEY_FREE, key);
	return 1;
}

/* ---- who makes calls ---- */

#define RANGES_MAX	8

struct callers {
	uintptr_t ranges[RANGES_MAX][2];
	unsigned int count;
	uintptr_t within[3];		/* an address in each library */
};

static int found_object(struct dl_phdr_info *info, size_t size, void *data)
{
	struct callers *callers = data;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t first = info->dlpi_addr + part->p_vaddr;
		int holds = 0;

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
			continue;
		for (unsigned int n = 0; n < 3; n++) {
			const uintptr_t at = callers->within[n];

			holds |= at >= first && at < first + part->p_memsz;
		}
		if (!holds || callers->count == RANGES_MAX)
			continue;
		callers->ranges[callers->count][0] = first;
		callers->ranges[callers->count++][1] = first + part->p_memsz;
	}
	return 0;
}

static void find_callers(struct callers *callers)
{
	uintptr_t loader = getauxval(AT_BASE);
	/* Not &syscall, which may be an entry of a table of this program's. */
	void *libc = dlsym(RTLD_DEFAULT, "syscall");

	callers->count = 0;
	callers->within[0] = libc ? (uintptr_t)libc : (uintptr_t)&syscall;
	/* Code lies behind the headers; any address of it will do. */
	callers->within[1] = loader ? (uintptr_t)dlsym(RTLD_DEFAULT,
						       "__tls_get_addr") : 0;
	callers->within[2] = 0;
	dl_iterate_phdr(found_object, callers);
	/* Where the kernel has put its own, if anywhere. */
	if (getauxval(AT_SYSINFO_EHDR)) {
		uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);

		callers->ranges[callers->count][0] = vdso;
		callers->ranges[callers->count++][1] = vdso + (8ul << 10);
	}
}

/* ---- what they may ask for ---- */

static const uint32_t allowed[] = {
	SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk, SYS_futex,
	SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_rt_sigprocmask,
	SYS_rt_sigaction, SYS_sigaltstack, SYS_gettid, SYS_getpid,
	SYS_clock_gettime, SYS_gettimeofday, SYS_time, SYS_sched_yield,
	SYS_getrandom, SYS_poll, SYS_restart_syscall, SYS_sched_getaffinity,
	SYS_getrusage, SYS_rseq, SYS_set_robust_list,
};

/* To read the image, and nothing else if there is Landlock. */
static const uint32_t of_loading[] = {
	SYS_read, SYS_pread64, SYS_close, SYS_fstat, SYS_newfstatat,
	SYS_mmap, SYS_mprotect, SYS_readlink, SYS_access, SYS_lseek,
	/* The machine puts a wall around its memory: csrc/machine/core/wall.c */
	SYS_uname, PKEY_MPROTECT, PKEY_ALLOC,
};

#define COUNT(list)	(sizeof(list) / sizeof((list)[0]))

int sandbox_filter_worker(enum sandbox_stage stage, int messages)
{
	struct callers callers;
	struct program program;

	find_callers(&callers);
	program_begin(&program, SECCOMP_RET_TRAP);
	/* The loader makes calls of its own, and runs what it has loaded. */
	program_only_from(&program, callers.ranges, callers.count);
	for (unsigned int i = 0; i < COUNT(allowed); i++)
		program_allow(&program, allowed[i]);
	program_allow_either(&program, SYS_write, 0, messages, 2);
	program_allow_either(&program, SYS_writev, 0, 2, 2);
	/* To see whether the messages are still open. */
	program_allow_either(&program, SYS_fcntl, 1, F_GETFD, F_GETFD);
	/* abort() */
	program_allow_either(&program, SYS_tgkill, 0, getpid(), getpid());
	if (stage == SANDBOX_LOADING) {
		for (unsigned int i = 0; i < COUNT(of_loading); i++)
			program_allow(&program, of_loading[i]);
		/* The profile runtime looks whether it could write. */
		program_fail(&program, SYS_mkdir, EEXIST);
		program.refusal = SECCOMP_RET_ERRNO | EACCES;
		program_allow_without(&program, SYS_openat, 2,
				      O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
		program.refusal = SECCOMP_RET_TRAP;
		/* The second stage comes on top of this one. */
		program_allow(&program, SYS_seccomp);
	} else {
		program_allow_without(&program, SYS_mmap, 2, PROT_EXEC);
		program_allow_without(&program, SYS_mprotect, 2, PROT_EXEC);
	}
	program_end(&program, 0);
	return program_install(&program, SECCOMP_FILTER_FLAG_TSYNC);
}

/* ---- limits ---- */

static int limit(int resource, rlim_t most)
{
	struct rlimit now;

	if (getrlimit(resource, &now))
		return -errno;
	if (now.rlim_max < most)
		most = now.rlim_max;
	now.rlim_cur = now.rlim_max = most;
	return setrlimit(resource, &now) ? -errno : 0;
}

int sandbox_limit_worker(void)
{
	int error;

	/* A search may go on for a day; the watchdog ends what stands still. */
	error = limit(RLIMIT_CPU, 7 * 86400);
	if (!error)
		error = limit(RLIMIT_FSIZE, 0);
	if (!error)
		error = limit(RLIMIT_CORE, 0);
	if (!error)
		error = limit(RLIMIT_MEMLOCK, 0);
	if (!error)
		error = limit(RLIMIT_MSGQUEUE, 0);
	return error;
}
