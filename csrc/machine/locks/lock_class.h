/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lock_class.c: names of lock classes and their numbers.
 */
#ifndef LOCKS_LOCK_CLASS_H
#define LOCKS_LOCK_CLASS_H

#include "core/base.h"

/* The number of a class, interned; stable in the process. */
uint32_t lock_class(const char *name);
/* For a name that no run depends on; FL_LOCK_CLASSES_MAX: none, or no room. */
uint32_t lock_class_if_any(const char *name);
/* NULL past the last class known so far. */
const char *lock_class_name(uint32_t lock_class);
/* The name of a nesting level. */
int subclass_name(char *text, size_t size, const char *name, int subclass);

#endif
