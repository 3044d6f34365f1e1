/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The protocol: the tree's own, but that a request takes two ranges away at
 * most, so that a file can have more.
 */
#ifndef FAULTLINE_FUSE_H
#define FAULTLINE_FUSE_H

#include <linux/types.h>
#include <uapi/linux/fuse.h>

#undef FUSE_REMOVEMAPPING_MAX_ENTRY
#define FUSE_REMOVEMAPPING_MAX_ENTRY 2

#endif
