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
#define RANGES_MAX	4
/* The file's own bytes lie here on the medium, by page. */
#define STORE_BLOCK	(RANGES_MAX * RANGE_PAGES)
#define STORE_PAGES	2048u
#define STORE_SIZE	((u64)STORE_PAGES * PAGE_SIZE)
#define NODE_ID		2

/**
 * struct fuse_world - what is there beside the machine's world
 * @fc:	   the connection
 * @fm:	   the mount
 * @fi:	   the file
 * @is_connected: the server is there
 * @users: of the inode: who has it open, and who has grabbed it
 * @gone:  who waits for the inode to be gone
 */
struct fuse_world {
	struct fuse_conn *fc;
	struct fuse_mount *fm;
	struct fuse_inode *fi;
	bool is_connected;
	int users;
	wait_queue_head_t gone;
};
extern struct fuse_world *fuse_world;

/* file.c */
extern const struct file_operations fuse_file_operations;
extern const struct inode_operations fuse_inode_operations;
int fuse_fallocate(struct inode *inode, uint32_t op_kind, loff_t pos,
		   loff_t length);
int fuse_evict(struct inode *inode);

/* server.c: all on the machine's side; none of it fails */
void server_open(unsigned int nr_ranges, u64 size);
void server_lay_out(u32 page, u32 count, u8 fill, u64 size);
void server_map(unsigned int range, u32 part, uintptr_t site);
void server_unmap(unsigned int range, uintptr_t site);
void server_write(u64 pos, const void *bytes, size_t count);
void server_truncate(u64 size);
void server_zero(u64 pos, u64 length, bool frees);
/* Says which pages are mapped where they are not. */
void server_audit(void);
/* For the audit: the file's blocks, ascending; how many there are. */
u32 server_list_blocks(struct fl_block *blocks, u32 max);

/* request.c */
int fuse_ask(u32 opcode, const void *in, size_t size);

/* ranges.c */
void ranges_audit(void);
void ranges_watch(void);
bool range_is_held(unsigned int range);

#endif
