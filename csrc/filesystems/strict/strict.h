/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The strict filesystem: one file, made of extents, on a persistent memory
 * device.
 *
 * It exists to make the contract of iomap_begin() and iomap_end() something
 * that can fail. A begin really takes what the contract allows it to take: the
 * inode's extent lock and a reservation. Only the matching end gives them back,
 * and it undoes every block that begin allocated and the caller did not write.
 * A caller that forgets end leaves both held; one that calls it twice, or with
 * other values than begin's, is warned about. A write() on later kernels leaves
 * only the reservation: see iomap.c.
 *
 * What always holds, whenever nobody holds the extent lock: the extents are
 * ascending and do not overlap; a device block is marked in the bitmap exactly
 * when it belongs to an extent or to the other file. Unless the other file has
 * it, too, it belongs to one extent at most.
 *
 * Lock order, outermost first:
 *
 *	i_rwsem
 *	  freeze protection of page faults
 *	    si->i_mmap_sem (read in faults, write in truncate)
 *	      page lock, locked DAX entry
 *		si->extent_lock (begin to end; truncation of extents)
 *
 * A mount with FL_GEOMETRY_STRICT_TRUNCATE_LOCK turns the last two around in
 * truncate, on purpose.
 */
#ifndef STRICT_H
#define STRICT_H

#include <linux/types.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/iomap.h>
#include "core/base.h"

#define STRICT_BLOCK_SHIFT	12
#define STRICT_BLOCK_SIZE	(1u << STRICT_BLOCK_SHIFT)
/* Blocks that one PMD entry maps. */
#define STRICT_PMD_BLOCKS	(PMD_SIZE >> STRICT_BLOCK_SHIFT)
/* Device blocks below this one belong to the filesystem itself. */
#define STRICT_FIRST_BLOCK	1u
#define STRICT_EXTENTS_MAX	256u
#define STRICT_DEVICE_MAX	4096u

/**
 * struct strict_extent - file blocks that are contiguous on the device
 * @block:	  first file block
 * @count:	  blocks, at least 1
 * @device_block: where the first one lies
 * @unwritten:	  allocated, but reads as zeroes
 * @shared:	  another file has the blocks, too: to be copied before a change
 */
struct strict_extent {
	u32 block;
	u32 count;
	u32 device_block;
	u16 unwritten;
	u16 shared;
};

/**
 * struct strict_handle - what one begin took: the reservation
 * @outer:	the handle of the same task that this one joined, see handle.h
 * @next:	all handles of the superblock, for the audit
 * @inode:	whose extents
 * @owner:	the task that began
 * @pos:	begin's arguments, which end must repeat
 * @length:	ditto
 * @flags:	ditto
 * @answered:	bytes of [@pos, @pos + @length) that begin's answer covers: who
 *		takes one extent at a time ends with this length
 * @new_block:	first file block that this begin allocated or converted
 * @new_count:	how many; 0: none
 * @converted:	they were unwritten before, not a hole
 * @copy:	where the blocks of [@new_block, @new_block + @new_count) are to be:
 *		until end they are nobody's; 0: they are not copies
 * @open:	the extent lock is not held between begin and end, see iomap.c
 *		and dedupe.c
 * @locked:	this handle, not an outer one, holds the extent lock
 * @site:	where it was taken, for the audit
 */
struct strict_handle {
	struct strict_handle *outer;
	struct strict_handle *next;
	struct inode *inode;
	struct task_struct *owner;
	loff_t pos;
	loff_t length;
	loff_t answered;
	unsigned int flags;
	u32 new_block;
	u32 new_count;
	bool converted;
	u32 copy;
	bool open;
	bool locked;
	uintptr_t site;
};

/**
 * struct strict_inode_info - the file; hangs off inode->i_private
 * @extent_lock: protects @extents, @nr_extents, @handles and i_blocks
 * @i_mmap_sem:	 keeps faults out of a truncate
 * @handles:	 the innermost handle of the task that holds @extent_lock
 * @comparer:	 the task that compares two ranges of the file: of both it has a
 *		 handle at once, see dedupe.c
 */
struct strict_inode_info {
	struct mutex extent_lock;
	struct rw_semaphore i_mmap_sem;
	struct strict_handle *handles;
	struct task_struct *comparer;
	u32 nr_extents;
	struct strict_extent extents[STRICT_EXTENTS_MAX];
};

/**
 * struct strict_sb_info - the filesystem; hangs off sb->s_fs_info
 * @blocks:	size of the device
 * @free_blocks: blocks that are clear in @bitmap
 * @truncate_lock: hold the extent lock around page cache removal
 * @open_faults: faults give the extent lock back in begin, too; what they add
 *		stays then, whatever becomes of them
 * @always_copies: once another file has blocks of the file, what is written goes
 *		to a copy: of holes, too, and of what is the file's alone
 * @lies:	an answer of begin can be made nonsense, see nonsense.c
 * @has_lied:	one was, so there may be an end of what did not begin
 * @reservations: handles outstanding
 * @handles:	those handles
 * @bitmap:	one bit for each device block, set when in use
 * @has_sync:	a mapping is MAP_SYNC, so that somebody asks for the next one
 * @uncommitted: likewise, set when a crash would lose that it is the file's
 * @has_shared:	another file has blocks of this one
 * @others:	likewise, set for those
 */
