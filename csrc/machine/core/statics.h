/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * statics.c: the slice's statics are as after start-up in every run.
 */
#ifndef CORE_STATICS_H
#define CORE_STATICS_H

#include "core/base.h"

/* Once, after the initcalls. */
void statics_snapshot(void);
/* Before each run. */
void statics_reset(void);
/* A write fault at @at: 1 if it was the first one to a page of statics, which
 * can be written to from now on. */
int statics_written(uintptr_t at);

#endif
