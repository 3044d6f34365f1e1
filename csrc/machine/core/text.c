// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text as the kernel formats it: lib/vsprintf.c has conversions that libc does
 * not know, and takes a letter behind %p as one. Numbers are left to libc.
 *
 * The same run has to leave the same text everywhere, so no address is ever
 * written. A pointer is named by the region that it points into and by how far
 * into it.
 */
#include <stdio.h>
#include <string.h>
#include "core/text.h"
#include "core/host.h"
#include "core/run.h"
#include "memory/arena.h"

struct text {
	char *at;
	size_t left;		/* without the zero byte */
};

/* Laid out as the kernel's struct va_format. */
struct va_text {
	const char *format;
	va_list *arguments;
};

static void put(struct text *text, const char *from, size_t length)
{
	if (length > text->left)
		length = text->left;
	memcpy(text->at, from, length);
	text->at += length;
	text->left -= length;
	*text->at = 0;
}

static void put_string(struct text *text, const char *string)
{
	put(text, string, strlen(string));
}

static void put_number(struct text *text, const char *format, uint64_t number)
{
	char digits[64];

	snprintf(digits, sizeof(digits), format, number);
	put_string(text, digits);
}

static const char *errno_name(long number)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ 1, "EPERM" }, { 2, "ENOENT" }, { 4, "EINTR" }, { 5, "EIO" },
		{ 6, "ENXIO" }, { 11, "EAGAIN" }, { 12, "ENOMEM" },
		{ 13, "EACCES" }, { 14, "EFAULT" }, { 16, "EBUSY" },
		{ 17, "EEXIST" }, { 19, "ENODEV" }, { 22, "EINVAL" },
		{ 27, "EFBIG" }, { 28, "ENOSPC" }, { 30, "EROFS" },
		{ 34, "ERANGE" }, { 61, "ENODATA" }, { 95, "EOPNOTSUPP" },
		{ 117, "EUCLEAN" }, { 122, "EDQUOT" }, { 133, "EHWPOISON" },
		{ 512, "ERESTARTSYS" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == number)
			return names[i].name;
	return NULL;
}

static void put_errno(struct text *text, long number)
{
	const char *name = errno_name(number);

	if (name) {
		put_string(text, "-");
		put_string(text, name);
	} else {
		put_number(text, "-%lu", (uint64_t)number);
	}
}

/* Where a pointer points, in words. */
static void put_name(struct text *text, uintptr_t at)
{
	static const struct {
		uintptr_t start;
		size_t size;
		const char *name;
	} regions[] = {
		{ ARENA_BASE, ARENA_SIZE, "memory" },
		{ PAGES_BASE, PAGES_SIZE, "pages" },
		{ RAM_BASE, (size_t)RAM_PAGES << 12, "ram" },
		{ DEVICE_BASE, (size_t)DEVICE_PAGES << 12, "pmem" },
		{ STACKS_BASE, 64ul << 20, "stack" },
	};
	size_t i;

	if (!at) {
		put_string(text, "(null)");
		return;
	}
	if (at >= (uintptr_t)-4095) {
		put_errno(text, -(long)at);
		return;
	}
	for (i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		if (at - regions[i].start >= regions[i].size)
			continue;
		put_string(text, regions[i].name);
		put_number(text, "+0x%lx", at - regions[i].start);
		return;
	}
	if (pc_of(at)) {
		put_number(text, "code+0x%lx", pc_of(at));
		return;
	}
	put_string(text, at < 4096 ? "(efault)" : "(elsewhere)");
}

