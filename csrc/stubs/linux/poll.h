/* SPDX-License-Identifier: GPL-2.0-only */
/* Nobody polls here. */
#ifndef _LINUX_POLL_H
#define _LINUX_POLL_H

#include <linux/wait.h>

typedef unsigned int __poll_t;
typedef struct poll_table_struct poll_table;

#endif
