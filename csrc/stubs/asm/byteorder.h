/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine is little endian, as the device's formats are. */
#ifndef _ASM_BYTEORDER_H
#define _ASM_BYTEORDER_H

#include <linux/types.h>

#define cpu_to_le16(x)	((__le16)(x))
#define cpu_to_le32(x)	((__le32)(x))
#define cpu_to_le64(x)	((__le64)(x))
#define le16_to_cpu(x)	((u16)(x))
#define le32_to_cpu(x)	((u32)(x))
#define le64_to_cpu(x)	((u64)(x))
#define cpu_to_le32p(at)	cpu_to_le32(*(at))
#define le16_to_cpup(at)	le16_to_cpu(*(at))
#define le32_to_cpup(at)	le32_to_cpu(*(at))
#define le16_add_cpu(at, n)	(*(at) = cpu_to_le16(le16_to_cpu(*(at)) + (n)))
#define le32_add_cpu(at, n)	(*(at) = cpu_to_le32(le32_to_cpu(*(at)) + (n)))
#define le64_add_cpu(at, n)	(*(at) = cpu_to_le64(le64_to_cpu(*(at)) + (n)))

#endif
