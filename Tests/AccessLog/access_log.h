/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * access_place.c: what lies at an address of a world.
 */
#ifndef ACCESS_LOG_H
#define ACCESS_LOG_H

#include "core/base.h"

static inline int lies_in(uintptr_t at, const void *what, size_t size)
{
	return at - (uintptr_t)what < size;
}

/* Whether two tasks may access it in either order. @cache: of the slab object
 * that it is in, or an empty string; @offset: in that object. */
int access_is_harmless(uintptr_t at, const char *cache, size_t offset);
/* The name of what is no slab object, and the byte of it. */
void access_name(uintptr_t at, char *text, size_t size);

#endif
