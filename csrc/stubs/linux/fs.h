/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files, inodes and filesystems, as far as a DAX file has them.
 *
 * The structures have the members of all kernel versions, so that
 * code of any finds its own. Members of operation tables that nobody here
 * calls, and that take other arguments in other versions, have no type.
 */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/radix-tree.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/time.h>
#include <linux/uidgid.h>
#include <asm/byteorder.h>
#if HAVE_I_PAGES
#include <linux/xarray.h>
#endif
#if HAVE_XARRAY
/* A walk of the index lets its lock go after so many entries, and not 4096. */
#define XA_CHECK_SCHED	2
#endif

struct address_space;
struct block_device;
struct buffer_head;
struct dentry;
struct device;
struct dir_context;
struct fiemap_extent_info;
struct file;
struct file_kattr;
struct folio;
struct fs_context;
struct iattr;
struct inode;
struct iov_iter;
struct kiocb;
struct mnt_idmap;
struct page;
struct pipe_inode_info;
struct readahead_control;
struct resource;
struct super_block;
struct user_namespace;
struct vm_area_desc;
struct vm_area_struct;
struct writeback_control;

/* inode.i_flags */
#define S_SYNC		1
#define S_NOATIME	2
#define S_APPEND	4
#define S_IMMUTABLE	8
#define S_SWAPFILE	256
#define S_DIRSYNC	64
#define S_DAX		8192

#define IS_SYNC(inode)		((inode)->i_flags & S_SYNC)
#define IS_DIRSYNC(inode)	((inode)->i_flags & (S_SYNC | S_DIRSYNC))
#define IS_APPEND(inode)	((inode)->i_flags & S_APPEND)
#define IS_IMMUTABLE(inode)	((inode)->i_flags & S_IMMUTABLE)
#define IS_SWAPFILE(inode)	((inode)->i_flags & S_SWAPFILE)
#define IS_DAX(inode)		((inode)->i_flags & S_DAX)

/* What chattr sets, as filesystems keep it. */
#define FS_SYNC_FL		0x00000008
#define FS_IMMUTABLE_FL		0x00000010
#define FS_APPEND_FL		0x00000020
#define FS_NODUMP_FL		0x00000040
#define FS_NOATIME_FL		0x00000080
#define FS_COMPR_FL		0x00000004
#define FS_DIRSYNC_FL		0x00010000
#define FS_TOPDIR_FL		0x00020000
#define FS_FL_USER_VISIBLE	0x0003dfff
#define FS_FL_USER_MODIFIABLE	0x000380ff

/* super_block.s_flags */
#define MS_RDONLY	1
#define MS_SYNCHRONOUS	16
#define SB_RDONLY	MS_RDONLY
#define SB_SYNCHRONOUS	MS_SYNCHRONOUS

/* __mark_inode_dirty(), inode.i_state */
#define I_DIRTY_SYNC		(1 << 0)
#define I_DIRTY_DATASYNC	(1 << 1)
#define I_DIRTY_PAGES		(1 << 2)
#define I_NEW			(1 << 3)
#define I_DIRTY_TIME		(1 << 11)
#define I_DIRTY_INODE	(I_DIRTY_SYNC | I_DIRTY_DATASYNC)
#define I_DIRTY		(I_DIRTY_INODE | I_DIRTY_PAGES)
#define I_DIRTY_ALL	(I_DIRTY | I_DIRTY_TIME)

/* iattr.ia_valid */
#define ATTR_MODE	(1 << 0)
#define ATTR_UID	(1 << 1)
#define ATTR_GID	(1 << 2)
#define ATTR_SIZE	(1 << 3)
#define ATTR_ATIME	(1 << 4)
#define ATTR_MTIME	(1 << 5)
#define ATTR_CTIME	(1 << 6)

/* Marks of an index. */
#define PAGECACHE_TAG_DIRTY	0
#define PAGECACHE_TAG_WRITEBACK	1
#define PAGECACHE_TAG_TOWRITE	2

/* iov_iter.type and the like */
#define READ	0
#define WRITE	1

#define SB_UNFROZEN		0
#define SB_FREEZE_WRITE		1
#define SB_FREEZE_PAGEFAULT	2
#define SB_FREEZE_FS		3
#define SB_FREEZE_LEVELS	3
#define SB_FREEZE_COMPLETE	4

