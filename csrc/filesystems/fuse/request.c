// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request to the server. It takes its time: others run before the server
 * has it, and before its answer is back. It can be refused by the server, its
 * task can be killed while it waits, and the connection can go: then every
 * later request finds it gone.
 */
#include "core/base.h"
#if HAVE_FUSE_DAX
#include "fuse/fuse.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "fs/world.h"
#include "locks/preempt.h"
#include <linux/errno.h>
#include <linux/falloc.h>
#include <linux/kernel.h>

static void refuse(uintptr_t site, const char *why)
{
	run_misuse(site, "the server cannot make sense of a request: %s", why);
}

/* Whether the current task has been asked to change bytes of the file. */
static bool is_store(void)
{
	uint32_t op = task_me()->op;

	switch (op == NO_OP ? FL_OP_READ : run.asked->ops[op].kind) {
	case FL_OP_WRITE_FAULT:
	case FL_OP_PFN_MKWRITE:
	case FL_OP_PMD_WRITE_FAULT:
	case FL_OP_WRITE:
	case FL_OP_WRITE_NOWAIT:
	case FL_OP_PIN:
		return true;
	default:
		return false;
	}
}

static int set_up(const struct fuse_file_state *file,
		  const struct fuse_setupmapping_in *in, uintptr_t site)
{
	u64 window = world->bdev.bd_blocks * PAGE_SIZE;

	if (in->len != RANGE_SIZE || in->moffset % RANGE_SIZE ||
	    in->foffset % RANGE_SIZE || in->moffset >= window ||
	    in->foffset >= (u64)file->parts * RANGE_SIZE) {
		refuse(site, "a mapping outside of the window or the file");
		return -EINVAL;
	}
	if (!(in->flags & FUSE_SETUPMAPPING_FLAG_READ) ||
	    in->flags & ~(u64)(FUSE_SETUPMAPPING_FLAG_READ |
			       FUSE_SETUPMAPPING_FLAG_WRITE)) {
		refuse(site, "a mapping without the right to read, or with "
			     "rights that there are not");
		return -EINVAL;
	}
	if (in->flags & FUSE_SETUPMAPPING_FLAG_WRITE && !is_store()) {
		refuse(site, "the right to write, for who only reads");
		return -EINVAL;
	}
	if (in->fh != (u64)-1) {
		refuse(site, "a mapping of an open file");
		return -EINVAL;
	}
	if (file == &fuse_world->files[THE_FILE] && !server_has(in->foffset)) {
		refuse(site, "a mapping behind the end of the file");
		return -EINVAL;
	}
	server_map(in->moffset / RANGE_SIZE,
		   file->part + in->foffset / RANGE_SIZE,
		   in->flags & FUSE_SETUPMAPPING_FLAG_WRITE, site);
	return 0;
}

static int take_down(const struct fuse_removemapping_in *in,
		     const struct fuse_removemapping_one *one, size_t size,
		     uintptr_t site)
{
	if (!in->count || in->count > FUSE_REMOVEMAPPING_MAX_ENTRY ||
	    size != in->count * sizeof(*one)) {
		refuse(site, "as many ranges as it does not name");
		return -EINVAL;
	}
	for (u32 i = 0; i < in->count; i++) {
		if (one[i].moffset % RANGE_SIZE || one[i].len != RANGE_SIZE ||
		    one[i].moffset >= world->bdev.bd_blocks * PAGE_SIZE) {
			refuse(site, "no range of the window");
			return -EINVAL;
		}
		server_unmap(one[i].moffset / RANGE_SIZE, site);
	}
	return 0;
}

/* What is asked for, in the trace. */
static void note(u32 opcode, const void *in, uintptr_t site, int error)
{
	const struct fuse_setupmapping_in *map = in;
	bool is_map = opcode == FUSE_SETUPMAPPING;

	trace(FL_EVENT_REQUEST, 0, site, opcode,
	      is_map ? (int64_t)map->foffset : -1,
	      is_map ? (int64_t)map->len : 0,
	      is_map ? (int64_t)(map->moffset / PAGE_SIZE) : -1, error);
}

