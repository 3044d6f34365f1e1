/* SPDX-License-Identifier: GPL-2.0-only */
/* Doubly linked lists with the kernel's interface. */
#ifndef _LINUX_LIST_H
#define _LINUX_LIST_H

#include <linux/types.h>
#include <linux/kernel.h>

#define LIST_POISON1	((void *)0x100)
#define LIST_POISON2	((void *)0x200)
#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	*list = (struct list_head){ .next = list, .prev = list };
}

/* Puts @node between two neighbours. */
static inline void __list_link(struct list_head *before,
			       struct list_head *node, struct list_head *after)
{
	*node = (struct list_head){ .next = after, .prev = before };
	before->next = node;
	after->prev = node;
}

static inline void list_add(struct list_head *node, struct list_head *head)
{
	__list_link(head, node, head->next);
}

static inline void list_add_tail(struct list_head *node, struct list_head *head)
{
	__list_link(head->prev, node, head);
}

static inline void __list_del_entry(struct list_head *node)
{
	struct list_head *before = node->prev, *after = node->next;

	before->next = after;
	after->prev = before;
}

static inline void list_del(struct list_head *node)
{
	__list_del_entry(node);
	node->next = LIST_POISON1;
	node->prev = LIST_POISON2;
}

static inline void list_del_init(struct list_head *node)
{
	__list_del_entry(node);
	INIT_LIST_HEAD(node);
}

static inline void list_move(struct list_head *node, struct list_head *head)
{
	__list_del_entry(node);
	list_add(node, head);
}

static inline void list_move_tail(struct list_head *node,
				  struct list_head *head)
{
	__list_del_entry(node);
	list_add_tail(node, head);
}

static inline int list_empty(const struct list_head *head)
{
	return READ_ONCE(head->next) == head;
}

static inline int list_empty_careful(const struct list_head *head)
{
	return head->next == head && head->prev == head;
}

static inline int list_is_singular(const struct list_head *head)
{
	return head->next != head && head->next == head->prev;
}

#define list_entry(ptr, type, member)	container_of(ptr, type, member)
#define list_first_entry(head, type, member) \
	list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) \
	list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(pos, member) \
	list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_for_each(pos, head) \
	for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_safe(pos, n, head) \
	for (pos = (head)->next, n = pos->next; pos != (head); \
	     pos = n, n = pos->next)
#define list_for_each_entry(pos, head, member) \
	for (pos = list_first_entry(head, __typeof__(*pos), member); \
	     &pos->member != (head); pos = list_next_entry(pos, member))
#define list_for_each_entry_safe(pos, n, head, member) \
	for (pos = list_first_entry(head, __typeof__(*pos), member), \
	     n = list_next_entry(pos, member); \
	     &pos->member != (head); pos = n, n = list_next_entry(n, member))

#define INIT_HLIST_HEAD(head)	((head)->first = NULL)
#define HLIST_HEAD_INIT		{ .first = NULL }

static inline void INIT_HLIST_NODE(struct hlist_node *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

static inline int hlist_unhashed(const struct hlist_node *node)
{
	return !node->pprev;
}

static inline void hlist_add_head(struct hlist_node *node,
				  struct hlist_head *head)
{
	node->next = head->first;
	node->pprev = &head->first;
	if (node->next)
		node->next->pprev = &node->next;
	head->first = node;
}

static inline void hlist_del_init(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
	INIT_HLIST_NODE(node);
}

#define hlist_entry(ptr, type, member)	container_of(ptr, type, member)

#endif
