/* SPDX-License-Identifier: GPL-2.0-only */
/* By what number a filesystem is told from others. */
#ifndef _LINUX_MAGIC_H
#define _LINUX_MAGIC_H

#define EXT2_SUPER_MAGIC	0xEF53

#endif
