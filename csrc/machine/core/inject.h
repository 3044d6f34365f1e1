/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inject.c: calls that can fail.
 */
#ifndef CORE_INJECT_H
#define CORE_INJECT_H

#include "core/base.h"

/* What a bad medium is to whoever asks for its memory. */
#if HAVE_DAX_MEM2BLK
#define BAD_MEDIUM	(-EHWPOISON)
#else
#define BAD_MEDIUM	(-EIO)
#endif

/**
 * inject - pass an injection point
 * @point: what kind of call
 * @site:  where in the slice it is made
 *
 * Return: 0, or the error with which the call must fail.
 */
int inject(enum fl_point point, uintptr_t site);

/* Legal errors of a kind of call; how many there are, at most @max written. */
uint32_t inject_errors(uint32_t point, int32_t *errors, uint32_t max);
const char *inject_name(uint32_t point);

#endif
