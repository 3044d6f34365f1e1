/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own names for integers, and the few types everything uses. */
#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H

#include "../slice.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/compiler.h>

typedef unsigned char		u8, __u8, unchar;
typedef signed char		s8, __s8;
typedef unsigned short		u16, __u16, ushort, umode_t;
typedef short			s16, __s16;
typedef unsigned int		u32, __u32, uint;
typedef int			s32, __s32;
typedef unsigned long long	u64, __u64;
typedef long long		s64, __s64;
typedef unsigned long		ulong;

typedef __u16			__le16, __be16;
typedef __u32			__le32, __be32;
typedef __u64			__le64, __be64;

#ifndef MACHINE_HOST
typedef long long		loff_t;
typedef long			ssize_t;
typedef long			off_t;
typedef unsigned int		uid_t;
typedef unsigned int		gid_t;
typedef int			pid_t;
typedef unsigned long		ino_t;
typedef u32			dev_t;
#endif
typedef u32			__kernel_dev_t;
typedef int			__kernel_pid_t;
typedef long			__kernel_long_t;
typedef unsigned long		sector_t;
typedef unsigned long		pgoff_t;
typedef unsigned int		gfp_t;
typedef unsigned int		fmode_t;
typedef u64			phys_addr_t;
typedef phys_addr_t		resource_size_t;
typedef u64			dma_addr_t;
typedef s64			ktime_t;
typedef u64			blkcnt_t;

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};
#define callback_head rcu_head

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic64_t, atomic_long_t;

#define DECLARE_BITMAP(name, bits) \
	unsigned long name[((bits) + 63) / 64]

#endif
