/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every file of the machine starts from: the ABI, the facts about the tree
 * that is compiled (HAVE_*), and CALLER.
 *
 * What must hold: each header of the machine includes this one before any
 * kernel header, and each file of the machine includes one of them first.
 * MACHINE_BASE_H keeps the file's statics out of the sections that hold the
 * slice's (stubs/slice.h). No kernel type appears here, so that files which
 * talk to libc can use it.
 */
#ifndef MACHINE_BASE_H
#define MACHINE_BASE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "../../include/faultline.h"
#include <interfaces.h>

/* The site of a machine call: where in the slice it was made. */
#define CALLER	((uintptr_t)__builtin_return_address(0))

#endif
