/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pin.c: references of those who reach storage by other ways than page tables.
 */
#ifndef MEMORY_PIN_H
#define MEMORY_PIN_H

#include "core/base.h"

struct page;

/* Whether the kernel can tell that a page is pinned. */
#define PINS_COUNT	HAVE_DAX_LAYOUT_BUSY

void pin_reset(void);
/* Whether some op of the run pins: where nobody does, nobody need look. */
int pin_is_asked(void);
/* FL_OP_PIN: 0, or what the user is told. */
int64_t pin_take(const struct fl_op *op, struct fl_op_result *result);
/* FL_OP_UNPIN. */
void pin_give(const struct fl_op *op);
/* All that are left come to their end. */
void pin_give_all(void);
/* How many there are of the folio that begins with @page. */
int pin_count(const struct page *page);
/**
 * pin_check - blocks are about to be given to whoever wants them
 * @block: the first
 * @count: how many
 * @site:  of the caller
 */
void pin_check(unsigned int block, unsigned int count, uintptr_t site);

#endif
