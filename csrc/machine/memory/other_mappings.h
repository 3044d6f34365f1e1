/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * other_mappings.c: mappings that are none of a file with DAX.
 */
#ifndef MEMORY_OTHER_MAPPINGS_H
#define MEMORY_OTHER_MAPPINGS_H

#include "core/base.h"

/* Asks dax.c about them, and says what it gets wrong. */
void other_mappings_ask(void);

#endif
