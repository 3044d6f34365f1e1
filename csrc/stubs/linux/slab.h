/* SPDX-License-Identifier: GPL-2.0-only */
/* Allocation of objects. Every one has an owner and a site, and can fail. */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/types.h>
#include <linux/gfp.h>

#define SLAB_HWCACHE_ALIGN	0x00002000ul
#define SLAB_PANIC		0x00040000ul
#define SLAB_DESTROY_BY_RCU	0x00080000ul
#define SLAB_MEM_SPREAD		0x00100000ul
#define SLAB_RECLAIM_ACCOUNT	0x00020000ul
#define SLAB_ACCOUNT		0x04000000ul
#define SLAB_TEMPORARY		SLAB_RECLAIM_ACCOUNT

struct kmem_cache;
struct kmem_cache *kmem_cache_create(const char *name, size_t size,
				     size_t align, unsigned long flags,
				     void (*constructor)(void *object));
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags);
struct list_lru;
/* Of shrinkable objects, and charged to who owns the list: all the same. */
void *kmem_cache_alloc_lru(struct kmem_cache *cache, struct list_lru *lru,
			   gfp_t flags);
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t flags);
void kmem_cache_free(struct kmem_cache *cache, void *object);
unsigned int kmem_cache_size(struct kmem_cache *cache);
#define KMEM_CACHE(type, flags) \
	kmem_cache_create(#type, sizeof(struct type), \
			  __alignof__(struct type), (flags), NULL)

void *kmalloc(size_t size, gfp_t flags);
void *kzalloc(size_t size, gfp_t flags);
void *kcalloc(size_t n, size_t size, gfp_t flags);
void *kmalloc_array(size_t n, size_t size, gfp_t flags);
void *krealloc(const void *object, size_t size, gfp_t flags);
void kfree(const void *object);
void kzfree(const void *object);
void kvfree(const void *object);
size_t ksize(const void *object);
void *kmemdup(const void *from, size_t size, gfp_t flags);
char *kstrdup(const char *from, gfp_t flags);

/* By type. The flags may be left out, and are those of most then. */
#define __GFP_FIRST(gfp, ...)	(gfp)
#define __GFP_SAID(...)		__GFP_FIRST(__VA_ARGS__ __VA_OPT__(,) GFP_KERNEL)
#define kzalloc_obj(type, ...) \
	((__typeof__(type) *)kzalloc(sizeof(type), __GFP_SAID(__VA_ARGS__)))
#define kmalloc_objs(type, n, ...) \
	((__typeof__(type) *)kmalloc_array(n, sizeof(type), \
					   __GFP_SAID(__VA_ARGS__)))

#endif