/* file.f_mode */
#define FMODE_READ		0x1
#define FMODE_WRITE		0x2
#define FMODE_CAN_ODIRECT	0x400000
#define FMODE_NOWAIT		0x8000000

/* kiocb.ki_flags */
#define IOCB_EVENTFD		(1 << 0)
#define IOCB_APPEND		(1 << 1)
#define IOCB_DIRECT		(1 << 2)
#define IOCB_HIPRI		(1 << 3)
#define IOCB_DSYNC		(1 << 4)
#define IOCB_SYNC		(1 << 5)
#define IOCB_WRITE		(1 << 6)
#define IOCB_NOWAIT		(1 << 7)
#define IOCB_WAITQ		(1 << 8)
#define IOCB_NOIO		(1 << 9)
#define IOCB_ALLOC_CACHE	(1 << 10)
#define IOCB_DIO_CALLER_COMP	(1 << 11)
#define IOCB_ATOMIC		(1 << 12)

/* What ->remap_file_range() is asked for. */
#define REMAP_FILE_DEDUP	(1 << 0)
#define REMAP_FILE_CAN_SHORTEN	(1 << 1)

/* address_space.flags */
#define AS_EIO		0
#define AS_ENOSPC	1

typedef int (get_block_t)(struct inode *inode, sector_t block,
			  struct buffer_head *bh, int create);
typedef int (dio_iodone_t)(struct kiocb *iocb, loff_t offset, ssize_t bytes,
			   void *private);

struct address_space_operations {
	int (*writepage)(struct page *page, struct writeback_control *wbc);
	int (*writepages)(struct address_space *mapping,
			  struct writeback_control *wbc);
	int (*set_page_dirty)(struct page *page);
	bool (*dirty_folio)(struct address_space *mapping, struct folio *folio);
	const void *readpage, *readpages, *read_folio, *readahead;
	const void *write_begin, *write_end, *bmap, *direct_IO;
	const void *invalidatepage, *invalidate_folio;
	void (*freepage)(struct page *page);
	const void *releasepage, *release_folio, *free_folio;
	const void *migratepage, *migrate_folio, *launder_page, *launder_folio;
	const void *is_partially_uptodate, *is_dirty_writeback;
	const void *error_remove_page, *error_remove_folio;
	const void *swap_activate, *swap_deactivate, *swap_rw;
};

struct address_space {
	struct inode		*host;
#if HAVE_XARRAY
	struct xarray		i_pages;
#elif HAVE_I_PAGES
	struct radix_tree_root	i_pages;
#else
	struct radix_tree_root	page_tree;
	spinlock_t		tree_lock;
#endif
	struct rw_semaphore	invalidate_lock;
	struct rw_semaphore	i_mmap_rwsem;
	void			*i_mmap;	/* mappings: see mm.h */
	unsigned long		nrpages;
	unsigned long		nrexceptional;
	const struct address_space_operations *a_ops;
	unsigned long		flags;
	gfp_t			gfp_mask;
	spinlock_t		private_lock;
	struct list_head	private_list;
	void			*private_data;
	unsigned int		object;	/* its name in the trace */
};

/*
 * The list of a file's metadata as a thing of its own, which the filesystem
 * keeps beside its inode: here it is still the mapping's.
 */
struct mapping_metadata_bhs {
	struct address_space *mapping;
};

/* What they are called from 6.8 on. */
#define i_private_lock	private_lock
#define i_private_list	private_list
#define i_private_data	private_data

struct inode {
	umode_t			i_mode;
	unsigned short		i_opflags;
	kuid_t			i_uid;
	kgid_t			i_gid;
	unsigned int		i_flags;
	unsigned long		i_ino;
	union {
		const unsigned int	i_nlink;
		unsigned int		__i_nlink;
	};
	dev_t			i_rdev;
	unsigned int		i_blkbits;
	loff_t			i_size;
	blkcnt_t		i_blocks;
	struct timespec64	i_atime, i_mtime, i_ctime;
	unsigned long		i_state;
	u64			i_version;
	u32			i_generation;
	struct rw_semaphore	i_rwsem;
	spinlock_t		i_lock;
	const struct inode_operations *i_op;
	const struct file_operations *i_fop;
	struct super_block	*i_sb;
	struct address_space	*i_mapping;
	struct address_space	i_data;
	char			*i_link;
	void			*i_private;
	unsigned int		object;	/* its name in the trace */
};

