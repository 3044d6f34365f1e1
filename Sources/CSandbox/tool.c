// SPDX-License-Identifier: GPL-2.0-only
/*
 * A compiler, a linker, or git: a program that reads what a stranger wrote. It
 * does not run it, so its filter is a list of what is refused. The sandbox is
 * put on between vfork() and execve(): the child shares this process's memory
 * until then, so it makes system calls and writes to @reason, and nothing else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "program.h"
#include "sandbox.h"

/* By number, where headers of a distribution may be older. */
#define PIDFD_SEND_SIGNAL	424
#define IO_URING_SETUP		425
#define OPEN_TREE		428
#define FSOPEN			430
#define PIDFD_OPEN		434
#define CLONE3			435
#define PIDFD_GETFD		438
#define FCHMODAT2		452

/*
 * Other processes, the network, the kernel itself, and what Landlock leaves
 * open: who owns a file and who may use it.
 */
static const uint32_t refused[] = {
	SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen,
	SYS_accept, SYS_accept4, SYS_sendto, SYS_sendmsg, SYS_sendmmsg,
	SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
	PIDFD_SEND_SIGNAL, PIDFD_GETFD, SYS_ptrace, SYS_process_vm_readv,
	SYS_process_vm_writev, SYS_kcmp, SYS_fork, SYS_vfork, SYS_execveat,
	IO_URING_SETUP, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, OPEN_TREE, FSOPEN,
	SYS_unshare, SYS_setns, SYS_keyctl, SYS_add_key, SYS_request_key,
	SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load,
	SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_reboot, SYS_swapon,
	SYS_swapoff, SYS_iopl, SYS_ioperm, SYS_sethostname, SYS_settimeofday,
	SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_quotactl,
	SYS_acct, SYS_syslog, SYS_personality, SYS_setpriority, SYS_msgget,
	SYS_semget, SYS_shmget, SYS_mq_open, SYS_inotify_init1,
	SYS_fanotify_init, SYS_chmod, SYS_fchmodat, FCHMODAT2, SYS_chown,
	SYS_lchown, SYS_fchownat, SYS_setxattr, SYS_lsetxattr,
	SYS_removexattr, SYS_lremovexattr, SYS_utime, SYS_utimes,
	SYS_futimesat, SYS_utimensat,
};

#define COUNT(list)	(sizeof(list) / sizeof((list)[0]))

/* Made by the child: its number is in it. */
static void make_filter(struct program *program)
{
	program_begin(program, SECCOMP_RET_ERRNO | EPERM);
	for (unsigned int i = 0; i < COUNT(refused); i++)
		program_refuse(program, refused[i]);
	/* abort() */
	program_allow_either(program, SYS_tgkill, 0, (uint32_t)getpid(),
			     (uint32_t)getpid());
	/* Threads, and no processes. The library tries the old call then. */
	program_fail(program, CLONE3, ENOSYS);
	program_allow_with(program, SYS_clone, 0, CLONE_THREAD);
	program_end(program, 1);
}

/* The signal for the time comes at the first limit, its end at the second. */
#define AFTER_SIGNAL	2

static int limit(int resource, rlim_t most)
{
	rlim_t last = most + (resource == RLIMIT_CPU ? AFTER_SIGNAL : 0);
	struct rlimit now;

	if (!most)
		return 0;
	if (getrlimit(resource, &now))
		return -errno;
	if (now.rlim_max > last)
		now.rlim_max = last;
	now.rlim_cur = now.rlim_max < most ? now.rlim_max : most;
	return setrlimit(resource, &now) ? -errno : 0;
}

/* A kernel without a layer goes without it; `doctor` says so. */
static int lacks(int error)
{
	return error == -EOPNOTSUPP;
}

static int give_up(const struct sandbox_tool *tool, struct program *program)
{
	int error = limit(RLIMIT_CPU, tool->cpu_seconds);

	if (!error)
		error = limit(RLIMIT_AS, tool->memory);
	if (!error)
		error = limit(RLIMIT_FSIZE, tool->file_size);
	if (!error)
		error = sandbox_no_privileges();
	if (!error)
		error = sandbox_files(&tool->files);
	if (error && !lacks(error))
		return error;
	make_filter(program);
	error = program_install(program, 0);
	return lacks(error) ? 0 : error;
}

static int is_of_limit(int signal)
{
	return signal == SIGXCPU || signal == SIGXFSZ;
}

/*
 * Handlers are this process's functions, and the child runs in its memory. What
 * it ignores the child does, too, but for what says that a limit was reached.
 */
static void forget_handlers(void)
{
	struct sigaction action;

	for (int signal = 1; signal < 65; signal++) {
		if (sigaction(signal, NULL, &action) ||
		    (action.sa_handler == SIG_IGN && !is_of_limit(signal)) ||
		    action.sa_handler == SIG_DFL)
			continue;
		action = (struct sigaction){ .sa_handler = SIG_DFL };
		sigaction(signal, &action, NULL);
	}
}

static void become(const struct sandbox_tool *tool, pid_t parent,
		   const sigset_t *mask, struct program *program,
		   volatile int *reason)
{
	struct rlimit no_core = { 0, 0 };
	sigset_t blocked = *mask;

	/* Threads of the dispatch library block them. */
	sigdelset(&blocked, SIGXCPU);
	sigdelset(&blocked, SIGXFSZ);
	forget_handlers();
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(127);
	for (int i = 0; i < 3; i++) {
		if (dup2(tool->descriptors[i], i) < 0) {
			*reason = -errno;
			_exit(127);
		}
	}
	setrlimit(RLIMIT_CORE, &no_core);
	*reason = give_up(tool, program);
	if (*reason)
		_exit(127);
	pthread_sigmask(SIG_SETMASK, &blocked, NULL);
	execve(tool->path, tool->arguments, tool->environment);
	*reason = -errno;
	_exit(127);
}

pid_t sandbox_start(const struct sandbox_tool *tool)
{
	struct program program;
	volatile int reason = 0;
	sigset_t all, mask;
	pid_t parent = getpid(), child;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	child = vfork();
	if (!child)
		become(tool, parent, &mask, &program, &reason);
	error = errno;
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	if (child < 0)
		return -error;
	if (reason) {
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
		return reason;
	}
	return child;
}

/* ---- its end ---- */

static long long milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

int sandbox_wait(pid_t child, int milliseconds, int *status)
{
	long long end = milliseconds_now() + milliseconds;
	int descriptor = (int)syscall(PIDFD_OPEN, child, 0);
	int is_late = 0;

	while (waitpid(child, status, WNOHANG) == 0) {
		struct pollfd ended = { .fd = descriptor, .events = POLLIN };
		long long left = end - milliseconds_now();

		if (left <= 0) {
			is_late = 1;
			kill(child, SIGKILL);
			while (waitpid(child, status, 0) < 0 && errno == EINTR)
				;
			break;
		}
		/* A kernel without such descriptors: look now and then. */
		if (descriptor < 0)
			usleep(1000);
		else
			poll(&ended, 1, left > 1000 ? 1000 : (int)left);
	}
	if (descriptor >= 0)
		close(descriptor);
	return is_late;
}