/* Sends, has it done by @serve, and waits for the answer. */
#define REQUEST(opcode, in, site, serve) ({ \
	int __error; \
	might_sleep_at(site); \
	schedule_point(0); \
	__error = fuse_world->is_connected ? \
		inject(FL_POINT_REQUEST, site) : -ENOTCONN; \
	if (__error == -ENOTCONN) \
		fuse_world->is_connected = false; \
	if (!__error) \
		__error = (serve); \
	note(opcode, in, site, __error); \
	schedule_point(0); \
	__error; })

/* The arguments that say something; newer kernels begin with an empty one. */
static const struct fuse_in_arg *argument(const struct fuse_args *args,
					  unsigned int nth)
{
	unsigned int empty = args->in_numargs && !args->in_args[0].value;

	return &args->in_args[nth + empty];
}

/* As many arguments as the request has, and the first that long. */
static bool has_arguments(const struct fuse_args *args, unsigned int nr,
			  size_t size, uintptr_t site)
{
	unsigned int empty = args->in_numargs && !args->in_args[0].value;

	if (args->in_numargs == nr + empty &&
	    argument(args, 0)->size == size)
		return true;
	refuse(site, "more or fewer arguments, or of another size");
	return false;
}

static int request(struct fuse_args *args, uintptr_t site)
{
	const struct fuse_file_state *file = fuse_file_numbered(args->nodeid);
	const struct fuse_in_arg *in = argument(args, 0);

	if (!file) {
		refuse(site, "no file of that number");
		return -ENOENT;
	}
	switch (args->opcode) {
	case FUSE_SETUPMAPPING:
		if (!has_arguments(args, 1, sizeof(struct fuse_setupmapping_in),
				   site))
			return -EINVAL;
		return REQUEST(args->opcode, in->value, site,
			       set_up(file, in->value, site));
	case FUSE_REMOVEMAPPING:
		if (!has_arguments(args, 2,
				   sizeof(struct fuse_removemapping_in), site))
			return -EINVAL;
		return REQUEST(args->opcode, in->value, site,
			       take_down(in->value, argument(args, 1)->value,
					 argument(args, 1)->size, site));
	default:
		run_end(FL_END_TRAP, site, "a request of kind %u to a server "
			"that does not know it", args->opcode);
	}
}

#if HAVE_FUSE_IDMAP_REQUEST
ssize_t __fuse_simple_request(struct mnt_idmap *idmap, struct fuse_mount *fm,
			      struct fuse_args *args)
#else
ssize_t fuse_simple_request(struct fuse_mount *fm, struct fuse_args *args)
#endif
{
	(void)fm;
	return request(args, CALLER);
}

/* ---- those that the rest of fuse sends ---- */

static int serve(u32 opcode, const void *in, size_t size)
{
	const struct fuse_fallocate_in *fallocate = in;
	const struct fuse_setattr_in *setattr = in;
	const struct fuse_write_in *write = in;

	switch (opcode) {
	case FUSE_SETATTR:
		server_truncate(setattr->size);
		break;
	case FUSE_OPEN:			/* with O_TRUNC */
		server_truncate(0);
		break;
	case FUSE_FALLOCATE:
		server_zero(fallocate->offset, fallocate->length,
			    fallocate->mode & FALLOC_FL_PUNCH_HOLE);
		break;
	case FUSE_WRITE:
		server_write(write->offset, write + 1, size);
		break;
	case FUSE_FSYNC:
		fuse_world->is_synced = true;
		break;
	default:
		break;
	}
	return 0;
}

int fuse_ask(u32 opcode, const void *in, size_t size)
{
	return REQUEST(opcode, in, CALLER, serve(opcode, in, size));
}
#endif
