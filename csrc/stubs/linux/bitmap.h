/* SPDX-License-Identifier: GPL-2.0-only */
/* Bitmaps of any length: of the marks of an index's node, one word. */
#ifndef _LINUX_BITMAP_H
#define _LINUX_BITMAP_H

#include <linux/bitops.h>

static inline bool bitmap_empty(const unsigned long *bits, unsigned int size)
{
	return find_first_bit(bits, size) >= size;
}

static inline bool bitmap_full(const unsigned long *bits, unsigned int size)
{
	return find_first_zero_bit(bits, size) >= size;
}

static inline void bitmap_set(unsigned long *bits, unsigned int first,
			      unsigned int count)
{
	while (count--)
		set_bit(first++, bits);
}

static inline void bitmap_clear(unsigned long *bits, unsigned int first,
				unsigned int count)
{
	while (count--)
		clear_bit(first++, bits);
}

static inline void bitmap_fill(unsigned long *bits, unsigned int size)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(size); i++)
		bits[i] = ~0ul;
}

static inline void bitmap_zero(unsigned long *bits, unsigned int size)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(size); i++)
		bits[i] = 0;
}

#endif
