// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trace: every boundary call of a run, in order, as plain records without
 * addresses or times, so that the same run leaves the same trace everywhere.
 */
#include "core/trace.h"
#include "core/access_set.h"
#include "core/host.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"

static struct fl_event events[FL_EVENTS_MAX];
struct fl_event trace_unrecorded;
int trace_is_off;
static uint32_t nr_events;

void trace_reset(void)
{
	nr_events = 0;
	trace_is_off = run.quiet;
	run.outcome.events = events;
}

uint32_t trace_count(void)
{
	return nr_events;
}

struct fl_event *trace_record(enum fl_event_kind kind, uint32_t object,
			      uintptr_t site, int64_t a0, int64_t a1,
			      int64_t a2, int64_t a3, int64_t result)
{
	struct fl_event *event = &trace_unrecorded;

	/* Once the run has ended, its end is all that is still to be said. */
	if (nr_events == FL_EVENTS_MAX) {
		if (run.ended || run.slot == NO_TASK)
			return event;
		run_end(FL_END_LIMIT, site, "more than %d events",
			FL_EVENTS_MAX);
	}
	event = &events[nr_events++];
	event->kind = (uint16_t)kind;
	event->task = (uint8_t)task_number();
	event->op = (uint8_t)task_me()->op;
	event->object = object;
	event->pc = pc_of(site);
	event->args[0] = a0;
	event->args[1] = a1;
	event->args[2] = a2;
	event->args[3] = a3;
	event->result = result;
	if (__builtin_expect(accesses_are_noted, 0))
		access_set_event(event);
	return event;
}

uint32_t object_new(enum fl_object_kind kind)
{
	return FL_OBJECT(kind, run.objects[kind & 15]++);
}
