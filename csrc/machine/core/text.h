/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.c: text formatted by the kernel's rules.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdarg.h>
#include "core/base.h"

/**
 * text_format - what the kernel's vsnprintf() would write
 * @text:      where to; ends in a zero byte
 * @size:      bytes there, one at least
 * @format:    with the kernel's own conversions (%pV, %pe, %pd, ...)
 * @arguments: theirs
 *
 * A pointer is written as a name that is the same in every run and on every
 * machine, never as an address.
 *
 * Return: the length of what was written, without the zero byte.
 */
size_t text_format(char *text, size_t size, const char *format,
		   va_list arguments);

#endif
