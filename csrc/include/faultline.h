/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The C ABI of a kernel image: what the Swift side sees of the machine.
 *
 * A run travels in as data (geometry, ops, injections, schedule), and its
 * outcome comes back as data (results, events, end state). Nothing is called
 * back in between, so no foreign frame ever stands on a task's stack. The same
 * ABI is exported by the static working copy and by every variant's shared
 * object; faultline_image() is the only symbol that a shared object exports.
 *
 * Everything an outcome points at belongs to the machine and stays valid until
 * the next run of the same image. Code addresses ("pc") are offsets from
 * fl_image.base, so that they are the same in every process. All of them are
 * return addresses (that of a crash is the faulting instruction's plus one):
 * look up pc - 1.
 */
#ifndef FAULTLINE_H
#define FAULTLINE_H

#include <stdint.h>

#define FAULTLINE_ABI		2

/*
 * Limits. Reaching one ends the run, never silently: with FL_END_ENDLESS_LOOP
 * in an op, which has gone round in circles then, and with FL_END_LIMIT
 * elsewhere.
 */
#define FL_TASKS_MAX		4
#define FL_OPS_MAX		64
#define FL_EXTENTS_MAX		12
#define FL_INJECTIONS_MAX	8
#define FL_CHOICES_MAX		4096
#define FL_STEPS_MAX		16384
#define FL_ACCESSES_MAX		32768
#define FL_EVENTS_MAX		16384
#define FL_FRAMES_MAX		24
#define FL_LOCK_CLASSES_MAX	32
#define FL_HELD_MAX		16
#define FL_STACKS_MAX		96

enum fl_fs {
	FL_FS_EXT2 = 1,
	FL_FS_STRICT = 2,
	FL_FS_NONE = 3,		/* no file: only YIELD and MUTEX_SECTION can be
				 * done there, and such a world costs nothing */
	FL_FS_FUSE = 4,		/* the device is the window, of 2 MiB ranges;
				 * extents are what the server's file has */
	FL_FS_EROFS = 5,	/* nobody can write to it */
	FL_FS_KINDS
};

/* struct fl_geometry.flags */
#define FL_GEOMETRY_STRICT_TRUNCATE_LOCK 0x1	/* strict: its lock is held
						 * around page cache removal */
/* ext2 */
#define FL_GEOMETRY_TWO_GROUPS	0x2	/* of blocks; the file begins with the
					 * last two blocks of the first one */
#define FL_GEOMETRY_FRAGMENTED	0x4	/* behind the file every other block is
					 * another file's */
#define FL_GEOMETRY_NEARLY_FULL	0x8	/* three blocks are free behind the
					 * file, one of them the device's last */
#define FL_GEOMETRY_RESERVED	0x10	/* free blocks are reserved for root, and
					 * nobody is root */
/* strict: faults keep no lock between begin and end */
#define FL_GEOMETRY_STRICT_OPEN_FAULTS 0x20
/* ext2: what is no plain file */
#define FL_GEOMETRY_IMMUTABLE	0x40
#define FL_GEOMETRY_APPEND_ONLY	0x80
#define FL_GEOMETRY_SYMLINK	0x100	/* with its target in the inode */
/* ext2 */
#define FL_GEOMETRY_HALF_RESERVED 0x200	/* half of the free blocks are root's,
					 * and nobody is root */
#define FL_GEOMETRY_OTHER_WINDOWS 0x400	/* other files have reserved blocks near
					 * to the end of this one */
/* The bitmap of the first group calls a block free that is the filesystem's. */
#define FL_GEOMETRY_LOST_BITMAP	0x800
#define FL_GEOMETRY_LOST_INODE_BITMAP 0x1000
#define FL_GEOMETRY_LOST_TABLE	0x2000
/* ext2: the file is synchronous (chattr +S): so is what changes it */
#define FL_GEOMETRY_SYNC	0x4000
/* strict: answers can be nonsense */
#define FL_GEOMETRY_STRICT_NONSENSE 0x8000
/* page tables are set aside for huge entries */
#define FL_GEOMETRY_DEPOSITS	0x10000
/* fuse: another file of the server has a range of the window */
#define FL_GEOMETRY_OTHER_FILE	0x20000
/* erofs: the file is made of chunks, one page each, whose addresses are a list;
 * or indexes, which can name a device; or chunks have 2 MiB */
#define FL_GEOMETRY_CHUNKS	0x40000
#define FL_GEOMETRY_INDEXES	0x80000
#define FL_GEOMETRY_HUGE_CHUNKS	0x100000
/* erofs: the extents are on the second device, the first, the third, and so on,
 * which an index names and otherwise the address says; or these devices are
 * parts of the first, where the kernel knows of that */
#define FL_GEOMETRY_DEVICES	0x200000
#define FL_GEOMETRY_FLAT	0x400000
/* strict: once another file has blocks of the file, each write goes to a copy, of
 * what was a hole as well */
#define FL_GEOMETRY_STRICT_ALWAYS_COPIES 0x800000
/* ext2: file block 5 has the number of a block of the filesystem; or of none that
 * the device has */
#define FL_GEOMETRY_WILD_METADATA 0x1000000
#define FL_GEOMETRY_WILD_BEHIND	0x2000000
#define FL_GEOMETRY_FLAGS	0x3ffffff	/* all of them */

/* struct fl_extent.flags */
#define FL_EXTENT_UNWRITTEN	0x1	/* allocated, reads as zeroes: strict */
#define FL_EXTENT_BAD		0x2	/* the medium under it reports -EIO */
#define FL_EXTENT_PMD_ALIGNED	0x4	/* starts on a 2 MiB boundary of the
					 * device (strict) */

/**
 * struct fl_extent - allocated blocks of the file before the run
 * @block: first file block (4096 bytes each)
 * @count: blocks; they are contiguous on the device
 * @fill:  every byte of them up to i_size; 0 leaves them zero. Bytes of the
 *         last block beyond i_size are always zero. Of unwritten ones it is on
 *         the medium, and not in the file.
 * @flags: FL_EXTENT_*
 *
 * Extents are ascending, do not overlap, and are laid out in order on the
 * device, each after the one before, without a gap unless PMD_ALIGNED asks for
 * one. File blocks in no extent are holes.
 */
struct fl_extent {
	uint32_t block;
	uint32_t count;
	uint8_t fill;
	uint8_t flags;
	uint8_t reserved[2];
};

/**
 * struct fl_geometry - the world before the run
 * @fs:		enum fl_fs
 * @flags:	FL_GEOMETRY_*
 * @size:	i_size in bytes
 * @device_blocks: size of the device in blocks of 4096 bytes (64 to 4096)
 * @nr_extents: how many of @extents count
 * @vma_pgoff:	first file page of both mappings (one shared, one private)
 * @vma_pages:	their length in pages
 * @vma_skew:	pages by which both start behind a 2 MiB boundary of the address
 *		space; a mapping whose pages can be reached by PMD has
 *		vma_skew % 512 == vma_pgoff % 512
 */
struct fl_geometry {
	uint32_t fs;
	uint32_t flags;
	uint64_t size;
	uint32_t device_blocks;
	uint32_t nr_extents;
	struct fl_extent extents[FL_EXTENTS_MAX];
	uint32_t vma_pgoff;
	uint32_t vma_pages;
	uint32_t vma_skew;
	uint32_t reserved;
};

/*
 * Ops. A fault op is a user's access: if the page table already permits it, no
 * kernel entry is taken; otherwise the fault handler is called the way the
 * kernel's mm calls it, its result acted on (page mapped and unlocked, fallback
 * from PMD to PTE, retry after NOPAGE), and the access done. A write access
 * stores @fill over [pos, pos + length) (inside one page), a read access loads
 * those bytes and reports what it saw.
 */
enum fl_op_kind {
	FL_OP_READ_FAULT = 1,	/* load through the shared mapping */
	FL_OP_WRITE_FAULT,	/* store through the shared mapping */
	FL_OP_PRIVATE_READ_FAULT, /* load through the private mapping */
	FL_OP_PRIVATE_WRITE_FAULT, /* store through the private mapping (COW) */
	FL_OP_PFN_MKWRITE,	/* store where a read-only pfn is mapped: the
				 * page table entry is first made read-only
				 * if it is writable (as writeback does) */
	FL_OP_PMD_READ_FAULT,	/* as READ_FAULT, tried as a PMD fault first */
	FL_OP_PMD_WRITE_FAULT,
	FL_OP_PMD_PRIVATE_WRITE_FAULT,
	FL_OP_WRITE,		/* write(): @length bytes of @fill at @pos */
	FL_OP_READ,		/* read(): @length bytes at @pos */
	FL_OP_TRUNCATE,		/* truncate() to @pos; with a @length and to 0 an
				 * open with O_TRUNC, where a filesystem has one
				 * of its own */
	FL_OP_FSYNC,		/* fsync(); with a @length, of those bytes */
	FL_OP_UNMAP,		/* drop the page table entries of the pages of
				 * [pos, pos + length), as MADV_DONTNEED does */
	FL_OP_YIELD,		/* a scheduling point and nothing else */
	FL_OP_MUTEX_SECTION,	/* lock, yield and unlock the toy mutex: the
				 * explorer's reference scenarios; with a @pos
				 * it is locked twice, which is a deadlock */
	FL_OP_FREEZE,		/* freeze the filesystem, have what is dirty
				 * written, and thaw it again */
	FL_OP_PIN,		/* take a reference to the page at @pos, mapped
				 * for writing, as O_DIRECT does for a device
				 * that reads or writes it */
	FL_OP_UNPIN,		/* give one to the page at @pos back, if any */
	FL_OP_MAP_SYNC,		/* the shared mapping goes, and one with
				 * MAP_SYNC takes its place */
	FL_OP_ZERO_RANGE,	/* fallocate(ZERO_RANGE): the bytes of [pos, pos +
				 * length) that lie inside the file are zero */
	FL_OP_PUNCH_HOLE,	/* fallocate(PUNCH_HOLE): the same, and whole
				 * blocks of it become a hole */
	FL_OP_MEMORY_FAILURE,	/* the medium fails under what is entered at @pos:
				 * what memory_failure() does about it, which
				 * finds the file by the page */
	FL_OP_MAPPING_FAILURE,	/* the same where the filesystem says which file
				 * it is: mf_dax_kill_procs() */
	FL_OP_REFLINK,		/* FICLONERANGE: another file has the blocks of
				 * [pos, pos + length), too, and never changes
				 * them */
	FL_OP_UNSHARE,		/* fallocate(UNSHARE_RANGE) of [pos, pos +
				 * length) */
	FL_OP_EVICT,		/* nothing maps the file any more, and its inode
				 * leaves memory; whoever comes next reads it in
				 * again; with a @pos FL_EVICT_* */
	FL_OP_READ_NOWAIT,	/* preadv2(RWF_NOWAIT) of @length bytes at @pos */
	FL_OP_WRITE_NOWAIT,	/* pwritev2(RWF_NOWAIT), as WRITE */
	FL_OP_COLLAPSE_RANGE,	/* fallocate(COLLAPSE_RANGE): the blocks of [pos,
				 * pos + length) go, and what is behind moves to
				 * where they were */
	FL_OP_DEDUPE,		/* FIDEDUPERANGE of [pos, pos + length) and the
				 * bytes right behind: if they are equal, both
				 * have the first one's blocks. Returns how many
				 * bytes are equal, or -EBADE */
	FL_OP_KINDS
};

/* struct fl_op.pos of EVICT: the other file, for good; all, by unmounting, which
 * does nothing as long as anybody has something to do; the same, and mounting */
#define FL_EVICT_OTHER		1
#define FL_EVICT_ALL		2
#define FL_EVICT_AND_MOUNT	3

/* struct fl_op.flags */
#define FL_OP_SETUP		0x1	/* makes the prior state: injection
					 * points in it are not numbered */

/**
 * struct fl_op - one kernel entry of one task
 * @kind:   enum fl_op_kind
 * @task:   0 to FL_TASKS_MAX - 1; a task's ops run in array order. SETUP ops
 *          run first, alone, before any task is released.
 * @flags:  FL_OP_*
 * @fill:   the byte that a write stores; never 0
 * @repeat: 0 or 1 for once; more for benches: the op is done that often, fault
 *          ops with their page unmapped in between
 * @length: bytes
 * @pos:    byte position in the file
 */
struct fl_op {
	uint8_t kind;
	uint8_t task;
	uint8_t flags;
	uint8_t fill;
	uint32_t repeat;
	uint64_t length;
	uint64_t pos;
};

/*
 * Injection points: what can fail. The n-th fallible call that a task makes
 * outside SETUP ops (n from 1) is point n of that task.
 */
enum fl_point {
	FL_POINT_ALLOC = 1,	/* kmalloc, kmem_cache_alloc, page allocation */
	FL_POINT_PRELOAD,	/* radix_tree_preload */
	FL_POINT_BLOCK_ALLOC,	/* a block from the bitmap */
	FL_POINT_DIRECT_ACCESS,	/* bdev_direct_access */
	FL_POINT_PTE_INSERT,	/* vm_insert_mixed */
	FL_POINT_PMD_INSERT,	/* vmf_insert_pfn_pmd */
	FL_POINT_ZERO_PAGE,	/* mm_get_huge_zero_page */
	FL_POINT_PTE_ALLOC,	/* page table page */
	FL_POINT_USER_COPY,	/* copy_from_iter, copy_to_iter */
	FL_POINT_ZEROOUT,	/* sb_issue_zeroout */
	FL_POINT_METADATA_READ,	/* sb_bread and friends */
	FL_POINT_METADATA_WRITE, /* sync of a dirty buffer, writeback */
	FL_POINT_SIGNAL,	/* fatal_signal_pending */
	FL_POINT_QUEUE_ENTER,	/* blk_queue_enter */
	FL_POINT_FS_BEGIN,	/* strict: iomap_begin refuses */
	FL_POINT_FS_END,	/* strict: iomap_end's commit fails */
	FL_POINT_SHORT_ACCESS,	/* direct access to several blocks: whether the
				 * device maps fewer than it was asked for */
	FL_POINT_REQUEST,	/* fuse_simple_request */
	FL_POINT_FLUSH,		/* blkdev_issue_flush */
	FL_POINT_FS_ANSWER,	/* strict: what iomap_begin answers is no
				 * extent at all */
	FL_POINT_MC_COPY,	/* copy_mc_to_kernel */
	FL_POINT_KINDS
};

/**
 * struct fl_injection - make one call fail
 * @task:  whose call
 * @nth:   the number of the call, from 1
 * @error: a negative errno, one of those that fl_image.point_errors lists for
 *         the kind of that call; for FL_POINT_USER_COPY a positive number means
 *         that so many bytes are copied before the fault
 */
struct fl_injection {
	uint32_t task;
	uint32_t nth;
	int32_t error;
};

enum fl_policy {
	FL_SCHEDULE_IN_ORDER,	/* a task runs until it ends or blocks; then the
				 * lowest-numbered one that can run */
	FL_SCHEDULE_ROUND_ROBIN, /* switch at every scheduling point */
	FL_SCHEDULE_RANDOM,	/* uniform among the runnable, from @seed */
	FL_SCHEDULE_UNSTUCK,	/* as IN_ORDER, but a task that would only queue
				 * for a lock that another one holds is passed
				 * over as long as there is another */
	FL_SCHEDULE_PRIORITY,	/* always the runnable task of highest priority:
				 * the order of the tasks and @depth - 1 points
				 * among @length choices, at each of which the
				 * task that runs falls behind all others, are
				 * drawn from @seed (PCT) */
};

/**
 * struct fl_schedule - who runs next
 * @choices:	task numbers, one for each scheduling point at which more than
 *		one task could run; with FL_RUN_STEPS one for each step
 * @nr_choices: how many
 * @policy:	enum fl_policy: what happens once @choices are used up
 * @seed:	for FL_SCHEDULE_RANDOM and FL_SCHEDULE_PRIORITY
 * @depth:	for FL_SCHEDULE_PRIORITY, at most FL_DEPTH_MAX
 * @length:	for FL_SCHEDULE_PRIORITY
 *
 * A choice that names a task that cannot run is a divergence: it is counted in
 * the outcome, and the policy decides in its place.
 */
struct fl_schedule {
	const uint8_t *choices;
	uint32_t nr_choices;
	uint32_t policy;
	uint64_t seed;
	uint32_t depth;
	uint32_t length;
};
#define FL_DEPTH_MAX		8

/* struct fl_run.flags */
#define FL_RUN_QUIET		0x1	/* no events, no audit: for benches */
#define FL_RUN_STEPS		0x2	/* steps with their access sets: every
					 * scheduling point ends a step, also
					 * where there is no choice */

struct fl_run {
	const struct fl_geometry *geometry;
	const struct fl_op *ops;
	const struct fl_injection *injections;
	struct fl_schedule schedule;
	uint32_t nr_ops;
	uint32_t nr_injections;
	uint32_t flags;
	uint32_t reserved;
	uint64_t budget;	/* basic blocks of slice code; 0: the default */
};

/*
 * Events: every boundary call, in order. @args as the comment at each kind
 * says; @result is the call's. An event of a call with a meaningful result is
 * recorded when the call returns, unless it says "enter".
 */
enum fl_event_kind {
	/* tasks and ops */
	FL_EVENT_OP_ENTER = 1,	/* op index, kind, pos, length */
	FL_EVENT_OP_RETURN,	/* op index, kind, vm_fault, entries; result */
	FL_EVENT_SCHEDULE,	/* chosen task, mask of runnable, 1 if forced */
	FL_EVENT_TASK_EXIT,
	FL_EVENT_FAULT_ENTER,	/* kernel entry: pgoff, write?, private?, order
				 * (0 PTE, 9 PMD, -1 pfn_mkwrite) */
	FL_EVENT_FAULT_RETURN,	/* the same; result: VM_FAULT_* */
	FL_EVENT_ACCESS,	/* user: pos, length, fill or -1, private? */
	/* locks; object is the lock, args: class, mode (enum fl_mode), depth */
	FL_EVENT_LOCK,		/* acquired */
	FL_EVENT_LOCK_WAIT,	/* contended: about to park */
	FL_EVENT_TRYLOCK,	/* result 1 or 0 */
	FL_EVENT_UNLOCK,
	FL_EVENT_DOWNGRADE,
	/* wait queues */
	FL_EVENT_WAIT,		/* parks on a queue: exclusive?, key index */
	FL_EVENT_WAKE,		/* how many asked (0: all), how many woken */
	/* memory; object is the allocation */
	FL_EVENT_ALLOC,		/* size, gfp; result 1 or 0 */
	FL_EVENT_FREE,		/* size */
	FL_EVENT_PAGE_GET,	/* reference count after */
	FL_EVENT_PAGE_PUT,	/* reference count after */
	FL_EVENT_PRELOAD,	/* result: errno */
	FL_EVENT_PRELOAD_END,
	/* index of the mapping; object is the mapping */
	FL_EVENT_INDEX_LOOKUP,	/* index, entry kind (enum fl_entry_kind) found,
				 * locked? */
	FL_EVENT_INDEX_INSERT,	/* index, entry kind, locked?; result: errno */
	FL_EVENT_INDEX_REPLACE,	/* index, entry kind, locked? */
	FL_EVENT_INDEX_DELETE,	/* index, entry kind */
	FL_EVENT_INDEX_TAG,	/* index, tag, 1 set 0 cleared */
	FL_EVENT_CACHE_ADD,	/* page cache: index; result: errno */
	FL_EVENT_CACHE_REMOVE,	/* index */
	/* page tables; object is the vma */
	FL_EVENT_PTE_INSERT,	/* pgoff, device block or -1 for a RAM page, -2
				 * for the zero page, writable?; result: errno
				 * (-EBUSY: something was there, and stays) */
	FL_EVENT_PMD_INSERT,	/* pgoff, device block or -2 for the zero page,
				 * writable?; result: VM_FAULT_* */
	FL_EVENT_PTE_CLEAR,	/* pgoff */
	FL_EVENT_PMD_CLEAR,	/* pgoff */
	FL_EVENT_PMD_SPLIT,	/* pgoff */
	FL_EVENT_PTE_PROTECT,	/* pgoff (a PMD's first), writable? */
	FL_EVENT_UNMAP_RANGE,	/* first byte, length (0: all), even_cows */
	/* storage; blocks are device blocks of 4096 bytes */
	FL_EVENT_QUEUE_ENTER,	/* result: errno */
	FL_EVENT_QUEUE_EXIT,
	FL_EVENT_DIRECT_ACCESS,	/* block, bytes asked; result: bytes or errno */
	FL_EVENT_ZEROOUT,	/* block, count; result: errno */
	FL_EVENT_BLOCK_ALLOC,	/* block, count; result: errno */
	FL_EVENT_BLOCK_FREE,	/* block, count */
	FL_EVENT_METADATA_READ,	/* block; result: errno */
	FL_EVENT_METADATA_DIRTY, /* block */
	FL_EVENT_METADATA_WRITE, /* block, -1: the inode; result: errno */
	FL_EVENT_FLUSH,		/* of caches: block, bytes; of the device: -1;
				 * result: errno */
	FL_EVENT_UNFLUSHED,	/* what an fsync() that returns 0, or the end of
				 * the run, leaves in the CPU's caches: pgoff
				 * (-1: not stored through a mapping), block,
				 * offset in it, bytes; or what a synchronous
				 * op leaves unwritten: -1, block of metadata
				 * (-1: the inode) */
	/* the iomap contract; object is the inode */
	FL_EVENT_BEGIN,		/* pos, length, flags, 1 if the table has no
				 * iomap_end; result: errno */
	FL_EVENT_MAP,		/* what begin answered: offset, length, type,
				 * iomap flags */
	FL_EVENT_END,		/* pos, length, flags, written; result: errno
				 * (recorded on entry, result filled in) */
	FL_EVENT_END_RETURN,	/* result: errno */
	/* the inode */
	FL_EVENT_SIZE,		/* i_size_write: old, new */
	FL_EVENT_COPY,		/* user copy: 1 to user 0 from user, asked;
				 * result: bytes copied */
	FL_EVENT_FREEZE_ENTER,	/* level, 1 if for a freeze */
	FL_EVENT_FREEZE_EXIT,	/* level, 1 if of a freeze */
	FL_EVENT_COUNT_EVENT,	/* count_vm_event: enum fl_vm_event */
	/* what went wrong */
	FL_EVENT_POINT,		/* an injection point passed: nth, enum
				 * fl_point; result: the injected error or 0 */
	FL_EVENT_WARN,		/* index into fl_outcome.stacks */
	FL_EVENT_MISUSE,	/* machine rule broken, e.g. unlock of a lock
				 * not held: index into stacks */
	FL_EVENT_PRINT,		/* printk() and the like: index into stacks, -1
				 * for one too many; level or enum fl_said */
	FL_EVENT_TIMES,		/* an op of the only task has changed times of
				 * the file: mtime before, after; ctime before,
				 * after; in ops that there have been */
	/* fuse */
	FL_EVENT_REQUEST,	/* what the server was asked: opcode, first byte
				 * of the file, bytes, block of the window or
				 * -1; result: errno */
	/* the iomap contract once more */
	FL_EVENT_SOURCE,	/* where what begin answered is copied from:
				 * offset, length, type */
	FL_EVENT_KINDS
};

/* What is said other than at a level of the log, 0 to 7. */
enum fl_said { FL_SAID_DEFAULT = 8, FL_SAID_TRACE, FL_SAID_STACK };

enum fl_mode { FL_MODE_WRITE = 0, FL_MODE_READ = 1 };

enum fl_entry_kind {
	FL_ENTRY_NONE,
	FL_ENTRY_PAGE,		/* a page cache page: a hole page */
	FL_ENTRY_PTE,
	FL_ENTRY_PMD,
	FL_ENTRY_EMPTY_PTE,
	FL_ENTRY_EMPTY_PMD,
	FL_ENTRY_HUGE_ZERO,
	FL_ENTRY_ZERO_PAGE,	/* later kernels: shared zero page */
};

/*
 * fl_image.interfaces: which generation of the kernel a tree is of, as far as
 * the right answer to an op depends on it. None of them is the kernel of 4.9.
 */
enum fl_interface {
	FL_INTERFACE_XARRAY = 0x1,	/* the index is an XArray */
	FL_INTERFACE_IOMAP_ITER = 0x2,	/* iomap_iter() calls begin and end */
	FL_INTERFACE_DONE_COW = 0x8,	/* dax finishes faults of holes and of
					 * copies on write itself */
	FL_INTERFACE_MKWRITE_FAULT = 0x10, /* ->pfn_mkwrite() is ->fault() */
	FL_INTERFACE_HWPOISON = 0x20,	/* -EHWPOISON is VM_FAULT_HWPOISON */
	FL_INTERFACE_MEM2BLK = 0x40,	/* memory errors are -EIO to a system
					 * call */
	FL_INTERFACE_RECOVERY_WRITE = 0x80, /* write() over a bad medium is
					 * tried again as a recovery */
	FL_INTERFACE_EOF_FIRST = 0x100,	/* a PMD fault beyond EOF is that before
					 * it is anything else */
	FL_INTERFACE_PAGE_REFS = 0x200,	/* mappings of a DAX page are references
					 * to its folio */
	FL_INTERFACE_RELEASED = 0x1000, /* a kernel tree's own code, not the
					 * embedded slice */
};

enum fl_vm_event { FL_VM_PGMAJFAULT = 1, FL_VM_THP_FAULT_FALLBACK = 2 };

/*
 * FL_OBJECT: a stable name for a thing: what it is, and which one of them
 * counted from 0 in order of creation within the run.
 */
enum fl_object_kind {
	FL_OBJECT_NONE, FL_OBJECT_LOCK, FL_OBJECT_WAIT_QUEUE, FL_OBJECT_MEMORY,
	FL_OBJECT_PAGE, FL_OBJECT_MAPPING, FL_OBJECT_VMA, FL_OBJECT_INODE,
	FL_OBJECT_DEVICE, FL_OBJECT_BUFFER, FL_OBJECT_ENTRY,
};
#define FL_OBJECT(kind, number)	((uint32_t)(kind) << 24 | (number))

/**
 * struct fl_event - one record of the trace
 * @kind:   enum fl_event_kind
 * @task:   who
 * @op:     index into fl_run.ops of the op it was in; 255: in none
 * @object: FL_OBJECT()
 * @pc:     the call's return address, relative to fl_image.base; 0: the machine
 * @args:   see enum fl_event_kind
 * @result: see enum fl_event_kind
 */
struct fl_event {
	uint16_t kind;
	uint8_t task;
	uint8_t op;
	uint32_t object;
	uint64_t pc;
	int64_t args[4];
	int64_t result;
};

/**
 * struct fl_op_result - what became of one op
 * @value:    bytes for read and write, 0 or a negative errno otherwise; for an
 *            access 0, or -EFAULT after SIGBUS, -ENOMEM after OOM
 * @vm_fault: what the first kernel entry of a fault op returned (VM_FAULT_*);
 *            for a PMD op that fell back, what the PMD handler returned
 * @vm_fault_pte: what the PTE handler returned after a fallback or at last
 * @entries:  kernel entries taken
 * @first_event, @end_event: the op's events are [first, end)
 * @first_seen, @nr_seen: what a read or a load saw, as data runs, in
 *            fl_outcome.seen
 * @state:    enum fl_op_state
 */
struct fl_op_result {
	int64_t value;
	uint32_t vm_fault;
	uint32_t vm_fault_pte;
	uint32_t entries;
	uint32_t first_event;
	uint32_t end_event;
	uint32_t first_seen;
	uint32_t nr_seen;
	uint32_t state;
};

enum fl_op_state { FL_OP_NOT_RUN, FL_OP_RUNNING, FL_OP_DONE };

/* A run of equal bytes. */
struct fl_data_run {
	uint64_t pos;
	uint32_t length;
	uint32_t byte;
};

/* A block of the file at the end. @file_block is -1 for an indirect block. */
struct fl_block {
	int64_t file_block;
	uint32_t device_block;
	uint32_t flags;		/* FL_BLOCK_* */
};
#define FL_BLOCK_UNWRITTEN	0x1
#define FL_BLOCK_NOT_IN_BITMAP	0x2	/* in use, but free in the bitmap */
#define FL_BLOCK_TWICE		0x4	/* reached twice */

/* A page table entry at the end. */
struct fl_mapping {
	uint32_t pgoff;
	uint16_t order;		/* 0 or 9 */
	uint8_t private_vma;
	uint8_t writable;
	int64_t device_block;	/* -1: a RAM page; -2: the (huge) zero page */
	uint32_t object;	/* of the RAM page */
	uint32_t reserved;
};

/* A slot of the mapping's index at the end. */
struct fl_entry {
	uint32_t index;
	uint8_t kind;		/* enum fl_entry_kind */
	uint8_t locked;
	uint8_t dirty;
	uint8_t reserved;
	int64_t device_block;	/* -1: none */
};

/* Something taken that was not given back. */
struct fl_leak {
	uint32_t kind;		/* enum fl_leak_kind */
	uint32_t object;
	uint64_t size;
	uint64_t pc;		/* who took it */
	const char *what;	/* cache, lock class, ... */
};
enum fl_leak_kind {
	FL_LEAK_MEMORY = 1, FL_LEAK_PAGE, FL_LEAK_BLOCK, FL_LEAK_RESERVATION,
	FL_LEAK_NODE, FL_LEAK_BUFFER,
	FL_LEAK_COUNT,		/* no thing: a count that is off by @size */
	FL_LEAK_CHANGE,		/* changed, and neither dirty nor written */
};

/*
 * A lock or lock-like thing still held when an op returned, or when the run
 * ended. One record for each op that returned with it.
 */
struct fl_held {
	uint32_t task;
	int32_t op;		/* op that returned with it; -1: end of run */
	uint32_t object;
	uint32_t kind;		/* enum fl_held_kind */
	uint32_t lock_class;	/* into fl_image.lock_class_name */
	uint32_t mode;
	uint64_t pc;		/* where it was taken */
};
enum fl_held_kind {
	FL_HELD_LOCK = 1, FL_HELD_ENTRY, FL_HELD_PAGE_LOCK, FL_HELD_FREEZE,
	FL_HELD_STORAGE, FL_HELD_PRELOAD, FL_HELD_ATOMIC,
};

/* One blocked task at the end of a run that could not go on. */
struct fl_wait {
	uint32_t task;
	uint32_t object;
	uint32_t kind;		/* enum fl_held_kind, or 0 for a wait queue */
	uint32_t lock_class;
	uint32_t mode;
	int32_t owner;		/* the task in its way; -1: nobody */
	uint64_t pc;		/* where it is wanted */
	uint32_t stack;		/* index into fl_outcome.stacks */
	uint32_t in_cycle;	/* 1 if it is part of the reported cycle */
};

/* A call chain, innermost first. */
struct fl_stack {
	uint32_t task;
	uint32_t nr_frames;
	uint32_t event;		/* the event it belongs to */
	uint32_t reserved;
	uint64_t pcs[FL_FRAMES_MAX];
	char text[160];		/* what is to be said, e.g. a WARN's condition */
};

enum fl_end {
	FL_END_FINISHED,	/* every task ran to its end */
	FL_END_SELF_DEADLOCK,	/* a cycle of one */
	FL_END_DEADLOCK,	/* a longer cycle */
	FL_END_LOST_WAKEUP,	/* blocked for ever, no cycle */
	FL_END_OOPS,		/* NULL or wild access, illegal instruction */
	FL_END_BUG,		/* BUG_ON */
	FL_END_DIVIDE,
	FL_END_STACK_OVERFLOW,
	FL_END_STACK_SMASHED,
	FL_END_ENDLESS_LOOP,	/* the budget of basic blocks is used up, or
				 * an op has reached a limit of this header */
	FL_END_USE_AFTER_FREE,
	FL_END_DOUBLE_FREE,
	FL_END_OVERRUN,
	FL_END_ATOMIC_SLEEP,	/* slept with a spinlock held: the run goes on
				 * as a warning unless it cannot */
	FL_END_TRAP,		/* called what nobody provides: harness error */
	FL_END_LIMIT,		/* a limit of this header: harness error */
	FL_END_REFUSED,		/* the run was malformed: see message */
};

/*
 * Steps: what one task does from one scheduling point to its next. What decides
 * how a run goes on is who makes the next step, so this is what an explorer of
 * orders works on. Without FL_RUN_STEPS only those that were chosen among
 * several tasks are recorded, without access sets.
 */

/**
 * struct fl_step - one step
 * @task:     who makes it
 * @runnable: mask of the tasks that could have
 * @stuck:    mask of those among them that would only queue for a lock, because
 *	      somebody else writes under it or is in the queue already; known
 *	      with FL_RUN_STEPS and with FL_SCHEDULE_UNSTUCK
 * @before:   the task of the step before, or FL_STEP_FORCED if it can't go on
 * @first_event: events of the step are [first, first of the next step)
 * @first_access: its access set, likewise
 */
struct fl_step {
	uint8_t task;
	uint8_t runnable;
	uint8_t stuck;
	uint8_t before;
	uint32_t first_event;
	uint32_t first_access;
};
#define FL_STEP_FORCED	255

/* What a step can access. Two steps of different tasks depend on each other if
 * they access the same thing and one of them changes it. */
enum fl_thing {
	FL_THING_LOCK = 1,	/* a lock, a bit lock, a page lock */
	FL_THING_QUEUE,		/* a wait queue */
	FL_THING_TASK,		/* whether a task sleeps: @object is which */
	FL_THING_INDEX,		/* slots [@first, @last] of the file's index */
	FL_THING_PAGES,		/* page table slots of pages [@first, @last] of
				 * a mapping: @object is 1 for the private one */
	FL_THING_DATA,		/* pages [@first, @last] of the file's bytes;
				 * @object is 1 for private copies */
	FL_THING_SIZE,		/* i_size */
	FL_THING_WORDS,		/* 32-bit words of the block map or of another
				 * field that is read without a lock */
	FL_THING_BLOCKS,	/* which blocks of the device are in use */
	FL_THING_BUFFER,	/* state of a metadata buffer */
	FL_THING_FRAME,		/* state of a page frame */
};

/**
 * struct fl_access - one member of a step's access set
 * @thing:  enum fl_thing
 * @flags:  FL_ACCESS_*
 * @object: which one: the same number in all runs of an image that are alike up
 *	    to there
 * @first, @last: the part of it, inclusive
 */
struct fl_access {
	uint8_t thing;
	uint8_t flags;
	uint16_t reserved;
	uint32_t object;
	uint32_t first;
	uint32_t last;
};
#define FL_ACCESS_WRITE	0x1	/* changes it */
#define FL_ACCESS_TAKE	0x2	/* a lock: taken, having waited if need be */
#define FL_ACCESS_GIVE	0x4	/* a lock: given back */
#define FL_ACCESS_WANT	0x8	/* a lock: queues for it */
#define FL_ACCESS_GUARD	0x10	/* of TAKE and WANT: nobody comes past who holds
				 * it for writing, see fl_step.stuck */
#define FL_ACCESS_READER	0x20	/* of a lock: for reading */

/**
 * struct fl_outcome - all that is known of a run
 *
 * The audit (blocks, contents, mappings, entries, leaks) is made only when the
 * run finished; after any other end those arrays are empty.
 */
struct fl_outcome {
	uint32_t end;			/* enum fl_end */
	uint32_t end_stack;		/* into stacks; -1: none */
	uint32_t nr_events, nr_results, nr_seen, nr_blocks, nr_contents;
	uint32_t nr_mappings, nr_entries, nr_leaks;
	uint32_t nr_held, nr_waits, nr_stacks;
	uint32_t nr_choices;		/* scheduling points with a choice */
	uint32_t diverged;		/* choices that could not be followed */
	uint32_t nr_points[FL_TASKS_MAX]; /* injection points passed */
	const struct fl_event *events;
	const struct fl_op_result *results;	/* one for each op */
	const struct fl_data_run *seen;
	const struct fl_block *blocks;		/* ascending by file block */
	const struct fl_data_run *contents;	/* of the medium under the file,
						 * allocated blocks only, to the
						 * end of the last block */
	const struct fl_mapping *mappings;
	const struct fl_entry *entries;
	const struct fl_leak *leaks;
	const struct fl_held *held;
	const struct fl_wait *waits;
	const struct fl_stack *stacks;
	uint64_t size;			/* i_size at the end */
	uint64_t inode_blocks;		/* i_blocks, in 512-byte units */
	uint32_t free_blocks_before, free_blocks; /* by the bitmap */
	uint64_t basic_blocks;		/* of slice code that ran */
	uint64_t fault_address;		/* of an oops */
	/* bit b of lock_edges[a]: class b was taken with class a held */
	uint32_t lock_edges[FL_LOCK_CLASSES_MAX];
	const char *message;		/* of REFUSED, TRAP, LIMIT */
	const struct fl_step *steps;
	const struct fl_access *accesses;
	uint32_t nr_steps, nr_accesses;
};

/**
 * struct fl_image - what faultline_image() returns
 * @abi:		FAULTLINE_ABI
 * @version:		of the tree, e.g. "4.9.0-rc"
 * @base:		load address; add it to a pc to have an address
 * @run:		one run in one fresh world; the outcome is valid until
 *			the next call. Not reentrant.
 * @point_errors:	legal errors of a point kind; returns how many
 * @point_name:		"vm_insert_mixed" and the like, for words
 * @lock_class_name:	NULL past the last class known so far
 * @supports:		whether this image can drive (fs, op kind)
 * @write_profile:	writes a coverage profile to a path; -1 if the image
 *			was built without
 * @profile_counters:	the counters that such a profile is made of, which
 *			count on from run to run; NULL and 0 if without
 * @interfaces:		FL_INTERFACE_* of the tree
 */
struct fl_image {
	uint32_t abi;
	const char *version;
	uintptr_t base;
	const struct fl_outcome *(*run)(const struct fl_run *run);
	uint32_t (*point_errors)(uint32_t point, int32_t *errors, uint32_t max);
	const char *(*point_name)(uint32_t point);
	const char *(*lock_class_name)(uint32_t lock_class);
	int (*supports)(uint32_t fs, uint32_t op_kind);
	int (*write_profile)(const char *path);
	const uint64_t *(*profile_counters)(uint32_t *count);
	uint64_t interfaces;
};

const struct fl_image *faultline_image(void);

#endif
