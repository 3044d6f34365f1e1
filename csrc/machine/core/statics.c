// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slice's statics, which are as after start-up in every run.
 *
 * They are write-protected after start-up. The first write to a page
 * unprotects it for good and puts it on the list of pages that are put back
 * between runs, so what a slice never writes is never copied.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "core/statics.h"
#include "core/host.h"

#define STATIC_RANGES	2
#define STATIC_PAGES	1024

extern char __start_slice_data[] __attribute__((weak, visibility("hidden")));
extern char __stop_slice_data[] __attribute__((weak, visibility("hidden")));
extern char __start_slice_bss[] __attribute__((weak, visibility("hidden")));
extern char __stop_slice_bss[] __attribute__((weak, visibility("hidden")));

/*
 * Whole pages of a range are protected; the rest of it at either end, which
 * shares a page with something else, is put back every time.
 */
static struct range {
	char *start, *stop;		/* of the statics */
	char *first, *last;		/* of the protected pages */
	char *saved;			/* copy of [start, stop) */
} ranges[STATIC_RANGES];

static struct { char *page; const char *saved; } written[STATIC_PAGES];
static unsigned int nr_written;

static void range_snapshot(struct range *range, char *start, char *stop)
{
	size_t size = (size_t)(stop - start);

	if (!start || start == stop)
		return;
	range->start = start;
	range->stop = stop;
	range->first = (char *)(((uintptr_t)start + HOST_PAGE - 1) &
				~(HOST_PAGE - 1));
	range->last = (char *)((uintptr_t)stop & ~(HOST_PAGE - 1));
	if (range->last <= range->first)
		range->first = range->last = stop;
	range->saved = malloc(size);
	if (!range->saved)
		host_die("no memory for a copy of the slice's statics");
	memcpy(range->saved, start, size);
	if (range->last > range->first &&
	    mprotect(range->first, (size_t)(range->last - range->first),
		     PROT_READ))
		host_die("cannot protect the slice's statics");
}

void statics_snapshot(void)
{
	range_snapshot(&ranges[0], __start_slice_data, __stop_slice_data);
	range_snapshot(&ranges[1], __start_slice_bss, __stop_slice_bss);
}

int statics_written(uintptr_t at)
{
	for (unsigned int i = 0; i < STATIC_RANGES; i++) {
		struct range *range = &ranges[i];
		char *page = (char *)(at & ~(HOST_PAGE - 1));

		if (!range->saved || page < range->first || page >= range->last)
			continue;
		for (unsigned int j = 0; j < nr_written; j++)
			if (written[j].page == page)
				return 0;
		if (nr_written == STATIC_PAGES ||
		    mprotect(page, HOST_PAGE, PROT_READ | PROT_WRITE))
			return 0;
		written[nr_written].page = page;
		written[nr_written].saved = range->saved +
			(page - range->start);
		nr_written++;
		return 1;
	}
	return 0;
}

void statics_reset(void)
{
	for (unsigned int i = 0; i < STATIC_RANGES; i++) {
		struct range *range = &ranges[i];
		size_t head = (size_t)(range->first - range->start);

		if (!range->saved)
			continue;
		memcpy(range->start, range->saved, head);
		memcpy(range->last, range->saved + (range->last - range->start),
		       (size_t)(range->stop - range->last));
	}
	for (unsigned int i = 0; i < nr_written; i++)
		memcpy(written[i].page, written[i].saved, HOST_PAGE);
}
