/* SPDX-License-Identifier: GPL-2.0-only */
/* Division of 64-bit numbers: one instruction here. */
#ifndef _LINUX_MATH64_H
#define _LINUX_MATH64_H

#include <linux/types.h>

#define do_div(n, base) \
	({ u32 __rest = (n) % (u32)(base); (n) /= (u32)(base); __rest; })
#define div_u64(n, d)	((u64)(n) / (u32)(d))
#define div64_u64(n, d)	((u64)(n) / (u64)(d))
#define div_s64(n, d)	((s64)(n) / (s32)(d))

#endif
