// SPDX-License-Identifier: GPL-2.0-only
/*
 * What makes a call fail on a booted kernel: the kernel's own fault injection,
 * its list of bad blocks, a full device, and for all else the kprobe of
 * flinject.ko. Each is set for this process alone where the kernel can do
 * that, and taken back behind the run. A setting that is not there is trouble,
 * told as such: it is no result.
 */
#define _GNU_SOURCE
#include "stage.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEBUGFS		"/sys/kernel/debug/"
#define FLINJECT	DEBUGFS "flinject/arm"
#define BAD_MAX		64

static int fail_nth = -1;

/**
 * put - writes a setting of the kernel
 *
 * Return: 0 or a negative errno.
 */
int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/**
 * get - reads a setting of the kernel
 *
 * Return: bytes, or a negative errno.
 */
int get(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	text[0] = '\0';
	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return n < 0 ? -errno : n;
}

static void set(const char *path, const char *text)
{
	int err = put(path, text);

	if (err)
		trouble("%s: %s", path, strerror(-err));
}

/* A file that takes all space but what is to be left. */
static char filler[300];

/**
 * leave_free - leaves so many blocks of the device free
 *
 * Return: 0, or -1 where it did not come out so.
 */
int leave_free(long blocks)
{
	static char zeroes[64 * PAGE];
	long size = 0;
	ssize_t n;
	int fd;

	snprintf(filler, sizeof(filler), "%s/filler", place.directory);
	fd = open(filler, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		return -1;
	while ((n = write(fd, zeroes, sizeof(zeroes))) > 0)
		size += n;
	while ((n = write(fd, zeroes, PAGE)) > 0)
		size += n;
	while (size > 0 && free_blocks() < blocks) {
		size = size > PAGE ? size - PAGE : 0;
		if (ftruncate(fd, size))
			break;
	}
	fsync(fd);
	close(fd);
	return free_blocks() == blocks ? 0 : -1;
}

/**
 * give_back - what leave_free() took
 */
void give_back(void)
{
	if (filler[0])
		unlink(filler);
	filler[0] = '\0';
}

/**
 * block_of - where a page of the file is on the device
 *
 * Return: the block, -1 for a hole.
 */
long block_of(int fd, long page)
{
	union {
		struct fiemap map;
		char room[sizeof(struct fiemap) + sizeof(struct fiemap_extent)];
	} u = { .map = { .fm_start = page * PAGE, .fm_length = PAGE,
			 .fm_extent_count = 1 } };
	const struct fiemap_extent *e = u.map.fm_extents;

	if (ioctl(fd, FS_IOC_FIEMAP, &u.map) || !u.map.fm_mapped_extents)
		return -1;
	return (e->fe_physical + page * PAGE - e->fe_logical) / PAGE;
}

static struct {
	long page, block;
} bad[BAD_MAX];
static int nr_bad;

/**
 * make_bad - tells the device which blocks of the file cannot be read
 *
 * Return: 0 or a negative errno.
 */
int make_bad(const struct witness *w, int fd)
{
	char path[128], line[64];

	nr_bad = 0;
	snprintf(path, sizeof(path), "%s/badblocks", place.device);
	for (size_t i = 0; i < w->nr_extents; i++) {
		const struct extent *e = &w->extents[i];

		for (long b = e->block; b < e->block + e->count; b++) {
			long block = e->bad ? block_of(fd, b) : -1;
			int err;

			if (block < 0 || nr_bad == BAD_MAX)
				continue;
			snprintf(line, sizeof(line), "%ld %ld\n",
				 block * (PAGE / 512), PAGE / 512);
			err = put(path, line);
			if (err)
				return err;
			bad[nr_bad].page = b;
			bad[nr_bad++].block = block;
		}
	}
	return 0;
}

/**
 * make_good - clears the bad blocks that are the file's still
 *
 * Nothing else than writing to the device clears one. A block that the file
 * has lost may hold metadata by now: it is left as it is.
 */
void make_good(int fd)
{
	char path[64] = "", name[32];
	void *page = NULL;
	int device;

	if (!nr_bad || posix_memalign(&page, PAGE, PAGE))
		return;
	memset(page, 0, PAGE);
	if (sscanf(strrchr(place.device, '/'), "/%31s", name) == 1)
		snprintf(path, sizeof(path), "/dev/%s", name);
	device = open(path, O_WRONLY | O_DIRECT);
	for (int i = 0; i < nr_bad && device >= 0; i++)
		if (block_of(fd, bad[i].page) == bad[i].block &&
		    pwrite(device, page, PAGE, bad[i].block * PAGE) < 0)
			perror(path);
	if (device >= 0)
		close(device);
	free(page);
	nr_bad = 0;
}

static int arm_nth(long n)
{
	char text[16];

	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	snprintf(text, sizeof(text), "%ld", n);
	if (fail_nth < 0 || write(fail_nth, text, strlen(text)) < 0) {
		trouble("/proc/thread-self/fail-nth: %s", strerror(errno));
		return -1;
	}
	return 0;
}

/* Which of the kernel's failures count: fail-nth counts all that are on. */
static void choose_failures(bool memory)
{
	set(DEBUGFS "failslab/cache-filter", memory ? "N" : "Y");
	set(DEBUGFS "failslab/ignore-gfp-wait", memory ? "N" : "Y");
	set(DEBUGFS "fail_page_alloc/ignore-gfp-wait", memory ? "N" : "Y");
	set(DEBUGFS "fail_page_alloc/min-order", memory ? "0" : "20");
}

static int arm_call(const char *function, long n, long error)
{
	char text[160];
	int err;

	snprintf(text, sizeof(text), "%d %s %ld %ld", gettid(), function, n,
		 error);
	err = put(FLINJECT, text);
	if (err)
		trouble("flinject, %s(): %s", function, strerror(-err));
	return err;
}

/**
 * arm - from here on the call fails
 * @n: its number
 *
 * Return: 0, or not if there is no such setting.
 */
int arm(const struct way *way, long n)
{
	char path[128];

	switch (way->means) {
	case NO_MEMORY:
		choose_failures(true);
		return arm_nth(n);
	case BAD_IO:
		sync();
		set("/proc/sys/vm/drop_caches", "3");
		snprintf(path, sizeof(path), "%s/make-it-fail", place.device);
		set(path, "1");
		choose_failures(false);
		return arm_nth(n);
	case BAD_CALL:
		return arm_call(way->function, n, way->error);
	case FATAL_SIGNAL:
		return arm_call(way->function, n, -EINTR);
	default:
		return 0;
	}
}

/**
 * has_fired - whether the call has failed
 *
 * Where nothing can be asked it shows by the results alone.
 */
bool has_fired(const struct way *way)
{
	char text[256] = "";
	long seen, fired;

	switch (way->means) {
	case NO_MEMORY:
	case BAD_IO:
		if (fail_nth < 0 || pread(fail_nth, text, 15, 0) <= 0)
			return false;
		return atol(text) == 0;
	case BAD_CALL:
	case FATAL_SIGNAL:
		get(FLINJECT, text, sizeof(text));
		return sscanf(text, "seen %ld fired %ld", &seen, &fired) == 2 &&
		       fired;
	default:
		return true;
	}
}

/**
 * disarm - nothing fails any more
 */
void disarm(const struct way *way)
{
	char path[128];

	if (fail_nth >= 0 && write(fail_nth, "0", 1) < 0)
		perror("/proc/thread-self/fail-nth");
	if (way->means == BAD_IO) {
		snprintf(path, sizeof(path), "%s/make-it-fail", place.device);
		put(path, "0");
	}
	if (way->means == BAD_CALL || way->means == FATAL_SIGNAL)
		put(FLINJECT, "0");
}
