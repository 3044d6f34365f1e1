// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making the world that a geometry asks for, as mkfs, mount, open() and two
 * mmap() calls would, before any task runs.
 *
 * This is done anew for every run, so it writes little: what it does not
 * mention is zero, in the arena and on the device.
 */
#include "fs/world.h"
#include "core/trace.h"
#include "fs/audit.h"
#include "fs/filesystem.h"
#include "fs/inode.h"
#include "fs/inode_dirty.h"
#include "locks/sleep.h"
#include "memory/arena.h"
#include "memory/fault_call.h"
#include "memory/index.h"
#include "memory/page.h"
#include "memory/page_table.h"
#include "storage/block.h"
#include "storage/buffer.h"
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mmap_lock.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define DEVICE_BLOCKS_MIN	64
#define PMD_PAGES		((u32)HPAGE_PMD_NR)

struct world *world;

/*
 * What files of a filesystem can do, by enum fl_fs. How their faults are
 * handled, mmap() says, and often nobody else. The same in every world.
 */
static struct {
	const struct file_operations *file;
	const struct vm_operations_struct *vm;
} known[FL_FS_KINDS];

struct inode *world_inode(void)
{
	return world->inode;
}

struct super_block *world_sb(void)
{
	return &world->sb;
}

struct file *world_file(void)
{
	return &world->file;
}

struct vm_area_struct *world_vma(int private_vma)
{
	return &world->vma[private_vma ? VMA_PRIVATE : VMA_SHARED];
}

static const char *check(const struct fl_geometry *geometry)
{
	if (!filesystem_of(geometry->fs))
		return "no such filesystem";
	if (geometry->flags & ~FL_GEOMETRY_FLAGS)
		return "unknown flags of a geometry";
	if (geometry->device_blocks < DEVICE_BLOCKS_MIN ||
	    geometry->device_blocks > DEVICE_PAGES)
		return "a device has 64 to 4096 blocks";
	/* Page numbers of both filesystems have 32 bits. */
	if (geometry->size > 1ull << 42)
		return "a file beyond 4 TiB";
	if (geometry->vma_pages > 16 * PMD_PAGES ||
	    geometry->vma_pgoff > U32_MAX / 4 ||
	    geometry->vma_skew > 16 * PMD_PAGES)
		return "a mapping out of reach";
	return NULL;
}

static void make_super(void)
{
	struct super_block *sb = &world->sb;

	sb->s_blocksize = BLOCK_SIZE;
	sb->s_blocksize_bits = BLOCK_SHIFT;
	sb->s_maxbytes = 1ll << 42;
	strcpy(sb->s_id, "pmem0");
	sb->object = object_new(FL_OBJECT_LOCK);
}

static void open_file(void)
{
	struct inode *inode = world->inode;

	inode->i_mode = S_IFREG | 0644;
	inode->i_flags |= S_DAX;
	if (world->geometry->flags & FL_GEOMETRY_IMMUTABLE)
		inode->i_flags |= S_IMMUTABLE;
	if (world->geometry->flags & FL_GEOMETRY_APPEND_ONLY)
		inode->i_flags |= S_APPEND;
	if (world->geometry->flags & FL_GEOMETRY_SYNC)
		inode->i_flags |= S_SYNC;
	if (world->geometry->flags & FL_GEOMETRY_SYMLINK)
		inode->i_mode = S_IFLNK | 0777;
	index_open(inode->i_mapping);
	world->dentry.d_inode = inode;
	world->file.f_path.dentry = &world->dentry;
	world->file.f_inode = inode;
	world->file.f_mapping = inode->i_mapping;
	world->file.f_op = inode->i_fop;
	known[world->fs].file = inode->i_fop;
}

/*
 * What the table of a file's operations does not have, no process can ask for:
 * without ->mmap, and ->mmap_prepare where that came for it, there is a world,
 * and there are no accesses in it.
 */
static int has_mmap(const struct file_operations *file)
{
	return file && (file->mmap || file->mmap_prepare);
}

/* What the filesystem is asked about a new mapping; 0 or a negative errno. */
static int call_mmap(struct vm_area_struct *vma)
{
	const struct file_operations *ops = world->file.f_op;
	struct vm_area_desc desc = {
		.mm		= vma->vm_mm,
		.file		= vma->vm_file,
		.start		= vma->vm_start,
		.end		= vma->vm_end,
		.pgoff		= vma->vm_pgoff,
		.vm_file	= vma->vm_file,
		.vm_flags	= vma->vm_flags,
	};
	int error;

	if (!ops->mmap_prepare)
		return ops->mmap(&world->file, vma);
	error = ops->mmap_prepare(&desc);
	vma->vm_pgoff = desc.pgoff;
	vma->vm_flags = desc.vm_flags;
	vma->vm_ops = desc.vm_ops;
	vma->vm_private_data = desc.private_data;
	return error;
}

