/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H

#define EXPORT_SYMBOL(name)		_Static_assert(1, "")
#define EXPORT_SYMBOL_GPL(name)		_Static_assert(1, "")
#define THIS_MODULE			((struct module *)0)

struct module;

#endif
