/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ext2 as far as a DAX file needs it: the structures on the device, what is
 * kept of them in memory, and the functions that the files here offer each
 * other.
 *
 * Left out because no path of a DAX data file goes there: directories, symbolic
 * links, extended attributes, the inode table, mount options and the block
 * reservation windows. Field names and layouts are those of the real thing.
 */
#ifndef _FS_EXT2_EXT2_H
#define _FS_EXT2_EXT2_H

#include <linux/fs.h>
#include <linux/blockgroup_lock.h>
#include <linux/percpu_counter.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <asm/byteorder.h>

struct buffer_head;
struct iomap_ops;

/* A block number within the filesystem, and one relative to its group. */
typedef unsigned long ext2_fsblk_t;
typedef int ext2_grpblk_t;
#define E2FSBLK "%lu"

/*
 * i_data[]: direct blocks, then the roots of one, two and three levels of
 * indirection.
 */
#define EXT2_N_BLOCKS		15
#define EXT2_TIND_BLOCK		(EXT2_N_BLOCKS - 1)
#define EXT2_DIND_BLOCK		(EXT2_N_BLOCKS - 2)
#define EXT2_IND_BLOCK		(EXT2_N_BLOCKS - 3)
#define EXT2_NDIR_BLOCKS	EXT2_IND_BLOCK

/* On the device. */

struct ext2_group_desc {
	__le32	bg_block_bitmap, bg_inode_bitmap, bg_inode_table;
	__le16	bg_free_blocks_count, bg_free_inodes_count;
	__le16	bg_used_dirs_count, bg_pad;
	__le32	bg_reserved[3];
};

/* Only the leading part of the super block has readers here. */
struct ext2_super_block {
	__le32	s_inodes_count, s_blocks_count, s_r_blocks_count;
	__le32	s_free_blocks_count, s_free_inodes_count;
	__le32	s_first_data_block;
	__le32	s_log_block_size, s_log_frag_size;
	__le32	s_blocks_per_group, s_frags_per_group, s_inodes_per_group;
	__le32	s_mtime, s_wtime;
	__le16	s_mnt_count, s_max_mnt_count;
	__le16	s_magic, s_state, s_errors, s_minor_rev_level;
};

#define EXT2_SUPER_MAGIC	0xEF53
#define EXT2_VALID_FS		0x0001	/* s_state: unmounted cleanly */
#define EXT2_ERROR_FS		0x0002	/* s_state: errors were seen */

/* In memory. */

/**
 * struct ext2_sb_info - a mounted filesystem
 * @s_blocks_per_group: so many bits of a bitmap count
 * @s_itb_per_group:	blocks of a group's inode table
 * @s_groups_count:	block groups
 * @s_desc_per_block:	group descriptors in a block of them
 * @s_desc_per_block_bits: its logarithm
 * @s_addr_per_block:	block numbers in an indirect block
 * @s_addr_per_block_bits: its logarithm
 * @s_sb_block:		where the super block is
 * @s_sbh:		its buffer
 * @s_es:		and the super block in that
 * @s_group_desc:	buffers of the group descriptors
 * @s_mount_opt:	EXT2_MOUNT_*
 * @s_mount_state:	EXT2_VALID_FS and EXT2_ERROR_FS
 * @s_freeblocks_counter: free blocks of all groups
 * @s_blockgroup_lock:	a group's descriptor and bitmap bits, see sb_bgl_lock()
 * @s_lock:		@s_es, @s_mount_state
 */
struct ext2_sb_info {
	unsigned long s_blocks_per_group, s_itb_per_group, s_groups_count;
	unsigned long s_desc_per_block, s_addr_per_block;
	int s_desc_per_block_bits, s_addr_per_block_bits;
	unsigned long s_sb_block;
	struct buffer_head *s_sbh;
	struct ext2_super_block *s_es;
	struct buffer_head **s_group_desc;
	unsigned long s_mount_opt;
	unsigned short s_mount_state;
	struct percpu_counter s_freeblocks_counter;
	struct blockgroup_lock *s_blockgroup_lock;
	spinlock_t s_lock;
};

#define EXT2_MOUNT_ERRORS_CONT	0x000010
#define EXT2_MOUNT_ERRORS_RO	0x000020
#define EXT2_MOUNT_ERRORS_PANIC	0x000040

