// SPDX-License-Identifier: GPL-2.0-only
/*
 * The filesystems that have a table.
 */
#include "fs/filesystem.h"

extern const struct filesystem fuse_filesystem;

const struct filesystem *filesystem_of(uint32_t fs)
{
#if HAVE_FUSE_DAX
	if (fs == FL_FS_FUSE)
		return &fuse_filesystem;
#endif
	(void)fs;
	return NULL;
}
