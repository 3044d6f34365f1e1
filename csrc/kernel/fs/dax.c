// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct access: read, write and fault on the storage itself.
 *
 * Every page of a DAX file that somebody is doing something with has an entry
 * in the mapping's radix tree, and whoever does it holds that entry locked:
 * that is what takes the place of the page lock. An entry is looked at and
 * changed only under tree_lock, and since waiting for one drops tree_lock,
 * whatever was found before the wait is looked up again after it. The only
 * pages of such a file are hole pages: zeroed, never written to, and removed as
 * soon as there is storage.
 *
 * A locked entry is outside all locks that a filesystem takes to answer
 * ->iomap_begin().
 */
#include <linux/kernel.h>
#include <linux/blkdev.h>
#include <linux/bug.h>
#include <linux/dax.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/highmem.h>
#include <linux/huge_mm.h>
#include <linux/init.h>
#include <linux/iomap.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/pfn_t.h>
#include <linux/pmem.h>
#include <linux/radix-tree.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/vmstat.h>
#include <linux/wait.h>
#include <linux/writeback.h>

/* Pages of a PMD, less one: the bits of a pgoff that choose among them. */
#define PG_PMD_COLOUR	((PMD_SIZE >> PAGE_SHIFT) - 1)

/* Waiters for entries of all mappings share these. */
#define DAX_WAIT_TABLE_BITS	12
#define DAX_WAIT_TABLE_ENTRIES	(1 << DAX_WAIT_TABLE_BITS)

static wait_queue_head_t wait_table[DAX_WAIT_TABLE_ENTRIES];

static int __init init_dax_wait_table(void)
{
	wait_queue_head_t *head = wait_table;

	while (head < wait_table + DAX_WAIT_TABLE_ENTRIES)
		init_waitqueue_head(head++);
	return 0;
}
fs_initcall(init_dax_wait_table);

/* ---- entries ---- */

static bool dax_entry_has(const void *entry, unsigned long bits)
{
	return (unsigned long)entry & bits;
}

static bool dax_is_locked(const void *entry)
{
	return radix_tree_exceptional_entry((void *)entry) &&
	       dax_entry_has(entry, RADIX_DAX_ENTRY_LOCK);
}

static bool dax_is_pmd_entry(const void *entry)
{
	return dax_entry_has(entry, RADIX_DAX_PMD);
}

static bool dax_is_zero_entry(const void *entry)
{
	return dax_entry_has(entry, RADIX_DAX_HZP);
}

static bool dax_is_empty_entry(const void *entry)
{
	return dax_entry_has(entry, RADIX_DAX_EMPTY);
}

static void *dax_radix_locked_entry(sector_t sector, unsigned long flags)
{
	unsigned long bits = (unsigned long)sector << RADIX_DAX_SHIFT;

	return (void *)(bits | flags | RADIX_DAX_ENTRY_LOCK |
			RADIX_TREE_EXCEPTIONAL_ENTRY);
}

/* The first page that @entry, found at @index, stands for. */
static pgoff_t dax_entry_start(const void *entry, pgoff_t index)
{
	return dax_is_pmd_entry(entry) ? index & ~PG_PMD_COLOUR : index;
}

/*
 * Both under tree_lock. The slot is read again: only the lock bit may change
 * here, whatever else has been put there in the meantime.
 */
static void *lock_slot(struct address_space *mapping, void **slot)
{
	unsigned long bits = (unsigned long)radix_tree_deref_slot_protected(
		slot, &mapping->tree_lock);
	void *locked = (void *)(bits | RADIX_DAX_ENTRY_LOCK);

	radix_tree_replace_slot(slot, locked);
	return locked;
}

static void *unlock_slot(struct address_space *mapping, void **slot)
{
	unsigned long bits = (unsigned long)radix_tree_deref_slot_protected(
		slot, &mapping->tree_lock);
	void *unlocked = (void *)(bits & ~RADIX_DAX_ENTRY_LOCK);

	radix_tree_replace_slot(slot, unlocked);
	return unlocked;
}

/* ---- waiting for entries ---- */

/*
 * Who is waited for. A queue serves many entries, so a wakeup says which one it
 * is about and sleeps of the others go on. All pages of a PMD entry have its
 * first page's key, or a waiter for one page would not hear of another's
 * wakeup.
 */
struct exceptional_entry_key {
	struct address_space *mapping;
	pgoff_t entry_start;
};

struct wait_exceptional_entry_queue {
	wait_queue_t wait;
	struct exceptional_entry_key key;
};

static wait_queue_head_t *dax_entry_waitqueue(struct address_space *mapping,
					      pgoff_t index, void *entry,
					      struct exceptional_entry_key *key)
{
	unsigned long name;

	key->mapping = mapping;
	key->entry_start = dax_entry_start(entry, index);
	name = (unsigned long)mapping ^ key->entry_start;
	return &wait_table[hash_long(name, DAX_WAIT_TABLE_BITS)];
}

static int wake_exceptional_entry_func(wait_queue_t *wait, unsigned int mode,
				       int sync, void *keyp)
{
	const struct wait_exceptional_entry_queue *sleeper = container_of(
		wait, struct wait_exceptional_entry_queue, wait);
	const struct exceptional_entry_key *woken = keyp;

	if (sleeper->key.entry_start == woken->entry_start &&
	    sleeper->key.mapping == woken->mapping)
		return autoremove_wake_function(wait, mode, sync, NULL);
	return 0;
}

/**
 * dax_wake_mapping_entry_waiter - tell waiters that an entry can be had
 * @mapping:  whose entry
 * @index:    any of its pages
 * @entry:    what was waited for; says whether it is a PMD entry
 * @wake_all: true if the entry is gone for good; false if it was unlocked, and
 *	      one waiter is enough, who wakes the next one when it is done
 *
 * To be called once the change that it is about has been made, with tree_lock
 * held or after it: a waiter queues itself under tree_lock.
 */
