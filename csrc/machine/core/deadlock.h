/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * deadlock.c: why no task can run.
 */
#ifndef CORE_DEADLOCK_H
#define CORE_DEADLOCK_H

/* Nobody can run, and not all have ended: the outcome says which deadlock. */
void deadlock_explain(void);

#endif
