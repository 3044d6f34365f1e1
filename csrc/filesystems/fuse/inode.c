// SPDX-License-Identifier: GPL-2.0-only
/*
 * An inode's life around dax.c: who has it, and what becomes of it when nobody
 * does, or when the filesystem is unmounted.
 */
#include "core/base.h"
#if HAVE_FUSE_DAX
#include "fuse/fuse.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/work.h"
#include <linux/dax.h>
#include <linux/pagemap.h>

#define I_FREEING	(1 << 5)

struct inode *igrab(struct inode *inode)
{
	struct fuse_file_state *file = fuse_file_of(inode);
	struct inode *grabbed = NULL;

	spin_lock(&inode->i_lock);
	if (!(inode->i_state & I_FREEING)) {
		file->users++;
		grabbed = inode;
	}
	spin_unlock(&inode->i_lock);
	return grabbed;
}

static void evict(struct inode *inode)
{
#if HAVE_DAX_BREAK_LAYOUT_FINAL
	dax_break_layout_final(inode);
#endif
	truncate_inode_pages_final(&inode->i_data);
	fuse_dax_inode_cleanup(inode);
}

void iput(struct inode *inode)
{
	struct fuse_file_state *file = fuse_file_of(inode);
	bool is_last;

	spin_lock(&inode->i_lock);
	is_last = !--file->users;
	if (is_last)
		inode->i_state |= I_FREEING;
	spin_unlock(&inode->i_lock);
	if (!is_last)
		return;
	evict(inode);
	if (file != &fuse_world->files[THE_FILE] || file->is_closed)
		return;
	/* Who comes next reads it in again. */
	spin_lock(&inode->i_lock);
	inode->i_state &= ~I_FREEING;
	spin_unlock(&inode->i_lock);
	wake_up_all(&fuse_world->gone);
}

/* Another task has the file open for as long as it has something to do. */
static bool is_last_user(void)
{
	for (unsigned int slot = 0; slot < FL_TASKS_MAX; slot++)
		if ((int)slot != run.slot && slot != work_slot() &&
		    (run.tasks[slot].state == TASK_READY ||
		     run.tasks[slot].state == TASK_PARKED))
			return false;
	return true;
}

/* Who opens the file again waits for an inode that is on its way out. */
int fuse_evict(struct inode *inode)
{
	if (!is_last_user())
		return 0;
	iput(inode);
	wait_event(fuse_world->gone, igrab(inode));
	return 0;
}

/* Whoever had the file open closes it, and nobody opens it again. */
static void close_for_good(struct fuse_file_state *file)
{
	if (!file->fi || file->is_closed)
		return;
	file->is_closed = true;
	iput(&file->fi->inode);
}

void fuse_evict_other(void)
{
	close_for_good(&fuse_world->files[OTHER_FILE]);
}

/*
 * The worker is stopped first. Then the connection goes, so that no inode that
 * is evicted can tell the server of it; and at last the window.
 */
int fuse_unmount(void)
{
	if (!is_last_user())
		return 0;
	fuse_dax_cancel_work(fuse_world->fc);
	server_close(CALLER);
	fuse_world->is_connected = false;
	for (unsigned int i = 0; i < FILES; i++)
		close_for_good(&fuse_world->files[i]);
	ranges_audit();
	fuse_dax_conn_free(fuse_world->fc);
	return 0;
}
#endif
