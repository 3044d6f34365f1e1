/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wall.c: a run writes to the machine's memory, and to nothing else of the
 * process: who judges it lies there, too.
 *
 * What must hold: whatever the machine writes to in a run, it has got from
 * wall_take() or has among its variables. What Swift or the C library wrote
 * last is out of reach from wall_call() until it returns, but in a signal's
 * handler behind wall_lift().
 */
#ifndef CORE_WALL_H
#define CORE_WALL_H

#include "core/base.h"

/*
 * Before the first run, with this image's place known. Without a wall, because
 * nobody asked for one or this processor has no keys, all else does nothing.
 */
void wall_open(void);
/*
 * The key, made now, or that of another image in this process; 0 for no wall.
 */
int wall_key(int of_another);
/* A region of the machine's. Needs calls that a worker gives up. */
void wall_take(void *at, size_t size);
/* Calls @body behind the wall, on a stack of the machine's. */
int wall_call(int (*body)(const struct fl_run *asked),
	      const struct fl_run *asked);
/* All can be written to, up to the end of the handler or of the process. */
void wall_lift(void);

#endif
