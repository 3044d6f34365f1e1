// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lock classes. A class is named by the text of a lock's initialiser, as
 * lockdep names it, and keeps its number as long as the process lives.
 */
#include <stdio.h>
#include <string.h>
#include "locks/lock_class.h"
#include "core/outcome.h"

static char class_names[FL_LOCK_CLASSES_MAX][64];
static uint32_t nr_classes;

/* The same literal comes again and again: ask by address first. */
static struct { const char *text; uint32_t lock_class; } recent[64];

static uint32_t intern(const char *name, int must)
{
	uint32_t i;

	for (i = 0; i < nr_classes; i++)
		if (!strncmp(class_names[i], name, sizeof(class_names[i]) - 1))
			return i;
	if (nr_classes == FL_LOCK_CLASSES_MAX) {
		if (!must)
			return FL_LOCK_CLASSES_MAX;
		run_end(FL_END_LIMIT, 0, "more than %d lock classes",
			FL_LOCK_CLASSES_MAX);
	}
	snprintf(class_names[i], sizeof(class_names[i]), "%s", name);
	return nr_classes++;
}

uint32_t lock_class(const char *name)
{
	unsigned int at = (uintptr_t)name >> 2 & 63;

	/* A name in memory of a world may change under its address. */
	if (recent[at].text == name &&
	    !strncmp(class_names[recent[at].lock_class], name, 63))
		return recent[at].lock_class;
	recent[at].lock_class = intern(name, 1);
	recent[at].text = name;
	return recent[at].lock_class;
}

uint32_t lock_class_if_any(const char *name)
{
	return name ? intern(name, 0) : FL_LOCK_CLASSES_MAX;
}

const char *lock_class_name(uint32_t lock_class)
{
	return lock_class < nr_classes ? class_names[lock_class] : NULL;
}

/* A nesting level is a class of its own, as it is to lockdep. */
int subclass_name(char *text, size_t size, const char *name, int subclass)
{
	return snprintf(text, size, "%s/%d", name, subclass);
}
