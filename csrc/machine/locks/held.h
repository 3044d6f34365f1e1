/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * held.c: what each task holds.
 *
 * Lock-like things (entries, page locks, freeze protection) join the lock graph
 * and the held list through held_order() and held_add().
 */
#ifndef LOCKS_HELD_H
#define LOCKS_HELD_H

#include "core/run.h"

/**
 * held_add - the current task holds something from now on
 * @kind:	what
 * @object:	which one
 * @lock_class: its class, for kinds that are in the lock graph
 * @mode:	how
 * @trylock:	it did not wait for it, so it says nothing of the order
 * @site:	where in the slice it was taken
 */
void held_add(enum fl_held_kind kind, uint32_t object, uint32_t lock_class,
	      enum fl_mode mode, int trylock, uintptr_t site);
/* A wait for such a thing is about to begin: the order counts already. */
void held_order(uint32_t lock_class);
/* Takes it off whichever task holds it; 0 if nobody did. */
int held_remove(enum fl_held_kind kind, uint32_t object);
/* The same, for one of several; the slot of who held it, or -1. @mode -1: any */
int held_take_off(uint32_t kind, uint32_t object, const void *where, int mode);
int held_owner(enum fl_held_kind kind, uint32_t object);	/* task or -1 */
uint32_t held_owners(uint32_t kind, uint32_t object);	/* a mask */
int held_count(unsigned int task);	/* how many things it holds */
int held_by_me(enum fl_held_kind kind);	/* whether the current task has one */
/* Whether the current task holds this lock. @mode -1: in any way */
int held_here(const void *lock, int mode);
/* Whether the current task holds a lock that lies in this memory. */
int held_in(const void *at, size_t size);
/* Memory is given back: no lock in it may be held. */
void held_freed(const void *at, size_t size, uintptr_t site);
/* What a task holds as op @op returns, or (-1) as the run ends, goes into the
 * outcome. */
void held_note(int op, unsigned int slot);

void held_is_full(uintptr_t site) __attribute__((noreturn));

/* Room for one more thing that the current task holds. */
static inline struct held *held_new(struct task *me, uintptr_t site)
{
	if (__builtin_expect(me->nr_held == FL_HELD_MAX, 0))
		held_is_full(site);
	return &me->held[me->nr_held++];
}

/* Records that @lock_class is about to be taken with all that is held. */
static inline void held_edges(const struct task *me, uint32_t lock_class)
{
	for (unsigned int i = 0; i < me->nr_held; i++)
		if (me->held[i].in_graph)
			run.outcome.lock_edges[me->held[i].lock_class] |=
				1u << lock_class;
}

#endif
