/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host.c: signals, and where this image lies in the process.
 */
#ifndef CORE_HOST_H
#define CORE_HOST_H

#include "core/base.h"

#define HOST_PAGE	4096ul	/* unsigned: -HOST_PAGE is the last page */

extern uintptr_t image_base;		/* load address */
extern uintptr_t image_text, image_text_end;

void host_find_image(void);
/* Once a process: handlers of fault signals, traps. */
void host_open(void);
/* Before each run: this thread has a signal stack, and runs. */
void host_enter(void);
/* The harness itself is broken. */
void host_die(const char *why) __attribute__((noreturn));

extern const char __start_instrument_text[]
	__attribute__((weak, visibility("hidden")));
extern const char __stop_instrument_text[]
	__attribute__((weak, visibility("hidden")));

/* What is recorded of a code address; 0 if it means nothing to a reader. */
static inline uint64_t pc_of(uintptr_t site)
{
	if (site >= (uintptr_t)__start_instrument_text &&
	    site < (uintptr_t)__stop_instrument_text)
		return 0;
	return site >= image_text && site <= image_text_end ?
		site - image_base : 0;
}

#endif
