// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the VFS asks before ranges of files are made one: whether they are such
 * that it can be done at all, and, for FIDEDUPERANGE, whether they hold the same.
 *
 * Both files are DAX here. What is not: a range that ends inside of a block,
 * unless both files end there, is refused, where the VFS might make it shorter.
 */
#include "core/base.h"

#if HAVE_DAX_REMAP

#include <linux/dax.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>

/* Whether [@pos, @pos + @len) is inside of a file, in whole blocks. */
static bool is_sound(const struct inode *inode, loff_t pos, loff_t len)
{
	loff_t mask = inode->i_sb->s_blocksize - 1;

	return !(pos & mask) && !(len & mask) && len > 0 &&
	       pos + len <= i_size_read(inode);
}

static bool is_overlap(loff_t one, loff_t other, loff_t len)
{
	return one < other + len && other < one + len;
}

static int compare(struct inode *in, loff_t pos_in, struct inode *out,
		   loff_t pos_out, loff_t len, const struct iomap_ops *ops)
{
	bool same = false;
	int ret = dax_dedupe_file_range_compare(in, pos_in, out, pos_out, len,
						&same, ops);

	if (ret)
		return ret;
	return same ? 0 : -EBADE;
}

int __generic_remap_file_range_prep(struct file *file_in, loff_t pos_in,
				    struct file *file_out, loff_t pos_out,
				    loff_t *len, unsigned int remap_flags,
				    const struct iomap_ops *dax_read_ops)
{
	struct inode *in = file_inode(file_in), *out = file_inode(file_out);
	int ret;

	if (!is_sound(in, pos_in, *len) || !is_sound(out, pos_out, *len) ||
	    (in == out && is_overlap(pos_in, pos_out, *len)))
		return -EINVAL;
	ret = filemap_write_and_wait_range(in->i_mapping, pos_in,
					   pos_in + *len - 1);
	if (!ret)
		ret = filemap_write_and_wait_range(out->i_mapping, pos_out,
						   pos_out + *len - 1);
	if (!ret && remap_flags & REMAP_FILE_DEDUP)
		ret = compare(in, pos_in, out, pos_out, *len, dax_read_ops);
	return ret;
}

#endif
