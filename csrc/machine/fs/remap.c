// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the VFS does before ranges of files are made one: whether they may be,
 * and, for deduplication, whether they are the same bytes.
 */
#include "core/base.h"
#include "locks/preempt.h"
#include <linux/dax.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>

#if HAVE_DAX_REMAP

static bool is_aligned(const struct inode *inode, loff_t pos)
{
	return !(pos & (i_blocksize(inode) - 1));
}

/* 0, or why the two ranges cannot be one. */
static int check(const struct inode *in, loff_t pos_in,
		 const struct inode *out, loff_t pos_out, loff_t len)
{
	loff_t size_in = i_size_read(in);

	if (!is_aligned(in, pos_in) || !is_aligned(out, pos_out))
		return -EINVAL;
	/* Of a block in the middle of a file only all can be shared. */
	if (pos_in + len > size_in || pos_out + len > i_size_read(out))
		return -EINVAL;
	if (!is_aligned(in, len) && pos_in + len != size_in)
		return -EINVAL;
	if (in == out && pos_out + len > pos_in && pos_out < pos_in + len)
		return -EINVAL;
	return 0;
}

int __generic_remap_file_range_prep(struct file *file_in, loff_t pos_in,
				    struct file *file_out, loff_t pos_out,
				    loff_t *len, unsigned int remap_flags,
				    const struct iomap_ops *dax_read_ops)
{
	struct inode *in = file_inode(file_in), *out = file_inode(file_out);
	bool is_same = false;
	int error;

	might_sleep_at(CALLER);
	if (!*len)
		return 0;
	error = check(in, pos_in, out, pos_out, *len);
	if (!error)
		error = filemap_write_and_wait_range(in->i_mapping, pos_in,
						     pos_in + *len - 1);
	if (!error)
		error = filemap_write_and_wait_range(out->i_mapping, pos_out,
						     pos_out + *len - 1);
	if (error || !(remap_flags & REMAP_FILE_DEDUP))
		return error;
	if (!dax_read_ops)
		return -EINVAL;
	error = dax_dedupe_file_range_compare(in, pos_in, out, pos_out, *len,
					      &is_same, dax_read_ops);
	if (error)
		return error;
	return is_same ? 0 : -EBADE;
}

#endif
