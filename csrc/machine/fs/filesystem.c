// SPDX-License-Identifier: GPL-2.0-only
/*
 * The filesystems that there are.
 */
#include "fs/filesystem.h"
#include <linux/kernel.h>

extern const struct filesystem ext2_filesystem, strict_filesystem;
extern const struct filesystem fuse_filesystem, erofs_filesystem;

static const struct filesystem *const filesystems[FL_FS_KINDS] = {
#if HAVE_EXT2_DAX
	[FL_FS_EXT2]	= &ext2_filesystem,
#endif
	[FL_FS_STRICT]	= &strict_filesystem,
#if HAVE_FUSE_DAX
	[FL_FS_FUSE]	= &fuse_filesystem,
#endif
#if HAVE_EROFS_DAX
	[FL_FS_EROFS]	= &erofs_filesystem,
#endif
};

const struct filesystem *filesystem_of(uint32_t fs)
{
	return fs < FL_FS_KINDS ? filesystems[fs] : NULL;
}
