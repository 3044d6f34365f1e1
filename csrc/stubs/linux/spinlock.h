/* SPDX-License-Identifier: GPL-2.0-only */
/* Spinlocks and rwlocks: held with preemption off, waited for by spinning. */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/types.h>
#include <linux/preempt.h>
#include <linux/spinlock_types.h>

void __spin_lock_init(spinlock_t *lock, const char *name);
#define spin_lock_init(lock)		__spin_lock_init(lock, #lock)
#define raw_spin_lock_init(lock)	__spin_lock_init(lock, #lock)

void spin_lock(spinlock_t *lock);
void spin_lock_nested(spinlock_t *lock, int subclass);
void spin_unlock(spinlock_t *lock);
int spin_trylock(spinlock_t *lock);
int spin_is_locked(spinlock_t *lock);
void assert_spin_locked(spinlock_t *lock);

#define spin_lock_irq(lock)		spin_lock(lock)
#define spin_unlock_irq(lock)		spin_unlock(lock)
#define spin_lock_bh(lock)		spin_lock(lock)
#define spin_unlock_bh(lock)		spin_unlock(lock)
#define spin_lock_irqsave(lock, flags) \
	do { (flags) = 0; spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) \
	do { (void)(flags); spin_unlock(lock); } while (0)
#define spin_is_contended(lock)		((lock)->lock.nr_waiting != 0)
#define raw_spin_lock			spin_lock
#define raw_spin_unlock			spin_unlock

void __rwlock_init(rwlock_t *lock, const char *name);
#define rwlock_init(lock)		__rwlock_init(lock, #lock)
void read_lock(rwlock_t *lock);
void read_unlock(rwlock_t *lock);
void write_lock(rwlock_t *lock);
void write_unlock(rwlock_t *lock);
int read_trylock(rwlock_t *lock);
int write_trylock(rwlock_t *lock);

#define read_lock_irq			read_lock
#define read_unlock_irq			read_unlock
#define write_lock_irq			write_lock
#define write_unlock_irq		write_unlock

int atomic_dec_and_lock(atomic_t *count, spinlock_t *lock);

#endif
