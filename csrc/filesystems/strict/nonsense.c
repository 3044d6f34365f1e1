// SPDX-License-Identifier: GPL-2.0-only
/*
 * A filesystem that is broken: what begin answers is no extent of the range.
 *
 * iomap promises to look at an answer before it goes by it, and to say in the
 * log what a filesystem did wrong. Where a geometry asks for it, each answer of
 * a begin is a call that can fail: it is exchanged for one that cannot be. A
 * begin that lies has taken nothing, so nobody has to end it.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include "handle.h"
#include "interface.h"
#include "core/inject.h"

/**
 * strict_answers_nonsense - exchange the answer, if the run asks for it
 * @inode: the file
 * @pos:   where the range begins
 * @flags: of the begin
 * @iomap: the right answer, which may become a wrong one
 *
 * Return: whether it is wrong now.
 */
bool strict_answers_nonsense(struct inode *inode, loff_t pos,
			     unsigned int flags, struct iomap *iomap)
{
	loff_t block = pos & ~(loff_t)(STRICT_BLOCK_SIZE - 1);

	if (!STRICT_SB(inode->i_sb)->lies)
		return false;
	switch (inject(FL_POINT_FS_ANSWER, strict_here())) {
	case -ERANGE:
		iomap->offset = block + STRICT_BLOCK_SIZE;
		iomap->length = STRICT_BLOCK_SIZE;
		break;
	case -ENODATA:
		iomap->length = 0;
		break;
	case -ESPIPE:
		iomap->offset = 0;
		iomap->length = block;
		break;
	case -EINVAL:
		iomap->type = 0x7f;
		break;
	case -EMSGSIZE:
		if (!(flags & STRICT_FAULT))
			return false;
		iomap->length = pos + STRICT_BLOCK_SIZE / 8 - iomap->offset;
		break;
	default:
		return false;
	}
	STRICT_SB(inode->i_sb)->has_lied = true;
	return true;
}
