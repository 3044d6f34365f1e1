// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose signal handlers are in place. The test library puts its own there for
 * each test, to survive a test that crashes; a run needs those of the machine,
 * which turn a crash of a task into an outcome. They change places around every
 * run. What the library puts back has lost its flags, and with them all that a
 * handler of the machine learns of a fault: so it is put back once more.
 */
#include "signals.h"
#include <signal.h>
#include <stddef.h>

static const int crashes[] = {
	SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP,
};
#define CRASHES	(sizeof(crashes) / sizeof(crashes[0]))

static struct sigaction machine[CRASHES], library[CRASHES];

void keep_machine_signals(void)
{
	unsigned int i;

	for (i = 0; i < CRASHES; i++)
		sigaction(crashes[i], NULL, &machine[i]);
}

void use_machine_signals(void)
{
	unsigned int i;

	for (i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &machine[i], &library[i]);
}

void use_library_signals(void)
{
	unsigned int i;

	for (i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &library[i], NULL);
}

void put_back_machine_signals(void)
{
	unsigned int i;

	for (i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &machine[i], NULL);
}
