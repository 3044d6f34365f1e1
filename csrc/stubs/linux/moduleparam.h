/* SPDX-License-Identifier: GPL-2.0-only */
/* Parameters keep the values that the code gives them. */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H

#define module_param(name, type, perm)			_Static_assert(1, "")
#define module_param_named(name, value, type, perm)	_Static_assert(1, "")
#define module_param_array(name, type, count, perm)	_Static_assert(1, "")
#define MODULE_PARM_DESC(name, text)			_Static_assert(1, "")

#endif
