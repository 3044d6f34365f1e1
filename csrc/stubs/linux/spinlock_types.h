/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H

#include <linux/lockdep.h>

typedef struct spinlock {
	struct faultline_lock lock;
} spinlock_t, raw_spinlock_t;

typedef struct {
	struct faultline_lock lock;
} rwlock_t;

#define __SPIN_LOCK_UNLOCKED(x)	{ .lock = __FAULTLINE_LOCK(#x) }
#define DEFINE_SPINLOCK(x)	spinlock_t x = __SPIN_LOCK_UNLOCKED(x)
#define DEFINE_RAW_SPINLOCK(x)	raw_spinlock_t x = __SPIN_LOCK_UNLOCKED(x)
#define __RW_LOCK_UNLOCKED(x)	{ .lock = __FAULTLINE_LOCK(#x) }
#define DEFINE_RWLOCK(x)	rwlock_t x = __RW_LOCK_UNLOCKED(x)

#endif
