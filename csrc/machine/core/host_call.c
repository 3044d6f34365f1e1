// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of system calls. The process of a run gives up all but a few (see
 * Sources/CSandbox), and code under test has no use for any: one that it makes
 * raises SIGSYS, and the run ends with the call's name.
 */
#include <stdio.h>
#include <sys/syscall.h>
#include "core/host_call.h"

/* Those that somebody might try; others are told by their number. */
static const struct {
	int number;
	const char *name;
} calls[] = {
	{ SYS_read, "read" },
	{ SYS_write, "write" },
	{ SYS_open, "open" },
	{ SYS_close, "close" },
	{ SYS_stat, "stat" },
	{ SYS_fstat, "fstat" },
	{ SYS_mmap, "mmap" },
	{ SYS_mprotect, "mprotect" },
	{ SYS_munmap, "munmap" },
	{ SYS_brk, "brk" },
	{ SYS_ioctl, "ioctl" },
	{ SYS_socket, "socket" },
	{ SYS_connect, "connect" },
	{ SYS_bind, "bind" },
	{ SYS_listen, "listen" },
	{ SYS_accept, "accept" },
	{ SYS_sendto, "sendto" },
	{ SYS_sendmsg, "sendmsg" },
	{ SYS_socketpair, "socketpair" },
	{ SYS_pipe, "pipe" },
	{ SYS_dup, "dup" },
	{ SYS_dup2, "dup2" },
	{ SYS_nanosleep, "nanosleep" },
	{ SYS_clone, "clone" },
	{ SYS_fork, "fork" },
	{ SYS_vfork, "vfork" },
	{ SYS_execve, "execve" },
	{ SYS_exit, "exit" },
	{ SYS_exit_group, "exit_group" },
	{ SYS_kill, "kill" },
	{ SYS_tkill, "tkill" },
	{ SYS_tgkill, "tgkill" },
	{ SYS_wait4, "wait4" },
	{ SYS_ptrace, "ptrace" },
	{ SYS_openat, "openat" },
	{ SYS_unlink, "unlink" },
	{ SYS_unlinkat, "unlinkat" },
	{ SYS_rename, "rename" },
	{ SYS_mkdir, "mkdir" },
	{ SYS_rmdir, "rmdir" },
	{ SYS_chmod, "chmod" },
	{ SYS_chown, "chown" },
	{ SYS_link, "link" },
	{ SYS_symlink, "symlink" },
	{ SYS_truncate, "truncate" },
	{ SYS_ftruncate, "ftruncate" },
	{ SYS_mount, "mount" },
	{ SYS_chroot, "chroot" },
	{ SYS_setsid, "setsid" },
	{ SYS_setpgid, "setpgid" },
	{ SYS_setuid, "setuid" },
	{ SYS_prctl, "prctl" },
	{ SYS_getpid, "getpid" },
	{ SYS_getppid, "getppid" },
	{ SYS_getuid, "getuid" },
	{ SYS_uname, "uname" },
	{ SYS_seccomp, "seccomp" },
	{ SYS_bpf, "bpf" },
	{ SYS_memfd_create, "memfd_create" },
	{ SYS_process_vm_readv, "process_vm_readv" },
	{ SYS_process_vm_writev, "process_vm_writev" },
	{ SYS_execveat, "execveat" },
	{ SYS_unshare, "unshare" },
	{ SYS_setns, "setns" },
	{ SYS_syslog, "syslog" },
	{ SYS_reboot, "reboot" },
	{ SYS_init_module, "init_module" },
	{ SYS_perf_event_open, "perf_event_open" },
	{ SYS_poll, "poll" },
	{ SYS_futex, "futex" },
	{ SYS_sched_yield, "sched_yield" },
	/* Headers of a distribution may be older. */
	{ 425, "io_uring_setup" },
	{ 434, "pidfd_open" },
	{ 435, "clone3" },
};

void host_name_call(int number, char *text, size_t size)
{
	const char *name = "";

	for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].number == number)
			name = calls[i].name;
	snprintf(text, size, "system call %d%s%s", number, *name ? ", " : "",
		 name);
}
