// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocation of objects.
 *
 * Every object stands alone in the arena: a record of who took it, the object,
 * a poisoned rest. An address is not used twice within a world, so a freed
 * object stays poisoned and a late access to it is always seen. Memory that
 * kmalloc() leaves undefined is filled with a pattern, the same in every run.
 * Only a bench (FL_RUN_QUIET), which may allocate without end, reuses memory.
 */
#include "run.h"
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#define RECORD_MAGIC	0x6f626a65u
#define UNDEFINED	0x5a
#define CACHES_MAX	32
#define CLASSES		20	/* of sizes, for reuse in benches */

/* Stands right before its object, in the poisoned space between two. */
struct record {
	struct record *before;		/* taken before this one */
	struct record *reuse;		/* next of the free ones of its class */
	const char *cache;
	size_t size;
	uintptr_t taken;		/* sites */
	uintptr_t freed;
	uint32_t magic;
	uint32_t object;
	u8 live, by_op, vouched, class;
	u32 reserved;
};
_Static_assert(sizeof(struct record) % 16 == 0, "objects are 16-byte aligned");

struct kmem_cache {
	const char *name;
	size_t size;
	void (*constructor)(void *object);
	int used;
};

static struct kmem_cache caches[CACHES_MAX];
static unsigned int nr_caches, nr_lasting_caches;
static struct record *last;
static struct record *reusable[CLASSES];

void slab_reset(void)
{
	last = NULL;
	for (unsigned int i = 0; i < CLASSES; i++)
		reusable[i] = NULL;
	for (unsigned int i = nr_lasting_caches; i < nr_caches; i++)
		caches[i].used = 0;
	nr_caches = nr_lasting_caches;
}

void slab_world_begins(void)
{
	nr_lasting_caches = nr_caches;
}

static void *object_of(const struct record *record)
{
	return (void *)(record + 1);
}

static u8 class_of(size_t size)
{
	unsigned int class = size <= 16 ? 0 :
		60u - (unsigned int)__builtin_clzll(size - 1);

	return class < CLASSES ? (u8)class : CLASSES - 1;
}

static struct record *reuse(size_t size)
{
	struct record **from = &reusable[class_of(size)];

	for (; *from; from = &(*from)->reuse)
		if ((*from)->size == size) {
			struct record *record = *from;

			*from = record->reuse;
			return record;
		}
	return NULL;
}

static void *take(size_t size, const char *cache, int fill, uintptr_t site)
{
	struct record *record = run.quiet ? reuse(size) : NULL;
	size_t room = ALIGN(size, 16);
	int is_reused = record != NULL;
	void *object;

	if (!record) {
		/* The record is the redzone before, 16 bytes the one behind. */
		record = arena_take(sizeof(*record) + room + 16, 16);
		shadow_poison(record, sizeof(*record) + room + 16,
			      SHADOW_REDZONE);
		record->before = last;
		last = record;
	}
	object = object_of(record);
	record->cache = cache;
	record->size = size;
	record->taken = site;
	record->freed = 0;
	record->magic = RECORD_MAGIC;
	record->object = object_new(FL_OBJECT_MEMORY);
	record->live = 1;
	record->by_op = !task_in_setup();
	record->vouched = 0;
	record->class = class_of(size);
	shadow_unpoison(object, size);
	/* What is fresh from the arena is zero already. */
	if (fill || is_reused)
		memset(object, fill, size);
	return object;
}

void *slab_take(size_t size, const char *cache, uintptr_t site)
{
	return take(size, cache, 0, site);
}

/* The record of an object by its address, or NULL if there is none there. */
static struct record *record_of(const void *object)
{
	struct record *record = (struct record *)object - 1;
	uintptr_t at = (uintptr_t)object;

	if (at & 15 || at < ARENA_BASE + sizeof(*record) ||
	    at >= ARENA_BASE + arena_used() || record->magic != RECORD_MAGIC)
		return NULL;
	return record;
}

/* The record of the object that @at lies in or next to, or NULL. */
static struct record *record_near(uintptr_t at)
{
	struct record *record;

	for (record = last; record; record = record->before)
		if ((uintptr_t)record <= at)
			return at < ARENA_BASE + arena_used() ? record : NULL;
	return NULL;
}

int slab_describe(uintptr_t at, char *text, size_t size, uintptr_t *taken,
		  uintptr_t *freed)
{
	const struct record *record = record_near(at);
	uintptr_t start, distance;
	const char *where;

	*taken = *freed = 0;
	if (!record) {
		format_text(text, size, "no object is there");
		return 0;
	}
	start = (uintptr_t)object_of(record);
	*taken = record->taken;
	*freed = record->freed;
	if (at < start) {
		distance = start - at;
		where = "before";
	} else if (at < start + record->size) {
		distance = at - start;
		where = "into";
	} else {
		distance = at - start - record->size;
		where = "behind";
	}
	format_text(text, size, "%lu bytes %s %s%s object of %zu bytes",
		    distance, where, record->live ? "" : "freed ",
		    record->cache, record->size);
	return 1;
}

void slab_give(void *object, uintptr_t site)
{
	struct record *record = record_of(object);
	uintptr_t taken, freed;
	char text[128];

	if (!record) {
		slab_describe((uintptr_t)object, text, sizeof(text), &taken,
			      &freed);
		run_end(FL_END_DOUBLE_FREE, site,
			"free of what is no object: %s", text);
	}
	if (!record->live) {
		stack_note_site(record->taken, "allocated here");
		stack_note_site(record->freed, "freed here");
		run_end(FL_END_DOUBLE_FREE, site,
			"%s object of %zu bytes freed twice", record->cache,
			record->size);
	}
	lock_freed(object, record->size, site);
	record->live = 0;
	record->freed = site;
	shadow_poison(object, record->size, SHADOW_FREED);
	if (run.quiet) {
		record->reuse = reusable[record->class];
		reusable[record->class] = record;
	}
}

uint32_t slab_object(const void *object)
{
	const struct record *record = record_of(object);

	return record ? record->object : 0;
}

void slab_vouch(const void *object)
{
	struct record *record = record_of(object);

	if (record)
		record->vouched = 1;
}

void slab_find_leaks(void)
{
	for (struct record *record = last; record; record = record->before)
		if (record->live && record->by_op && !record->vouched)
			leak_add(FL_LEAK_MEMORY, record->object, record->size,
				 record->taken, record->cache);
}

/* ---- the kernel's interface ---- */

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
	object = take(size, cache, flags & __GFP_ZERO ? 0 : fill, site);
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
	size = number ? ((const struct record *)object - 1)->size : 0;
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
	for (struct record *record = last; record; record = record->before)
		if (record->live && record->cache == cache->name) {
			run_warn(CALLER,
				 "cache %s destroyed with objects in use",
				 cache->name);
			break;
		}
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
	const struct record *record = object ? record_of(object) : NULL;

	if (record && record->cache != cache->name)
		run_misuse(CALLER, "%s object freed to cache %s", record->cache,
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
	const struct record *record = object ? record_of(object) : NULL;
	void *bigger = allocate(size, size_name(size), flags, UNDEFINED,
				CALLER);

	if (!bigger || !object)
		return bigger;
	if (record)
		memcpy(bigger, object, min(size, record->size));
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
	const struct record *record = object ? record_of(object) : NULL;

	return record ? record->size : 0;
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