struct qstr {
	unsigned int		len;
	const unsigned char	*name;
};

struct dentry {
	struct inode		*d_inode;
	struct super_block	*d_sb;
};

struct path {
	struct dentry		*dentry;
};

struct file {
	struct path		f_path;
	struct inode		*f_inode;
	struct address_space	*f_mapping;
	const struct file_operations *f_op;
	unsigned int		f_flags;
	fmode_t			f_mode;
	loff_t			f_pos;
	void			*private_data;
};

struct file_system_type {
	const char		*name;
};

struct sb_writers {
	int			frozen;		/* SB_* */
	int			freezer;	/* whose doing it is */
	unsigned long		closed;		/* bit a level */
};

struct super_block {
	dev_t			s_dev;
	unsigned long		s_blocksize;
	unsigned char		s_blocksize_bits;
	u64			s_maxbytes;
	struct file_system_type	*s_type;
	unsigned long		s_flags;
	unsigned long		s_magic;
	const struct super_operations *s_op;
	struct block_device	*s_bdev;
	void			*s_fs_info;
	char			s_id[32];
	struct sb_writers	s_writers;
	unsigned int		object;	/* of its freeze protection */
};

struct kiocb {
	struct file		*ki_filp;
	loff_t			ki_pos;
	void			*private;
	int			ki_flags;
};

struct iattr {
	unsigned int		ia_valid;
	umode_t			ia_mode;
	kuid_t			ia_uid;
	kgid_t			ia_gid;
	loff_t			ia_size;
	struct timespec64	ia_atime, ia_mtime, ia_ctime;
	struct file		*ia_file;
};

struct file_operations {
	struct module *owner;
	ssize_t (*read_iter)(struct kiocb *iocb, struct iov_iter *to);
	ssize_t (*write_iter)(struct kiocb *iocb, struct iov_iter *from);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*mmap_prepare)(struct vm_area_desc *desc);
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	int (*fsync)(struct file *file, loff_t start, loff_t end, int datasync);
	const void *llseek, *read, *write, *iterate, *iterate_shared, *poll;
	const void *unlocked_ioctl, *compat_ioctl, *get_unmapped_area;
	const void *splice_read, *splice_write, *fallocate, *fadvise, *iopoll;
	const void *copy_file_range, *remap_file_range, *setlease;
	unsigned int fop_flags;
};

/* Who a change of attributes is made for, where that is said. */
#if HAVE_SETATTR_IDMAP
#define __SETATTR_FOR	struct mnt_idmap *idmap,
#elif HAVE_SETATTR_USERNS
#define __SETATTR_FOR	struct user_namespace *mnt_userns,
#else
#define __SETATTR_FOR
#endif
extern struct user_namespace init_user_ns;
extern struct mnt_idmap nop_mnt_idmap, invalid_mnt_idmap;
typedef void *fl_owner_t;

struct inode_operations {
	int (*setattr)(__SETATTR_FOR struct dentry *dentry, struct iattr *attr);
	const void *getattr, *permission, *listxattr, *setxattr, *getxattr;
	const void *removexattr, *get_acl, *get_inode_acl, *set_acl, *fiemap;
	const void *fileattr_get, *fileattr_set, *update_time;
};

struct super_operations {
	struct inode *(*alloc_inode)(struct super_block *sb);
	void (*destroy_inode)(struct inode *inode);
	int (*write_inode)(struct inode *inode, struct writeback_control *wbc);
};

static inline struct inode *file_inode(const struct file *file)
{
	return file->f_inode;
}

static inline struct inode *d_inode(const struct dentry *dentry)
{
	return dentry->d_inode;
}

static inline loff_t i_size_read(const struct inode *inode)
{
	return READ_ONCE(*(const loff_t *)&inode->i_size);
}

void i_size_write(struct inode *inode, loff_t size);

static inline unsigned int i_blocksize(const struct inode *inode)
{
	return 1u << inode->i_blkbits;
}