/**
 * struct ext2_inode_info - a file
 * @i_data:	 block numbers, as the inode on the device has them
 * @i_flags:	 EXT2_*_FL
 * @i_file_acl:	 block of extended attributes
 * @i_block_group: group of the inode, where its blocks are looked for first
 * @i_next_alloc_block: file block after the one that was allocated last
 * @i_next_alloc_goal: block on the device that should become that one
 * @i_meta_lock: pointers in @i_data and in indirect blocks, against truncation
 * @truncate_mutex: held while blocks are added to the file or taken away
 * @dax_sem:	 faults take it for read; truncation for write, so that no fault
 *		 maps a block that is about to be freed. Outside page locks and
 *		 locked entries, which are outside @truncate_mutex.
 * @vfs_inode:	 the rest
 */
struct ext2_inode_info {
	__le32			i_data[EXT2_N_BLOCKS];
	__u32			i_flags, i_file_acl, i_block_group;
	__u32			i_next_alloc_block, i_next_alloc_goal;
	rwlock_t		i_meta_lock;
	struct mutex		truncate_mutex;
	struct rw_semaphore	dax_sem;
	struct inode		vfs_inode;
};

static inline struct ext2_inode_info *EXT2_I(const struct inode *inode)
{
	return container_of(inode, struct ext2_inode_info, vfs_inode);
}

static inline struct ext2_sb_info *EXT2_SB(const struct super_block *sb)
{
	return sb->s_fs_info;
}

#define EXT2_BLOCKS_PER_GROUP(sb)	(EXT2_SB(sb)->s_blocks_per_group)
#define EXT2_DESC_PER_BLOCK(sb)		(EXT2_SB(sb)->s_desc_per_block)
#define EXT2_ADDR_PER_BLOCK(sb)		(EXT2_SB(sb)->s_addr_per_block)
#define EXT2_ADDR_PER_BLOCK_BITS(sb)	(EXT2_SB(sb)->s_addr_per_block_bits)

static inline ext2_fsblk_t ext2_group_first_block_no(struct super_block *sb,
						     unsigned long group_no)
{
	ext2_fsblk_t first = le32_to_cpu(EXT2_SB(sb)->s_es->s_first_data_block);

	return first + group_no * EXT2_BLOCKS_PER_GROUP(sb);
}

#define dax_sem_down_write(ei)	down_write(&(ei)->dax_sem)
#define dax_sem_up_write(ei)	up_write(&(ei)->dax_sem)

/* balloc.c */
ext2_fsblk_t ext2_new_blocks(struct inode *inode, ext2_fsblk_t goal,
			     unsigned long *count, int *errp);
ext2_fsblk_t ext2_new_block(struct inode *inode, unsigned long goal,
			    int *errp);
void ext2_free_blocks(struct inode *inode, unsigned long block,
		      unsigned long count);
unsigned long ext2_count_free_blocks(struct super_block *sb);
struct ext2_group_desc *ext2_get_group_desc(struct super_block *sb,
					    unsigned int block_group,
					    struct buffer_head **bh);

/* file.c */
extern const struct file_operations ext2_file_operations;
extern const struct inode_operations ext2_file_inode_operations;
extern const struct vm_operations_struct ext2_dax_vm_ops;
int ext2_fsync(struct file *file, loff_t start, loff_t end, int datasync);

/* inode.c */
extern const struct iomap_ops ext2_iomap_ops;
extern const struct address_space_operations ext2_aops;
int ext2_get_blocks(struct inode *inode, sector_t iblock,
		    unsigned long maxblocks, u32 *bno, bool *new,
		    bool *boundary, int create);
int ext2_setsize(struct inode *inode, loff_t newsize);
int ext2_setattr(struct dentry *dentry, struct iattr *iattr);

/* super.c */
extern const struct super_operations ext2_sops;
void ext2_init_inode_info(struct ext2_inode_info *ei);
__printf(3, 4)
void ext2_error(struct super_block *sb, const char *function, const char *fmt,
		...);
__printf(3, 4)
void ext2_msg(struct super_block *sb, const char *prefix, const char *fmt, ...);

#endif
