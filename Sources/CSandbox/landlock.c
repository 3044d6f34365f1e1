// SPDX-License-Identifier: GPL-2.0-only
/*
 * Landlock: which files a process reaches. The numbers are the kernel's ABI,
 * written down here because headers of a distribution are older than kernels.
 * Rights grow with the ABI; a kernel refuses those that it does not know.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "sandbox.h"

#define CREATE_RULESET	444
#define ADD_RULE	445
#define RESTRICT_SELF	446

#define FS_EXECUTE	(1ull << 0)
#define FS_WRITE_FILE	(1ull << 1)
#define FS_READ_FILE	(1ull << 2)
#define FS_READ_DIR	(1ull << 3)
#define FS_TRUNCATE	(1ull << 14)
#define FS_IOCTL_DEV	(1ull << 15)
/* Those that a rule for a file, not a folder, may have. */
#define FS_OF_FILE	(FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | \
			 FS_TRUNCATE | FS_IOCTL_DEV)

struct ruleset {
	uint64_t files;
	uint64_t network;
	uint64_t scopes;
};

struct path_rule {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

int sandbox_landlock_abi(void)
{
	long abi = syscall(CREATE_RULESET, NULL, 0ul, 1u);

	return abi > 0 ? (int)abi : 0;
}

/* All that this ABI can refuse about files. */
static uint64_t all_files(int abi)
{
	uint64_t rights = (1ull << 13) - 1;

	if (abi >= 2)
		rights |= 1ull << 13;		/* links across folders */
	if (abi >= 3)
		rights |= FS_TRUNCATE;
	if (abi >= 5)
		rights |= FS_IOCTL_DEV;
	return rights;
}

static size_t ruleset_size(int abi)
{
	return abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
}

static int allow(int ruleset, const char *path, uint64_t rights)
{
	struct path_rule rule = { .allowed = rights };
	struct stat stat;
	int error = 0;

	rule.parent = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	if (fstat(rule.parent, &stat))
		error = -errno;
	if (!error && !S_ISDIR(stat.st_mode))
		rule.allowed &= FS_OF_FILE;
	if (!error && syscall(ADD_RULE, ruleset, 1, &rule, 0))
		error = -errno;
	close(rule.parent);
	return error;
}

static int allow_all(int ruleset, const char *const *paths, uint64_t rights)
{
	int error = 0;

	for (; paths && *paths && !error; paths++)
		error = allow(ruleset, *paths, rights);
	return error;
}

int sandbox_no_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

int sandbox_files(const struct sandbox_files *files)
{
	const uint64_t reads = FS_READ_FILE | FS_READ_DIR;
	int abi = sandbox_landlock_abi(), ruleset, error;
	struct ruleset rights = {
		.files = all_files(abi),
		.network = abi >= 4 ? 3 : 0,	/* bind, connect */
		.scopes = abi >= 6 ? 3 : 0,	/* abstract sockets, signals */
	};

	if (!abi)
		return -EOPNOTSUPP;
	ruleset = (int)syscall(CREATE_RULESET, &rights, ruleset_size(abi), 0);
	if (ruleset < 0)
		return -errno;
	error = allow_all(ruleset, files->readable, reads);
	if (!error)
		error = allow_all(ruleset, files->executable,
				  reads | FS_EXECUTE);
	if (!error)
		error = allow_all(ruleset, files->writable,
				  rights.files & ~FS_EXECUTE);
	if (!error && syscall(RESTRICT_SELF, ruleset, 0))
		error = -errno;
	close(ruleset);
	return error;
}
