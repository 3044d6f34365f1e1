/* SPDX-License-Identifier: GPL-2.0-only */
/* cmocka.h asks its includer for these four headers first. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
