// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user's memory of read() and write(): one buffer, as long as the call.
 *
 * A write takes its bytes from a buffer full of one byte; what a read puts into
 * its buffer is noted at once, with its place in the file, so that no memory
 * stands behind either. A copy can stop early, as it does where the user's
 * memory ends: the bytes before that are copied.
 */
#include "memory/uaccess.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/reads.h"
#include "core/trace.h"
#include "fs/world.h"
#include "locks/preempt.h"
#include "memory/page.h"
#include "memory/shadow.h"
#include "storage/device.h"
#include "storage/pmem.h"
#include <linux/kernel.h>
#include <linux/pmem.h>
#include <linux/string.h>
#include <linux/uio.h>

#define TO_USER		1
#define FROM_USER	0

void iter_open(struct iov_iter *iter, int rw, loff_t pos, size_t count, u8 fill)
{
	*iter = (struct iov_iter){
		.type = rw,
		.count = count,
		.pos = pos,
		.fill = fill,
	};
}

void iov_iter_advance(struct iov_iter *iter, size_t bytes)
{
	if (bytes > iter->count) {
		run_misuse(CALLER, "iov_iter advanced by %zu of %zu bytes",
			   bytes, iter->count);
		bytes = iter->count;
	}
	iter->iov_offset += bytes;
	iter->pos += (loff_t)bytes;
	iter->count -= bytes;
}

void iov_iter_revert(struct iov_iter *iter, size_t bytes)
{
	if (bytes > iter->iov_offset) {
		run_misuse(CALLER, "iov_iter put back by %zu of %zu bytes",
			   bytes, iter->iov_offset);
		bytes = iter->iov_offset;
	}
	iter->iov_offset -= bytes;
	iter->pos -= (loff_t)bytes;
	iter->count += bytes;
}

/* How many of @bytes can be copied before the user's memory faults. */
static size_t copyable(size_t bytes, const struct iov_iter *iter,
		       uintptr_t site)
{
	int fault;

	bytes = min(bytes, iter->count);
	if (!bytes)
		return 0;
	fault = inject(FL_POINT_USER_COPY, site);
	if (fault < 0)
		return 0;
	return fault ? min_t(size_t, bytes, (size_t)fault) : bytes;
}

static size_t copied(size_t bytes, size_t asked, struct iov_iter *iter,
		     int direction, uintptr_t site)
{
	iov_iter_advance(iter, bytes);
	trace(FL_EVENT_COPY, 0, site, direction, (int64_t)asked, 0, 0,
	      (int64_t)bytes);
	return bytes;
}

/*
 * From 6.4 on x86 copies past the caches by words of 4 bytes of where they go,
 * and does not go back to single bytes at a fault.
 */
static size_t in_words(const void *to, size_t bytes, size_t asked)
{
	size_t whole = round_up((uintptr_t)to + bytes, 4) - (uintptr_t)to;

	if (!HAVE_SETATTR_IDMAP || !bytes || bytes == asked)
		return bytes;
	if (whole < asked)
		return whole;
	whole = round_down((uintptr_t)to + bytes, 4);
	return whole > (uintptr_t)to ? whole - (uintptr_t)to : 0;
}

size_t iter_copy_from(void *to, size_t asked, struct iov_iter *iter,
		      uintptr_t site)
{
	size_t bytes;

	might_sleep_at(site);
	bytes = copyable(asked, iter, site);
	bytes = in_words(to, bytes, min(asked, iter->count));
	shadow_check(to, bytes, 1, site);
	device_written(to, bytes);
	memset(to, iter->fill, bytes);
	return copied(bytes, asked, iter, FROM_USER, site);
}

size_t copy_from_iter(void *to, size_t bytes, struct iov_iter *iter)
{
	return iter_copy_from(to, bytes, iter, CALLER);
}

size_t copy_from_iter_nocache(void *to, size_t bytes, struct iov_iter *iter)
{
	return iter_copy_from(to, bytes, iter, CALLER);
}

size_t copy_from_iter_pmem(void *to, size_t bytes, struct iov_iter *iter)
{
	return iter_copy_from(to, bytes, iter, CALLER);
}

size_t copy_from_iter_flushcache(void *to, size_t bytes, struct iov_iter *iter)
{
	return iter_copy_from(to, bytes, iter, CALLER);
}

size_t iter_copy_to(const void *from, size_t asked, struct iov_iter *iter,
		    uintptr_t site)
{
	size_t bytes;

	might_sleep_at(site);
	bytes = copyable(asked, iter, site);
	shadow_check(from, bytes, 0, site);
	if (pmem_block_of(from) >= 0)
		access_note_frames(DEVICE_PFN(pmem_block_of(from)),
				   (bytes >> PAGE_SHIFT) + 1, 0);
	if (bytes)
		reads_note((uint64_t)iter->pos, bytes, from);
	return copied(bytes, asked, iter, TO_USER, site);
}

size_t copy_to_iter(const void *from, size_t bytes, struct iov_iter *iter)
{
	return iter_copy_to(from, bytes, iter, CALLER);
}

size_t _copy_mc_to_iter(const void *from, size_t bytes, struct iov_iter *iter)
{
	return iter_copy_to(from, bytes, iter, CALLER);
}

size_t iov_iter_zero(size_t asked, struct iov_iter *iter)
{
	static const char zeroes[4096];
	size_t bytes, done, part;

	might_sleep_at(CALLER);
	bytes = copyable(asked, iter, CALLER);
	for (done = 0; done < bytes; done += part) {
		part = min(bytes - done, sizeof(zeroes));
		reads_note((uint64_t)iter->pos + done, part, zeroes);
	}
	return copied(bytes, asked, iter, TO_USER, CALLER);
}