static int is_letter(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* %p and what follows it; returns where the format goes on. */
static const char *put_pointer(struct text *text, const char *format,
			       const void *pointer)
{
	const char *kind = format;
	va_list arguments;

	while (is_letter(*format))
		format++;
	switch (*kind) {
	case 'V': {
		const struct va_text *inner = pointer;

		if ((uintptr_t)inner < 4096) {
			put_name(text, (uintptr_t)inner);
			return kind + 1;
		}
		va_copy(arguments, *inner->arguments);
		text->at += text_format(text->at, text->left + 1,
					inner->format, arguments);
		text->left -= strlen(text->at);
		va_end(arguments);
		return kind + 1;
	}
	case 'd':		/* a dentry: there is one file */
	case 'D':
		put_string(text, pointer ? "file" : "(null)");
		return format;
	case 'g':		/* a block device: there is one */
		put_string(text, pointer ? "pmem0" : "(null)");
		return format;
	case 'a':		/* a physical address, by reference */
		put_name(text, (uintptr_t)pointer);
		return format;
	default:
		put_name(text, (uintptr_t)pointer);
		return *kind == 'e' || *kind == 'x' || *kind == 'K' ||
			*kind == 'S' || *kind == 's' || *kind == 'B' ?
			format : kind;
	}
}

static void put_text(struct text *text, const char *spec, const char *string,
		     int width, int precision)
{
	char part[256];

	(void)spec;
	if (!string)
		string = "(null)";
	else if ((uintptr_t)string < 4096 ||
		 (uintptr_t)string >= (uintptr_t)-4095)
		string = "(efault)";
	if (precision < 0)
		snprintf(part, sizeof(part), "%*s", width, string);
	else
		snprintf(part, sizeof(part), "%*.*s", width, precision, string);
	put_string(text, part);
}

size_t text_format(char *text, size_t size, const char *format,
		   va_list arguments)
{
	struct text to = { .at = text, .left = size - 1 };
	char spec[16], digits[96];
	int width, precision, longs;
	size_t n;

	*text = 0;
	while (*format) {
		n = strcspn(format, "%");
		put(&to, format, n);
		format += n;
		if (!*format)
			break;
		format++;
		/* Flags; the width and the precision are numbers or "*". */
		spec[0] = '%';
		for (n = 1; *format && strchr("-+ #0", *format) && n < 6;)
			spec[n++] = *format++;
		width = 0;
		if (*format == '*') {
			width = va_arg(arguments, int);
			format++;
		}
		while (*format >= '0' && *format <= '9')
			width = width * 10 + *format++ - '0';
		precision = -1;
		if (*format == '.') {
			precision = 0;
			if (*++format == '*') {
				precision = va_arg(arguments, int);
				format++;
			}
			while (*format >= '0' && *format <= '9')
				precision = precision * 10 + *format++ - '0';
		}
		longs = 0;
		for (; *format && strchr("hlLqztj", *format); format++)
			longs += *format == 'h' ? -1 : *format == 'l' ? 1 : 2;
		switch (*format) {
		case '%':
			put(&to, "%", 1);
			break;
		case 'c':
			digits[0] = (char)va_arg(arguments, int);
			put(&to, digits, 1);
			break;
		case 's':
			put_text(&to, spec, va_arg(arguments, const char *),
				 memchr(spec, '-', n) ? -width : width,
				 precision);
			break;
		case 'p':
			format = put_pointer(&to, format + 1,
					     va_arg(arguments, void *)) - 1;
			break;
		case 'd':
		case 'i': {
			long number = longs > 0 ? va_arg(arguments, long) :
				va_arg(arguments, int);

			if (longs == -1)
				number = (short)number;
			else if (longs < -1)
				number = (signed char)number;
			memcpy(spec + n, "*.*ld", 6);
			snprintf(digits, sizeof(digits), spec, width,
				 precision, number);
			put_string(&to, digits);
			break;
		}
		case 'u':
		case 'x':
		case 'X':
		case 'o': {
			unsigned long number = longs > 0 ?
				va_arg(arguments, unsigned long) :
				va_arg(arguments, unsigned int);

			if (longs == -1)
				number = (unsigned short)number;
			else if (longs < -1)
				number = (unsigned char)number;
			memcpy(spec + n, "*.*l", 4);
			spec[n + 4] = *format;
			spec[n + 5] = 0;
			snprintf(digits, sizeof(digits), spec, width,
				 precision, number);
			put_string(&to, digits);
			break;
		}
		case 0:
			return (size_t)(to.at - text);
		default:
			/* As the kernel does: it stands there as it is. */
			put(&to, "%", 1);
			put(&to, format, 1);
			break;
		}
		format++;
	}
	return (size_t)(to.at - text);
}
