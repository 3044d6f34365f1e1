/* SPDX-License-Identifier: GPL-2.0-only */
/* Spinlocks for block groups: a few, shared by hashing. */
#ifndef _LINUX_BLOCKGROUP_LOCK_H
#define _LINUX_BLOCKGROUP_LOCK_H

#include <linux/spinlock.h>

#define NR_BG_LOCKS	4

struct bgl_lock {
	spinlock_t lock;
};

struct blockgroup_lock {
	struct bgl_lock locks[NR_BG_LOCKS];
};

static inline void bgl_lock_init(struct blockgroup_lock *bgl)
{
	for (int i = 0; i < NR_BG_LOCKS; i++)
		spin_lock_init(&bgl->locks[i].lock);
}

static inline spinlock_t *bgl_lock_ptr(struct blockgroup_lock *bgl,
				       unsigned int block_group)
{
	return &bgl->locks[block_group % NR_BG_LOCKS].lock;
}

#if HAVE_SB_BGL_LOCK
#define sb_bgl_lock(sbi, block_group) \
	bgl_lock_ptr((sbi)->s_blockgroup_lock, block_group)
#endif

#endif
