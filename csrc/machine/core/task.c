// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coroutines: a task is a stack and the callee-saved registers on top of it.
 *
 * The main stack belongs to the scheduler and to whoever called us; no frame
 * of theirs is ever on a task's stack, so a run that ends in the middle of
 * kernel code simply never enters those stacks again. A switch saves what the
 * calling convention says a call preserves, and nothing else.
 */
#include "core/task.h"
#include "core/host.h"
#include "core/run.h"
#include "core/schedule.h"
#include "memory/arena.h"

/*
 * void task_switch(void **save, void *to): the other side's task_switch()
 * returns. A return and not a jump, so that calls and returns stay paired: both
 * sides came here through the same few frames, and the processor predicts them.
 */
__asm__(
"	.text\n"
"	.p2align 4\n"
"	.hidden	task_switch\n"
"	.globl	task_switch\n"
"	.type	task_switch, @function\n"
"task_switch:\n"
"	pushq	%rbp\n"
"	pushq	%rbx\n"
"	pushq	%r12\n"
"	pushq	%r13\n"
"	pushq	%r14\n"
"	pushq	%r15\n"
"	movq	%rsp, (%rdi)\n"
"	movq	%rsi, %rsp\n"
"	.hidden	task_resume\n"
"	.globl	task_resume\n"
"task_resume:\n"
"	popq	%r15\n"
"	popq	%r14\n"
"	popq	%r13\n"
"	popq	%r12\n"
"	popq	%rbx\n"
"	popq	%rbp\n"
"	retq\n"
"	.size	task_switch, . - task_switch\n"
);
void task_switch(void **save, void *to);

/* What task_switch() pops, lowest address first. */
struct switch_frame {
	uint64_t r15, r14, r13, r12, rbx, rbp;
	void (*rip)(void);
	uint64_t no_caller;	/* ends a walk along the frames */
};

uintptr_t stack_bottom(unsigned int slot)
{
	/* Every stack has a guard page below it. */
	return STACKS_BASE + slot * (STACK_SIZE + 4096) + 4096;
}

int stack_holds(unsigned int slot, uintptr_t at)
{
	uintptr_t bottom = stack_bottom(slot);

	return at >= bottom && at + 16 <= bottom + STACK_SIZE && !(at & 7);
}

static void task_start(void)
{
	unsigned int slot = (unsigned int)run.slot;

	run.tasks[slot].body(slot);
	task_end();
}

void task_begin(unsigned int slot, void (*body)(unsigned int slot))
{
	struct task *task = &run.tasks[slot];
	struct switch_frame *frame;

	frame = (struct switch_frame *)(stack_bottom(slot) + STACK_SIZE) - 1;
	*frame = (struct switch_frame){ .rip = task_start };
	task->sp = frame;
	task->body = body;
	task->state = TASK_READY;
	run.runnable |= 1u << slot;
}

void task_enter(unsigned int slot)
{
	run.slot = (int)slot;
	task_switch(&run.main_sp, run.tasks[slot].sp);
	run.slot = NO_TASK;
}

void task_leave(void)
{
	void *abandoned;

	task_switch(run.slot == NO_TASK ? &abandoned :
		    &run.tasks[run.slot].sp, run.main_sp);
	host_die("a task that has ended was resumed");
}

void task_to(unsigned int slot)
{
	void **save = &run.tasks[run.slot].sp;

	run.slot = (int)slot;
	task_switch(save, run.tasks[slot].sp);
}
