// SPDX-License-Identifier: GPL-2.0-only
/*
 * The server: it has the file, and maps parts of it into the window.
 *
 * In life a mapped range is the server's own page cache. Here a part of the
 * file has its bytes in the range that shows it, and in the store while none
 * does, so that whoever stores to a range that shows something else, or
 * nothing, has lost what he stores. What must hold: a part is shown by one
 * range at most; a page is the file's if it was laid out or written, or if
 * there is something else than zeroes in it.
 */
#include "core/base.h"
#if HAVE_FUSE_DAX
#include "fuse/fuse.h"
#include "core/access_set.h"
#include "core/outcome.h"
#include "fs/world.h"
#include "memory/page.h"
#include "memory/page_table.h"
#include "memory/pin.h"
#include "storage/device.h"
#include <linux/kernel.h>
#include <linux/string.h>

#define NOTHING		UINT32_MAX
#define MAPPINGS_MAX	1024

static struct {
	unsigned int nr_ranges;
	u64 size;
	u32 shows[RANGES_MAX];		/* a part of the file each */
	bool is_writable[RANGES_MAX];	/* ... that may be stored to */
	u64 is_owned[STORE_PAGES / 64];
} server;

void server_open(unsigned int nr_ranges, u64 size)
{
	memset(&server, 0, sizeof(server));
	server.nr_ranges = nr_ranges;
	server.size = size;
	for (unsigned int range = 0; range < RANGES_MAX; range++)
		server.shows[range] = NOTHING;
}

static void own(u32 page, bool is_owned)
{
	u64 bit = 1ull << page % 64;

	if (is_owned)
		server.is_owned[page / 64] |= bit;
	else
		server.is_owned[page / 64] &= ~bit;
}

void server_lay_out(u32 page, u32 count, u8 fill, u64 size)
{
	u64 start = (u64)page * PAGE_SIZE;

	for (u32 i = 0; i < count; i++)
		own(page + i, true);
	if (fill && start < size)
		device_fill(STORE_BLOCK + page, fill,
			    min((u64)count * PAGE_SIZE, size - start));
}

#define OTHER_BYTE	0x7a

/* Where the bytes of a page of the file are now. */
static u32 block_of(u32 page)
{
	for (unsigned int range = 0; range < server.nr_ranges; range++)
		if (server.shows[range] == page / RANGE_PAGES)
			return range * RANGE_PAGES + page % RANGE_PAGES;
	return STORE_BLOCK + page;
}

/* The other file has one page; a range shows it. */
void server_lay_out_other(void)
{
	device_fill(block_of(OTHER_PART * RANGE_PAGES), OTHER_BYTE, PAGE_SIZE);
}

static void note(u32 block, u32 count)
{
	access_note_frames(DEVICE_PFN(block), count, FL_ACCESS_WRITE);
}

static struct fl_mapping mappings[MAPPINGS_MAX];

void server_audit(void)
{
	u32 nr = page_table_list(mappings, MAPPINGS_MAX);

	for (u32 i = 0; i < min(nr, (u32)MAPPINGS_MAX); i++)
		if (mappings[i].device_block >= 0 &&
		    mappings[i].device_block != block_of(mappings[i].pgoff))
			run_misuse(0, "page %u is mapped where the window does "
				   "not show it", mappings[i].pgoff);
		else if (mappings[i].device_block >= 0 &&
			 mappings[i].writable && !server.is_writable[
				mappings[i].device_block / RANGE_PAGES])
			run_misuse(0, "page %u is writable in a range that may "
				   "only be read", mappings[i].pgoff);
}

void server_audit_other(void)
{
	u32 block = block_of(OTHER_PART * RANGE_PAGES);
	const u8 *at = device_address(block);
	u32 same = 0;

	/* The bytes of a uniform page need not be there. */
	if (device_uniform(block) == OTHER_BYTE)
		return;
	while (device_uniform(block) < 0 && same < PAGE_SIZE &&
	       at[same] == OTHER_BYTE)
		same++;
	if (same < PAGE_SIZE)
		run_misuse(0, "the other file has changed");
}

/* A range is about to show something else: nobody may use it. */
static void must_be_unused(unsigned int range, uintptr_t site)
{
	u32 nr;

	/* While the world is made nobody has mapped anything. */
	if (!world->file.f_inode)
		return;
	nr = page_table_list(mappings, MAPPINGS_MAX);
	for (u32 i = 0; i < min(nr, (u32)MAPPINGS_MAX); i++)
		if (mappings[i].device_block >= 0 &&
		    mappings[i].device_block / RANGE_PAGES == range) {
			run_misuse(site, "range %u is unmapped while page %u "
				   "of the file is mapped in it", range,
				   mappings[i].pgoff);
			break;
		}
	if (range_is_held(range))
		run_misuse(site, "range %u is unmapped while it is held",
			   range);
	pin_check(range * RANGE_PAGES, RANGE_PAGES, site);
}

