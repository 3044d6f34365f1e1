// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings that are none of a file with DAX: dax.c is asked about them, too.
 *
 * A file without DAX has pages in its index, and no entries: a value there is the
 * shadow of a page that was reclaimed. memory_failure()
 * asks for the entry of any file that a filesystem names, eviction waits for
 * the pins of any inode. The device itself, /dev/dax0.0, has pages and no
 * index; memory_failure() is told that there is nothing to lock. What must
 * hold: both are left as they are.
 */
#include "memory/other_mappings.h"
#include "core/outcome.h"
#include "fs/inode.h"
#include "fs/world.h"
#include "memory/index_item.h"
#include "memory/slab.h"
#include <linux/dax.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#if HAVE_XARRAY && HAVE_DAX_LAYOUT_BUSY

static struct inode *open_inode(umode_t mode)
{
	struct inode *inode = slab_take(sizeof(*inode), "inode", 0);

	inode_open(inode, &world->sb);
	inode->i_mode = mode;
	return inode;
}

static void *first_item(struct address_space *mapping)
{
	XA_STATE(xas, &mapping->i_pages, 0);

	return xas_load(&xas);
}

static void put_first(struct address_space *mapping, void *item)
{
	XA_STATE(xas, &mapping->i_pages, 0);

	xas_lock_irq(&xas);
	xas_store(&xas, item);
	xas_unlock_irq(&xas);
	mapping->nrpages = !!item;
}

static void ask_for_entry(struct address_space *mapping)
{
#if HAVE_DAX_LOCK_MAPPING
	struct page *page = NULL;

	if (dax_lock_mapping_entry(mapping, 0, &page) || page)
		run_misuse(0, "an entry of a file without DAX was locked");
#endif
}

static void ask_for_pins(struct inode *inode)
{
	if (dax_layout_busy_page(inode->i_mapping))
		run_misuse(0, "a page of a file without DAX is pinned");
#if HAVE_DAX_BREAK_LAYOUT
	if (dax_break_layout(inode, 0, LLONG_MAX, NULL))
		run_misuse(0, "a file without DAX is waited for");
#endif
#if HAVE_DAX_BREAK_LAYOUT_FINAL
	dax_break_layout_final(inode);
#endif
}

static void ask_with(struct inode *inode, void *item)
{
	put_first(inode->i_mapping, item);
	ask_for_entry(inode->i_mapping);
	ask_for_pins(inode);
	if (first_item(inode->i_mapping) != item ||
	    inode->i_mapping->nrpages != !!item)
		run_misuse(0, "a page of a file without DAX was removed");
}

/*
 * Its one page has nothing in it, and is never looked into. As an entry its
 * shadow would be an empty one, which a DAX file gives up without a word.
 */
static void ask_about_plain(void)
{
	struct inode *inode = open_inode(S_IFREG | 0644);
	void *page = slab_take(sizeof(struct page), "cached page", 0);

	ask_with(inode, NULL);
	ask_with(inode, page);
	ask_with(inode, xa_mk_value(ENTRY_EMPTY));
	put_first(inode->i_mapping, NULL);
	slab_give(page, 0);
	slab_give(inode, 0);
}

#if HAVE_DAX_LOCK_FOLIO || HAVE_DAX_LOCK_PAGE
#if HAVE_DAX_LOCK_FOLIO
#define THING			struct folio
#define lock_thing		dax_lock_folio
#define unlock_thing		dax_unlock_folio
#else
#define THING			struct page
#define lock_thing		dax_lock_page
#define unlock_thing		dax_unlock_page
#endif

static void ask_about(THING *thing, struct inode *inode, dax_entry_t right)
{
	dax_entry_t cookie = lock_thing(thing);

	if (cookie != right)
		run_misuse(0, "a page of %s: the entry to be locked is %lx",
			   right ? "the device" : "a file without DAX",
			   (unsigned long)cookie);
	if (cookie && right)
		unlock_thing(thing, cookie);
	if (first_item(inode->i_mapping))
		run_misuse(0, "an entry where there is none");
}

/* A page of the device, of a file without DAX, and of nobody's. */
static void ask_about_pages(void)
{
	struct inode *inode = open_inode(S_IFCHR | 0600);
	THING *thing = slab_take(sizeof(*thing), "page of another mapping", 0);

	inode->i_flags = S_DAX;
	thing->mapping = inode->i_mapping;
	ask_about(thing, inode, (dax_entry_t)~0ul);
	inode->i_mode = S_IFREG | 0644;
	inode->i_flags = 0;
	ask_about(thing, inode, 0);
	thing->mapping = NULL;
	ask_about(thing, inode, 0);
	slab_give(thing, 0);
	slab_give(inode, 0);
}
#else
static void ask_about_pages(void)
{
}
#endif

void other_mappings_ask(void)
{
	ask_about_plain();
	ask_about_pages();
}
#else
void other_mappings_ask(void)
{
}
#endif
