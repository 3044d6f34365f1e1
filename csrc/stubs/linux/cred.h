/* SPDX-License-Identifier: GPL-2.0-only */
/* On whose behalf a task runs: root's, or a user's. */
#ifndef _LINUX_CRED_H
#define _LINUX_CRED_H

#include <linux/uidgid.h>

bool world_is_root(void);

#define current_fsuid()		((kuid_t){ world_is_root() ? 0 : 1000 })
#define current_fsgid()		GLOBAL_ROOT_GID
#define in_group_p(gid)		gid_eq(gid, GLOBAL_ROOT_GID)

#endif
