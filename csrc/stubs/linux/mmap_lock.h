/* SPDX-License-Identifier: GPL-2.0-only */
/* The lock of an address space, by the name that the tree has for it. */
#ifndef _LINUX_MMAP_LOCK_H
#define _LINUX_MMAP_LOCK_H

#include <linux/mm_types.h>

/* A function: the text that is given to init_rwsem() becomes a name. */
static inline void mmap_init_lock(struct mm_struct *mm)
{
#if HAVE_MMAP_LOCK
	init_rwsem(&mm->mmap_lock);
#else
	init_rwsem(&mm->mmap_sem);
#endif
}

#define mmap_read_lock(mm)	down_read(&(mm)->mmap_lock)
#define mmap_read_unlock(mm)	up_read(&(mm)->mmap_lock)
#define mmap_write_lock(mm)	down_write(&(mm)->mmap_lock)
#define mmap_write_unlock(mm)	up_write(&(mm)->mmap_lock)

#endif
