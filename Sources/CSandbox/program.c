// SPDX-License-Identifier: GPL-2.0-only
/* How a filter is put together. See program.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "program.h"

#define FIELD(name)	((uint32_t)offsetof(struct seccomp_data, name))
#define ARGUMENT(n)	(FIELD(args) + 8 * (n))

static void add(struct program *program, struct sock_filter instruction)
{
	/* The rules are ours, and so is their number. */
	if (program->length == PROGRAM_MAX)
		abort();
	program->code[program->length++] = instruction;
}

static void load(struct program *program, uint32_t offset)
{
	add(program, (struct sock_filter)
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void jump(struct program *program, uint16_t test, uint32_t value,
		 uint8_t yes, uint8_t no)
{
	add(program, (struct sock_filter)
	    BPF_JUMP(BPF_JMP | test | BPF_K, value, yes, no));
}

static void answer(struct program *program, uint32_t answer)
{
	add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer));
}

void program_begin(struct program *program, uint32_t refusal)
{
	program->length = 0;
	program->refusal = refusal;
	load(program, FIELD(arch));
	jump(program, BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0);
	answer(program, SECCOMP_RET_KILL_PROCESS);
	load(program, FIELD(nr));
	/* The numbers of x32 mean other calls. */
	jump(program, BPF_JGE, 0x40000000, 0, 1);
	answer(program, refusal);
}

/*
 * The address is compared by halves. A range that goes over the border of an
 * upper half is two.
 */
static void skip_if_in(struct program *program, uint32_t upper, uint32_t first,
		       uint32_t last, uint8_t further)
{
	load(program, FIELD(instruction_pointer) + 4);
	jump(program, BPF_JEQ, upper, 0, 3);
	load(program, FIELD(instruction_pointer));
	jump(program, BPF_JGE, first, 0, 1);
	jump(program, BPF_JGT, last, 0, further);
}

void program_only_from(struct program *program,
		       const uintptr_t (*ranges)[2], unsigned int count)
{
	struct { uint32_t upper, first, last; } parts[16];
	unsigned int n = 0;

	for (unsigned int i = 0; i < count && n < 15; i++) {
		uintptr_t first = ranges[i][0], last = ranges[i][1] - 1;

		if (first >> 32 != last >> 32) {
			parts[n].upper = (uint32_t)(first >> 32);
			parts[n].first = (uint32_t)first;
			parts[n++].last = UINT32_MAX;
			first = last >> 32 << 32;
		}
		parts[n].upper = (uint32_t)(first >> 32);
		parts[n].first = (uint32_t)first;
		parts[n++].last = (uint32_t)last;
	}
	for (unsigned int i = 0; i < n; i++)
		/* Five instructions each, and the refusal, are skipped. */
		skip_if_in(program, parts[i].upper, parts[i].first,
			   parts[i].last, (uint8_t)(5 * (n - 1 - i) + 1));
	answer(program, program->refusal);
	load(program, FIELD(nr));
}

void program_allow(struct program *program, uint32_t call)
{
	jump(program, BPF_JEQ, call, 0, 1);
	answer(program, SECCOMP_RET_ALLOW);
}

void program_refuse(struct program *program, uint32_t call)
{
	jump(program, BPF_JEQ, call, 0, 1);
	answer(program, program->refusal);
}

void program_fail(struct program *program, uint32_t call, uint16_t error)
{
	jump(program, BPF_JEQ, call, 0, 1);
	answer(program, SECCOMP_RET_ERRNO | error);
}

void program_allow_either(struct program *program, uint32_t call,
			  unsigned int argument, uint32_t one, uint32_t other)
{
	jump(program, BPF_JEQ, call, 0, 5);
	load(program, ARGUMENT(argument));
	jump(program, BPF_JEQ, one, 1, 0);
	jump(program, BPF_JEQ, other, 0, 1);
	answer(program, SECCOMP_RET_ALLOW);
	answer(program, program->refusal);
}

void program_allow_without(struct program *program, uint32_t call,
			   unsigned int argument, uint32_t bits)
{
	jump(program, BPF_JEQ, call, 0, 4);
	load(program, ARGUMENT(argument));
	jump(program, BPF_JSET, bits, 1, 0);
	answer(program, SECCOMP_RET_ALLOW);
	answer(program, program->refusal);
}

void program_allow_with(struct program *program, uint32_t call,
			unsigned int argument, uint32_t bits)
{
	jump(program, BPF_JEQ, call, 0, 4);
	load(program, ARGUMENT(argument));
	jump(program, BPF_JSET, bits, 0, 1);
	answer(program, SECCOMP_RET_ALLOW);
	answer(program, program->refusal);
}

void program_end(struct program *program, int allows_rest)
{
	answer(program, allows_rest ? SECCOMP_RET_ALLOW : program->refusal);
}

int program_install(const struct program *program, unsigned int flags)
{
	struct sock_fprog filter = {
		.len = program->length,
		.filter = (struct sock_filter *)program->code,
	};

	long done = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			    &filter);

	if (!done)
		return 0;
	/* A thread that could not be brought along. */
	if (done > 0)
		return -EBUSY;
	/* With no new privileges, -EPERM comes from a container's own filter. */
	if (errno == ENOSYS || errno == EINVAL || errno == EPERM)
		return -EOPNOTSUPP;
	return -errno;
}
