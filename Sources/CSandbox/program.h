/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A seccomp filter as it is written: classic BPF that reads a call's number,
 * arguments and instruction, rule by rule. Each rule begins with the call's
 * number in the accumulator, and leaves it there if it is not about that call.
 */
#ifndef FAULTLINE_SANDBOX_PROGRAM_H
#define FAULTLINE_SANDBOX_PROGRAM_H

#include <linux/filter.h>
#include <stdint.h>

#define PROGRAM_MAX	512

struct program {
	struct sock_filter code[PROGRAM_MAX];
	unsigned short length;
	uint32_t refusal;		/* what a refused call comes to */
};

/* Refuses what another architecture's numbers ask for. */
void program_begin(struct program *program, uint32_t refusal);
/* Refuses calls of instructions outside of @count ranges. */
void program_only_from(struct program *program,
		       const uintptr_t (*ranges)[2], unsigned int count);
void program_allow(struct program *program, uint32_t call);
void program_refuse(struct program *program, uint32_t call);
/* Fails with an error that the caller expects. */
void program_fail(struct program *program, uint32_t call, uint16_t error);
/* Allowed if the argument's lower half is one of two values, or refused. */
void program_allow_either(struct program *program, uint32_t call,
			  unsigned int argument, uint32_t one, uint32_t other);
/* Allowed if these bits of the argument are clear, or refused. */
void program_allow_without(struct program *program, uint32_t call,
			   unsigned int argument, uint32_t bits);
/* Allowed if one of these bits is set, or refused. */
void program_allow_with(struct program *program, uint32_t call,
			unsigned int argument, uint32_t bits);
/* What is left is allowed, or else refused. */
void program_end(struct program *program, int allows_rest);
/* The kernel takes it; 0 or a negative errno. */
int program_install(const struct program *program, unsigned int flags);

#endif