static inline bool sb_rdonly(const struct super_block *sb)
{
	return sb->s_flags & SB_RDONLY;
}

/* ---- locks ---- */

static inline void inode_lock(struct inode *inode)
{
	down_write(&inode->i_rwsem);
}

static inline void inode_unlock(struct inode *inode)
{
	up_write(&inode->i_rwsem);
}

static inline void inode_lock_shared(struct inode *inode)
{
	down_read(&inode->i_rwsem);
}

static inline void inode_unlock_shared(struct inode *inode)
{
	up_read(&inode->i_rwsem);
}

static inline int inode_trylock(struct inode *inode)
{
	return down_write_trylock(&inode->i_rwsem);
}

static inline int inode_trylock_shared(struct inode *inode)
{
	return down_read_trylock(&inode->i_rwsem);
}

static inline int inode_is_locked(struct inode *inode)
{
	return rwsem_is_locked(&inode->i_rwsem);
}

static inline void i_mmap_lock_write(struct address_space *mapping)
{
	down_write(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_unlock_write(struct address_space *mapping)
{
	up_write(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_lock_read(struct address_space *mapping)
{
	down_read(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_unlock_read(struct address_space *mapping)
{
	up_read(&mapping->i_mmap_rwsem);
}

static inline void filemap_invalidate_lock(struct address_space *mapping)
{
	down_write(&mapping->invalidate_lock);
}

static inline void filemap_invalidate_unlock(struct address_space *mapping)
{
	up_write(&mapping->invalidate_lock);
}

static inline void filemap_invalidate_lock_shared(struct address_space *mapping)
{
	down_read(&mapping->invalidate_lock);
}

static inline int
filemap_invalidate_trylock_shared(struct address_space *mapping)
{
	return down_read_trylock(&mapping->invalidate_lock);
}

static inline void
filemap_invalidate_unlock_shared(struct address_space *mapping)
{
	up_read(&mapping->invalidate_lock);
}

/* ---- inodes ---- */

void inode_init_once(struct inode *inode);
void __mark_inode_dirty(struct inode *inode, int flags);
#define mark_inode_dirty(inode)		__mark_inode_dirty(inode, I_DIRTY)
#define mark_inode_dirty_sync(inode)	__mark_inode_dirty(inode, I_DIRTY_SYNC)
int sync_inode_metadata(struct inode *inode, int wait);
int write_inode_now(struct inode *inode, int sync);
#if !SLICE_IS_EMBEDDED
/* The embedded slice's ext2 has one of its own. */
int inode_needs_sync(struct inode *inode);
#endif
void inode_dio_wait(struct inode *inode);
bool inode_wrong_type(const struct inode *inode, umode_t mode);
void d_mark_dontcache(struct inode *inode);
struct inode *igrab(struct inode *inode);
void iput(struct inode *inode);
struct inode *iget_locked(struct super_block *sb, unsigned long ino);
void unlock_new_inode(struct inode *inode);
void iget_failed(struct inode *inode);
void clear_inode(struct inode *inode);
bool is_bad_inode(struct inode *inode);
void inode_nohighmem(struct inode *inode);
void init_special_inode(struct inode *inode, umode_t mode, dev_t device);

static inline void set_nlink(struct inode *inode, unsigned int nlink)
{
	inode->__i_nlink = nlink;
}

static inline uid_t i_uid_read(const struct inode *inode)
{
	return inode->i_uid.val;
}

static inline gid_t i_gid_read(const struct inode *inode)
{
	return inode->i_gid.val;
}

static inline void i_uid_write(struct inode *inode, uid_t uid)
{
	inode->i_uid.val = uid;
}

static inline void i_gid_write(struct inode *inode, gid_t gid)
{
	inode->i_gid.val = gid;
}

/* ---- their times ---- */

struct timespec64 current_time(struct inode *inode);
#define CURRENT_TIME_SEC	((struct timespec64){ 0, 0 })

#define __FAULTLINE_INODE_TIME(which) \
static inline struct timespec64 \
inode_get_##which(const struct inode *inode) \
{ return inode->i_##which; } \
static inline time64_t inode_get_##which##_sec(const struct inode *inode) \
{ return inode->i_##which.tv_sec; } \
static inline struct timespec64 \
inode_set_##which##_to_ts(struct inode *inode, struct timespec64 time) \
{ return inode->i_##which = time; } \
static inline struct timespec64 \
inode_set_##which(struct inode *inode, time64_t sec, long nsec) \
{ return inode->i_##which = (struct timespec64){ sec, nsec }; }

__FAULTLINE_INODE_TIME(atime)
__FAULTLINE_INODE_TIME(mtime)
__FAULTLINE_INODE_TIME(ctime)

static inline struct timespec64 inode_set_ctime_current(struct inode *inode)
{
	return inode->i_ctime = current_time(inode);
}

/* ---- files ---- */

void file_accessed(struct file *file);
int file_update_time(struct file *file);
int file_remove_privs(struct file *file);
int file_modified(struct file *file);
int kiocb_modified(struct kiocb *iocb);
ssize_t generic_write_checks(struct kiocb *iocb, struct iov_iter *from);
ssize_t generic_write_sync(struct kiocb *iocb, ssize_t count);
int generic_file_fsync(struct file *file, loff_t start, loff_t end,
		       int datasync);
int __generic_file_fsync(struct file *file, loff_t start, loff_t end,
			 int datasync);
int vfs_fsync_range(struct file *file, loff_t start, loff_t end, int datasync);

/* A DAX file has these in its tables and never gets there. */
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);
int generic_file_mmap_prepare(struct vm_area_desc *desc);
void generic_setlease(void);	/* in a table, and never reached */
loff_t generic_file_llseek(struct file *file, loff_t offset, int whence);
ssize_t generic_file_read_iter(struct kiocb *iocb, struct iov_iter *iter);
ssize_t generic_file_write_iter(struct kiocb *iocb, struct iov_iter *iter);
void generic_file_splice_read(void);
void filemap_splice_read(void);
void iter_file_splice_write(void);
void noop_direct_IO(void);
void noop_invalidatepage(void);
void generic_error_remove_page(void);
void generic_error_remove_folio(void);
void thp_get_unmapped_area(void);
int noop_set_page_dirty(struct page *page);
bool noop_dirty_folio(struct address_space *mapping, struct folio *folio);
int __set_page_dirty_buffers(struct page *page);
int __set_page_dirty_no_writeback(struct page *page);
int __set_page_dirty_nobuffers(struct page *page);
bool filemap_dirty_folio(struct address_space *mapping, struct folio *folio);

/* ---- attributes ---- */

int setattr_prepare(__SETATTR_FOR struct dentry *dentry, struct iattr *attr);
void setattr_copy(__SETATTR_FOR struct inode *inode, const struct iattr *attr);
int inode_change_ok(const struct inode *inode, struct iattr *attr);
int inode_newsize_ok(const struct inode *inode, loff_t size);
/* Owners never change, and access control lists there are none. */
#define i_uid_needs_update(...)		0
#define i_gid_needs_update(...)		0
#define posix_acl_chmod(...)		0

/* ---- writing back ---- */

int filemap_fdatawrite_range(struct address_space *mapping, loff_t start,
			     loff_t end);
struct iomap_ops;
int __generic_remap_file_range_prep(struct file *file_in, loff_t pos_in,
				    struct file *file_out, loff_t pos_out,
				    loff_t *len, unsigned int remap_flags,
				    const struct iomap_ops *dax_read_ops);
int filemap_write_and_wait_range(struct address_space *mapping, loff_t start,
				 loff_t end);
int filemap_write_and_wait(struct address_space *mapping);
int file_write_and_wait_range(struct file *file, loff_t start, loff_t end);
int file_check_and_advance_wb_err(struct file *file);

/* ---- freeze protection: writers hold off a freeze ---- */

void __sb_start_write(struct super_block *sb, int level);
void __sb_end_write(struct super_block *sb, int level);
void sb_start_write(struct super_block *sb);
void sb_end_write(struct super_block *sb);
void sb_start_pagefault(struct super_block *sb);
void sb_end_pagefault(struct super_block *sb);
void sb_start_intwrite(struct super_block *sb);
void sb_end_intwrite(struct super_block *sb);
void file_start_write(struct file *file);
void file_end_write(struct file *file);

#endif
