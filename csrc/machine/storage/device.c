// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is on the medium: laid out before a run, for as little as can be.
 *
 * Of every block it is known whether it is full of one byte, as it was laid
 * out, or may have been written to since. A world that wants a block as the
 * last one left it costs nothing then, and neither does looking at it
 * afterwards. Blocks that a world does not mention are full of zeroes.
 */
#include <string.h>
#include "storage/device.h"
#include "core/access_set.h"
#include "memory/arena.h"

#define PAGE		4096u
#define WORDS		(DEVICE_PAGES / 64)

static uint64_t dirtied[WORDS];		/* since it was full of one byte */
static uint64_t filled[WORDS];		/* of a byte that is not 0 */
static uint64_t wanted[WORDS];		/* laid out for this world */
static uint8_t bytes[DEVICE_PAGES];	/* what it is full of */

void device_reset(int foreign)
{
	memset(wanted, 0, sizeof(wanted));
	if (!foreign)
		return;
	/* As fresh from the host: all zero. */
	memset(dirtied, 0, sizeof(dirtied));
	memset(filled, 0, sizeof(filled));
	memset(bytes, 0, sizeof(bytes));
}

void *device_address(unsigned int block)
{
	return (char *)DEVICE_BASE + block * (size_t)PAGE;
}

static uint64_t bit(unsigned int block)
{
	return 1ull << block % 64;
}

int device_uniform(unsigned int block)
{
	return dirtied[block / 64] & bit(block) ? -1 : bytes[block];
}

uint64_t device_used(unsigned int first)
{
	return dirtied[first / 64] | filled[first / 64];
}

void device_dirty(unsigned int block, unsigned int count)
{
	access_note_frames((uint64_t)RAM_PAGES + block, count, FL_ACCESS_WRITE);
	for (; count && block < DEVICE_PAGES; block++, count--)
		dirtied[block / 64] |= bit(block);
}

void device_written(const void *at, size_t size)
{
	uintptr_t from = (uintptr_t)at - DEVICE_BASE, last;

	if (from >= DEVICE_PAGES * (uintptr_t)PAGE || !size)
		return;
	last = (from + size - 1) / PAGE;
	device_dirty((unsigned int)(from / PAGE),
		     (unsigned int)(last - from / PAGE) + 1);
}

static void make_uniform(unsigned int block, uint8_t byte)
{
	if (device_uniform(block) == byte)
		return;
	memset(device_address(block), byte, PAGE);
	bytes[block] = byte;
	dirtied[block / 64] &= ~bit(block);
	filled[block / 64] &= ~bit(block);
	if (byte)
		filled[block / 64] |= bit(block);
}

void device_put(unsigned int block, uint8_t byte)
{
	make_uniform(block, byte);
}

void device_copy(unsigned int to, unsigned int from)
{
	int byte = device_uniform(from);

	if (byte >= 0) {
		make_uniform(to, (uint8_t)byte);
		return;
	}
	device_dirty(to, 1);
	memcpy(device_address(to), device_address(from), PAGE);
}

void device_fill(unsigned int block, uint8_t byte, size_t size)
{
	for (; size && block < DEVICE_PAGES; block++) {
		size_t here = size < PAGE ? size : PAGE;

		make_uniform(block, here == PAGE ? byte : 0);
		if (here < PAGE && byte) {
			device_dirty(block, 1);
			memset(device_address(block), byte, here);
		}
		wanted[block / 64] |= bit(block);
		size -= here;
	}
}

void device_settle(void)
{
	for (unsigned int word = 0; word < WORDS; word++) {
		uint64_t left = (dirtied[word] | filled[word]) & ~wanted[word];

		for (; left; left &= left - 1)
			make_uniform(word * 64 +
				     (unsigned int)__builtin_ctzll(left), 0);
	}
}

/* Eight sums side by side, because each run makes some. */
uint64_t block_sum(const void *block)
{
	const uint64_t *words = block;
	uint64_t sums[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, sum = 0;

	for (unsigned int i = 0; i < PAGE / sizeof(*words); i += 8)
		for (unsigned int lane = 0; lane < 8; lane++)
			sums[lane] = (sums[lane] ^ words[i + lane]) *
				     0x9e3779b97f4a7c15ull;
	for (unsigned int lane = 0; lane < 8; lane++)
		sum ^= sums[lane] >> lane * 8 | sums[lane] << (64 - lane * 8) % 64;
	return sum | 1;
}

/* Most blocks are as they were laid out, and full of one of a few bytes. */
uint64_t device_sum(unsigned int block)
{
	static uint64_t sums[256];
	int byte = device_uniform(block);

	if (byte < 0)
		return block_sum(device_address(block));
	if (!sums[byte])
		sums[byte] = block_sum(device_address(block));
	return sums[byte];
}
