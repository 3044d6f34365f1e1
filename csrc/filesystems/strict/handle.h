/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handles: the reservation, and the extent lock that is held under it.
 *
 * A task may begin again while it still has a handle on the same inode; the new
 * handle then joins the older one instead of waiting for itself, as a nested
 * transaction handle of a journalling filesystem does. Nothing in this tree
 * nests on purpose but for two ranges that are compared, and these keep no lock;
 * so the older handle is one whose end was forgotten: joining
 * leaves it outstanding, where the audit finds it, and lets what comes after it
 * be judged for itself. Another task waits for the lock, for ever.
 *
 * All inline: the sites that the machine notes for the lock and the memory then
 * name the function that began, not this file.
 */
#ifndef STRICT_HANDLE_H
#define STRICT_HANDLE_H

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/slab.h>
#include "strict.h"

/**
 * strict_reserve - take a reservation on the superblock
 * @inode: the file that it is for
 *
 * Return: a handle that does not hold the extent lock yet, or ERR_PTR(-ENOMEM).
 */
static __always_inline struct strict_handle *strict_reserve(struct inode *inode)
{
	struct strict_sb_info *sbi = STRICT_SB(inode->i_sb);
	struct strict_handle *handle = kzalloc(sizeof(*handle), GFP_NOFS);

	if (!handle)
		return ERR_PTR(-ENOMEM);
	handle->inode = inode;
	handle->owner = current;
	handle->site = strict_here();
	handle->next = sbi->handles;
	sbi->handles = handle;
	sbi->reservations++;
	return handle;
}

/**
 * strict_unreserve - give a reservation back
 * @handle: not holding the extent lock; freed
 */
static __always_inline void strict_unreserve(struct strict_handle *handle)
{
	struct strict_sb_info *sbi = STRICT_SB(handle->inode->i_sb);
	struct strict_handle **link = &sbi->handles;

	while (*link != handle)
		link = &(*link)->next;
	*link = handle->next;
	sbi->reservations--;
	kfree(handle);
}

/**
 * __strict_lock_extents - take the extent lock, or join whoever has it for us
 * @handle: becomes the innermost handle of the inode
 * @may_wait: false: give up where another task has the lock
 *
 * Looking at si->handles without the lock is safe for the one question that is
 * asked: only this task itself can put a handle of its own there.
 *
 * Return: whether the extents are locked.
 */
static __always_inline bool __strict_lock_extents(struct strict_handle *handle,
						  bool may_wait)
{
	struct strict_inode_info *si = STRICT_I(handle->inode);
	struct strict_handle *inner = READ_ONCE(si->handles);

	if (inner && inner->owner == current) {
		handle->outer = inner;
	} else {
		if (may_wait)
			mutex_lock(&si->extent_lock);
		else if (!mutex_trylock(&si->extent_lock))
			return false;
		handle->locked = true;
	}
	si->handles = handle;
	return true;
}

/** strict_lock_extents - the same, waiting for as long as it takes */
static __always_inline void strict_lock_extents(struct strict_handle *handle)
{
	__strict_lock_extents(handle, true);
}

/**
 * strict_unlock_extents - undo strict_lock_extents()
 * @handle: the innermost handle of its inode
 */
static __always_inline void strict_unlock_extents(struct strict_handle *handle)
{
	struct strict_inode_info *si = STRICT_I(handle->inode);

	si->handles = handle->outer;
	handle->outer = NULL;
	if (handle->locked) {
		handle->locked = false;
		mutex_unlock(&si->extent_lock);
	}
}

#endif
