/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H

#include <linux/types.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/moduleparam.h>

#define module_init(function)		__initcall(function)
#define module_exit(function)		__exitcall(function)
#define MODULE_AUTHOR(text)		_Static_assert(1, "")
#define MODULE_DESCRIPTION(text)	_Static_assert(1, "")
#define MODULE_LICENSE(text)		_Static_assert(1, "")
#define MODULE_ALIAS_FS(text)		_Static_assert(1, "")
#define MODULE_ALIAS(text)		_Static_assert(1, "")

#endif
