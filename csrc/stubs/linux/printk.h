/* SPDX-License-Identifier: GPL-2.0-only */
/* The log: core/printk.c puts what is said into the trace. */
#ifndef _LINUX_PRINTK_H
#define _LINUX_PRINTK_H

#include <linux/compiler.h>

#define KERN_EMERG	"\0010"
#define KERN_ALERT	"\0011"
#define KERN_CRIT	"\0012"
#define KERN_ERR	"\0013"
#define KERN_WARNING	"\0014"
#define KERN_NOTICE	"\0015"
#define KERN_INFO	"\0016"
#define KERN_DEBUG	"\0017"
#define KERN_DEFAULT	""
#define KERN_CONT	""

#ifndef pr_fmt
#define pr_fmt(format)	format
#endif

/* No format attribute: kernels print with conversions of their own (%pV). */
int printk(const char *format, ...);

#define pr_emerg(f, ...)	printk(KERN_EMERG pr_fmt(f), ##__VA_ARGS__)
#define pr_alert(f, ...)	printk(KERN_ALERT pr_fmt(f), ##__VA_ARGS__)
#define pr_crit(f, ...)		printk(KERN_CRIT pr_fmt(f), ##__VA_ARGS__)
#define pr_err(f, ...)		printk(KERN_ERR pr_fmt(f), ##__VA_ARGS__)
#define pr_warn(f, ...)		printk(KERN_WARNING pr_fmt(f), ##__VA_ARGS__)
#define pr_warning		pr_warn
#define pr_notice(f, ...)	printk(KERN_NOTICE pr_fmt(f), ##__VA_ARGS__)
#define pr_info(f, ...)		printk(KERN_INFO pr_fmt(f), ##__VA_ARGS__)
#define pr_debug(f, ...) \
	do { if (0) printk(KERN_DEBUG pr_fmt(f), ##__VA_ARGS__); } while (0)
#define no_printk(f, ...) \
	do { if (0) printk(f, ##__VA_ARGS__); } while (0)
#define printk_ratelimited	printk
#define pr_err_ratelimited	pr_err
#define pr_warn_ratelimited	pr_warn
#define printk_once		printk
#define pr_warn_once		pr_warn
#define printk_ratelimit()	1

int trace_printk(const char *format, ...);
#define trace_puts(text)	trace_printk("%s", text)
void dump_stack(void);

/* There is one device, and its name says nothing. */
#define dev_err(dev, f, ...)	pr_err(f, ##__VA_ARGS__)
#define dev_warn(dev, f, ...)	pr_warn(f, ##__VA_ARGS__)
#define dev_info(dev, f, ...)	pr_info(f, ##__VA_ARGS__)
#define dev_dbg(dev, f, ...)	pr_debug(f, ##__VA_ARGS__)

struct va_format {
	const char *fmt;
	__builtin_va_list *va;
};

#endif
