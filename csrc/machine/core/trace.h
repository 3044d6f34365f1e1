/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.c: the record of every boundary call.
 */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include "core/base.h"

extern int trace_is_off;			/* FL_RUN_QUIET */
extern struct fl_event trace_unrecorded;	/* what quiet runs write to */

void trace_reset(void);
uint32_t trace_count(void);
struct fl_event *trace_record(enum fl_event_kind kind, uint32_t object,
			      uintptr_t site, int64_t a0, int64_t a1,
			      int64_t a2, int64_t a3, int64_t result);

/**
 * trace - append one event
 * @kind:   what happened
 * @object: to which object, or 0
 * @site:   the call's return address in the slice, or 0 for the machine's own
 * @a0, @a1, @a2, @a3: arguments: see enum fl_event_kind
 * @result: likewise
 *
 * Return: the event, for who learns the result later.
 */
static inline struct fl_event *trace(enum fl_event_kind kind, uint32_t object,
				     uintptr_t site, int64_t a0, int64_t a1,
				     int64_t a2, int64_t a3, int64_t result)
{
	return trace_is_off ? &trace_unrecorded :
		trace_record(kind, object, site, a0, a1, a2, a3, result);
}

uint32_t object_new(enum fl_object_kind kind);	/* next number of its kind */

#endif
