/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between a filesystem, which knows where a file's bytes are, and
 * the code that does something with them.
 *
 * A filesystem is asked one extent at a time. What it has to take in order to
 * answer (a lock, a reservation, new blocks) it takes in ->iomap_begin() and
 * gives back in ->iomap_end(), so every begin that succeeded must see its end.
 */
#ifndef LINUX_IOMAP_H
#define LINUX_IOMAP_H 1

#include <linux/types.h>

struct block_device;
struct inode;
struct iomap;
struct iov_iter;
struct kiocb;

/* iomap.type: what is behind the bytes. */
#define IOMAP_HOLE	0x01	/* nothing: reads as zeroes */
#define IOMAP_DELALLOC	0x02	/* space promised, none taken yet */
#define IOMAP_MAPPED	0x03	/* blocks, from iomap.blkno on */
#define IOMAP_UNWRITTEN	0x04	/* blocks that read as zeroes */

/* iomap.flags: more about the extent. */
#define IOMAP_F_NEW	0x01	/* its blocks did not exist before */
#define IOMAP_F_MERGED	0x02	/* may be several of the fs's own extents */
#define IOMAP_F_SHARED	0x04	/* some other file has these blocks too */

/* No block on the device: every type but MAPPED and UNWRITTEN has it. */
#define IOMAP_NULL_BLOCK	-1LL

/**
 * struct iomap - one extent of a file
 * @blkno:  where it starts on @bdev, in sectors of 512 bytes
 * @offset: where it starts in the file, in bytes
 * @length: bytes
 * @type:   IOMAP_HOLE and so on
 * @flags:  IOMAP_F_*
 * @bdev:   the device
 */
struct iomap {
	sector_t		blkno;
	loff_t			offset;
	u64			length;
	u16			type, flags;
	struct block_device	*bdev;
};

/* What the extent is wanted for; ->iomap_begin() and ->iomap_end() see it. */
#define IOMAP_WRITE	(1 << 0)	/* to be written: allocate */
#define IOMAP_ZERO	(1 << 1)	/* to be zeroed: holes may stay */
#define IOMAP_REPORT	(1 << 2)	/* only to be told about */

/**
 * struct iomap_ops - what a filesystem provides
 * @iomap_begin: fills in the extent that @pos lies in; it has to reach as far
 *		 as @pos, and may end before or after @pos + @length. A negative
 *		 errno says that nothing was taken.
 * @iomap_end:	 gives back what begin took. @written says how many of the bytes
 *		 from @pos on were really used; for those that were not, the
 *		 filesystem takes back what begin prepared. May be NULL.
 */
struct iomap_ops {
	int (*iomap_begin)(struct inode *inode, loff_t pos, loff_t length,
			   unsigned flags, struct iomap *iomap);
	int (*iomap_end)(struct inode *inode, loff_t pos, loff_t length,
			 ssize_t written, unsigned flags, struct iomap *iomap);
};

typedef loff_t (*iomap_actor_t)(struct inode *inode, loff_t pos, loff_t len,
				void *data, struct iomap *iomap);

loff_t iomap_apply(struct inode *inode, loff_t pos, loff_t length,
		   unsigned flags, const struct iomap_ops *ops, void *data,
		   iomap_actor_t actor);
int iomap_zero_range(struct inode *inode, loff_t pos, loff_t len,
		     bool *did_zero, const struct iomap_ops *ops);

#endif /* LINUX_IOMAP_H */
