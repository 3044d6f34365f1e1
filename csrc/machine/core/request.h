/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * request.c: runs that are malformed.
 */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include "core/base.h"

/* Why this run is refused, or NULL. */
const char *request_refused(const struct fl_run *asked);

#endif