void dax_wake_mapping_entry_waiter(struct address_space *mapping, pgoff_t index,
				   void *entry, bool wake_all)
{
	struct exceptional_entry_key key;
	wait_queue_head_t *queue;

	queue = dax_entry_waitqueue(mapping, index, entry, &key);
	if (!waitqueue_active(queue))
		return;
	__wake_up(queue, TASK_NORMAL, wake_all ? 0 : 1, &key);
}

/* Sleeps until somebody wakes waiters of @entry. Drops tree_lock over it. */
static void dax_wait_for_entry(struct address_space *mapping, pgoff_t index,
			       void *entry)
{
	struct wait_exceptional_entry_queue sleeper;
	wait_queue_head_t *queue;

	init_wait(&sleeper.wait);
	sleeper.wait.func = wake_exceptional_entry_func;
	queue = dax_entry_waitqueue(mapping, index, entry, &sleeper.key);
	prepare_to_wait_exclusive(queue, &sleeper.wait, TASK_UNINTERRUPTIBLE);
	spin_unlock_irq(&mapping->tree_lock);
	schedule();
	finish_wait(queue, &sleeper.wait);
	spin_lock_irq(&mapping->tree_lock);
}

/*
 * What is at @index, once it is not locked: an entry, a page or nothing. The
 * caller holds tree_lock, which may be dropped in between. The wait is an
 * exclusive one, so the caller has to lock what it gets, remove it, or pass the
 * wakeup on with put_unlocked_mapping_entry().
 */
static void *get_unlocked_mapping_entry(struct address_space *mapping,
					pgoff_t index, void ***slotp)
{
	void **slot = NULL;
	void *entry;

	while ((entry = __radix_tree_lookup(&mapping->page_tree, index, NULL,
					    &slot)) && dax_is_locked(entry))
		dax_wait_for_entry(mapping, index, entry);
	if (slotp)
		*slotp = entry ? slot : NULL;
	return entry;
}

/* The caller of get_unlocked_mapping_entry() has no use for the entry. */
static void put_unlocked_mapping_entry(struct address_space *mapping,
				       pgoff_t index, void *entry)
{
	if (entry && radix_tree_exceptional_entry(entry))
		dax_wake_mapping_entry_waiter(mapping, index, entry, false);
}

/**
 * dax_unlock_mapping_entry - unlock the entry of a page and wake a waiter
 * @mapping: whose entry
 * @index:   the page
 *
 * For the caller of a fault handler that returned VM_FAULT_DAX_LOCKED.
 */
void dax_unlock_mapping_entry(struct address_space *mapping, pgoff_t index)
{
	void *entry, **slot;

	spin_lock_irq(&mapping->tree_lock);
	entry = __radix_tree_lookup(&mapping->page_tree, index, NULL, &slot);
	if (WARN_ON_ONCE(!entry || !dax_is_locked(entry))) {
		spin_unlock_irq(&mapping->tree_lock);
		return;
	}
	entry = unlock_slot(mapping, slot);
	spin_unlock_irq(&mapping->tree_lock);
	dax_wake_mapping_entry_waiter(mapping, index, entry, false);
}

/* Undoes grab_mapping_entry(). */
static void put_locked_mapping_entry(struct address_space *mapping,
				     pgoff_t index, void *entry)
{
	struct page *hole_page = entry;

	if (radix_tree_exceptional_entry(entry)) {
		dax_unlock_mapping_entry(mapping, index);
		return;
	}
	unlock_page(hole_page);
	put_page(hole_page);
}

/*
 * Puts an empty locked entry of the size that @size_flag says at @index. @old
 * is the PMD entry that it takes the place of, locked by the caller, or NULL.
 * -EAGAIN says that something is there by now, since allocating had to be done
 * without tree_lock: the caller looks again.
 */
static void *dax_create_entry(struct address_space *mapping, pgoff_t index,
			      unsigned long size_flag, void *old)
{
	void *entry = dax_radix_locked_entry(0, size_flag | RADIX_DAX_EMPTY);
	int error;

	error = radix_tree_preload(mapping_gfp_mask(mapping) & ~__GFP_HIGHMEM);
	if (error)
		return ERR_PTR(error);

	spin_lock_irq(&mapping->tree_lock);
	if (old) {
		radix_tree_delete(&mapping->page_tree, index);
		mapping->nrexceptional--;
		/*
		 * Those who wait for a PMD entry would never hear of a PTE's.
		 */
		dax_wake_mapping_entry_waiter(mapping, index, old, true);
	} else if (__radix_tree_lookup(&mapping->page_tree, index, NULL,
				       NULL)) {
		error = -EAGAIN;
	}
	if (!error)
		error = __radix_tree_insert(&mapping->page_tree, index,
					    dax_radix_order(entry), entry);
	if (!error)
		mapping->nrexceptional++;
	spin_unlock_irq(&mapping->tree_lock);
	radix_tree_preload_end();
	return error ? ERR_PTR(error) : entry;
}

/*
 * Replaces a PMD entry that knows of no storage by an empty PTE entry. The PMD
 * entry stays locked until it goes, so that nobody maps the zero page again
 * behind the unmapping's back.
 */
static void *dax_downgrade_entry(struct address_space *mapping, pgoff_t index,
				 void *entry)
{
	loff_t start = (loff_t)dax_entry_start(entry, index) << PAGE_SHIFT;
	void *smaller;

	if (dax_is_zero_entry(entry))
		unmap_mapping_range(mapping, start, PMD_SIZE, 0);
	smaller = dax_create_entry(mapping, index, 0, entry);
	if (IS_ERR(smaller)) {
		/* Nothing was removed unless the preload had succeeded. */
		put_locked_mapping_entry(mapping, index, entry);
	}
	return smaller;
}

