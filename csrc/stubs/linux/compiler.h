/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel asks of a compiler; annotations for other checkers vanish. */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#define _RET_IP_	((unsigned long)__builtin_return_address(0))

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define barrier()	__asm__ __volatile__("" ::: "memory")
#define unreachable()	__builtin_unreachable()

#define __user
#define __kernel
#define __iomem
#define __force
#define __percpu
#define __rcu
#define __safe
#define __private
#define __bitwise
#define __bitwise__
#define __nocast
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x)	((void)0)
#define __release(x)	((void)0)
#define __cond_lock(x, c) (c)
#define __must_check	__attribute__((warn_unused_result))
#define __maybe_unused	__attribute__((unused))
#define __always_unused	__attribute__((unused))
#define __used		__attribute__((used))
#define __packed	__attribute__((packed))
#define __aligned(x)	__attribute__((aligned(x)))
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#define __weak		__attribute__((weak))
#define __pure		__attribute__((pure))
#undef __attribute_const__
#define __attribute_const__ __attribute__((const))
#define __cold		__attribute__((cold))
#define noinline	__attribute__((__noinline__))
#define __noreturn	__attribute__((noreturn))
#ifndef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#endif
#define __section(s)	__attribute__((section(#s)))
#define __init
#define __exit
#define __initdata
#define __read_mostly
#define ____cacheline_aligned
#define ____cacheline_aligned_in_smp
#define __cacheline_aligned_in_smp
#define asmlinkage
#define notrace
#define __sched
#define fallthrough	__attribute__((fallthrough))

#define __FAULTLINE_PASTE2(a, b) a##b
#define __FAULTLINE_PASTE(a, b)	__FAULTLINE_PASTE2(a, b)
#define __UNIQUE_ID(prefix) \
	__FAULTLINE_PASTE(__FAULTLINE_PASTE(__unique_, prefix), __COUNTER__)

/*
 * One OS thread runs all tasks, and they switch only inside calls of the
 * machine: a volatile access is all that "once" has to mean here.
 */
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))
#define ACCESS_ONCE(x)		(*(volatile __typeof__(x) *)&(x))
#define smp_mb()		barrier()
#define smp_rmb()		barrier()
#define smp_wmb()		barrier()
#define mb()			barrier()
#define rmb()			barrier()
#define wmb()			barrier()
#define smp_mb__before_atomic()	barrier()
#define smp_mb__after_atomic()	barrier()
#define smp_mb__after_unlock_lock() barrier()
#define smp_store_mb(x, v)	do { WRITE_ONCE(x, v); barrier(); } while (0)
#define smp_load_acquire(p)	READ_ONCE(*(p))
#define smp_store_release(p, v)	WRITE_ONCE(*(p), v)

/* 1 if the option is defined to be that, 0 if it is not defined. */
#define __FAULTLINE_IS_1		0, 1
#define __FAULTLINE_SECOND(a, b, ...)	b
#define __FAULTLINE_IS_SET(...)	__FAULTLINE_SECOND(__VA_ARGS__, 0, 0)
#define __FAULTLINE_IS(value)	__FAULTLINE_IS_SET(__FAULTLINE_IS_##value)
#define IS_ENABLED(option)	__FAULTLINE_IS(option)
#define IS_BUILTIN(option)	IS_ENABLED(option)
#define IS_REACHABLE(option)	IS_ENABLED(option)
#define IS_MODULE(option)	0
#define __same_type(a, b) \
	__builtin_types_compatible_p(__typeof__(a), __typeof__(b))

#endif