struct strict_sb_info {
	u32 blocks;
	u32 free_blocks;
	bool truncate_lock;
	bool open_faults;
	bool always_copies;
	bool lies;
	bool has_lied;
	u32 reservations;
	struct strict_handle *handles;
	u64 bitmap[STRICT_DEVICE_MAX / 64];
	bool has_sync;
	u64 uncommitted[STRICT_DEVICE_MAX / 64];
	bool has_shared;
	u64 others[STRICT_DEVICE_MAX / 64];
};

static inline struct strict_inode_info *STRICT_I(const struct inode *inode)
{
	return inode->i_private;
}

static inline struct strict_sb_info *STRICT_SB(const struct super_block *sb)
{
	return sb->s_fs_info;
}

/* Where a device block starts, in sectors. */
static inline sector_t strict_sector(u32 device_block)
{
	return (sector_t)device_block << (STRICT_BLOCK_SHIFT - 9);
}

/* The site that a machine call is made from, for those that ask to be told. */
uintptr_t strict_here(void);

/* iomap.c: the contract */
extern const struct iomap_ops strict_iomap_ops;
extern const struct iomap_ops strict_fault_iomap_ops;
void strict_compares(struct inode *inode, bool compares);

/* prepare.c: storage that can be written */
int strict_prepare_write(struct strict_handle *handle, u32 block, u32 end);
void strict_roll_back(struct strict_handle *handle, u32 keep);

/* entry.c: what memory management calls */
extern const struct vm_operations_struct strict_dax_vm_ops;

/* file.c: what system calls call */
extern const struct file_operations strict_file_operations;
extern const struct address_space_operations strict_aops;
ssize_t strict_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t strict_write_iter(struct kiocb *iocb, struct iov_iter *from);
int strict_fsync(struct file *file, loff_t start, loff_t end, int datasync);
int strict_file_mmap(struct file *file, struct vm_area_struct *vma);

/* nonsense.c */
bool strict_answers_nonsense(struct inode *inode, loff_t pos,
			     unsigned int flags, struct iomap *iomap);

/* truncate.c */
int strict_setsize(struct inode *inode, loff_t newsize);

/* layout.c */
int strict_break_layout(struct inode *inode);
int strict_break_range(struct inode *inode, loff_t pos, loff_t length);
void strict_evict(struct inode *inode);

/* fallocate.c */
loff_t strict_zero(struct inode *inode, loff_t pos, loff_t length);
loff_t strict_punch_hole(struct inode *inode, loff_t pos, loff_t length);
loff_t strict_collapse(struct inode *inode, loff_t pos, loff_t length);

/* dedupe.c */
loff_t strict_dedupe(struct inode *inode, loff_t pos, loff_t length);

/* commit.c */
void strict_sync_begins(struct super_block *sb);
void strict_note_change(struct super_block *sb, u32 device_block, u32 count);
bool strict_is_committed(const struct super_block *sb, u32 device_block,
			 u32 count);
int strict_commit(struct super_block *sb);

/* reflink.c */
loff_t strict_reflink(struct inode *inode, loff_t pos, loff_t length);
loff_t strict_unshare(struct inode *inode, loff_t pos, loff_t length);
void strict_share(struct inode *inode, u32 block, u32 end);
bool strict_has_shared(const struct inode *inode);
bool strict_always_copies(const struct inode *inode);
bool strict_is_others(const struct strict_sb_info *sbi, u32 device_block);
void strict_check_others(struct super_block *sb);

/* extent.c: the extents of a file; the caller holds the extent lock */
const struct strict_extent *strict_find_extent(const struct inode *inode,
					       u32 block);
u32 strict_next_extent(const struct inode *inode, u32 block);
void strict_add_extent(struct inode *inode, struct strict_extent extent);
void strict_remove_blocks(struct inode *inode, u32 block, u32 end);

/* What blocks can become; nobody shares what is unwritten. */
enum strict_mark { STRICT_WRITTEN, STRICT_UNWRITTEN, STRICT_SHARED };
void strict_mark_blocks(struct inode *inode, u32 block, u32 end,
			enum strict_mark mark);
void strict_replace_blocks(struct inode *inode, u32 block, u32 count,
			   u32 device_block);
void strict_move_extents(struct inode *inode, u32 block, u32 by);

/* allocator.c: blocks of the device */
int strict_allocate(struct super_block *sb, u32 want, bool pmd,
		    u32 *device_block);
void strict_free(struct super_block *sb, u32 device_block, u32 count);
bool strict_block_in_use(const struct strict_sb_info *sbi, u32 device_block);

/*
 * make.c: for world.c, between runs and on the main stack.
 *
 * strict_make() fills in a superblock and an inode that the caller has set up
 * as VFS objects (i_sb, i_mapping, s_bdev): lays the extents out, fills them
 * with their bytes, marks bad blocks, sets i_size and i_blocks and the
 * operation tables. Returns NULL, or why the geometry is refused.
 *
 * strict_list_blocks() writes the file's blocks, ascending, and returns how
 * many there are, at most @max of them written. strict_find_leaks() reports
 * reservations that are still out and blocks that nobody owns. Together they
 * are strict_audit(); strict_free_blocks() counts clear bits.
 */
const char *strict_make(struct super_block *sb, struct inode *inode,
			const struct fl_geometry *geometry);
u32 strict_list_blocks(struct inode *inode, struct fl_block *blocks, u32 max);
void strict_find_leaks(struct inode *inode);
u32 strict_free_blocks(struct super_block *sb);

#endif