/*
 * Locks what is at @index, or an empty entry if nothing is: returns a locked
 * entry, a locked hole page with a reference, or an ERR_PTR. @size_flag is
 * RADIX_DAX_PMD or 0.
 *
 * A fault that wants a whole PMD does not take pages away from those who have
 * them: -EEXIST if any page in its range has an entry of its own or a hole
 * page. A fault that wants one page, and finds a PMD entry, uses that if there
 * is storage behind it, since the page is part of it; if there is none, the PMD
 * entry has to make way, or the pages around would be taken for mapped.
 */
static void *grab_mapping_entry(struct address_space *mapping, pgoff_t index,
				unsigned long size_flag)
{
	void *entry, **slot;
	struct page *page;
	bool downgrade;

	for (;;) {
		spin_lock_irq(&mapping->tree_lock);
		entry = get_unlocked_mapping_entry(mapping, index, &slot);
		if (!entry) {
			spin_unlock_irq(&mapping->tree_lock);
			entry = dax_create_entry(mapping, index, size_flag,
						 NULL);
			if (entry == ERR_PTR(-EAGAIN))
				continue;
			return entry;
		}
		if (!radix_tree_exceptional_entry(entry)) {
			page = entry;
			if (size_flag & RADIX_DAX_PMD) {
				spin_unlock_irq(&mapping->tree_lock);
				return ERR_PTR(-EEXIST);
			}
			get_page(page);
			spin_unlock_irq(&mapping->tree_lock);
			lock_page(page);
			if (likely(page->mapping == mapping))
				return page;
			/* Truncated, or replaced, while we waited for it. */
			unlock_page(page);
			put_page(page);
			continue;
		}
		if ((size_flag & RADIX_DAX_PMD) && !dax_is_pmd_entry(entry)) {
			put_unlocked_mapping_entry(mapping, index, entry);
			spin_unlock_irq(&mapping->tree_lock);
			return ERR_PTR(-EEXIST);
		}
		downgrade = !(size_flag & RADIX_DAX_PMD) &&
			    dax_is_pmd_entry(entry) &&
			    dax_entry_has(entry,
					  RADIX_DAX_HZP | RADIX_DAX_EMPTY);
		entry = lock_slot(mapping, slot);
		spin_unlock_irq(&mapping->tree_lock);
		if (downgrade)
			return dax_downgrade_entry(mapping, index, entry);
		return entry;
	}
}

/**
 * dax_delete_mapping_entry - remove an entry, waiting until it is unlocked
 * @mapping: whose entry
 * @index:   a page that it stands for
 *
 * For truncation, which has seen the entry and keeps faults out, so that it
 * must be there still.
 *
 * Return: 1 if an entry was removed, 0 if there was none.
 */
int dax_delete_mapping_entry(struct address_space *mapping, pgoff_t index)
{
	int removed = 0;
	void *entry;

	spin_lock_irq(&mapping->tree_lock);
	entry = get_unlocked_mapping_entry(mapping, index, NULL);
	if (!WARN_ON_ONCE(!entry || !radix_tree_exceptional_entry(entry))) {
		radix_tree_delete(&mapping->page_tree, index);
		mapping->nrexceptional--;
		removed = 1;
	}
	spin_unlock_irq(&mapping->tree_lock);
	/* Nothing is left to be unlocked: each waiter has to find that out. */
	if (removed)
		dax_wake_mapping_entry_waiter(mapping, index, entry, true);
	return removed;
}

/* ---- storage ---- */

/*
 * Where the storage of @dax->sector is: @dax->addr and @dax->pfn. The device
 * cannot go away until dax_unmap_atomic(), which must follow if, and only if,
 * this succeeds. Returns how many bytes can be used from there on.
 */
static long dax_map_atomic(struct block_device *bdev, struct blk_dax_ctl *dax)
{
	struct request_queue *queue = bdev->bd_queue;
	long len = -EIO;

	if (blk_queue_enter(queue, true) == 0) {
		len = bdev_direct_access(bdev, dax);
		if (len < 0)
			blk_queue_exit(queue);
	}
	if (len < 0)
		dax->addr = ERR_PTR(len);
	return len;
}

static void dax_unmap_atomic(struct block_device *bdev,
			     const struct blk_dax_ctl *dax)
{
	if (!IS_ERR(dax->addr))
		blk_queue_exit(bdev->bd_queue);
}

/* The sector of file position @pos, which lies in @iomap. */
static sector_t dax_iomap_sector(const struct iomap *iomap, loff_t pos)
{
	loff_t into = (pos & PAGE_MASK) - iomap->offset;

	return iomap->blkno + (into >> 9);
}

static bool dax_reads_as_zeroes(const struct iomap *iomap)
{
	return iomap->type == IOMAP_HOLE || iomap->type == IOMAP_UNWRITTEN;
}

/* Fills the page of a private mapping with what is at @sector. */
static int copy_user_dax(struct block_device *bdev, sector_t sector,
			 size_t size, struct page *to, unsigned long vaddr)
{
	struct blk_dax_ctl dax = {
		.sector = sector,
		.size = size,
	};
	long len = dax_map_atomic(bdev, &dax);
	void *page_addr;

	if (len < 0)
		return len;
	page_addr = kmap_atomic(to);
	copy_user_page(page_addr, (void __force *)dax.addr, vaddr, to);
	kunmap_atomic(page_addr);
	dax_unmap_atomic(bdev, &dax);
	return 0;
}

/**
 * __dax_zero_page_range - zero a part of a page on the device
 * @bdev:   the device
 * @sector: where the page starts
 * @offset: first byte, within the page
 * @length: bytes, at most to the end of the page
 *
 * Return: 0, or a negative errno if the storage cannot be had.
 */
