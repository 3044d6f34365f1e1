/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * outcome.c: the end of a run, and what is known of it.
 */
#ifndef CORE_OUTCOME_H
#define CORE_OUTCOME_H

#include "core/base.h"

void outcome_reset(void);

/**
 * run_end - end the run at once; does not return
 * @how:    the end
 * @site:   where in the slice, or 0
 * @format: the outcome's message
 *
 * The current task is abandoned. With no run on, the process dies.
 */
void run_end(enum fl_end how, uintptr_t site, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
/* Notes a WARN with its call chain; goes on. */
void run_warn(uintptr_t site, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same for a rule of the machine that was broken. */
void run_misuse(uintptr_t site, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Longer texts are cut. */
#define SAID_MAX	sizeof(((struct fl_stack *)0)->text)

/**
 * run_say - note what the code says
 * @site:  where in the slice
 * @frame: frame pointer that the call chain begins at
 * @level: of the log, or enum fl_said
 * @text:  without a line feed at its end
 */
void run_say(uintptr_t site, uintptr_t frame, int level, const char *text);

void outcome_note_wait(const struct fl_wait *wait);
void outcome_note_held(const struct fl_held *held);

/*
 * A call chain into outcome.stacks; they return its index. @frame: where it
 * begins; @first: the innermost code address, or 0; @from: frames inside of the
 * call made there are left out.
 */
uint32_t stack_note(unsigned int slot, uintptr_t frame, uintptr_t first,
		    uintptr_t from, const char *text);
uint32_t stack_note_site(uintptr_t site, const char *text);
uint32_t stack_note_parked(unsigned int slot, uintptr_t from, const char *text);

/* The end of a run by a fault: called in a signal handler. */
void outcome_fault(enum fl_end how, uintptr_t pc, uintptr_t frame,
		   uintptr_t caller, uint64_t address, const char *what);
/* An audit that did not come to its end says nothing. */
void outcome_forget_audit(void);

/* Audit: something was taken by an op and never given back. */
void leak_add(enum fl_leak_kind kind, uint32_t object, uint64_t size,
	      uintptr_t site, const char *what);

struct fl_op_result *result_of(uint32_t op);

#endif
