/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * groups.c: the block groups of an ext2, and who has their blocks: the
 * filesystem, or other files than the one that there is.
 *
 * What must hold: groups are a multiple of 64 blocks long, so that words of
 * their bitmaps are words of the device's.
 */
#ifndef EXT2_GROUPS_H
#define EXT2_GROUPS_H

#include "core/base.h"

/* In front of each group's inode table: block bitmap, inode bitmap. */
#define GROUP_METADATA	3u

void groups_open(const struct fl_geometry *geometry);
uint32_t groups_count(void);
/* The first block of a group; of the one behind the last: the device's end. */
uint32_t group_start(uint32_t group);
/* Blocks of a group but for the last, which may have fewer. */
uint32_t groups_length(void);
/* The first of its GROUP_METADATA blocks: that of the block bitmap. */
uint32_t group_metadata(uint32_t group);
/* The first block of the group whose bitmap this is. */
uint32_t groups_first_block_of(const void *bitmap);

/* Blocks that are not the file's: one, and 64 of them from a multiple of 64. */
int groups_have(uint32_t block);
uint64_t groups_have_word(uint32_t block);
/* Other files get a block that nobody has. */
void groups_give_away(uint32_t block);

#endif
