// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's interface to memory: kmalloc() and caches. Each allocation is an
 * injection point, and traced; where its memory comes from is slab.c.
 *
 * Caches that the initcalls made last as long as the image; those of a world
 * are gone with it.
 */
#include "memory/kmalloc.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/trace.h"
#include "locks/preempt.h"
#include "memory/shadow.h"
#include "memory/slab.h"
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#define UNDEFINED	0x5a
#define CACHES_MAX	32

struct kmem_cache {
	const char *name;
	size_t size;
	void (*constructor)(void *object);
	int used;
};

static struct kmem_cache caches[CACHES_MAX];
static unsigned int nr_caches, nr_lasting_caches;
void kmalloc_reset(void)
{
	for (unsigned int i = nr_lasting_caches; i < nr_caches; i++)
		caches[i].used = 0;
	nr_caches = nr_lasting_caches;
}

void kmalloc_world_begins(void)
{
	nr_lasting_caches = nr_caches;
}

static const char *const size_names[] = {
	"kmalloc-8", "kmalloc-16", "kmalloc-32", "kmalloc-64", "kmalloc-128",
	"kmalloc-256", "kmalloc-512", "kmalloc-1024", "kmalloc-2048",
	"kmalloc-4096", "kmalloc-8192",
};

static const char *size_name(size_t size)
{
	unsigned int i = 0;

	while (i < ARRAY_SIZE(size_names) && size > 8ul << i)
		i++;
	return i < ARRAY_SIZE(size_names) ? size_names[i] : "kmalloc-large";
}

/* One fallible allocation. */
static void *allocate(size_t size, const char *cache, gfp_t flags, int fill,
		      uintptr_t site)
{
	void *object;

	if (gfpflags_allow_blocking(flags))
		might_sleep_at(site);
	if (!(flags & __GFP_NOFAIL) && inject(FL_POINT_ALLOC, site)) {
		trace(FL_EVENT_ALLOC, 0, site, (int64_t)size, flags, 0, 0, 0);
		return NULL;
	}
	object = slab_take_full(size, cache, flags & __GFP_ZERO ? 0 : fill,
				site);
	trace(FL_EVENT_ALLOC, slab_object(object), site, (int64_t)size, flags,
	      0, 0, 1);
	return object;
}

static void give(const void *object, uintptr_t site)
{
	uint32_t number;
	size_t size;

	if (!object)
		return;
	number = slab_object(object);
	size = slab_size(object);
	slab_give((void *)object, site);
	trace(FL_EVENT_FREE, number, site, (int64_t)size, 0, 0, 0, 0);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size,
				     size_t align, unsigned long flags,
				     void (*constructor)(void *object))
{
	(void)align;
	(void)flags;
	for (unsigned int i = 0; i < CACHES_MAX; i++) {
		if (caches[i].used)
			continue;
		caches[i] = (struct kmem_cache){
			.name = name,
			.size = size,
			.constructor = constructor,
			.used = 1,
		};
		if (i >= nr_caches)
			nr_caches = i + 1;
		return &caches[i];
	}
	run_end(FL_END_LIMIT, CALLER, "more than %d caches", CACHES_MAX);
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	if (slab_is_in_use(cache->name))
		run_warn(CALLER, "cache %s destroyed with objects in use",
			 cache->name);
	cache->used = 0;
}

static void *cache_alloc(struct kmem_cache *cache, gfp_t flags, uintptr_t site)
{
	void *object = allocate(cache->size, cache->name, flags, UNDEFINED,
				site);

	if (object && cache->constructor && !(flags & __GFP_ZERO))
		cache->constructor(object);
	return object;
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags)
{
	return cache_alloc(cache, flags, CALLER);
}

void *kmem_cache_alloc_lru(struct kmem_cache *cache, struct list_lru *lru,
			   gfp_t flags)
{
	(void)lru;
	return cache_alloc(cache, flags, CALLER);
}

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t flags)
{
	return cache_alloc(cache, flags | __GFP_ZERO, CALLER);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	const char *owner = object ? slab_cache(object) : NULL;

	if (owner && owner != cache->name)
		run_misuse(CALLER, "%s object freed to cache %s", owner,
			   cache->name);
	give(object, CALLER);
}

unsigned int kmem_cache_size(struct kmem_cache *cache)
{
	return (unsigned int)cache->size;
}

void *kmalloc(size_t size, gfp_t flags)
{
	return allocate(size, size_name(size), flags, UNDEFINED, CALLER);
}

void *kzalloc(size_t size, gfp_t flags)
{
	return allocate(size, size_name(size), flags | __GFP_ZERO, 0, CALLER);
}

static void *array(size_t n, size_t size, gfp_t flags, uintptr_t site)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return allocate(bytes, size_name(bytes), flags, UNDEFINED, site);
}

void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return array(n, size, flags | __GFP_ZERO, CALLER);
}

void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	return array(n, size, flags, CALLER);
}

void *krealloc(const void *object, size_t size, gfp_t flags)
{
	void *bigger = allocate(size, size_name(size), flags, UNDEFINED,
				CALLER);

	if (!bigger || !object)
		return bigger;
	memcpy(bigger, object, min(size, slab_size(object)));
	give(object, CALLER);
	return bigger;
}

void kfree(const void *object)
{
	give(object, CALLER);
}

void kzfree(const void *object)
{
	give(object, CALLER);
}

void kvfree(const void *object)
{
	give(object, CALLER);
}

size_t ksize(const void *object)
{
	return object ? slab_size(object) : 0;
}

void *kmemdup(const void *from, size_t size, gfp_t flags)
{
	void *copy = allocate(size, size_name(size), flags, UNDEFINED, CALLER);

	shadow_check(from, size, 0, CALLER);
	if (copy)
		memcpy(copy, from, size);
	return copy;
}

char *kstrdup(const char *from, gfp_t flags)
{
	size_t size = strlen(from) + 1;
	char *copy = allocate(size, size_name(size), flags, UNDEFINED, CALLER);

	return copy ? memcpy(copy, from, size) : NULL;
}
