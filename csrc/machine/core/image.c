// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ABI: what faultline_image() offers, and what it costs once: the regions
 * of memory, signal handlers, the initcalls of the slice.
 */
#include <string.h>
#include "core/host.h"
#include "core/inject.h"
#include "core/instrument.h"
#include "core/request.h"
#include "core/run.h"
#include "core/statics.h"
#include "core/trace.h"
#include "core/wall.h"
#include "fs/filesystem.h"
#include "fs/world.h"
#include "locks/lock_class.h"
#include "memory/arena.h"

static const struct fl_outcome *refuse(const char *why)
{
	static struct fl_outcome refused;

	refused = (struct fl_outcome){
		.end = FL_END_REFUSED,
		.end_stack = UINT32_MAX,
		.message = why,
	};
	return &refused;
}

/* The slice's statics are saved where no run can write. */
static void make(const struct fl_run *asked)
{
	static int started;

	if (!started) {
		if (!wall_call(run_start_up, asked))
			return;
		statics_snapshot();
		started = 1;
	}
	wall_call(run_make, asked);
}

static const struct fl_outcome *image_run(const struct fl_run *asked)
{
	static int opened;
	const char *refused = request_refused(asked);

	if (refused)
		return refuse(refused);
	if (!opened) {
		arena_open();
		host_open();
		opened = 1;
	}
	if (!arena_claim())
		return refuse("another run is on in this process");
	host_enter();
	make(asked);
	blocks_left = BUDGET_IDLE;
	run.outcome.nr_events = trace_count();
	run.slot = NO_TASK;
	arena_release();
	return &run.outcome;
}

/* ---- the table ---- */

int __llvm_profile_write_file(void) __attribute__((weak));
void __llvm_profile_set_filename(const char *path) __attribute__((weak));
char *__llvm_profile_begin_counters(void) __attribute__((weak));
char *__llvm_profile_end_counters(void) __attribute__((weak));

static int image_write_profile(const char *path)
{
	int failed;

	if (!__llvm_profile_write_file || !__llvm_profile_set_filename)
		return -1;
	__llvm_profile_set_filename(path);
	failed = __llvm_profile_write_file();
	/* The profile runtime writes once more as the process ends. */
	__llvm_profile_set_filename("/dev/null");
	return failed ? -1 : 0;
}

static const uint64_t *image_profile_counters(uint32_t *count)
{
	char *begin, *end;

	*count = 0;
	if (!__llvm_profile_begin_counters || !__llvm_profile_end_counters)
		return NULL;
	begin = __llvm_profile_begin_counters();
	end = __llvm_profile_end_counters();
	*count = (end - begin) / sizeof(uint64_t);
	return (const uint64_t *)begin;
}

/* What a filesystem can do shows once a file of it is mapped. */
static void make_known(uint32_t fs)
{
	struct fl_geometry smallest = {
		.fs = fs,
		.device_blocks = filesystem_of(fs)->least_blocks,
		.vma_pages = 1,
	};

	image_run(&(struct fl_run){
		.geometry = &smallest,
		.flags = FL_RUN_QUIET,
	});
}

static int image_supports(uint32_t fs, uint32_t op_kind)
{
	if (op_kind == FL_OP_YIELD || op_kind == FL_OP_MUTEX_SECTION)
		return fs == FL_FS_NONE || filesystem_of(fs);
	if (!filesystem_of(fs))
		return 0;
	if (!world_is_known(fs))
		make_known(fs);
	return op_kind > 0 && op_kind < FL_OP_KINDS &&
		world_supports(fs, op_kind);
}

#define FACT(have, interface) ((have) ? (uint64_t)(interface) : 0)

static const uint64_t interfaces =
	FACT(HAVE_XARRAY, FL_INTERFACE_XARRAY) |
	FACT(HAVE_IOMAP_ITER, FL_INTERFACE_IOMAP_ITER) |
	FACT(HAVE_DONE_COW, FL_INTERFACE_DONE_COW) |
	FACT(!HAVE_DAX_PFN_MKWRITE, FL_INTERFACE_MKWRITE_FAULT) |
	FACT(HAVE_VMF_HWPOISON, FL_INTERFACE_HWPOISON) |
	FACT(HAVE_DAX_MEM2BLK, FL_INTERFACE_MEM2BLK) |
	FACT(HAVE_DAX_ACCESS_MODE, FL_INTERFACE_RECOVERY_WRITE) |
	FACT(HAVE_DAX_EOF_FIRST, FL_INTERFACE_EOF_FIRST) |
	FACT(HAVE_DAX_PAGE_REFS, FL_INTERFACE_PAGE_REFS) |
	FACT(!SLICE_IS_EMBEDDED, FL_INTERFACE_RELEASED);

const struct fl_image *faultline_image(void)
{
	static struct fl_image image = {
		.abi = FAULTLINE_ABI,
		.version = TREE_VERSION,
		.run = image_run,
		.point_errors = inject_errors,
		.point_name = inject_name,
		.lock_class_name = lock_class_name,
		.supports = image_supports,
		.write_profile = image_write_profile,
		.profile_counters = image_profile_counters,
		.interfaces = interfaces,
	};

	if (!image.base) {
		host_find_image();
		run.slot = NO_TASK;
		image.base = image_base;
		wall_open();
		if (__llvm_profile_set_filename)
			__llvm_profile_set_filename("/dev/null");
	}
	return &image;
}
