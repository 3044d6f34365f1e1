/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * instrument.c: what instrumented code calls.
 */
#ifndef CORE_INSTRUMENT_H
#define CORE_INSTRUMENT_H

#include "core/base.h"

/* Value of blocks_left while no run is on: out of reach. */
#define BUDGET_IDLE	INT64_MAX

extern int64_t blocks_left;		/* until the budget is used up */

#endif
