/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of this folder share.
 */
#ifndef FUSE_FUSE_H
#define FUSE_FUSE_H

#include "core/base.h"
#include "fs/fuse/fuse_i.h"

#define RANGE_SHIFT	21
#define RANGE_SIZE	(1u << RANGE_SHIFT)
#define RANGE_PAGES	(RANGE_SIZE / PAGE_SIZE)
#define RANGES_MAX	3
/* The files' own bytes lie here on the medium, by page: first the file's. */
#define STORE_BLOCK	(RANGES_MAX * RANGE_PAGES)
#define STORE_PAGES	2048u
#define STORE_SIZE	((u64)STORE_PAGES * PAGE_SIZE)
/* The other file, of which nothing but a part is there. */
#define OTHER_PART	(STORE_PAGES / RANGE_PAGES)

enum { THE_FILE, OTHER_FILE, FILES };

/**
 * struct fuse_file_state - a file of the server that is in memory
 * @fi:	   its inode; NULL if there is no such file
 * @part:  of the server's store, where it begins
 * @parts: how many it has at most
 * @users: who has it open, and who has grabbed its inode
 * @is_closed: who had it open has gone for good
 */
struct fuse_file_state {
	struct fuse_inode *fi;
	u32 part;
	u32 parts;
	int users;
	bool is_closed;
};

/**
 * struct fuse_world - what is there beside the machine's world
 * @fc:	   the connection
 * @fm:	   the mount
 * @files: the one that ops are about, and another one
 * @is_connected: the server is there
 * @gone:  who waits for the inode to be gone
 * @is_synced: the server was asked to write a file, and nobody has asked since
 * @is_dropped_soon: an inode was said to be one to be read in anew
 */
struct fuse_world {
	struct fuse_conn *fc;
	struct fuse_mount *fm;
	struct fuse_file_state files[FILES];
	bool is_connected;
	wait_queue_head_t gone;
	bool is_synced;
	bool is_dropped_soon;
};
extern struct fuse_world *fuse_world;

/* world.c: NULL for an inode of nobody's, and a number of no file. */
struct fuse_file_state *fuse_file_of(const struct inode *inode);
struct fuse_file_state *fuse_file_numbered(u64 nodeid);

/* file.c */
extern const struct file_operations fuse_file_operations;
extern const struct inode_operations fuse_inode_operations;
loff_t fuse_fallocate(struct inode *inode, uint32_t op_kind, loff_t pos,
		   loff_t length);
int fuse_open_truncating(struct inode *inode);
/* The other file is read, so that a range shows it. */
int fuse_read_other(void);

/* inode.c */
int fuse_evict(struct inode *inode);
void fuse_evict_other(void);
int fuse_unmount(void);

/* mount.c */
int fuse_mount_again(void);

/* server.c: all on the machine's side; none of it fails */
void server_open(unsigned int nr_ranges, u64 size);
void server_lay_out(u32 page, u32 count, u8 fill, u64 size);
void server_lay_out_other(void);
void server_map(unsigned int range, u32 part, bool is_writable,
		uintptr_t site);
void server_unmap(unsigned int range, uintptr_t site);
/* It is told that the filesystem is unmounted: it shows nothing any more. */
void server_close(uintptr_t site);
void server_write(u64 pos, const void *bytes, size_t count);
void server_truncate(u64 size);
void server_zero(u64 pos, u64 length, bool frees);
bool server_shows(unsigned int range);
bool server_has(u64 pos);
/* Says which pages are mapped where they are not. */
void server_audit(void);
/* Says what is not in the other file any more. */
void server_audit_other(void);
/* For the audit: the file's blocks, ascending; how many there are. */
u32 server_list_blocks(struct fl_block *blocks, u32 max);

/* request.c */
int fuse_ask(u32 opcode, const void *in, size_t size);

/* ranges.c */
void ranges_audit(void);
void ranges_watch(void);
bool range_is_held(unsigned int range);

#endif
