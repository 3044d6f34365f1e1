/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing of its own: older files have the block device from here. */
#ifndef _LINUX_BACKING_DEV_H
#define _LINUX_BACKING_DEV_H

#include <linux/blkdev.h>

#endif