int __dax_zero_page_range(struct block_device *bdev, sector_t sector,
			  unsigned int offset, unsigned int length)
{
	struct blk_dax_ctl dax = {
		.sector = sector,
		.size = PAGE_SIZE,
	};
	long len = dax_map_atomic(bdev, &dax);

	if (len < 0)
		return len;
	clear_pmem(dax.addr + offset, length);
	dax_unmap_atomic(bdev, &dax);
	return 0;
}
EXPORT_SYMBOL_GPL(__dax_zero_page_range);

/* ---- writeback ---- */

/*
 * Flushes the storage of one entry out of the CPU caches. Only TOWRITE is
 * cleared: page table entries stay writable, so that stores can go on without a
 * fault, and DIRTY must remain to have them flushed by the next fsync.
 */
static int dax_writeback_one(struct block_device *bdev,
			     struct address_space *mapping, pgoff_t index,
			     void *entry)
{
	struct radix_tree_root *page_tree = &mapping->page_tree;
	struct blk_dax_ctl dax;
	void *now;
	long len;

	spin_lock_irq(&mapping->tree_lock);
	now = __radix_tree_lookup(page_tree, index, NULL, NULL);
	/*
	 * It was found without tree_lock: it may be gone, have become another
	 * one, or been written by somebody else.
	 */
	if (now != entry ||
	    !radix_tree_tag_get(page_tree, index, PAGECACHE_TAG_TOWRITE)) {
		spin_unlock_irq(&mapping->tree_lock);
		return 0;
	}
	spin_unlock_irq(&mapping->tree_lock);

	/* A page is never dirty here, nor is an entry without storage. */
	if (WARN_ON_ONCE(!radix_tree_exceptional_entry(entry) ||
			 dax_is_zero_entry(entry) || dax_is_empty_entry(entry)))
		return -EIO;

	dax.sector = dax_radix_sector(entry);
	dax.size = PAGE_SIZE << dax_radix_order(entry);
	len = dax_map_atomic(bdev, &dax);
	if (len < 0)
		return len;
	if (WARN_ON_ONCE(len < dax.size)) {
		dax_unmap_atomic(bdev, &dax);
		return -EIO;
	}
	wb_cache_pmem(dax.addr, dax.size);
	dax_unmap_atomic(bdev, &dax);

	spin_lock_irq(&mapping->tree_lock);
	radix_tree_tag_clear(page_tree, index, PAGECACHE_TAG_TOWRITE);
	spin_unlock_irq(&mapping->tree_lock);
	return 0;
}

/**
 * dax_writeback_mapping_range - make stores through mappings durable
 * @mapping: the file's
 * @bdev:    where the file is
 * @wbc:     which bytes; only WB_SYNC_ALL does anything
 *
 * Return: 0, or the negative errno of the first entry that failed.
 */
int dax_writeback_mapping_range(struct address_space *mapping,
				struct block_device *bdev,
				struct writeback_control *wbc)
{
	pgoff_t first = wbc->range_start >> PAGE_SHIFT;
	pgoff_t last = wbc->range_end >> PAGE_SHIFT;
	pgoff_t indices[PAGEVEC_SIZE];
	struct pagevec batch;
	unsigned int i;
	int error;

	if (WARN_ON_ONCE(mapping->host->i_blkbits != PAGE_SHIFT))
		return -EIO;
	if (!mapping->nrexceptional || wbc->sync_mode != WB_SYNC_ALL)
		return 0;

	tag_pages_for_writeback(mapping, first, last);
	pagevec_init(&batch, 0);
	for (;;) {
		batch.nr = find_get_entries_tag(mapping, first,
						PAGECACHE_TAG_TOWRITE,
						PAGEVEC_SIZE, batch.pages,
						indices);
		/* What was written has lost its tag: this ends. */
		if (!batch.nr)
			return 0;
		for (i = 0; i < batch.nr; i++) {
			if (indices[i] > last)
				return 0;
			error = dax_writeback_one(bdev, mapping, indices[i],
						  batch.pages[i]);
			if (error)
				return error;
		}
	}
}
EXPORT_SYMBOL_GPL(dax_writeback_mapping_range);

/* ---- read and write ---- */

/*
 * Takes away the zeroes that reads through mappings were given for holes of the
 * pages @first to @last, now that something has been written there. It comes
 * after the write and outside ->iomap_begin() and ->iomap_end(), because
 * entries are locked outside those; and it waits for locked entries, because a
 * fault that was told of a hole may not have mapped its zeroes yet.
 */
static void dax_drop_zeroes(struct address_space *mapping, pgoff_t first,
			    pgoff_t last)
{
	void *entry, **slot;
	pgoff_t index;

	for (index = first; index <= last; index++) {
		spin_lock_irq(&mapping->tree_lock);
		entry = get_unlocked_mapping_entry(mapping, index, &slot);
		if (!entry || !radix_tree_exceptional_entry(entry)) {
			spin_unlock_irq(&mapping->tree_lock);
			if (entry)
				WARN_ON_ONCE(invalidate_inode_pages2_range(
					mapping, index, index));
			continue;
		}
		if (!dax_is_zero_entry(entry)) {
			put_unlocked_mapping_entry(mapping, index, entry);
			spin_unlock_irq(&mapping->tree_lock);
			continue;
		}
		entry = lock_slot(mapping, slot);
		spin_unlock_irq(&mapping->tree_lock);
		unmap_mapping_range(mapping,
				    (loff_t)dax_entry_start(entry, index)
					    << PAGE_SHIFT,
				    PMD_SIZE, 0);
		spin_lock_irq(&mapping->tree_lock);
		radix_tree_delete(&mapping->page_tree, index);
		mapping->nrexceptional--;
		dax_wake_mapping_entry_waiter(mapping, index, entry, true);
		spin_unlock_irq(&mapping->tree_lock);
	}
}

