/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bitlock.c: which bits are locks.
 */
#ifndef LOCKS_BITLOCK_H
#define LOCKS_BITLOCK_H

void bitlock_reset(void);

#endif