static const char *map_file(int private_vma, unsigned long base)
{
	const struct fl_geometry *geometry = world->geometry;
	struct vm_area_struct *vma = world_vma(private_vma);
	int error;

	vma->object = object_new(FL_OBJECT_VMA);
	vma->vm_mm = &world->mm;
	vma->vm_file = &world->file;
	vma->vm_pgoff = geometry->vma_pgoff;
	vma->vm_start = base + (unsigned long)geometry->vma_skew * PAGE_SIZE;
	vma->vm_end = vma->vm_start +
		(unsigned long)geometry->vma_pages * PAGE_SIZE;
	vma->vm_flags = VM_READ | VM_WRITE | VM_MAYWRITE |
		(private_vma ? 0 : VM_SHARED);
	if (!has_mmap(world->file.f_op))
		return NULL;
	error = call_mmap(vma);
	if (error && world->filesystem->is_read_only && !private_vma) {
		/* As of a file that was opened for reading. */
		vma->vm_flags = VM_READ | VM_MAYSHARE;
		error = call_mmap(vma);
	}
	if (error)
		return "the filesystem refused a mapping";
	known[world->fs].vm = vma->vm_ops;
	return vma->vm_ops ? NULL : "a mapping without a fault handler";
}

static void make_mm(void)
{
	struct mm_struct *mm = &world->mm;

	mmap_init_lock(mm);
	spin_lock_init(&mm->page_table_lock);
	for (unsigned int task = 0; task < FL_TASKS_MAX; task++)
		task_struct_of(task)->mm = mm;
}

const char *world_make(const struct fl_geometry *geometry)
{
	const char *refused = check(geometry);

	if (refused)
		return refused;
	world = arena_take(sizeof(*world), 64);
	world->geometry = geometry;
	world->fs = geometry->fs;
	init_waitqueue_head(&world->variables);
	page_open();
	buffer_open();
	make_super();
	block_open(geometry->device_blocks);
	if (inode_open(&world->bd_inode, &world->sb))
		return "no memory for an inode";
	world->bdev.bd_inode = &world->bd_inode;
	world->bdev.bd_mapping = world->bd_inode.i_mapping;
	world->filesystem = filesystem_of(geometry->fs);
	refused = world->filesystem->make(geometry);
	if (refused)
		return refused;
	world->free_blocks_before = world_free_blocks();
	inode_is_written(world->inode);
	buffer_all_clean();
	make_mm();
	open_file();
	refused = map_file(VMA_SHARED, VMA_SHARED_BASE);
	if (!refused)
		refused = map_file(VMA_PRIVATE, VMA_PRIVATE_BASE);
	if (!refused)
		page_table_open();	/* for the mappings that there are */
	return refused;
}

int world_is_known(uint32_t fs)
{
	return known[fs].file != NULL;
}

/* An access; the fault handlers are those of the mapping. */
static int mapping_supports(const struct vm_operations_struct *ops,
			    uint32_t op_kind)
{
	switch (op_kind) {
	case FL_OP_PFN_MKWRITE:
		return ops->fault && ops->pfn_mkwrite;
	case FL_OP_PMD_READ_FAULT:
	case FL_OP_PMD_WRITE_FAULT:
	case FL_OP_PMD_PRIVATE_WRITE_FAULT:
		return ops->fault && handler_has_pmd(ops);
	default:
		return ops->fault != NULL;
	}
}

int world_supports(uint32_t fs, uint32_t op_kind)
{
	const struct vm_operations_struct *ops = known[fs].vm;
	const struct file_operations *file = known[fs].file;

	if (!filesystem_of(fs))
		return 0;
	/* Not even a world of it could be made: each run will say so. */
	if (!file)
		return 1;
	if (op_kind > FL_OP_MUTEX_SECTION &&
	    !filesystem_of(fs)->supports(op_kind))
		return 0;
	switch (op_kind) {
	case FL_OP_WRITE:
		return file->write_iter != NULL;
	case FL_OP_READ:
		return file->read_iter != NULL;
	case FL_OP_FSYNC:
	case FL_OP_FREEZE:
		return file->fsync != NULL;
	case FL_OP_TRUNCATE:
		return 1;
	case FL_OP_UNMAP:
		return has_mmap(file);
	case FL_OP_PIN:
	case FL_OP_UNPIN:
		return has_mmap(file) && (!ops || ops->fault);
	default:
		if (op_kind > FL_OP_MUTEX_SECTION)
			return 1;
		if (!has_mmap(file))
			return 0;
		/* A mapping that was refused: each run will say so. */
		return !ops || mapping_supports(ops, op_kind);
	}
}