/*
 * One stretch of storage, as far as it is contiguous: bytes copied, or why not.
 */
static ssize_t dax_copy(const struct iomap *iomap, loff_t pos, size_t len,
			struct iov_iter *iter)
{
	unsigned int offset = offset_in_page(pos);
	struct blk_dax_ctl dax = {
		.sector = dax_iomap_sector(iomap, pos),
		.size = PAGE_ALIGN(offset + len),
	};
	long mapped = dax_map_atomic(iomap->bdev, &dax);
	size_t copied;

	if (mapped < 0)
		return mapped;
	len = min_t(size_t, len, mapped - offset);
	if (iov_iter_rw(iter) == WRITE)
		copied = copy_from_iter_pmem(dax.addr + offset, len, iter);
	else
		copied = copy_to_iter((void __force *)dax.addr + offset, len,
				      iter);
	dax_unmap_atomic(iomap->bdev, &dax);
	return copied ? copied : -EFAULT;
}

static loff_t dax_iomap_actor(struct inode *inode, loff_t pos, loff_t length,
			      void *data, struct iomap *iomap)
{
	struct iov_iter *iter = data;
	loff_t done = 0;
	ssize_t ret = 0;

	if (iov_iter_rw(iter) == READ) {
		length = min(length, i_size_read(inode) - pos);
		if (length <= 0)
			return 0;
		if (dax_reads_as_zeroes(iomap)) {
			done = iov_iter_zero(length, iter);
			return done ? done : -EFAULT;
		}
	}
	if (WARN_ON_ONCE(iomap->type != IOMAP_MAPPED))
		return -EIO;

	while (done < length) {
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		ret = dax_copy(iomap, pos + done, length - done, iter);
		if (ret < 0)
			break;
		done += ret;
	}
	/*
	 * What has been written is part of the file from here on. It cannot
	 * wait until all of the write() is done: ->iomap_end() may free what
	 * lies behind i_size if the rest of it fails.
	 */
	if (done && iov_iter_rw(iter) == WRITE &&
	    pos + done > i_size_read(inode)) {
		i_size_write(inode, pos + done);
		mark_inode_dirty(inode);
	}
	/* Bytes that were copied are reported, and the error another time. */
	return done ? done : ret;
}

/**
 * dax_iomap_rw - read() and write() of a DAX file
 * @iocb: file and position; the position is moved on by what was done
 * @iter: the user's buffers, and which way the bytes go
 * @ops:  the filesystem's
 *
 * The caller holds the inode's lock. A write that goes beyond i_size moves it.
 *
 * Return: bytes done, or a negative errno if there are none.
 */
ssize_t dax_iomap_rw(struct kiocb *iocb, struct iov_iter *iter,
		     const struct iomap_ops *ops)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	bool write = iov_iter_rw(iter) == WRITE;
	loff_t start = iocb->ki_pos, ret = 0;

	while (iov_iter_count(iter)) {
		loff_t pos = iocb->ki_pos;

		ret = iomap_apply(mapping->host, pos, iov_iter_count(iter),
				  write ? IOMAP_WRITE : 0, ops, iter,
				  dax_iomap_actor);
		if (ret <= 0)
			break;
		iocb->ki_pos += ret;
		if (write && (mapping->nrpages || mapping->nrexceptional))
			dax_drop_zeroes(mapping, pos >> PAGE_SHIFT,
					(pos + ret - 1) >> PAGE_SHIFT);
	}
	return iocb->ki_pos > start ? iocb->ki_pos - start : ret;
}
EXPORT_SYMBOL_GPL(dax_iomap_rw);

/* ---- faults: what both sizes share ---- */

/*
 * Takes the hole page out of the page cache and puts @new_entry where it was.
 * The page is locked, so that it cannot be mapped again once it is unmapped;
 * its lock and references are given up, and the locked entry stands for them.
 */
static int dax_replace_hole_page(struct address_space *mapping,
				 struct vm_fault *vmf, struct page *hole_page,
				 void *new_entry)
{
	loff_t start = (loff_t)vmf->pgoff << PAGE_SHIFT;
	int error;

	unmap_mapping_range(mapping, start, PAGE_SIZE, 0);
	error = radix_tree_preload(vmf->gfp_mask & ~__GFP_HIGHMEM);
	if (error)
		return error;

	spin_lock_irq(&mapping->tree_lock);
	__delete_from_page_cache(hole_page, NULL);
	error = __radix_tree_insert(&mapping->page_tree, vmf->pgoff,
				    dax_radix_order(new_entry), new_entry);
	if (!error)
		mapping->nrexceptional++;
	spin_unlock_irq(&mapping->tree_lock);
	radix_tree_preload_end();

	/* The page cache's reference, and that of this fault. */
	unlock_page(hole_page);
	put_page(hole_page);
	put_page(hole_page);
	return error;
}

/*
 * Puts @new_entry in the place of @entry, which the caller holds locked, and
 * marks it dirty if it is to be written to.
 */
static void dax_replace_entry(struct address_space *mapping, pgoff_t index,
			      void *entry, void *new_entry, bool dirty)
{
	void *found, **slot;

	spin_lock_irq(&mapping->tree_lock);
	found = __radix_tree_lookup(&mapping->page_tree, index, NULL, &slot);
	if (!WARN_ON_ONCE(found != entry) && new_entry != entry)
		radix_tree_replace_slot(slot, new_entry);
	if (dirty)
		radix_tree_tag_set(&mapping->page_tree, index,
				   PAGECACHE_TAG_DIRTY);
	spin_unlock_irq(&mapping->tree_lock);
}

