/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world of one run: a device, a filesystem on it, one file, one address
 * space with a shared and a private mapping of that file.
 *
 * All of it comes from the arena, so that nothing of one run is there in the
 * next. What the parts of the machine that know kernel types offer each other
 * is declared here.
 */
#ifndef WORLD_H
#define WORLD_H

#include "machine.h"
#include <linux/blkdev.h>
#include <linux/fs.h>
#include <linux/mm.h>

#define BLOCK_SHIFT	12
#define BLOCK_SIZE	(1u << BLOCK_SHIFT)
#define SECTORS_SHIFT	(BLOCK_SHIFT - 9)	/* of a block */
#define SECTORS_MASK	((1u << SECTORS_SHIFT) - 1)

#define VMA_SHARED	0
#define VMA_PRIVATE	1
/* Addresses of both mappings, apart from fl_geometry.vma_skew. */
#define VMA_SHARED_BASE		0x100000000000ul
#define VMA_PRIVATE_BASE	0x110000000000ul

/* Page frame numbers: RAM from 0, the device behind it, aligned as its
 * blocks are. */
#define DEVICE_PFN(block)	((unsigned long)RAM_PAGES + (block))

/* What later kernels reach the device by; an opaque name in their headers. */
struct dax_device {
	struct block_device *bdev;
};

struct world {
	const struct fl_geometry *geometry;
	uint32_t fs;			/* enum fl_fs */
	struct super_block sb;
	struct block_device bdev;
	struct request_queue queue;
	struct gendisk disk;
	struct dax_device dax;
	struct inode *inode;		/* the file */
	struct inode bd_inode;		/* of the device itself */
	struct file file;
	struct dentry dentry;
	struct mm_struct mm;
	struct vm_area_struct vma[2];
	uint32_t free_blocks_before;
};

/* The current one; NULL while there is none. */
extern struct world *world;

/* For tests: valid inside a run. */
struct inode *world_inode(void);
struct super_block *world_sb(void);
struct file *world_file(void);
struct vm_area_struct *world_vma(int private_vma);

/* ---- index.c ---- */
void index_open(struct address_space *mapping);
/* Slots in use, ascending; how many there are, at most @max written. */
u32 index_list(struct address_space *mapping, struct fl_entry *entries,
	       u32 max);

/* ---- page_table.c ---- */
void page_table_open(void);
/* Entries by mapping and page; how many there are, at most @max written. */
u32 page_table_list(struct fl_mapping *mappings, u32 max);

/* ---- page.c ---- */
void page_open(void);
void page_find_leaks(void);

/* ---- inode.c ---- */
/* Makes what is common to all filesystems; 0 or a negative errno. */
int inode_open(struct inode *inode, struct super_block *sb);

/* ---- buffer.c ---- */
void buffer_open(void);
/* A buffer for mkfs: in the cache, full of zeroes, not dirty, held once. */
struct buffer_head *buffer_make(unsigned int block);
/* What a metadata block holds, in memory if it is there, else on the device. */
const void *buffer_contents(unsigned int block);
void buffer_find_leaks(void);
void buffer_watch(void);	/* what is in them, see touch_watch() */

/* ---- freeze.c ---- */
/* 0 once all who write or fault are outside, and -EBUSY if it is frozen. */
int freeze_begin(struct super_block *sb);
void freeze_complete(struct super_block *sb);	/* all is on the medium */
void freeze_thaw(struct super_block *sb);
int freeze_is_asked(void);			/* by some op of the run */
void freeze_check_now(const struct super_block *sb, const char *what,
		      uintptr_t site);
/* The filesystem is about to be changed: it must not be frozen. */
static inline void freeze_check(const struct super_block *sb, const char *what,
				uintptr_t site)
{
	if (__builtin_expect(freeze_is_asked(), 0))
		freeze_check_now(sb, what, site);
}

/* ---- block.c ---- */
void block_open(unsigned int blocks);
/* Users of the device's storage come and go. */
void block_enter(struct request_queue *queue, uintptr_t site);
int block_leave(struct request_queue *queue, uintptr_t site);	/* 0: nobody */

/* ---- dax_device.c ---- */
struct dax_device *block_dax_device(void);

/* ---- pmem.c ---- */
void pmem_open(void);
void pmem_mark_bad(unsigned int block, unsigned int count);
void pmem_mark_good(unsigned int block, unsigned int count);
/* The address of blocks is handed out: plain stores are to be expected. */
void *pmem_give_out(unsigned int block, unsigned int count);
/* How many blocks of [block, block + count) come before the first bad one. */
unsigned int pmem_good_blocks(unsigned int block, unsigned int count);
/* The device block that an address lies in, or -1. */
int pmem_block_of(const void *at);
/* Zeroes blocks; those that nobody has written to cost nothing. */
void pmem_zero_blocks(unsigned int block, unsigned int count);

/* ---- uaccess.c ---- */
/* The user's buffer of one read() or write() of the file, from @pos on. */
void iter_open(struct iov_iter *iter, int rw, loff_t pos, size_t count,
	       u8 fill);
/* Copies on behalf of whoever is at @site; return how much was copied. */
size_t iter_copy_from(void *to, size_t asked, struct iov_iter *iter,
		      uintptr_t site);
size_t iter_copy_to(const void *from, size_t asked, struct iov_iter *iter,
		    uintptr_t site);

/* ---- ext2.c ---- */
struct ext2_inode_info;
/* What holds for an inode before it is any file's. */
void ext2_open_inode(struct ext2_inode_info *ei);

/* ---- mkfs.c: ext2 ---- */
const char *ext2_make(const struct fl_geometry *geometry);
/* The first block that can be a file's. */
u32 mkfs_first_block(void);

/* ---- audit_ext2.c ---- */
/* Lists the file's blocks, at most @max, and finds those that are lost. */
u32 ext2_audit(struct fl_block *blocks, u32 max);
u32 ext2_free_blocks_left(void);

/* ---- audit.c ---- */
/* By the bitmap. */
u32 world_free_blocks(void);

#endif
