/* SPDX-License-Identifier: GPL-2.0-only */
/* Bits in words and in bitmaps. x86-64 is little endian: "le" is plain. */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/types.h>

#define BITS_PER_BYTE	8
#define BITS_PER_LONG	64
#define BITS_PER_LONG_LONG 64
#define BIT(nr)		(1UL << (nr))
#define BIT_ULL(nr)	(1ULL << (nr))
#define BIT_MASK(nr)	(1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr)	((nr) / BITS_PER_LONG)
#define BITS_TO_LONGS(nr) (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define GENMASK(h, l)	((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))

static inline int test_bit(long nr, const volatile unsigned long *bits)
{
	return bits[BIT_WORD(nr)] >> (nr % BITS_PER_LONG) & 1;
}

static inline void set_bit(long nr, volatile unsigned long *bits)
{
	bits[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void clear_bit(long nr, volatile unsigned long *bits)
{
	bits[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static inline void change_bit(long nr, volatile unsigned long *bits)
{
	bits[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static inline int test_and_set_bit(long nr, volatile unsigned long *bits)
{
	int was = test_bit(nr, bits);

	set_bit(nr, bits);
	return was;
}

static inline int test_and_clear_bit(long nr, volatile unsigned long *bits)
{
	int was = test_bit(nr, bits);

	clear_bit(nr, bits);
	return was;
}

#define __set_bit		set_bit
#define __clear_bit		clear_bit
#define __change_bit		change_bit
#define __test_and_set_bit	test_and_set_bit
#define __test_and_clear_bit	test_and_clear_bit
#define test_and_set_bit_lock	test_and_set_bit
#define clear_bit_unlock	clear_bit

/*
 * Bitmaps in blocks are addressed by byte: a bitmap's last word may stand at
 * the very end of its memory.
 */
static inline int test_bit_le(int nr, const void *bytes)
{
	return ((const u8 *)bytes)[nr >> 3] >> (nr & 7) & 1;
}

static inline int __test_and_set_bit_le(int nr, void *bytes)
{
	int was = test_bit_le(nr, bytes);

	((u8 *)bytes)[nr >> 3] |= 1u << (nr & 7);
	return was;
}

static inline int __test_and_clear_bit_le(int nr, void *bytes)
{
	int was = test_bit_le(nr, bytes);

	((u8 *)bytes)[nr >> 3] &= ~(1u << (nr & 7));
	return was;
}

#define __set_bit_le(nr, bytes)		((void)__test_and_set_bit_le(nr, bytes))
#define __clear_bit_le(nr, bytes) \
	((void)__test_and_clear_bit_le(nr, bytes))
#define test_and_set_bit_le		__test_and_set_bit_le
#define test_and_clear_bit_le		__test_and_clear_bit_le

unsigned long find_next_bit(const unsigned long *bits, unsigned long size,
			    unsigned long from);
unsigned long find_next_zero_bit(const unsigned long *bits, unsigned long size,
				 unsigned long from);
unsigned long find_next_zero_bit_le(const void *bytes, unsigned long size,
				    unsigned long from);
unsigned long find_next_bit_le(const void *bytes, unsigned long size,
			       unsigned long from);
#define find_first_bit(bits, size)		find_next_bit(bits, size, 0)
#define find_first_zero_bit(bits, size)	find_next_zero_bit(bits, size, 0)
#define find_first_zero_bit_le(bytes, size) \
	find_next_zero_bit_le(bytes, size, 0)
#define for_each_set_bit(bit, bits, size) \
	for ((bit) = find_first_bit(bits, size); (bit) < (size); \
	     (bit) = find_next_bit(bits, size, (bit) + 1))

/*
 * ext2's bitmaps, as it called them once. The atomic ones are still its own:
 * they are where a block becomes somebody's.
 */
struct spinlock;
int ext2_set_bit(int nr, void *addr);
int ext2_clear_bit(int nr, void *addr);
int ext2_test_bit(int nr, const void *addr);
int ext2_set_bit_atomic(struct spinlock *lock, int nr, void *addr);
int ext2_clear_bit_atomic(struct spinlock *lock, int nr, void *addr);
int ext2_find_next_zero_bit(const void *addr, int size, int offset);
int ext2_find_next_bit(const void *addr, int size, int offset);

#define hweight8(w)	__builtin_popcount((u8)(w))
#define hweight16(w)	__builtin_popcount((u16)(w))
#define hweight32(w)	__builtin_popcount(w)
#define hweight64(w)	__builtin_popcountll(w)
#define hweight_long(w)	__builtin_popcountl(w)
#define __ffs(w)	((unsigned long)__builtin_ctzl(w))
#define ffz(w)		__ffs(~(w))
#define __fls(w)	(63UL - __builtin_clzl(w))
#ifndef MACHINE_HOST
#define ffs(w)		__builtin_ffs(w)
#endif
#define fls(w)		((w) ? 32 - __builtin_clz(w) : 0)
#define fls64(w)	((w) ? 64 - __builtin_clzll(w) : 0)

#endif
