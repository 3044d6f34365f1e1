/* SPDX-License-Identifier: GPL-2.0-only */
/* See signals.c. */
#ifndef SIGNALS_H
#define SIGNALS_H

void keep_machine_signals(void);	/* before each suite */
void use_machine_signals(void);		/* before each run */
void use_library_signals(void);		/* after it */
void put_back_machine_signals(void);	/* after each suite */

#endif
