/* SPDX-License-Identifier: GPL-2.0-only */
/* Users and groups. */
#ifndef _LINUX_UIDGID_H
#define _LINUX_UIDGID_H

#include <linux/types.h>

typedef struct {
	unsigned int val;
} kuid_t;

typedef struct {
	unsigned int val;
} kgid_t;

#define GLOBAL_ROOT_UID	((kuid_t){ 0 })
#define GLOBAL_ROOT_GID	((kgid_t){ 0 })

static inline bool uid_eq(kuid_t left, kuid_t right)
{
	return left.val == right.val;
}

static inline bool gid_eq(kgid_t left, kgid_t right)
{
	return left.val == right.val;
}

#endif
