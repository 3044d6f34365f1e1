// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part that deals with the operating system: where this image lies, and
 * faults.
 *
 * A fault in kernel code must cost one run and not the process. The handler
 * runs on a stack of its own, notes what happened, and lets the interrupted
 * context continue on the scheduler's stack, as if the task had given way for
 * ever. It claims a fault only if this thread is on one of our task stacks;
 * every other fault belongs to whoever was there before us.
 */
#define _GNU_SOURCE
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include "core/host.h"
#include "core/host_call.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/statics.h"
#include "core/wall.h"
#include "memory/shadow.h"

#define SIGNAL_STACK	(64ul << 10)

uintptr_t image_base, image_text, image_text_end;

void host_die(const char *why)
{
	wall_lift();
	fprintf(stderr, "faultline: %s\n", why);
	/* This is no task's fault, and must not be taken for one. */
	run.slot = NO_TASK;
	abort();
}

/* ---- where this image lies ---- */

static int found_object(struct dl_phdr_info *info, size_t size, void *unused)
{
	uintptr_t here = (uintptr_t)&host_find_image;

	(void)size;
	(void)unused;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + part->p_vaddr;

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X) ||
		    here < start || here >= start + part->p_memsz)
			continue;
		image_base = info->dlpi_addr;
		image_text = start;
		image_text_end = start + part->p_memsz;
		return 1;
	}
	return 0;
}

void host_find_image(void)
{
	if (!image_text)
		dl_iterate_phdr(found_object, NULL);
}

/* ---- what nobody provides ---- */

/*
 * Names that the slice uses and nobody provides have been given addresses here
 * by the build, a page each, with the names themselves, each ended by a zero
 * byte, in the same order. Who calls or touches one faults.
 */
extern char __start_fl_traps[] __attribute__((weak, visibility("hidden")));
extern char __stop_fl_traps[] __attribute__((weak, visibility("hidden")));
extern const char __start_fl_trap_names[]
	__attribute__((weak, visibility("hidden")));

static void traps_protect(void)
{
	size_t size = (size_t)(__stop_fl_traps - __start_fl_traps);

	if (size && mprotect(__start_fl_traps, size, PROT_NONE))
		host_die("cannot protect what nobody provides");
}

/* What is missing at this address, or NULL. */
static const char *trap_name(uintptr_t at)
{
	const char *name = __start_fl_trap_names;
	uintptr_t n = (at - (uintptr_t)__start_fl_traps) / HOST_PAGE;

	if (at < (uintptr_t)__start_fl_traps ||
	    at >= (uintptr_t)__stop_fl_traps)
		return NULL;
	while (n--)
		name += strlen(name) + 1;
	return name;
}

/* ---- faults ---- */

static const int fault_signals[] = {
	SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS
};
#define FAULT_SIGNALS	(sizeof(fault_signals) / sizeof(fault_signals[0]))

static struct sigaction previous[FAULT_SIGNALS];
static _Thread_local char thread_ready;
static const void *run_thread;		/* &thread_ready of who runs */

static void pass_on(int signal, siginfo_t *info, void *context)
{
	struct sigaction *before = NULL;

	for (unsigned int i = 0; i < FAULT_SIGNALS; i++)
		if (fault_signals[i] == signal)
			before = &previous[i];
	if (before && before->sa_flags & SA_SIGINFO) {
		before->sa_sigaction(signal, info, context);
	} else if (before && before->sa_handler != SIG_DFL &&
		   before->sa_handler != SIG_IGN) {
		before->sa_handler(signal);
	} else {
		struct sigaction fatal = { .sa_handler = SIG_DFL };

		sigaction(signal, &fatal, NULL);
		/*
		 * A fault comes again by itself; what was sent does not, nor
		 * does a call that was refused.
		 */
		if (info->si_code <= 0 || signal == SIGSYS)
			raise(signal);
	}
}

/*
 * The address behind a general protection fault, which reports none. An access
 * to the last page of the address space (an error code taken for a pointer)
 * faults in its shadow check, whose address is not canonical; the register
 * that holds it divided by eight gives it away.
 */
static uintptr_t error_pointer(const greg_t *registers)
{
	static const int general[] = {
		REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_R8,
		REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
	};

	for (unsigned int i = 0; i < sizeof(general) / sizeof(int); i++) {
		uintptr_t value = (uintptr_t)registers[general[i]];

		if (value >= -HOST_PAGE >> 3 && value <= UINTPTR_MAX >> 3)
			return value << 3;
	}
	return 0;
}

