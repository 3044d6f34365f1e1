// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log: what the code says is a step of the trace, with its level, where it
 * was said. No rule looks at it. It is there for a reader, so a run that is not
 * recorded formats nothing.
 */
#include <stdio.h>
#include <string.h>
#include "core/outcome.h"
#include "core/run.h"
#include "core/text.h"
#include "core/trace.h"

static void say(uintptr_t site, uintptr_t frame, int level, const char *format,
		va_list arguments)
{
	char text[SAID_MAX];
	size_t n;

	if (trace_is_off || run.ended)
		return;
	/* "\001" and a digit or "c": KERN_ERR and the like. */
	if (format[0] == 1 && format[1]) {
		if (format[1] >= '0' && format[1] <= '7')
			level = format[1] - '0';
		format += 2;
	}
	n = text_format(text, sizeof(text), format, arguments);
	/* A prefix may come in through a %s as well, as ext2_msg() has it. */
	if (text[0] == 1 && n > 1) {
		if (text[1] >= '0' && text[1] <= '7')
			level = text[1] - '0';
		memmove(text, text + 2, n - 1);
		n -= 2;
	}
	while (n && text[n - 1] == '\n')
		text[--n] = 0;
	run_say(site, frame, level, text);
}

int printk(const char *format, ...);
int printk(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(CALLER, (uintptr_t)__builtin_frame_address(0), FL_SAID_DEFAULT,
	    format, arguments);
	va_end(arguments);
	return 0;
}

int trace_printk(const char *format, ...);
int trace_printk(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(CALLER, (uintptr_t)__builtin_frame_address(0), FL_SAID_TRACE,
	    format, arguments);
	va_end(arguments);
	return 0;
}

void dump_stack(void);
void dump_stack(void)
{
	if (!trace_is_off && !run.ended)
		run_say(CALLER, (uintptr_t)__builtin_frame_address(0),
			FL_SAID_STACK, "dump_stack()");
}