/*
 * Makes the locked entry (or hole page) that the fault holds into one for the
 * storage at @sector, and dirty if the fault is a write. Zeroes that are mapped
 * where the storage is to be are unmapped first. Returns what the fault holds
 * then, or an ERR_PTR, and it holds what it held.
 */
static void *dax_insert_mapping_entry(struct address_space *mapping,
				      struct vm_fault *vmf, void *entry,
				      sector_t sector, unsigned long flags)
{
	void *new_entry = dax_radix_locked_entry(sector, flags);
	bool dirty = vmf->flags & FAULT_FLAG_WRITE;
	int error;

	if (dirty)
		__mark_inode_dirty(mapping->host, I_DIRTY_PAGES);

	if (!radix_tree_exceptional_entry(entry)) {
		error = dax_replace_hole_page(mapping, vmf, entry, new_entry);
		if (error)
			return ERR_PTR(error);
		entry = new_entry;
	} else if (dax_is_pmd_entry(entry) && !dax_is_pmd_entry(new_entry)) {
		/* The page is part of what the entry knows already. */
		new_entry = entry;
	} else if (dax_is_zero_entry(entry) && !dax_is_zero_entry(new_entry)) {
		unmap_mapping_range(mapping, (loff_t)vmf->pgoff << PAGE_SHIFT,
				    PMD_SIZE, 0);
	}

	if (dirty || new_entry != entry)
		dax_replace_entry(mapping, vmf->pgoff, entry, new_entry, dirty);
	return new_entry;
}

/*
 * The storage in @entry could not be mapped, and nobody had it mapped before
 * this fault: forgets it, since the filesystem may take it back in
 * ->iomap_end().
 */
static void *dax_forget_storage(struct address_space *mapping,
				struct vm_fault *vmf, void *entry)
{
	unsigned long size_flag = dax_is_pmd_entry(entry) ? RADIX_DAX_PMD : 0;
	void *empty = dax_radix_locked_entry(0, size_flag | RADIX_DAX_EMPTY);

	/* Writeback must not find an empty entry that has something to write. */
	spin_lock_irq(&mapping->tree_lock);
	radix_tree_tag_clear(&mapping->page_tree, vmf->pgoff,
			     PAGECACHE_TAG_DIRTY);
	radix_tree_tag_clear(&mapping->page_tree, vmf->pgoff,
			     PAGECACHE_TAG_TOWRITE);
	spin_unlock_irq(&mapping->tree_lock);
	dax_replace_entry(mapping, vmf->pgoff, entry, empty, false);
	return empty;
}

static bool dax_knows_storage(void *entry)
{
	return radix_tree_exceptional_entry(entry) &&
	       !dax_entry_has(entry, RADIX_DAX_HZP | RADIX_DAX_EMPTY);
}

/* ---- faults of one page ---- */

/*
 * Maps the storage at @sector. *@entryp is what the fault holds, before and
 * after. 0, or a negative errno: -EBUSY says that somebody mapped the page
 * first.
 */
static int dax_insert_mapping(struct address_space *mapping,
			      struct block_device *bdev, sector_t sector,
			      size_t size, void **entryp,
			      struct vm_area_struct *vma, struct vm_fault *vmf)
{
	unsigned long vaddr = (unsigned long)vmf->virtual_address;
	bool known = dax_knows_storage(*entryp);
	struct blk_dax_ctl dax = {
		.sector = sector,
		.size = size,
	};
	void *entry;
	int error;
	long len;

	/* A fault of the whole PMD had the entry first, and mapped it all. */
	if (pmd_trans_huge(*vmf->pmd) || pmd_devmap(*vmf->pmd))
		return -EBUSY;

	len = dax_map_atomic(bdev, &dax);
	if (len < 0)
		return len;
	/* The entry keeps truncation away from here on. */
	dax_unmap_atomic(bdev, &dax);

	entry = dax_insert_mapping_entry(mapping, vmf, *entryp, sector, 0);
	if (IS_ERR(entry))
		return PTR_ERR(entry);
	error = vm_insert_mixed(vma, vaddr, dax.pfn);
	if (error && error != -EBUSY && !known)
		entry = dax_forget_storage(mapping, vmf, entry);
	*entryp = entry;
	return error;
}

/*
 * Answers a read of a hole with a page of zeroes, locked, in the page cache,
 * where it takes the place of the locked entry. *@entryp is what the fault
 * holds, before and after.
 */
static int dax_load_hole(struct address_space *mapping, void **entryp,
			 struct vm_fault *vmf)
{
	struct page *page = *entryp;

	if (radix_tree_exceptional_entry(page)) {
		page = find_or_create_page(mapping, vmf->pgoff,
					   vmf->gfp_mask | __GFP_ZERO);
		if (!page)
			return VM_FAULT_OOM;
		*entryp = page;
	}
	vmf->page = page;
	return VM_FAULT_LOCKED;
}

/* Fills the page that a write to a private mapping gets for itself. */
static int dax_fill_cow_page(const struct iomap *iomap, loff_t pos,
			     struct vm_fault *vmf)
{
	unsigned long vaddr = (unsigned long)vmf->virtual_address;

	if (iomap->type == IOMAP_MAPPED)
		return copy_user_dax(iomap->bdev, dax_iomap_sector(iomap, pos),
				     PAGE_SIZE, vmf->cow_page, vaddr);
	if (WARN_ON_ONCE(!dax_reads_as_zeroes(iomap)))
		return -EIO;
	clear_user_highpage(vmf->cow_page, vaddr);
	return 0;
}

/*
 * The caller maps the page that it has been given, and nobody may change what
 * is behind it before that: so it gets the lock too, of the hole page or the
 * entry.
 */
