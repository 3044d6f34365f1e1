/* SPDX-License-Identifier: GPL-2.0-only */
/* The protocol: the tree's own. */
#ifndef FAULTLINE_FUSE_H
#define FAULTLINE_FUSE_H

#include <linux/types.h>
#include <uapi/linux/fuse.h>

#endif
