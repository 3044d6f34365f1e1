/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Initcalls are collected in a section, and the machine makes them once, in
 * the order of their levels, before it takes the slice's statics as they are
 * at the start of every world.
 */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

#include <linux/compiler.h>

typedef int (*initcall_t)(void);

struct faultline_initcall {
	initcall_t call;
	long level;
};

#define __define_initcall(function, n) \
	static const struct faultline_initcall \
	__FAULTLINE_PASTE(__initcall_##function, __COUNTER__) \
	__attribute__((used, retain, section("slice_initcalls"))) = \
	{ .call = (function), .level = (n) }

#define early_initcall(function)	__define_initcall(function, 0)
#define pure_initcall(function)		__define_initcall(function, 0)
#define core_initcall(function)		__define_initcall(function, 1)
#define postcore_initcall(function)	__define_initcall(function, 2)
#define arch_initcall(function)		__define_initcall(function, 3)
#define subsys_initcall(function)	__define_initcall(function, 4)
#define fs_initcall(function)		__define_initcall(function, 5)
#define rootfs_initcall(function)	__define_initcall(function, 5)
#define device_initcall(function)	__define_initcall(function, 6)
#define late_initcall(function)		__define_initcall(function, 7)
#define __initcall(function)		device_initcall(function)
#define __exitcall(function) \
	static void *__FAULTLINE_PASTE(__exitcall_, __COUNTER__) \
	__attribute__((unused)) = (function)

#endif
