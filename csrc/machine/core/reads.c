// SPDX-License-Identifier: GPL-2.0-only
/*
 * What reads and loads saw, as runs of equal bytes.
 *
 * The runs of one op stand next to each other. If another task's op saw
 * something in between, those of the first are moved behind it.
 */
#include <string.h>
#include "core/reads.h"
#include "core/outcome.h"
#include "core/run.h"

#define RUNS_MAX	4096

static struct fl_data_run seen[RUNS_MAX];

static struct fl_data_run *new_run(uint32_t *nr)
{
	if (*nr == RUNS_MAX)
		run_end(FL_END_LIMIT, 0, "more than %d runs of bytes were seen",
			RUNS_MAX);
	return &seen[(*nr)++];
}

/* The op's runs become the last ones. */
static void gather(struct fl_op_result *result, uint32_t *nr)
{
	uint32_t from = result->first_seen, count = result->nr_seen;

	if (count && from + count == *nr)
		return;
	result->first_seen = *nr;
	for (uint32_t i = 0; i < count; i++)
		*new_run(nr) = seen[from + i];
}

uint64_t equal_bytes(const unsigned char *bytes, uint64_t max)
{
	uint64_t n = 1;

	if (!memcmp(bytes, bytes + 1, max - 1))
		return max;
	while (bytes[n] == bytes[0])
		n++;
	return n;
}

void reads_note(uint64_t pos, uint64_t length, const void *bytes)
{
	struct fl_op_result *result = result_of(task_me()->op);
	const unsigned char *at = bytes, *end = at + length;
	uint32_t *nr = &run.outcome.nr_seen;

	if (run.quiet || !length)
		return;
	run.outcome.seen = seen;
	gather(result, nr);
	while (at < end) {
		uint64_t n = equal_bytes(at, (uint64_t)(end - at));
		struct fl_data_run *last = result->nr_seen ?
			&seen[*nr - 1] : NULL;

		if (last && last->byte == *at &&
		    last->pos + last->length == pos) {
			last->length += (uint32_t)n;
		} else {
			*new_run(nr) = (struct fl_data_run){
				pos, (uint32_t)n, *at
			};
			result->nr_seen++;
		}
		at += n;
		pos += n;
	}
}

void reads_reset(void)
{
	run.outcome.seen = seen;
	run.outcome.nr_seen = 0;
}
