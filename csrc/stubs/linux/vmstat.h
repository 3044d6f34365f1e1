/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of events. */
#ifndef _LINUX_VMSTAT_H
#define _LINUX_VMSTAT_H

enum vm_event_item { PGFAULT, PGMAJFAULT, THP_FAULT_ALLOC, THP_FAULT_FALLBACK };

void count_vm_event(enum vm_event_item item);

#endif
