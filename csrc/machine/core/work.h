/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * work.c: work for later, and the task that does it.
 */
#ifndef CORE_WORK_H
#define CORE_WORK_H

#include "core/base.h"

void work_reset(void);
/* The tasks of mask @busy are about to be released; one more comes to them. */
void work_begin(uint32_t busy);
/* All of them have come to their end, or cannot go on. */
void work_end(void);
/* Nobody can go on, so time passes. */
void work_time_passes(void);
/* Whether a task is the worker, and has nothing to do. */
int work_is_idle(unsigned int slot);
/* Which task it is; none: UINT32_MAX. */
unsigned int work_slot(void);

#endif
