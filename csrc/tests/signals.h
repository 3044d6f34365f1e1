/* SPDX-License-Identifier: GPL-2.0-only */
/* See signals.c. */
#ifndef SIGNALS_H
#define SIGNALS_H

void keep_machine_signals(void);	/* once, after a first run */
void use_machine_signals(void);		/* before each run */
void use_library_signals(void);		/* after it */

#endif
