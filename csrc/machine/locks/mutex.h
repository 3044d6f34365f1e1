/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mutex.c: the toy mutex of FL_OP_MUTEX_SECTION.
 */
#ifndef LOCKS_MUTEX_H
#define LOCKS_MUTEX_H

void toy_mutex_reset(void);
void toy_mutex_section(int is_recursive);

#endif
