/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * preempt.c: sections in which nobody may sleep.
 */
#ifndef LOCKS_PREEMPT_H
#define LOCKS_PREEMPT_H

#include "core/base.h"

void preempt_add(int delta, uintptr_t site);
int preempt_depth(void);
void might_sleep_at(uintptr_t site);	/* warns if atomic */
void may_wait_at(uintptr_t site);	/* warns if told not to */

#endif
