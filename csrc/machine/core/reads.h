/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reads.c: the bytes that reads and loads returned.
 */
#ifndef CORE_READS_H
#define CORE_READS_H

#include "core/base.h"

void reads_reset(void);
/* Bytes that a read or a load saw; appended for the current op. */
void reads_note(uint64_t pos, uint64_t length, const void *bytes);
/* How many of @max bytes, at least one, are like the first one. */
uint64_t equal_bytes(const unsigned char *bytes, uint64_t max);

#endif
