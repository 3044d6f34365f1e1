/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of this folder share. The medium holds all devices: the
 * primary one, which the block device is, begins inside of it, and its
 * filesystem, where a kernel can have that, some blocks further on.
 */
#ifndef EROFS_EROFS_H
#define EROFS_EROFS_H

#include "core/base.h"
#include <linux/idr.h>
#include "fs/erofs/internal.h"

#define PRIMARY_FIRST	64u	/* block of the medium */
#define FS_FIRST	(HAVE_EROFS_FSOFF ? 4u : 0u)	/* of the device */
#define META_BLOCK	1u	/* of the filesystem, as all that follow */
#define DATA_BLOCK	8u
#define HUGE_BLOCKS	512u

enum { PRIMARY, SECOND, THIRD, DEVICES };

/**
 * struct erofs_part - a device, as addresses of the filesystem see it
 * @first:   its block 0 on the medium
 * @blocks:  how many it has
 * @next:    its next free block
 * @address: of its block 0, for who does not name the device; of each that of
 *	     the one before it ends there
 */
struct erofs_part {
	u32 first;
	u32 blocks;
	u32 next;
	u32 address;
};

/**
 * struct erofs_world - what is there beside the machine's world
 * @inode:  the file's
 * @parts:  the devices
 * @blocks: where each extent of the geometry begins, of its device
 */
struct erofs_world {
	struct erofs_inode *inode;
	struct erofs_part parts[DEVICES];
	u32 blocks[FL_EXTENTS_MAX];
};
extern struct erofs_world *erofs_world;

/* The device that an extent of the geometry is on. */
unsigned int erofs_device_of(unsigned int extent);

/* image.c: the bytes of the file and of its inode are on the medium */
const char *erofs_lay_out(void);

#endif
