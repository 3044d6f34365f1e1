// SPDX-License-Identifier: GPL-2.0-only
/*
 * What lies at an address, and what of it two tasks may access in either order.
 */
#include "access_log.h"
#include "core/host.h"
#include "core/lib.h"
#include "fs/world.h"
#include "memory/arena.h"
#include "memory/index.h"
#include "memory/page_table_internal.h"
#include <linux/buffer_head.h>
#include <linux/string.h>
#if !HAVE_XARRAY
#include "memory/index_radix_internal.h"
#endif

/*
 * What two tasks may disagree about without anybody noticing. Each of these is
 * a claim; who adds one says why it holds.
 */
int access_is_harmless(uintptr_t at, const char *cache, size_t offset)
{
#if !HAVE_XARRAY
	/*
	 * The shape of the radix tree. A slot that has no node on the way to it
	 * holds nothing, as does an empty one; items are in the slots.
	 */
	if (!strcmp(cache, "radix_tree_node") &&
	    offset < offsetof(struct radix_tree_node, siblings))
		return 1;
	if (indexed && lies_in(at, &index_root(indexed)->rnode, 8))
		return 1;
#endif
	/* Who is in which chain of the buffer cache, and since when. */
	if (!strcmp(cache, "buffer_head") &&
	    (offset - offsetof(struct buffer_head, b_next) < 8 ||
	     offset - offsetof(struct buffer_head, site) < 8))
		return 1;
	return 0;
}

void access_name(uintptr_t at, char *text, size_t size)
{
	if (lies_in(at, world, sizeof(*world)))
		format_text(text, size, "world+%lu", at - (uintptr_t)world);
	else if (lies_in(at, page_tables, 2 * sizeof(*page_tables)))
		format_text(text, size, "page tables+%lu",
			    at - (uintptr_t)page_tables);
	else if (at - ARENA_BASE < ARENA_SIZE)
		format_text(text, size, "arena+%lu", at - ARENA_BASE);
	else if (at - PAGES_BASE < PAGES_SIZE)
		format_text(text, size, "struct page+%lu of frame %lu",
			    (at - PAGES_BASE) % sizeof(struct page),
			    (at - PAGES_BASE) / sizeof(struct page));
	else if (at - RAM_BASE < RAM_PAGES * 4096ul)
		format_text(text, size, "RAM page %lu",
			    (at - RAM_BASE) / 4096);
	else if (at - DEVICE_BASE < DEVICE_PAGES * 4096ul)
		format_text(text, size, "block %lu",
			    (at - DEVICE_BASE) / 4096);
	else
		format_text(text, size, "image+%#lx", at - image_base);
}
