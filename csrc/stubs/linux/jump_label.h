/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Branches that a kernel patches into its text, as variables: which way they
 * go is the same. They are statics of the slice, put back between runs.
 */
#ifndef _LINUX_JUMP_LABEL_H
#define _LINUX_JUMP_LABEL_H

#include <linux/compiler.h>
#include <linux/types.h>

struct static_key {
	int enabled;
};

struct static_key_true {
	struct static_key key;
};

struct static_key_false {
	struct static_key key;
};

#define STATIC_KEY_INIT_TRUE	{ .enabled = 1 }
#define STATIC_KEY_INIT_FALSE	{ .enabled = 0 }

#define DECLARE_STATIC_KEY_TRUE(name)	extern struct static_key_true name
#define DECLARE_STATIC_KEY_FALSE(name)	extern struct static_key_false name
#define DEFINE_STATIC_KEY_TRUE(name) \
	struct static_key_true name = { STATIC_KEY_INIT_TRUE }
#define DEFINE_STATIC_KEY_FALSE(name) \
	struct static_key_false name = { STATIC_KEY_INIT_FALSE }

#define static_key_enabled(k)		(*(const int *)(k) > 0)
#define static_branch_likely(k)		likely(static_key_enabled(k))
#define static_branch_unlikely(k)	unlikely(static_key_enabled(k))

/* The count is the first word of each kind of key. */
#define static_branch_inc(k)		((void)++*(int *)(k))
#define static_branch_dec(k)		((void)--*(int *)(k))
#define static_branch_enable(k)		((void)(*(int *)(k) = 1))
#define static_branch_disable(k)	((void)(*(int *)(k) = 0))

#endif
