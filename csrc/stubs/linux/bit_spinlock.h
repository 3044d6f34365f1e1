/* SPDX-License-Identifier: GPL-2.0-only */
/* A spinlock in one bit of a word. */
#ifndef _LINUX_BIT_SPINLOCK_H
#define _LINUX_BIT_SPINLOCK_H

#include <linux/types.h>

void bit_spin_lock(int bit, unsigned long *word);
int bit_spin_trylock(int bit, unsigned long *word);
void bit_spin_unlock(int bit, unsigned long *word);
#define __bit_spin_unlock bit_spin_unlock
int bit_spin_is_locked(int bit, unsigned long *word);

#endif
