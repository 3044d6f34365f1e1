// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks of the device: one bitmap, first fit.
 *
 * Single blocks come from the bottom, so that the aligned 2 MiB runs further up
 * stay whole for as long as there is room elsewhere. free_blocks is the number
 * of clear bits at all times. Callers hold the extent lock of the one file that
 * there is.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include "strict.h"
#include "core/inject.h"
#include "core/trace.h"
#include "memory/pin.h"
#include "storage/cpu_cache.h"

#define WORD_BITS	64u

bool strict_block_in_use(const struct strict_sb_info *sbi, u32 device_block)
{
	return sbi->bitmap[device_block / WORD_BITS] >>
		(device_block % WORD_BITS) & 1;
}

/* The first block at or after @from that is in use, or free; or the end. */
static u32 next_block(const struct strict_sb_info *sbi, u32 from, bool in_use)
{
	while (from < sbi->blocks) {
		u64 word = sbi->bitmap[from / WORD_BITS];

		if (!in_use)
			word = ~word;
		word >>= from % WORD_BITS;
		if (word)
			return min_t(u32, from + __builtin_ctzll(word),
				     sbi->blocks);
		from = (from / WORD_BITS + 1) * WORD_BITS;
	}
	return sbi->blocks;
}

static void mark_blocks(struct strict_sb_info *sbi, u32 device_block, u32 count,
			bool in_use)
{
	u32 block, end = device_block + count;

	for (block = device_block; block < end; block++) {
		u64 bit = 1ull << block % WORD_BITS;

		if (in_use)
			sbi->bitmap[block / WORD_BITS] |= bit;
		else
			sbi->bitmap[block / WORD_BITS] &= ~bit;
	}
	if (in_use)
		sbi->free_blocks -= count;
	else
		sbi->free_blocks += count;
}

/* A whole run that one PMD entry can map; true if there is one. */
static bool find_pmd_run(const struct strict_sb_info *sbi, u32 *device_block)
{
	u32 block = round_up(STRICT_FIRST_BLOCK, STRICT_PMD_BLOCKS);

	for (; block + STRICT_PMD_BLOCKS <= sbi->blocks;
	     block += STRICT_PMD_BLOCKS) {
		if (next_block(sbi, block, true) >= block + STRICT_PMD_BLOCKS) {
			*device_block = block;
			return true;
		}
	}
	return false;
}

/* The first run of @want blocks, else the longest: its length, 0 if full. */
static u32 find_run(const struct strict_sb_info *sbi, u32 want,
		    u32 *device_block)
{
	u32 best = 0, start = STRICT_FIRST_BLOCK, end;

	while (best < want) {
		start = next_block(sbi, start, false);
		if (start >= sbi->blocks)
			break;
		end = next_block(sbi, start, true);
		if (end - start > best) {
			best = end - start;
			*device_block = start;
		}
		start = end;
	}
	return min(best, want);
}

/**
 * strict_allocate - take blocks of the device
 * @sb:		  the filesystem
 * @want:	  how many would be best, at least 1
 * @pmd:	  a run that one PMD entry can map is worth most; @want is at
 *		  least STRICT_PMD_BLOCKS
 * @device_block: where the run starts
 *
 * Return: how many were taken, 1 to @want, or -ENOSPC. They are contiguous, and
 * hold whatever they held before.
 */
int strict_allocate(struct super_block *sb, u32 want, bool pmd,
		    u32 *device_block)
{
	struct strict_sb_info *sbi = STRICT_SB(sb);
	int error = inject(FL_POINT_BLOCK_ALLOC, CALLER);
	u32 got = 0, at = 0;

	if (!error) {
		if (pmd && find_pmd_run(sbi, &at))
			got = STRICT_PMD_BLOCKS;
		else
			got = find_run(sbi, want, &at);
		if (!got)
			error = -ENOSPC;
	}
	if (got)
		mark_blocks(sbi, at, got, true);
	trace(FL_EVENT_BLOCK_ALLOC, FL_OBJECT(FL_OBJECT_DEVICE, 0), CALLER,
	      got ? (int64_t)at : -1, got ? got : want, 0, 0, error);
	*device_block = at;
	return error ? error : (int)got;
}

/**
 * strict_free - give blocks of the device back
 * @sb:		  the filesystem
 * @device_block: the first
 * @count:	  how many
 */
void strict_free(struct super_block *sb, u32 device_block, u32 count)
{
	struct strict_sb_info *sbi = STRICT_SB(sb);

	if (WARN(next_block(sbi, device_block, false) < device_block + count,
		 "strict: freeing a free block\n"))
		return;
	pin_check(device_block, count, CALLER);
	mark_blocks(sbi, device_block, count, false);
	trace(FL_EVENT_BLOCK_FREE, FL_OBJECT(FL_OBJECT_DEVICE, 0), CALLER,
	      device_block, count, 0, 0, 0);
	cpu_cache_forget_blocks(device_block, count);
}
