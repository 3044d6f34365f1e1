/* SPDX-License-Identifier: GPL-2.0-only */
/* Metadata blocks in memory. */
#ifndef _LINUX_BUFFER_HEAD_H
#define _LINUX_BUFFER_HEAD_H

#include <linux/types.h>
#include <linux/fs.h>
#include <linux/bitops.h>
#include <linux/list.h>
#include <linux/pagemap.h>
#include <linux/quotaops.h>

struct block_device;

enum bh_state_bits { BH_Uptodate, BH_Dirty, BH_Lock, BH_Req, BH_Mapped, BH_New,
		     BH_Write_EIO, BH_Boundary, BH_Unwritten, BH_Meta,
		     BH_Dropped,	/* its memory was needed: to be read again */
		     BH_Forgotten,	/* its block is metadata no more */
		     BH_PrivateStart	/* a filesystem's own follow */ };

struct buffer_head {
	unsigned long b_state;
	sector_t b_blocknr;
	size_t b_size;
	char *b_data;
	struct block_device *b_bdev;
	struct list_head b_assoc_buffers;
	struct address_space *b_assoc_map;
	int b_count;
	struct buffer_head *b_next;	/* in the buffer cache */
	unsigned int object;
	uintptr_t site;			/* who asked for it last */
	unsigned int b_waiting;		/* tasks that want the lock */
	unsigned int b_wanted;		/* an fsync() has to write it */
	u64 b_sum;			/* of what was read or written */
};

int buffer_uptodate(const struct buffer_head *bh);
void set_buffer_uptodate(struct buffer_head *bh);
void clear_buffer_uptodate(struct buffer_head *bh);
int buffer_dirty(const struct buffer_head *bh);
int buffer_write_io_error(const struct buffer_head *bh);
int buffer_req(const struct buffer_head *bh);

/* Of a buffer that is not in the cache: an answer of ->get_block(). */
static inline void set_buffer_new(struct buffer_head *bh)
{
	bh->b_state |= 1ul << BH_New;
}

static inline void set_buffer_boundary(struct buffer_head *bh)
{
	bh->b_state |= 1ul << BH_Boundary;
}

static inline int buffer_mapped(const struct buffer_head *bh)
{
	return bh->b_state >> BH_Mapped & 1;
}

static inline int buffer_new(const struct buffer_head *bh)
{
	return bh->b_state >> BH_New & 1;
}

static inline int buffer_unwritten(const struct buffer_head *bh)
{
	return bh->b_state >> BH_Unwritten & 1;
}

static inline void map_bh(struct buffer_head *bh, struct super_block *sb,
			  sector_t block)
{
	bh->b_state |= 1ul << BH_Mapped;
	bh->b_bdev = sb->s_bdev;
	bh->b_blocknr = block;
	bh->b_size = sb->s_blocksize;
}

struct buffer_head *sb_bread(struct super_block *sb, sector_t block);
struct buffer_head *sb_getblk(struct super_block *sb, sector_t block);
struct buffer_head *sb_find_get_block(struct super_block *sb, sector_t block);
void get_bh(struct buffer_head *bh);
void put_bh(struct buffer_head *bh);
void brelse(struct buffer_head *bh);
void bforget(struct buffer_head *bh);
void lock_buffer(struct buffer_head *bh);
void unlock_buffer(struct buffer_head *bh);
void wait_on_buffer(struct buffer_head *bh);
int bh_uptodate_or_lock(struct buffer_head *bh);
int bh_submit_read(struct buffer_head *bh);
/* Reads it in if it is not uptodate; 1: it was. */
int bh_read(struct buffer_head *bh, unsigned int op_flags);
void mark_buffer_dirty(struct buffer_head *bh);
void mark_buffer_dirty_inode(struct buffer_head *bh, struct inode *inode);
int sync_dirty_buffer(struct buffer_head *bh);
int sync_mapping_buffers(struct address_space *mapping);
void invalidate_inode_buffers(struct inode *inode);
void unmap_underlying_metadata(struct block_device *bdev, sector_t block);
void clean_bdev_aliases(struct block_device *bdev, sector_t block,
			sector_t count);
int generic_buffers_fsync(struct file *file, loff_t start, loff_t end,
			  bool datasync);
int generic_buffers_fsync_noflush(struct file *file, loff_t start, loff_t end,
				  bool datasync);

static inline void mmb_init(struct mapping_metadata_bhs *mmb,
			    struct address_space *mapping)
{
	mmb->mapping = mapping;
}

static inline void mmb_mark_buffer_dirty(struct buffer_head *bh,
					 struct mapping_metadata_bhs *mmb)
{
	mark_buffer_dirty_inode(bh, mmb->mapping->host);
}

static inline int mmb_sync(struct mapping_metadata_bhs *mmb)
{
	return sync_mapping_buffers(mmb->mapping);
}

static inline void mmb_invalidate(struct mapping_metadata_bhs *mmb)
{
	invalidate_inode_buffers(mmb->mapping->host);
}

static inline int mmb_fsync(struct file *file, struct mapping_metadata_bhs *mmb,
			    loff_t start, loff_t end, bool datasync)
{
	return generic_buffers_fsync(file, start, end, datasync);
}

/*
 * In the tables of a filesystem for files without DAX, and never reached: what
 * they take differs between versions.
 */
void buffer_migrate_page(void);
void buffer_migrate_folio(void);
void block_invalidate_folio(void);
void block_invalidatepage(void);
bool block_dirty_folio(struct address_space *mapping, struct folio *folio);
void block_is_partially_uptodate(void);
void nobh_write_end(void);

#endif
