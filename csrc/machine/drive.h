/* SPDX-License-Identifier: GPL-2.0-only */
/* One op, split by what kind of kernel entry it is. */
#ifndef DRIVE_H
#define DRIVE_H

#include "machine.h"

/* access.c: a load or store through a mapping. */
void drive_access(const struct fl_op *op, struct fl_op_result *result);

#endif
