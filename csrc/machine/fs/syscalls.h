/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * syscalls.c: ops become system calls and accesses.
 */
#ifndef FS_SYSCALLS_H
#define FS_SYSCALLS_H

#include "core/base.h"

/* Carries out one op on the current task; fills in the result. */
void syscall_make(const struct fl_op *op, struct fl_op_result *result);

#endif