/* The address that a memory fault was about; 0 if it cannot be told. */
static uintptr_t fault_address(const siginfo_t *info, const greg_t *registers)
{
	if (info->si_code == SI_KERNEL)
		return error_pointer(registers);
	return shadow_unshadow((uintptr_t)info->si_addr);
}

static enum fl_end judge_memory(uintptr_t at, char *text, size_t size)
{
	uintptr_t guard = stack_bottom((unsigned int)run.slot) - HOST_PAGE;
	const char *missing = trap_name(at);

	if (missing) {
		snprintf(text, size, "%s is not provided", missing);
		return FL_END_TRAP;
	}
	if (at - guard < HOST_PAGE) {
		snprintf(text, size, "stack overflow");
		return FL_END_STACK_OVERFLOW;
	}
	if (at < HOST_PAGE)
		snprintf(text, size, "NULL pointer dereference at %#lx", at);
	else if (at >= -HOST_PAGE)
		snprintf(text, size,
			 "dereference of an error pointer, %ld to %ld",
			 (long)at, (long)(at | 7));
	else
		snprintf(text, size, "access to an unmapped address");
	return FL_END_OOPS;
}

static enum fl_end judge_fault(int signal, const siginfo_t *info,
			       uintptr_t at, char *text, size_t size)
{
	switch (signal) {
	case SIGFPE:
		snprintf(text, size, "division error");
		return FL_END_DIVIDE;
	case SIGILL:
	case SIGTRAP:
		snprintf(text, size, "illegal instruction");
		return FL_END_OOPS;
	case SIGABRT:
		snprintf(text, size, "abort");
		return FL_END_OOPS;
	case SIGSYS:
		host_name_call(info->si_syscall, text, size);
		return FL_END_OOPS;
	}
	if (signal == SIGSEGV && info->si_code == SEGV_PKUERR) {
		snprintf(text, size, "write to memory of the judge");
		return FL_END_OOPS;
	}
	if (info->si_code == SI_KERNEL && !at) {
		snprintf(text, size, "access to a non-canonical address");
		return FL_END_OOPS;
	}
	return judge_memory(at, text, size);
}

/* Is this a task of ours that failed, on the thread that runs it? */
static int is_ours(int signal, const siginfo_t *info)
{
	if (run.slot == NO_TASK || run_thread != &thread_ready)
		return 0;
	/* Sent from outside, not made by what the task did. */
	return signal == SIGABRT || info->si_code > 0;
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	unsigned int slot;
	uintptr_t sp, at, caller = 0;
	enum fl_end how;
	char text[128];

	wall_lift();
	if (signal == SIGSEGV && info->si_code == SEGV_ACCERR &&
	    statics_written((uintptr_t)info->si_addr))
		return;
	if (!is_ours(signal, info)) {
		pass_on(signal, info, context);
		return;
	}
	slot = (unsigned int)run.slot;
	sp = (uintptr_t)registers[REG_RSP];
	if (stack_holds(slot, sp))
		caller = *(const uintptr_t *)sp;
	at = fault_address(info, registers);
	how = judge_fault(signal, info, at, text, sizeof(text));
	outcome_fault(how, (uintptr_t)registers[REG_RIP],
		      (uintptr_t)registers[REG_RBP], caller, at, text);
	/* The task has switched to the scheduler and will not be back. */
	registers[REG_RSP] = (greg_t)run.main_sp;
	registers[REG_RIP] = (greg_t)task_resume;
	registers[REG_EFL] &= ~0x400;	/* string copies go upwards */
}

void host_open(void)
{
	struct sigaction action = {
		.sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO | SA_ONSTACK,
	};

	sigemptyset(&action.sa_mask);
	for (unsigned int i = 0; i < FAULT_SIGNALS; i++)
		if (sigaction(fault_signals[i], &action, &previous[i]))
			host_die("cannot install signal handlers");
	traps_protect();
}

static void thread_prepare(void)
{
	stack_t now, ours = { .ss_size = SIGNAL_STACK };

	if (!sigaltstack(NULL, &now) && !(now.ss_flags & SS_DISABLE) &&
	    now.ss_size >= SIGNAL_STACK / 4) {
		thread_ready = 1;
		return;
	}
	ours.ss_sp = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ours.ss_sp == MAP_FAILED || sigaltstack(&ours, NULL))
		host_die("no memory for a signal stack");
	thread_ready = 1;
}

void host_enter(void)
{
	if (__builtin_expect(!thread_ready, 0))
		thread_prepare();
	run_thread = &thread_ready;
}
