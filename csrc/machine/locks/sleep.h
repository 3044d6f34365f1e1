/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sleep.c: the kernel's view of the tasks.
 */
#ifndef LOCKS_SLEEP_H
#define LOCKS_SLEEP_H

#include "core/base.h"

struct task_struct;

void sleep_reset(void);
/* The kernel's view of a task, e.g. to give it an mm in world_make(). */
struct task_struct *task_struct_of(unsigned int task);

#endif
