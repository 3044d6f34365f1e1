// SPDX-License-Identifier: GPL-2.0-only
/*
 * One call of one function, made by one task, fails: for calls that the
 * kernel's own fault injection does not reach.
 *
 *	echo "TID FUNCTION N ERROR" > /sys/kernel/debug/flinject/arm
 *	echo 0 > /sys/kernel/debug/flinject/arm
 *	cat /sys/kernel/debug/flinject/arm
 *
 * The Nth call returns ERROR and does nothing else. With an ERROR of -4 (EINTR)
 * it is made, and SIGKILL is pending when it begins. Reading says how many calls
 * were seen, and whether one of them failed.
 */
#include <linux/debugfs.h>
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

static DEFINE_MUTEX(lock);
static struct dentry *directory;
static struct kprobe probe;
static bool is_armed;
static char function[64];
static int wanted;
static long nth, error, seen, fired;

/* What a call that fails executes in place of the function. */
asmlinkage void flinject_return(void);
asm(".pushsection .text\n"
    ".globl flinject_return\n"
    ".type flinject_return, @function\n"
    "flinject_return:\n"
    "	endbr64\n"
    "	ret\n"
    "	int3\n"
    ".size flinject_return, . - flinject_return\n"
    ".popsection\n");

/* A probe may take no lock: the signal is sent at once, but behind it. */
static void send_kill(struct irq_work *work)
{
	send_sig(SIGKILL, current, 1);
}

static struct irq_work kill = IRQ_WORK_INIT_HARD(send_kill);

static int on_entry(struct kprobe *p, struct pt_regs *regs)
{
	if (current->pid != wanted || ++seen != nth)
		return 0;
	fired = 1;
	if (error == -EINTR) {
		irq_work_queue(&kill);
		return 0;
	}
	regs_set_return_value(regs, error);
	instruction_pointer_set(regs, (unsigned long)flinject_return);
	return 1;
}

/* A probe with one is not optimized into a jump, which could not skip. */
static void behind_entry(struct kprobe *p, struct pt_regs *regs,
			 unsigned long flags)
{
}

static void disarm(void)
{
	if (is_armed)
		unregister_kprobe(&probe);
	is_armed = false;
}

static int arm(const char *line)
{
	int err;

	disarm();
	if (sscanf(line, "%d %63s %ld %ld", &wanted, function, &nth,
		   &error) != 4)
		return 0;
	memset(&probe, 0, sizeof(probe));
	probe.symbol_name = function;
	probe.pre_handler = on_entry;
	probe.post_handler = behind_entry;
	seen = fired = 0;
	err = register_kprobe(&probe);
	is_armed = !err;
	return err;
}

static ssize_t arm_write(struct file *file, const char __user *from,
			 size_t size, loff_t *pos)
{
	char line[160] = "";
	int err;

	if (size >= sizeof(line) || copy_from_user(line, from, size))
		return -EINVAL;
	mutex_lock(&lock);
	err = arm(line);
	mutex_unlock(&lock);
	return err ? err : size;
}

static ssize_t arm_read(struct file *file, char __user *to, size_t size,
			loff_t *pos)
{
	char line[64];
	int length = scnprintf(line, sizeof(line), "seen %ld fired %ld\n",
			       seen, fired);

	return simple_read_from_buffer(to, size, pos, line, length);
}

static const struct file_operations arm_operations = {
	.owner = THIS_MODULE,
	.read = arm_read,
	.write = arm_write,
};

static int __init flinject_init(void)
{
	directory = debugfs_create_dir("flinject", NULL);
	debugfs_create_file("arm", 0600, directory, NULL, &arm_operations);
	return 0;
}

static void __exit flinject_exit(void)
{
	debugfs_remove_recursive(directory);
	disarm();
	irq_work_sync(&kill);
}

module_init(flinject_init);
module_exit(flinject_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Makes one call of one function fail");
