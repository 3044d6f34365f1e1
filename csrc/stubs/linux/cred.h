/* SPDX-License-Identifier: GPL-2.0-only */
/* On whose behalf a task runs: root's. */
#ifndef _LINUX_CRED_H
#define _LINUX_CRED_H

#include <linux/uidgid.h>

#define current_fsuid()		GLOBAL_ROOT_UID
#define current_fsgid()		GLOBAL_ROOT_GID
#define in_group_p(gid)		gid_eq(gid, GLOBAL_ROOT_GID)

#endif
