/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RCU: a read section may not sleep, and a grace period ends at once. Delayed
 * reclaim is not modelled.
 */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <linux/types.h>
#include <linux/preempt.h>

void rcu_read_lock(void);
void rcu_read_unlock(void);
void call_rcu(struct rcu_head *head, void (*function)(struct rcu_head *head));
void synchronize_rcu(void);
#define rcu_barrier()			synchronize_rcu()
#define rcu_dereference(p)		READ_ONCE(p)
#define rcu_dereference_raw(p)		READ_ONCE(p)
#define rcu_dereference_check(p, c)	READ_ONCE(p)
#define rcu_dereference_protected(p, c)	(p)
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_assign_pointer(p, v)	WRITE_ONCE(p, v)
#define RCU_INIT_POINTER(p, v)		((p) = (v))

#endif