/* The pages of a part, of which most are full of zeroes here and there. */
static void copy_part(u32 to, u32 from, bool is_moved)
{
	for (u32 i = 0; i < RANGE_PAGES; i += 64) {
		u64 left = device_used(to + i) | device_used(from + i);

		for (; left; left &= left - 1) {
			u32 page = i + (u32)__builtin_ctzll(left);

			device_copy(to + page, from + page);
			if (is_moved)
				device_put(from + page, 0);
		}
	}
}

/* The bytes go back into the store. */
static void hide(unsigned int range)
{
	u32 first = range * RANGE_PAGES;
	u32 page = server.shows[range] * RANGE_PAGES;

	if (server.shows[range] == NOTHING)
		return;
	note(first, RANGE_PAGES);
	note(STORE_BLOCK + page, RANGE_PAGES);
	copy_part(STORE_BLOCK + page, first, true);
	server.shows[range] = NOTHING;
}

void server_map(unsigned int range, u32 part, bool is_writable,
		uintptr_t site)
{
	u32 first = range * RANGE_PAGES;

	server.is_writable[range] = is_writable;
	if (server.shows[range] == part)
		return;			/* with other permissions */
	must_be_unused(range, site);
	hide(range);
	/* A range that was given up while the server could not be told. */
	for (unsigned int other = 0; other < server.nr_ranges; other++)
		if (server.shows[other] == part)
			hide(other);
	note(first, RANGE_PAGES);
	note(STORE_BLOCK + part * RANGE_PAGES, RANGE_PAGES);
	copy_part(first, STORE_BLOCK + part * RANGE_PAGES, false);
	server.shows[range] = part;
}

void server_unmap(unsigned int range, uintptr_t site)
{
	must_be_unused(range, site);
	hide(range);
}

bool server_shows(unsigned int range)
{
	return server.shows[range] != NOTHING;
}

bool server_has(u64 pos)
{
	return pos < server.size;
}

void server_close(uintptr_t site)
{
	for (unsigned int range = 0; range < server.nr_ranges; range++)
		server_unmap(range, site);
}

static void change(u64 pos, u64 count, const u8 *bytes)
{
	while (count) {
		u32 block = block_of(pos / PAGE_SIZE);
		u32 offset = pos % PAGE_SIZE;
		u64 here = min(count, (u64)PAGE_SIZE - offset);
		u8 *at = (u8 *)device_address(block) + offset;

		if (bytes || device_uniform(block)) {
			device_dirty(block, 1);
			if (bytes)
				memcpy(at, bytes, here);
			else
				memset(at, 0, here);
		}
		note(block, 1);
		if (bytes)
			bytes += here;
		pos += here;
		count -= here;
	}
}

void server_write(u64 pos, const void *bytes, size_t count)
{
	for (u64 page = pos / PAGE_SIZE; page * PAGE_SIZE < pos + count; page++)
		own((u32)page, true);
	change(pos, count, bytes);
	server.size = max(server.size, pos + count);
}

void server_zero(u64 pos, u64 length, bool frees)
{
	u64 end = min(pos + length, STORE_SIZE);
	u64 first = DIV_ROUND_UP(pos, PAGE_SIZE);
	u64 behind = end / PAGE_SIZE;

	if (pos >= end)
		return;
	/* What is behind the end of the file is zero, and goes with its page. */
	if (end >= server.size)
		behind = DIV_ROUND_UP(end, PAGE_SIZE);
	change(pos, end - pos, NULL);
	for (u64 page = first; frees && page < behind; page++) {
		device_put(block_of((u32)page), 0);
		own((u32)page, false);
	}
}

void server_truncate(u64 size)
{
	u64 old = server.size;

	server.size = min(size, old);
	if (size < old)
		server_zero(size, round_up(old, (u64)PAGE_SIZE) - size, true);
	server.size = size;
}

static bool has_bytes(u32 block)
{
	const u8 *at = device_address(block);

	if (device_uniform(block) >= 0)
		return device_uniform(block) > 0;
	for (u32 i = 0; i < PAGE_SIZE; i++)
		if (at[i])
			return true;
	return false;
}

u32 server_list_blocks(struct fl_block *blocks, u32 max)
{
	u32 nr = 0;

	/* A range shows a multiple of 64 pages. */
	for (u32 first = 0; first < STORE_PAGES; first += 64) {
		u32 block = block_of(first);
		u64 owned = server.is_owned[first / 64];
		u64 left = owned | device_used(block);

		for (; left; left &= left - 1) {
			u32 i = (u32)__builtin_ctzll(left);

			if (!(owned >> i & 1) && !has_bytes(block + i))
				continue;
			if (nr < max && blocks)
				blocks[nr] = (struct fl_block) {
					.file_block = first + i,
					.device_block = block + i,
				};
			nr++;
		}
	}
	return nr;
}
#endif
