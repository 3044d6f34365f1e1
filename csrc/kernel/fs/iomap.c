// SPDX-License-Identifier: GPL-2.0-only
/*
 * One extent at a time: ask the filesystem where the bytes are, do something
 * with them, tell it how far that went.
 *
 * This is where the contract of ->iomap_begin() and ->iomap_end() is kept on
 * behalf of whoever has something to do: every begin that succeeded sees its
 * end, with the same position and flags, whatever comes in between.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/dax.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/iomap.h>
#include <linux/mm.h>

/**
 * iomap_apply - do something to the first extent of a range
 * @inode:  the file
 * @pos:    first byte
 * @length: bytes
 * @flags:  IOMAP_WRITE and so on, for the filesystem
 * @ops:    the filesystem's
 * @data:   for @actor
 * @actor:  what is to be done; is given no more than lies in the extent, and
 *	    returns how many bytes it did, or a negative errno
 *
 * A filesystem that takes locks or reservations in begin gives them back in
 * end, and takes back blocks that were prepared in vain; so end has to be told
 * the truth. Its own error comes second: bytes that were done are reported.
 *
 * Return: bytes done, or a negative errno.
 */
loff_t iomap_apply(struct inode *inode, loff_t pos, loff_t length,
		   unsigned flags, const struct iomap_ops *ops, void *data,
		   iomap_actor_t actor)
{
	struct iomap extent = { 0 };
	loff_t done, in_extent;
	int error;

	error = ops->iomap_begin(inode, pos, length, flags, &extent);
	if (error)
		return error;

	in_extent = extent.offset + extent.length - pos;
	if (length > in_extent)
		length = in_extent;

	if (WARN_ON(extent.offset > pos))
		done = -EIO;
	else
		done = actor(inode, pos, length, data, &extent);

	if (ops->iomap_end)
		error = ops->iomap_end(inode, pos, length, done > 0 ? done : 0,
				       flags, &extent);
	return done ? done : error;
}

static loff_t iomap_zero_range_actor(struct inode *inode, loff_t pos,
				     loff_t length, void *data,
				     struct iomap *iomap)
{
	bool *did_zero = data;
	loff_t done = 0;

	/* Zeroes already. */
	if (iomap->type == IOMAP_HOLE || iomap->type == IOMAP_UNWRITTEN)
		return length;

	while (done < length) {
		loff_t at = pos + done;
		unsigned int offset = offset_in_page(at);
		unsigned int bytes = min_t(loff_t, PAGE_SIZE - offset,
					   length - done);
		sector_t page = iomap->blkno +
				((at - offset - iomap->offset) >> 9);
		int error = __dax_zero_page_range(iomap->bdev, page, offset,
						  bytes);

		if (error)
			return done ? done : error;
		done += bytes;
		if (did_zero)
			*did_zero = true;
	}
	return done;
}

/**
 * iomap_zero_range - zero bytes of a DAX file
 * @inode:    the file
 * @pos:      first byte
 * @len:      bytes; holes among them stay
 * @did_zero: is set to true if there was something to zero; may be NULL
 * @ops:      the filesystem's
 *
 * Return: 0 or a negative errno.
 */
int iomap_zero_range(struct inode *inode, loff_t pos, loff_t len,
		     bool *did_zero, const struct iomap_ops *ops)
{
	loff_t end = pos + len;

	while (pos < end) {
		loff_t done = iomap_apply(inode, pos, end - pos, IOMAP_ZERO,
					  ops, did_zero,
					  iomap_zero_range_actor);

		if (done <= 0)
			return done;
		pos += done;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(iomap_zero_range);
