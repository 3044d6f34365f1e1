/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work for later. A filesystem that queues some brings who does it: one task
 * more, see filesystems/README.md.
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/types.h>
#include <linux/list.h>

struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	work_func_t func;
};

struct delayed_work {
	struct work_struct work;
};

#define INIT_WORK(item, function)	((item)->func = (function))
#define INIT_DELAYED_WORK(item, function) \
	INIT_WORK(&(item)->work, function)

extern struct workqueue_struct *system_long_wq, *system_dfl_long_wq;
extern struct workqueue_struct *system_unbound_wq;

bool queue_delayed_work(struct workqueue_struct *queue,
			struct delayed_work *work, unsigned long delay);
bool cancel_delayed_work_sync(struct delayed_work *work);

#endif
