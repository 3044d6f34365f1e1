/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTLINE_HOST_CALL_H
#define FAULTLINE_HOST_CALL_H

#include <stddef.h>

/* What a run ends with that has made a system call. */
void host_name_call(int number, char *text, size_t size);

#endif
