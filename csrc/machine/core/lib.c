// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small functions that the kernel keeps in lib/: text, bitmaps.
 */
#include <stdio.h>
#include <string.h>
#include "core/lib.h"
#include "core/outcome.h"
#include "core/run.h"

void panic(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
void panic(const char *format, ...)
{
	char text[128];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	run_end(FL_END_BUG, CALLER, "panic: %s", text);
}

int format_text(char *text, size_t size, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(text, size, format, arguments);
	va_end(arguments);
	return n;
}

/* The first bit at or after @from that is (@set) or is not set, else @size. */
static unsigned long next_bit(const unsigned char *bytes, unsigned long size,
			      unsigned long from, int set)
{
	unsigned char skip = set ? 0 : 0xff;

	while (from < size) {
		if (!(from & 7) && bytes[from >> 3] == skip)
			from += 8;
		else if ((bytes[from >> 3] >> (from & 7) & 1) == set)
			return from;
		else
			from++;
	}
	return size;
}

unsigned long find_next_bit(const unsigned long *bits, unsigned long size,
			    unsigned long from);
unsigned long find_next_bit(const unsigned long *bits, unsigned long size,
			    unsigned long from)
{
	return next_bit((const unsigned char *)bits, size, from, 1);
}

unsigned long find_next_zero_bit(const unsigned long *bits, unsigned long size,
				 unsigned long from);
unsigned long find_next_zero_bit(const unsigned long *bits, unsigned long size,
				 unsigned long from)
{
	return next_bit((const unsigned char *)bits, size, from, 0);
}

unsigned long find_next_bit_le(const void *bytes, unsigned long size,
			       unsigned long from);
unsigned long find_next_bit_le(const void *bytes, unsigned long size,
			       unsigned long from)
{
	return next_bit(bytes, size, from, 1);
}

unsigned long find_next_zero_bit_le(const void *bytes, unsigned long size,
				    unsigned long from);
unsigned long find_next_zero_bit_le(const void *bytes, unsigned long size,
				    unsigned long from)
{
	return next_bit(bytes, size, from, 0);
}

/* Like memchr(), but points behind the last byte if there is none. */
void *memscan(void *at, int byte, size_t n);
void *memscan(void *at, int byte, size_t n)
{
	void *found = memchr(at, byte, n);

	return found ? found : (char *)at + n;
}

void *memchr_inv(const void *at, int byte, size_t n);
void *memchr_inv(const void *at, int byte, size_t n)
{
	const unsigned char *bytes = at;

	for (; n; n--, bytes++)
		if (*bytes != (unsigned char)byte)
			return (void *)bytes;
	return NULL;
}
