/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lib.c: text without libc's headers.
 */
#ifndef CORE_LIB_H
#define CORE_LIB_H

#include "core/base.h"

int format_text(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
