// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the compiler calls from instrumented slice code: the reports of shadow
 * checks, the counter in every basic block, the check of a stack's canary.
 *
 * They may also be called with no run on (an initialiser, code of ours that
 * happens to carry the instrumentation); the counter is then out of reach, and
 * a report is a bug of the harness.
 */
#include <string.h>
#include "core/instrument.h"
#include "core/host.h"
#include "core/outcome.h"
#include "core/run.h"
#include "memory/shadow.h"
#include "storage/cpu_cache.h"
#include "storage/device.h"

int64_t blocks_left = BUDGET_IDLE;

void __sanitizer_cov_trace_pc_guard(uint32_t *guard);
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);
void __stack_chk_fail(void) __attribute__((noreturn, visibility("hidden")));

static void __attribute__((noinline)) budget_spent(uintptr_t site)
{
	if (run.slot == NO_TASK) {
		blocks_left = BUDGET_IDLE;
		return;
	}
	blocks_left = 0;
	run_end(FL_END_ENDLESS_LOOP, site,
		"still running after %llu basic blocks",
		(unsigned long long)run.budget);
}

void __sanitizer_cov_trace_pc_guard(uint32_t *guard)
{
	(void)guard;
	if (__builtin_expect(--blocks_left < 0, 0))
		budget_spent(CALLER);
}

void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop)
{
	(void)start;
	(void)stop;
}

/*
 * Ours comes before libc's, because it is part of what is linked; anything
 * else in the process that is linked with us and finds its stack smashed ends
 * here too, and dies as it would have.
 */
void __stack_chk_fail(void)
{
	if (run.slot == NO_TASK)
		host_die("stack smashed");
	run_end(FL_END_STACK_SMASHED, CALLER, "stack smashed");
}

void __asan_init(void);
void __asan_init(void)
{
}

void __asan_version_mismatch_check_v8(void);
void __asan_version_mismatch_check_v8(void)
{
}

void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
}

#define SIZED(n)							\
void __asan_report_load##n##_noabort(uintptr_t at);			\
void __asan_report_load##n##_noabort(uintptr_t at)			\
{									\
	shadow_check((const void *)at, n, 0, CALLER);			\
}									\
void __asan_report_store##n##_noabort(uintptr_t at);			\
void __asan_report_store##n##_noabort(uintptr_t at)			\
{									\
	shadow_check((const void *)at, n, 1, CALLER);			\
}									\
void __asan_load##n##_noabort(uintptr_t at);				\
void __asan_load##n##_noabort(uintptr_t at)				\
{									\
	shadow_check((const void *)at, n, 0, CALLER);			\
}									\
void __asan_store##n##_noabort(uintptr_t at);				\
void __asan_store##n##_noabort(uintptr_t at)				\
{									\
	shadow_check((const void *)at, n, 1, CALLER);			\
}

SIZED(1)
SIZED(2)
SIZED(4)
SIZED(8)
SIZED(16)

void __asan_report_load_n_noabort(uintptr_t at, size_t size);
void __asan_report_load_n_noabort(uintptr_t at, size_t size)
{
	shadow_check((const void *)at, size, 0, CALLER);
}

void __asan_report_store_n_noabort(uintptr_t at, size_t size);
void __asan_report_store_n_noabort(uintptr_t at, size_t size)
{
	shadow_check((const void *)at, size, 1, CALLER);
}

void __asan_loadN_noabort(uintptr_t at, size_t size);
void __asan_loadN_noabort(uintptr_t at, size_t size)
{
	shadow_check((const void *)at, size, 0, CALLER);
}

void __asan_storeN_noabort(uintptr_t at, size_t size);
void __asan_storeN_noabort(uintptr_t at, size_t size)
{
	shadow_check((const void *)at, size, 1, CALLER);
}

/*
 * A copy that faults does so in libc; the frame of ours in between is no part
 * of the slice's call chain: see run.h, pc_of().
 */
#pragma clang section text = "instrument_text"

void *__asan_memcpy(void *to, const void *from, size_t size);
void *__asan_memcpy(void *to, const void *from, size_t size)
{
	shadow_check(from, size, 0, CALLER);
	shadow_check(to, size, 1, CALLER);
	device_written(to, size);
	cpu_cache_store(to, size, NO_PGOFF);
	return memcpy(to, from, size);
}

void *__asan_memmove(void *to, const void *from, size_t size);
void *__asan_memmove(void *to, const void *from, size_t size)
{
	shadow_check(from, size, 0, CALLER);
	shadow_check(to, size, 1, CALLER);
	device_written(to, size);
	cpu_cache_store(to, size, NO_PGOFF);
	return memmove(to, from, size);
}

void *__asan_memset(void *at, int byte, size_t size);
void *__asan_memset(void *at, int byte, size_t size)
{
	shadow_check(at, size, 1, CALLER);
	device_written(at, size);
	cpu_cache_store(at, size, NO_PGOFF);
	return memset(at, byte, size);
}
