/* SPDX-License-Identifier: GPL-2.0-only */
/* Sections in which a task may not sleep. */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <linux/types.h>

void preempt_disable(void);
void preempt_enable(void);
int preempt_count(void);
#define preempt_enable_no_resched()	preempt_enable()
#define in_atomic()			(preempt_count() != 0)
#define in_interrupt()			0
#define in_irq()			0
#define irqs_disabled()			0
#define local_irq_save(flags) \
	do { (flags) = 0; preempt_disable(); } while (0)
#define local_irq_restore(flags) \
	do { (void)(flags); preempt_enable(); } while (0)
#define local_irq_disable()		preempt_disable()
#define local_irq_enable()		preempt_enable()
#define local_bh_disable()		preempt_disable()
#define local_bh_enable()		preempt_enable()
#define get_cpu()			({ preempt_disable(); 0; })
#define put_cpu()			preempt_enable()
#define smp_processor_id()		0
#define raw_smp_processor_id()		0
#define num_possible_cpus()		4

#endif
