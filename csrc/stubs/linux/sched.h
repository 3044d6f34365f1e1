/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks, as the code that runs in them sees them. */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/types.h>
#include <linux/preempt.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/jiffies.h>
#include <asm/processor.h>

#define TASK_RUNNING		0
#define TASK_INTERRUPTIBLE	1
#define TASK_UNINTERRUPTIBLE	2
#define TASK_WAKEKILL		128
#define TASK_KILLABLE		(TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_NORMAL		(TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

#define PF_MEMALLOC		0x00000800
#define PF_KTHREAD		0x00200000
#define TASK_COMM_LEN		16
#define MAX_SCHEDULE_TIMEOUT	((long)(~0UL >> 1))

struct mm_struct;
struct task_struct {
	volatile long state;
	unsigned int flags;
	int pid;
	unsigned int number;	/* of the task in the machine */
	struct mm_struct *mm;
	void *journal_info;
	void *backing_dev_info;
	char comm[TASK_COMM_LEN];
};

struct task_struct *get_current(void);
#define current			get_current()
#define task_pid_nr(task)	((task)->pid)

#define set_current_state(value)	WRITE_ONCE(current->state, value)
#define __set_current_state(value)	WRITE_ONCE(current->state, value)
#define set_task_state(task, value)	WRITE_ONCE((task)->state, value)
#define __set_task_state(task, value)	WRITE_ONCE((task)->state, value)

void schedule(void);
void io_schedule(void);
long schedule_timeout(long timeout);
#define schedule_timeout_uninterruptible(timeout) \
	({ __set_current_state(TASK_UNINTERRUPTIBLE); \
	   schedule_timeout(timeout); })
void yield(void);
int wake_up_process(struct task_struct *task);
int wake_up_state(struct task_struct *task, unsigned int state);

/* A signal is pending when the run injects one: see FL_POINT_SIGNAL. */
int fatal_signal_pending(struct task_struct *task);
int signal_pending(struct task_struct *task);
#define signal_pending_state(state, task) \
	(((state) & TASK_INTERRUPTIBLE) ? signal_pending(task) : \
	 ((state) & TASK_WAKEKILL) ? fatal_signal_pending(task) : 0)
#define need_resched()			0

#endif
