/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * access_set.c, access_watch.c: what each step accessed.
 *
 * What must hold: if two tasks access the same memory and one of them changes
 * it, and no lock keeps the two steps apart, then both note it here. An access
 * noted for nothing costs runs; one that is not noted loses orders.
 */
#ifndef CORE_ACCESS_SET_H
#define CORE_ACCESS_SET_H

#include "core/base.h"

extern int accesses_are_noted;			/* FL_RUN_STEPS */

void access_set_reset(void);
/* The tasks are about to be released. */
void access_set_begin(void);
/* ... have ended: the audit looks by itself. */
void access_set_end(void);

/**
 * access_set_step - a step begins, and with it its access set
 * @task:     who makes it
 * @runnable: mask of the tasks that could have
 * @stuck:    of those, see access_set_stuck()
 * @before:   the task of the step before, or NO_TASK
 */
void access_set_step(unsigned int task, uint32_t runnable, uint32_t stuck,
		     int before);
uint32_t access_set_stuck(uint32_t mask);
/* What an event of the trace says of accesses. */
void access_set_event(const struct fl_event *event);

/* Returns the index of what was noted, or NOTHING_NOTED outside of steps. */
#define NOTHING_NOTED	UINT32_MAX
uint32_t access_add(enum fl_thing thing, uint32_t object, uint64_t first,
		    uint64_t last, unsigned int flags);
/* A number for what lies at an address of the world or of the image. */
uint32_t access_object(const void *at);

/**
 * access_note - the current step accesses something
 * @thing:  what kind of thing
 * @object: which one
 * @first, @last: the part of it
 * @flags:  FL_ACCESS_*
 */
static inline void access_note(enum fl_thing thing, uint32_t object,
			       uint64_t first, uint64_t last,
			       unsigned int flags)
{
	if (__builtin_expect(accesses_are_noted, 0))
		access_add(thing, object, first, last, flags);
}

/* The same, of a thing that is named by its address. */
static inline void access_note_at(enum fl_thing thing, const void *at,
				  unsigned int flags)
{
	if (__builtin_expect(accesses_are_noted, 0))
		access_add(thing, access_object(at), 0, 0, flags);
}

/* Bytes of a frame, of RAM or of the device, by what it is numbered as. */
static inline void access_note_frames(uint64_t pfn, uint64_t count,
				      unsigned int flags)
{
	access_note(FL_THING_DATA, 0, pfn, pfn + count - 1, flags);
}

/* The same for what decides about nothing but whether a call can fail: it makes
 * no difference where none does. */
void access_note_failing(enum fl_thing thing, uint32_t object);

/* ---- access_watch.c ---- */

/**
 * access_watch - note all accesses to memory of the slice
 * @at, @size: the memory
 * @thing:     as what they are noted
 *
 * For memory that is read and written without a machine call: its shadow tells.
 * Lasts until the tasks have ended.
 */
void access_watch(const void *at, size_t size, enum fl_thing thing);
void access_watch_reset(void);
void access_watch_file(void);		/* the fields that the slice reads */
void access_watch_end(void);
/* The current step is over. */
void access_watch_step(void);
/* The slice accesses memory, some of which is watched. */
void access_watched(const void *at, size_t size, int write);
/* What was noted as read has been written. */
void access_was_write(uint32_t index);
/* 32-bit words of the arena. */
uint32_t access_add_words(uintptr_t at, size_t size, unsigned int flags);

#endif
