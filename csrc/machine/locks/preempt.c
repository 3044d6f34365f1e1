// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sections in which nobody may sleep: preemption off, RCU.
 *
 * A task gives way at scheduling points only, so nothing has to be done for
 * such a section but to count it, and to warn of who sleeps in it. Nobody is
 * ever in the middle of one while another frees memory: call_rcu() calls at
 * once.
 */
#include "locks/preempt.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include <linux/kernel.h>
#include <linux/rcupdate.h>

void preempt_add(int delta, uintptr_t site)
{
	struct task *me = task_me();

	me->preempt += delta;
	if (delta > 0)
		me->preempt_site = site;
	if (me->preempt < 0) {
		run_misuse(site, "preemption enabled more often than disabled");
		me->preempt = 0;
	}
}

int preempt_depth(void)
{
	return task_me()->preempt;
}

void preempt_disable(void)
{
	preempt_add(1, CALLER);
}

void preempt_enable(void)
{
	preempt_add(-1, CALLER);
}

int preempt_count(void)
{
	return task_me()->preempt;
}

void rcu_read_lock(void)
{
	task_me()->rcu++;
	task_me()->preempt_site = CALLER;
}

void rcu_read_unlock(void)
{
	if (--task_me()->rcu < 0) {
		run_misuse(CALLER, "rcu_read_unlock() without a lock");
		task_me()->rcu = 0;
	}
}

void call_rcu(struct rcu_head *head, void (*function)(struct rcu_head *head))
{
	function(head);
}

void synchronize_rcu(void)
{
	might_sleep_at(CALLER);
}

void might_sleep_at(uintptr_t site)
{
	const struct task *me = task_me();

	if (me->preempt || me->rcu)
		run_warn(site, "sleeping function called from invalid context");
}

void may_wait_at(uintptr_t site)
{
	uint32_t op = task_me()->op;

	if (op >= run.asked->nr_ops)
		return;
	switch (run.asked->ops[op].kind) {
	case FL_OP_READ_NOWAIT:
	case FL_OP_WRITE_NOWAIT:
		run_warn(site, "a call with RWF_NOWAIT waits");
	}
}

void might_sleep(void)
{
	might_sleep_at(CALLER);
}

int __cond_resched(void)
{
	might_sleep_at(CALLER);
	schedule_point(0);
	return 0;
}