static int dax_pass_lock(struct vm_fault *vmf, void *entry)
{
	if (radix_tree_exceptional_entry(entry)) {
		vmf->entry = entry;
		return VM_FAULT_DAX_LOCKED;
	}
	vmf->page = entry;
	return VM_FAULT_LOCKED;
}

static int dax_fault_return(int error)
{
	if (!error)
		return VM_FAULT_NOPAGE;
	return error == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

/**
 * dax_iomap_fault - fault in one page of a DAX file
 * @vma: the mapping
 * @vmf: the fault
 * @ops: the filesystem's
 *
 * For ->fault and ->page_mkwrite. The caller keeps truncation away, so that
 * what i_size says at the start holds to the end.
 *
 * Return: VM_FAULT_NOPAGE if the page has been mapped, VM_FAULT_LOCKED or
 * VM_FAULT_DAX_LOCKED if that is left to the caller, VM_FAULT_OOM or
 * VM_FAULT_SIGBUS; with VM_FAULT_MAJOR if blocks had to be allocated.
 */
int dax_iomap_fault(struct vm_area_struct *vma, struct vm_fault *vmf,
		    const struct iomap_ops *ops)
{
	struct address_space *mapping = vma->vm_file->f_mapping;
	struct inode *inode = mapping->host;
	loff_t pos = (loff_t)vmf->pgoff << PAGE_SHIFT;
	struct iomap iomap = { 0 };
	unsigned int flags = 0;
	int major = 0, ret = 0;
	void *entry;
	int error;

	if (pos >= i_size_read(inode))
		return VM_FAULT_SIGBUS;
	/* What is written to a private mapping never gets to the file. */
	if ((vmf->flags & FAULT_FLAG_WRITE) && !vmf->cow_page)
		flags |= IOMAP_WRITE;

	entry = grab_mapping_entry(mapping, vmf->pgoff, 0);
	if (IS_ERR(entry))
		return dax_fault_return(PTR_ERR(entry));

	error = ops->iomap_begin(inode, pos, PAGE_SIZE, flags, &iomap);
	if (error)
		goto unlock_entry;

	if (WARN_ON_ONCE(iomap.offset + iomap.length < pos + PAGE_SIZE)) {
		error = -EIO;
	} else if (vmf->cow_page) {
		error = dax_fill_cow_page(&iomap, pos, vmf);
		if (!error)
			ret = dax_pass_lock(vmf, entry);
	} else if (iomap.type == IOMAP_MAPPED) {
		if (iomap.flags & IOMAP_F_NEW) {
			count_vm_event(PGMAJFAULT);
			mem_cgroup_count_vm_event(vma->vm_mm, PGMAJFAULT);
			major = VM_FAULT_MAJOR;
		}
		error = dax_insert_mapping(mapping, iomap.bdev,
					   dax_iomap_sector(&iomap, pos),
					   PAGE_SIZE, &entry, vma, vmf);
		/* Somebody else has done what this fault came for. */
		if (error == -EBUSY)
			error = 0;
	} else if (dax_reads_as_zeroes(&iomap) && !(flags & IOMAP_WRITE)) {
		ret = dax_load_hole(mapping, &entry, vmf);
	} else {
		WARN_ON_ONCE(1);
		error = -EIO;
	}

unlock_entry:
	if (!(ret & (VM_FAULT_LOCKED | VM_FAULT_DAX_LOCKED)))
		put_locked_mapping_entry(mapping, vmf->pgoff, entry);
	if (!ret)
		ret = dax_fault_return(error);
	return ret | major;
}
EXPORT_SYMBOL_GPL(dax_iomap_fault);

/**
 * dax_pfn_mkwrite - a store to storage that is mapped read-only
 * @vma: the mapping
 * @vmf: the fault
 *
 * Marks the entry dirty, so that the next fsync flushes what is about to be
 * stored. An entry that is gone has been truncated: the store faults again, and
 * is answered then.
 *
 * Return: VM_FAULT_NOPAGE.
 */
int dax_pfn_mkwrite(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct address_space *mapping = vma->vm_file->f_mapping;
	void *entry;

	spin_lock_irq(&mapping->tree_lock);
	entry = get_unlocked_mapping_entry(mapping, vmf->pgoff, NULL);
	if (entry && radix_tree_exceptional_entry(entry)) {
		radix_tree_tag_set(&mapping->page_tree, vmf->pgoff,
				   PAGECACHE_TAG_DIRTY);
		put_unlocked_mapping_entry(mapping, vmf->pgoff, entry);
	}
	spin_unlock_irq(&mapping->tree_lock);
	return VM_FAULT_NOPAGE;
}
EXPORT_SYMBOL_GPL(dax_pfn_mkwrite);

/* ---- faults of a PMD ---- */

/*
 * Maps the storage that @pos is on with one PMD, if that can be done: it has to
 * be long enough, aligned as the address is, and known to the page tables'
 * users.
 */
static int dax_pmd_insert_mapping(struct vm_area_struct *vma, pmd_t *pmd,
				  struct vm_fault *vmf, unsigned long address,
				  struct iomap *iomap, loff_t pos, bool write,
				  void **entryp)
{
	struct address_space *mapping = vma->vm_file->f_mapping;
	bool known = dax_knows_storage(*entryp);
	struct blk_dax_ctl dax = {
		.sector = dax_iomap_sector(iomap, pos),
		.size = PMD_SIZE,
	};
	bool suitable;
	void *entry;
	long len;
	int ret;

	/* A fault of one page had the entry first, and has a page table. */
	if (!pmd_none(*pmd) && !pmd_trans_huge(*pmd) && !pmd_devmap(*pmd))
		return VM_FAULT_FALLBACK;

	len = dax_map_atomic(iomap->bdev, &dax);
	if (len < 0)
		return VM_FAULT_FALLBACK;
	suitable = len >= PMD_SIZE && pfn_t_devmap(dax.pfn) &&
		   !(pfn_t_to_pfn(dax.pfn) & PG_PMD_COLOUR);
	dax_unmap_atomic(iomap->bdev, &dax);
	if (!suitable)
		return VM_FAULT_FALLBACK;

	entry = dax_insert_mapping_entry(mapping, vmf, *entryp, dax.sector,
					 RADIX_DAX_PMD);
	if (IS_ERR(entry))
		return VM_FAULT_FALLBACK;
	ret = vmf_insert_pfn_pmd(vma, address, pmd, dax.pfn, write);
	if (ret != VM_FAULT_NOPAGE && !known)
		entry = dax_forget_storage(mapping, vmf, entry);
	*entryp = entry;
	return ret;
}

/*
 * Answers a read of a hole with the huge zero page, if nothing has been mapped
 * there meanwhile: page tables change without the entry's lock.
 */
static int dax_pmd_load_hole(struct vm_area_struct *vma, pmd_t *pmd,
			     struct vm_fault *vmf, unsigned long address,
			     struct iomap *iomap, void **entryp)
{
	struct address_space *mapping = vma->vm_file->f_mapping;
	struct page *zero_page = mm_get_huge_zero_page(vma->vm_mm);
	int ret = VM_FAULT_FALLBACK;
	spinlock_t *ptl;
	void *entry;

	if (unlikely(!zero_page))
		return ret;
	entry = dax_insert_mapping_entry(mapping, vmf, *entryp, 0,
					 RADIX_DAX_PMD | RADIX_DAX_HZP);
	if (IS_ERR(entry))
		return ret;
	*entryp = entry;

	ptl = pmd_lock(vma->vm_mm, pmd);
	if (pmd_none(*pmd)) {
		pmd_t zeroes = mk_pmd(zero_page, vma->vm_page_prot);

		set_pmd_at(vma->vm_mm, address & PMD_MASK, pmd,
			   pmd_mkhuge(zeroes));
		ret = VM_FAULT_NOPAGE;
	}
	spin_unlock(ptl);
	return ret;
}

/**
 * dax_iomap_pmd_fault - fault in a whole PMD of a DAX file
 * @vma:     the mapping
 * @address: that was touched
 * @pmd:     its entry in the page tables
 * @flags:   FAULT_FLAG_*
 * @ops:     the filesystem's
 *
 * For ->pmd_fault. Whatever stands in the way of a PMD is left to the PTE fault
 * that follows VM_FAULT_FALLBACK; it needs a page table, and so a huge PMD that
 * is there already is split, or it would find that one and fault for ever.
 *
 * Return: VM_FAULT_NOPAGE if the PMD has been mapped, VM_FAULT_FALLBACK,
 * VM_FAULT_OOM or VM_FAULT_SIGBUS.
 */
int dax_iomap_pmd_fault(struct vm_area_struct *vma, unsigned long address,
			pmd_t *pmd, unsigned int flags,
			const struct iomap_ops *ops)
{
	struct address_space *mapping = vma->vm_file->f_mapping;
	struct inode *inode = mapping->host;
	unsigned long pmd_addr = address & PMD_MASK;
	bool write = flags & FAULT_FLAG_WRITE;
	unsigned int iomap_flags = write ? IOMAP_WRITE : 0;
	pgoff_t pgoff = linear_page_index(vma, pmd_addr);
	loff_t pos = (loff_t)pgoff << PAGE_SHIFT;
	int ret = VM_FAULT_FALLBACK;
	struct iomap iomap = { 0 };
	struct vm_fault vmf = {
		.flags = flags,
		.gfp_mask = mapping_gfp_mask(mapping),
		.virtual_address = (void __user *)address,
		.pgoff = pgoff,
	};
	pgoff_t size;
	void *entry;
	int error;

	/* A private copy of 2 MiB for the sake of one store: no. */
	if (write && !(vma->vm_flags & VM_SHARED))
		goto fallback;
	if (pmd_addr < vma->vm_start || pmd_addr + PMD_SIZE > vma->vm_end)
		goto fallback;

	size = DIV_ROUND_UP(i_size_read(inode), PAGE_SIZE);
	if (pgoff >= size)
		return VM_FAULT_SIGBUS;
	if (pgoff + PG_PMD_COLOUR >= size)
		goto fallback;
	/* An entry for 2 MiB of addresses has to be one for 2 MiB of file. */
	if (pgoff & PG_PMD_COLOUR)
		goto fallback;

	entry = grab_mapping_entry(mapping, pgoff, RADIX_DAX_PMD);
	if (IS_ERR(entry))
		goto fallback;

	error = ops->iomap_begin(inode, pos, PMD_SIZE, iomap_flags, &iomap);
	if (error)
		goto unlock_entry;

	if (iomap.offset + iomap.length >= pos + PMD_SIZE) {
		switch (iomap.type) {
		case IOMAP_MAPPED:
			ret = dax_pmd_insert_mapping(vma, pmd, &vmf, address,
						     &iomap, pos, write,
						     &entry);
			break;
		case IOMAP_HOLE:
		case IOMAP_UNWRITTEN:
			if (!WARN_ON_ONCE(write))
				ret = dax_pmd_load_hole(vma, pmd, &vmf,
							address, &iomap,
							&entry);
			break;
		default:
			WARN_ON_ONCE(1);
		}
	}

unlock_entry:
	put_locked_mapping_entry(mapping, pgoff, entry);
fallback:
	if (ret == VM_FAULT_FALLBACK) {
		split_huge_pmd(vma, pmd, address);
		count_vm_event(THP_FAULT_FALLBACK);
	}
	return ret;
}
EXPORT_SYMBOL_GPL(dax_iomap_pmd_fault);
