/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory control groups are not modelled: counted once, in vmstat. */
#ifndef _LINUX_MEMCONTROL_H
#define _LINUX_MEMCONTROL_H

#include <linux/vmstat.h>
#include <linux/writeback.h>

struct mm_struct;

static inline void mem_cgroup_count_vm_event(struct mm_struct *mm,
					     enum vm_event_item item)
{
}

static inline void count_memcg_event_mm(struct mm_struct *mm,
					enum vm_event_item item)
{
}

#endif
