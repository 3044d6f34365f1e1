// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory protection keys: each page has one of 16 keys, and a register says to
 * which of them this thread may write. The machine's pages get a key of their
 * own. A run may write there, and read all; it has a stack of the machine's,
 * because its caller's is the judge's. The register is written without a
 * system call.
 *
 * The kernel must put a signal's frame on its stack whatever the register says
 * (from 6.12 on), and must not write to a thread's rseq area, which the C
 * library leaves out if the one who starts us says so. A handler begins with
 * the machine's key shut and all others of no use: it lifts the wall first.
 *
 * FAULTLINE_WALL asks for it: a process that makes runs for others.
 */
#define _GNU_SOURCE
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "core/wall.h"
#include "core/host.h"
#include "memory/arena.h"

/* By number, where headers of a distribution may be older. */
#define PKEY_MPROTECT	329
#define PKEY_ALLOC	330

#define MAIN_STACK	(512ul << 10)

/*
 * On a page of its own, which stays the judge's: a run can read it, and so can
 * a handler before it lifts the wall.
 */
union {
	struct {
		void *judge;	/* the caller's stack, in a run */
		void *stack;	/* the end of ours */
		int key;	/* 0: no wall */
		uint32_t shut;	/* the register in a run: 0 in the program's
				 * own image, whose variables are Swift's, too */
	};
	char page[4096];
} wall_page __attribute__((aligned(4096), visibility("hidden")));

/*
 * int wall_switch(body, asked, stack, shut): the caller's stack and the words
 * that steer its arithmetic are put by, and taken up again whatever a run has
 * made of them. The stack is read where no run can write.
 */
__asm__(
"	.text\n"
"	.p2align 4\n"
"	.hidden	wall_switch\n"
"	.globl	wall_switch\n"
"	.type	wall_switch, @function\n"
"wall_switch:\n"
"	pushq	%rbp\n"
"	pushq	%rbx\n"
"	pushq	%r12\n"
"	pushq	%r13\n"
"	pushq	%r14\n"
"	pushq	%r15\n"
"	pushfq\n"
"	subq	$8, %rsp\n"
"	stmxcsr	(%rsp)\n"
"	fnstcw	4(%rsp)\n"
"	movq	%rdi, %r12\n"
"	movq	%rsi, %r13\n"
"	movq	%rsp, wall_page(%rip)\n"
"	movl	%ecx, %eax\n"
"	movq	%rdx, %rsp\n"
"	xorl	%ebp, %ebp\n"
"	xorl	%ecx, %ecx\n"
"	xorl	%edx, %edx\n"
"	wrpkru\n"
"	movq	%r13, %rdi\n"
"	callq	*%r12\n"
"	movl	%eax, %esi\n"
"	xorl	%eax, %eax\n"
"	xorl	%ecx, %ecx\n"
"	xorl	%edx, %edx\n"
"	wrpkru\n"
"	movq	wall_page(%rip), %rsp\n"
"	ldmxcsr	(%rsp)\n"
"	fldcw	4(%rsp)\n"
"	addq	$8, %rsp\n"
"	popfq\n"
"	popq	%r15\n"
"	popq	%r14\n"
"	popq	%r13\n"
"	popq	%r12\n"
"	popq	%rbx\n"
"	popq	%rbp\n"
"	movl	%esi, %eax\n"
"	retq\n"
"	.size	wall_switch, . - wall_switch\n"
);
int wall_switch(int (*body)(const struct fl_run *asked),
		const struct fl_run *asked, void *stack, uint32_t shut);

int wall_call(int (*body)(const struct fl_run *asked),
	      const struct fl_run *asked)
{
	if (!wall_page.shut)
		return body(asked);
	return wall_switch(body, asked, wall_page.stack, wall_page.shut);
}

void wall_lift(void)
{
	if (wall_page.key)
		__asm__ volatile("wrpkru" : : "a" (0), "c" (0), "d" (0)
				 : "memory");
}

/* ---- whose pages are whose ---- */

static void take(void *at, size_t size, int rights)
{
	if (size && syscall(PKEY_MPROTECT, at, size, rights, wall_page.key))
		host_die("cannot give memory a protection key");
}

void wall_take(void *at, size_t size)
{
	if (wall_page.key)
		take(at, size, PROT_READ | PROT_WRITE);
}

static char *page_of(uintptr_t at)
{
	return (char *)(at & ~(HOST_PAGE - 1));
}

/* Variables of this image, but for the page with those of the wall. */
static void take_segment(uintptr_t start, uintptr_t end, int rights)
{
	char *first = page_of(start), *last = page_of(end + HOST_PAGE - 1);

	if (first > wall_page.page || last <= wall_page.page) {
		take(first, (size_t)(last - first), rights);
		return;
	}
	take(first, (size_t)(wall_page.page - first), rights);
	first = wall_page.page + sizeof(wall_page);
	take(first, (size_t)(last - first), rights);
}

/* What can be written to once it is loaded, and what only the loader wrote. */
static int take_object(struct dl_phdr_info *info, size_t size, void *unused)
{
	uintptr_t fixed = 0;

	(void)size;
	(void)unused;
	if (info->dlpi_addr != image_base)
		return 0;
	/* The program itself: the judge is in it. */
	if (!info->dlpi_name[0])
		return 1;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO)
			fixed = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr +
				info->dlpi_phdr[i].p_memsz;
	fixed = (uintptr_t)page_of(fixed);
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + part->p_vaddr;
		uintptr_t end = start + part->p_memsz;

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_W))
			continue;
		if (start < fixed && fixed <= end) {
			take_segment(start, fixed, PROT_READ);
			start = fixed;
		}
		take_segment(start, end, PROT_READ | PROT_WRITE);
	}
	/* No key but ours and the first; that one is for reading. */
	wall_page.shut = ~(3u << 2 * wall_page.key) & ~1u;
	return 1;
}

static void make_stack(void)
{
	char *stack = mmap(NULL, MAIN_STACK + HOST_PAGE, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (stack == MAP_FAILED)
		host_die("no memory for a stack");
	wall_take(stack + HOST_PAGE, MAIN_STACK);
	wall_page.stack = stack + HOST_PAGE + MAIN_STACK;
}

/* ---- whether there is one ---- */

extern const unsigned int __rseq_size __attribute__((weak));

static int kernel_writes_frames(void)
{
	struct utsname name;
	int major, minor;

	return !uname(&name) &&
		sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
		(major > 6 || (major == 6 && minor >= 12));
}

int wall_key(int of_another)
{
	long key;

	if (!getenv("FAULTLINE_WALL") || !kernel_writes_frames() ||
	    (&__rseq_size && __rseq_size))
		return 0;
	key = of_another ? of_another : syscall(PKEY_ALLOC, 0, 0);
	wall_page.key = key > 0 ? (int)key : 0;
	return wall_page.key;
}

void wall_open(void)
{
	if (!getenv("FAULTLINE_WALL"))
		return;
	arena_open();
	if (!wall_page.key)
		return;
	make_stack();
	dl_iterate_phdr(take_object, NULL);
}
