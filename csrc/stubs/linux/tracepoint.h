/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tree's own trace points: nobody listens, so each is an empty function of
 * the arguments that it is declared with. What a definition says of records
 * and their text is dropped.
 */
#ifndef _LINUX_TRACEPOINT_H
#define _LINUX_TRACEPOINT_H

#include <linux/types.h>
#include <linux/compiler.h>

#define TP_PROTO(args...)	args

#define __TRACE_POINT(name) \
static inline __attribute__((unused)) bool trace_##name##_enabled(void) \
{ \
	return false; \
} \
static inline __attribute__((unused)) void trace_##name

#define TRACE_EVENT(name, proto, ...)		__TRACE_POINT(name)(proto) { }
#define DEFINE_EVENT(class, name, proto, ...)	__TRACE_POINT(name)(proto) { }
#define DECLARE_TRACE(name, proto, ...)		__TRACE_POINT(name)(proto) { }
#define DECLARE_EVENT_CLASS(name, ...)

#define TRACE_EVENT_CONDITION		TRACE_EVENT
#define TRACE_EVENT_FN			TRACE_EVENT
#define TRACE_EVENT_FN_COND		TRACE_EVENT
#define DEFINE_EVENT_CONDITION		DEFINE_EVENT
#define DEFINE_EVENT_FN			DEFINE_EVENT
#define DEFINE_EVENT_PRINT		DEFINE_EVENT

#define TRACE_DEFINE_ENUM(value)
#define TRACE_DEFINE_SIZEOF(type)
#define EXPORT_TRACEPOINT_SYMBOL(name)
#define EXPORT_TRACEPOINT_SYMBOL_GPL(name)

#endif
