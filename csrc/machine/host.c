// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only part that deals with the operating system: where this image lies,
 * faults, and the slice's statics.
 *
 * A fault in kernel code must cost one run and not the process. The handler
 * runs on a stack of its own, notes what happened, and lets the interrupted
 * context continue on the scheduler's stack, as if the task had given way for
 * ever. It claims a fault only if this thread is on one of our task stacks;
 * every other fault belongs to whoever was there before us.
 *
 * The slice's statics are write-protected after start-up. The first write to a
 * page unprotects it for good and puts it on the list of pages that are put
 * back between runs, so what a slice never writes is never copied.
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
#include "run.h"

#define PAGE		4096ul	/* unsigned: -PAGE is the last page */
#define SIGNAL_STACK	(64ul << 10)
#define STATIC_RANGES	2
#define STATIC_PAGES	1024

uintptr_t image_base, image_text, image_text_end;

void host_die(const char *why)
{
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

/* ---- the slice's statics ---- */

extern char __start_slice_data[] __attribute__((weak, visibility("hidden")));
extern char __stop_slice_data[] __attribute__((weak, visibility("hidden")));
extern char __start_slice_bss[] __attribute__((weak, visibility("hidden")));
extern char __stop_slice_bss[] __attribute__((weak, visibility("hidden")));

/*
 * Whole pages of a range are protected; the rest of it at either end, which
 * shares a page with something else, is put back every time.
 */
static struct range {
	char *start, *stop;		/* of the statics */
	char *first, *last;		/* of the protected pages */
	char *saved;			/* copy of [start, stop) */
} ranges[STATIC_RANGES];

static struct { char *page; const char *saved; } written[STATIC_PAGES];
static unsigned int nr_written;

static void range_snapshot(struct range *range, char *start, char *stop)
{
	size_t size = (size_t)(stop - start);

	if (!start || start == stop)
		return;
	range->start = start;
	range->stop = stop;
	range->first = (char *)(((uintptr_t)start + PAGE - 1) & ~(PAGE - 1));
	range->last = (char *)((uintptr_t)stop & ~(PAGE - 1));
	if (range->last <= range->first)
		range->first = range->last = stop;
	range->saved = malloc(size);
	if (!range->saved)
		host_die("no memory for a copy of the slice's statics");
	memcpy(range->saved, start, size);
	if (range->last > range->first &&
	    mprotect(range->first, (size_t)(range->last - range->first),
		     PROT_READ))
		host_die("cannot protect the slice's statics");
}

void statics_snapshot(void)
{
	range_snapshot(&ranges[0], __start_slice_data, __stop_slice_data);
	range_snapshot(&ranges[1], __start_slice_bss, __stop_slice_bss);
}

/* A fault at @at: was it the first write to a page of statics? */
static int statics_written(uintptr_t at)
{
	for (unsigned int i = 0; i < STATIC_RANGES; i++) {
		struct range *range = &ranges[i];
		char *page = (char *)(at & ~(PAGE - 1));

		if (!range->saved || page < range->first || page >= range->last)
			continue;
		for (unsigned int j = 0; j < nr_written; j++)
			if (written[j].page == page)
				return 0;
		if (nr_written == STATIC_PAGES ||
		    mprotect(page, PAGE, PROT_READ | PROT_WRITE))
			return 0;
		written[nr_written].page = page;
		written[nr_written].saved = range->saved +
			(page - range->start);
		nr_written++;
		return 1;
	}
	return 0;
}

void statics_reset(void)
{
	for (unsigned int i = 0; i < STATIC_RANGES; i++) {
		struct range *range = &ranges[i];
		size_t head = (size_t)(range->first - range->start);

		if (!range->saved)
			continue;
		memcpy(range->start, range->saved, head);
		memcpy(range->last, range->saved + (range->last - range->start),
		       (size_t)(range->stop - range->last));
	}
	for (unsigned int i = 0; i < nr_written; i++)
		memcpy(written[i].page, written[i].saved, PAGE);
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
	uintptr_t n = (at - (uintptr_t)__start_fl_traps) / PAGE;

	if (at < (uintptr_t)__start_fl_traps ||
	    at >= (uintptr_t)__stop_fl_traps)
		return NULL;
	while (n--)
		name += strlen(name) + 1;
	return name;
}

/* ---- faults ---- */

static const int fault_signals[] = {
	SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP
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
		/* A fault comes again by itself; what was sent does not. */
		if (info->si_code <= 0)
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

		if (value >= -PAGE >> 3 && value <= UINTPTR_MAX >> 3)
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
	uintptr_t guard = stack_bottom((unsigned int)run.slot) - PAGE;
	const char *missing = trap_name(at);

	if (missing) {
		snprintf(text, size, "%s is not provided", missing);
		return FL_END_TRAP;
	}
	if (at - guard < PAGE) {
		snprintf(text, size, "stack overflow");
		return FL_END_STACK_OVERFLOW;
	}
	if (at < PAGE)
		snprintf(text, size, "NULL pointer dereference at %#lx", at);
	else if (at >= -PAGE)
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
