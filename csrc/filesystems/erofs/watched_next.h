/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comes before the tree's fs/erofs/data.c. What its header has by others' of a
 * kernel is included here.
 */
#ifndef EROFS_WATCHED_NEXT_H
#define EROFS_WATCHED_NEXT_H

#include <linux/highmem.h>
#include <linux/idr.h>
#include <linux/uio.h>

#define WATCHED_BEGIN	erofs_iomap_begin
#define WATCHED_END	erofs_iomap_end
#include "watched_inlined.h"

#endif
