// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each step of a run really accessed, for the test that compares it with
 * the access sets that the machine notes.
 *
 * The test builds an image in which the compiler calls here before each load
 * and store: of the slice through -fsanitize-coverage=trace-loads,trace-stores,
 * of the machine through the callbacks of the address sanitizer, under another
 * prefix. Files that do nothing but bookkeeping of the harness are left alone:
 * see AccessLog.swift. When a run is over, the pairs of steps that were made by
 * different tasks and conflict (the same bytes, and one of them changes them) lie at LOG_BASE, where the test reads them: an image
 * exports nothing but its ABI.
 *
 * A store counts if the bytes are not the same when its step is over: nobody
 * can see what is in between.
 */
#define _GNU_SOURCE
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "access_log.h"
#include "core/access_set.h"
#include "core/host.h"
#include "core/instrument.h"
#include "core/run.h"
#include "core/trace.h"
#include "memory/arena.h"
#include "memory/slab.h"

#define LOG_BASE	0x200050000000ul
#define PAIRS_MAX	8192
#define RECORDS_MAX	(1u << 20)
#define STEP_WORDS	(1u << 16)

/* What the test reads. */
struct pair {
	uint32_t first, second;		/* steps */
	uint64_t at;
	uint64_t first_pc, second_pc;
	char where[64];
};
static struct log {
	uint32_t nr_pairs;
	uint32_t nr_records;
	uint32_t nr_steps;
	uint32_t is_full;		/* something was left out */
	struct pair pairs[PAIRS_MAX];
} *log_out;

/* Eight bytes that a step accessed. */
struct word {
	uint64_t at;
	uint64_t before;		/* the first store */
	uint32_t step;
	uint8_t task, reads, writes, changes;	/* masks of bytes */
	uintptr_t read_pc, write_pc;
};

static struct word step_words[STEP_WORDS];
static uint32_t step_slots[STEP_WORDS];	/* in use */
static uint32_t nr_step_words;
static struct word *records;
static uint32_t nr_records, current_step;
static int is_on;

/* ---- which memory ---- */

static uintptr_t data_from, data_to;	/* statics of the image */

static int found(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	if (info->dlpi_addr != image_base)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_W))
			continue;
		if (!data_from)
			data_from = image_base + part->p_vaddr;
		data_to = image_base + part->p_vaddr + part->p_memsz;
	}
	return 1;
}

/* How often each line ran: of the compiler, where the slice is covered. */
extern const char __start___llvm_prf_cnts[]
	__attribute__((weak, visibility("hidden")));
extern const char __stop___llvm_prf_cnts[]
	__attribute__((weak, visibility("hidden")));

/* Shared by tasks; all else is a stack, or the harness's. */
static int is_shared(uintptr_t at)
{
	if (at - ARENA_BASE < ARENA_SIZE || at - PAGES_BASE < PAGES_SIZE ||
	    at - RAM_BASE < RAM_PAGES * 4096ul ||
	    at - DEVICE_BASE < DEVICE_PAGES * 4096ul)
		return 1;
	if (at < data_from || at >= data_to)
		return 0;
	/* The run itself, and what every step counts or asks. */
	return !lies_in(at, &run, sizeof(run)) &&
	       !lies_in(at, &blocks_left, sizeof(blocks_left)) &&
	       !lies_in(at, __start___llvm_prf_cnts,
			(size_t)(__stop___llvm_prf_cnts -
				 __start___llvm_prf_cnts)) &&
	       !lies_in(at, &trace_unrecorded, sizeof(trace_unrecorded));
}

/* ---- a step's words ---- */

/* The step is over: what did it change? */
static void close_step(void)
{
	for (uint32_t i = 0; i < nr_step_words; i++) {
		struct word *word = &step_words[step_slots[i]];
		uint64_t changed;

		memcpy(&changed, (const void *)word->at, 8);
		changed ^= word->before;
		for (int byte = 0; byte < 8; byte++)
			if (word->writes >> byte & 1 &&
			    changed >> 8 * byte & 0xff)
				word->changes |= 1u << byte;
		if (nr_records == RECORDS_MAX)
			log_out->is_full = 1;
		else if (word->reads || word->changes)
			records[nr_records++] = *word;
		word->at = 0;
	}
	nr_step_words = 0;
}

static void note_word(uintptr_t at, uint8_t mask, int write, uintptr_t pc)
{
	uint32_t slot = (uint32_t)((at >> 3) * 0x9e3779b1u);
	struct word *word;

	for (;; slot++) {
		word = &step_words[slot % STEP_WORDS];
		if (!word->at || word->at == at)
			break;
	}
	if (!word->at) {
		if (nr_step_words == STEP_WORDS / 2) {
			log_out->is_full = 1;
			return;
		}
		*word = (struct word){
			.at = at,
			.step = current_step,
			.task = (uint8_t)run.slot,
		};
		step_slots[nr_step_words++] = slot % STEP_WORDS;
	}
	if (!write) {
		word->reads |= mask & ~word->writes;
		if (!word->read_pc)
			word->read_pc = pc;
		return;
	}
	if (!word->writes)
		memcpy(&word->before, (const void *)at, 8);
	word->writes |= mask;
	if (!word->write_pc)
		word->write_pc = pc;
}

/* ---- pairs ---- */

static int by_place(const void *a, const void *b)
{
	const struct word *one = a, *other = b;

	if (one->at != other->at)
		return one->at < other->at ? -1 : 1;
	return one->step < other->step ? -1 : one->step > other->step;
}

/* Whether it matters who comes first; the object and the byte of it. */
static int describe(uintptr_t at, char *text, size_t size)
{
	uintptr_t taken, freed;
	char words[128], cache[64] = "";
	size_t offset = 0;

	slab_describe(at, words, sizeof(words), &taken, &freed);
	if (at - ARENA_BASE < ARENA_SIZE &&
	    sscanf(words, "%zu bytes into %63s", &offset, cache) != 2)
		cache[0] = 0;
	if (cache[0])
		snprintf(text, size, "%s+%zu", cache, offset);
	else
		access_name(at, text, size);
	return access_is_harmless(at, cache, offset);
}

static void add_pair(const struct word *one, const struct word *other,
		     uint8_t bytes)
{
	uint64_t at = one->at + (unsigned int)__builtin_ctz(bytes);
	uintptr_t first = one->changes & bytes ? one->write_pc : one->read_pc;
	uintptr_t second = other->changes & bytes ? other->write_pc :
						    other->read_pc;
	struct pair *pair;

	for (uint32_t i = log_out->nr_pairs; i--; ) {
		pair = &log_out->pairs[i];
		if (pair->first == one->step && pair->second == other->step &&
		    pair->first_pc == first - image_base &&
		    pair->second_pc == second - image_base)
			return;
	}
	if (log_out->nr_pairs == PAIRS_MAX) {
		log_out->is_full = 1;
		return;
	}
	pair = &log_out->pairs[log_out->nr_pairs];
	if (describe(at, pair->where, sizeof(pair->where)))
		return;
	pair->first = one->step;
	pair->second = other->step;
	pair->at = at;
	pair->first_pc = first - image_base;
	pair->second_pc = second - image_base;
	log_out->nr_pairs++;
}

static void compare(void)
{
	qsort(records, nr_records, sizeof(*records), by_place);
	for (uint32_t i = 0; i < nr_records; i++) {
		const struct word *one = &records[i];

		for (uint32_t j = i + 1; j < nr_records &&
		     records[j].at == one->at; j++) {
			const struct word *other = &records[j];
			uint8_t bytes = (uint8_t)
				(one->changes & (other->reads | other->changes))
				| (one->reads & other->changes);

			if (bytes && one->task != other->task)
				add_pair(one, other, bytes);
		}
	}
}

/* ---- from the first access of a run to the first one after it ---- */

static void open_log(void)
{
	if (log_out)
		return;
	log_out = mmap((void *)LOG_BASE, sizeof(*log_out),
		       PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	records = mmap(NULL, RECORDS_MAX * sizeof(*records),
		       PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (log_out == MAP_FAILED || records == MAP_FAILED)
		host_die("no memory for a log of accesses");
	dl_iterate_phdr(found, NULL);
}

static void begin_log(void)
{
	open_log();
	is_on = 1;
	nr_records = nr_step_words = 0;
	memset(step_words, 0, sizeof(step_words));
	log_out->nr_pairs = log_out->nr_records = log_out->nr_steps = 0;
	log_out->is_full = 0;
	current_step = run.outcome.nr_steps - 1;
}

static void end_log(void)
{
	is_on = 0;
	close_step();
	compare();
	log_out->nr_records = nr_records;
	log_out->nr_steps = current_step + 1;
}

static void note_access(uintptr_t at, size_t size, int write, uintptr_t pc)
{
	uintptr_t end = at + size;

	if (run.slot == NO_TASK || run.in_setup || !run.outcome.nr_steps ||
	    !accesses_are_noted) {
		if (is_on)
			end_log();
		return;
	}
	if (!is_on)
		begin_log();
	if (current_step != run.outcome.nr_steps - 1) {
		close_step();
		current_step = run.outcome.nr_steps - 1;
	}
	if (!size || !is_shared(at))
		return;
	while (at < end) {
		uintptr_t word = at & ~7ul;
		uintptr_t stop = end < word + 8 ? end : word + 8;

		note_word(word, (uint8_t)((0xffu << (at - word)) &
					  ((1u << (stop - word)) - 1)),
			  write, pc);
		at = stop;
	}
}

#define LOADS(n)							\
void __sanitizer_cov_load##n(uintptr_t at);				\
void __sanitizer_cov_load##n(uintptr_t at)				\
{									\
	note_access(at, n, 0, CALLER);					\
}									\
void __sanitizer_cov_store##n(uintptr_t at);				\
void __sanitizer_cov_store##n(uintptr_t at)				\
{									\
	note_access(at, n, 1, CALLER);					\
}									\
void __access_load##n##_noabort(uintptr_t at);				\
void __access_load##n##_noabort(uintptr_t at)				\
{									\
	note_access(at, n, 0, CALLER);					\
}									\
void __access_store##n##_noabort(uintptr_t at);				\
void __access_store##n##_noabort(uintptr_t at)				\
{									\
	note_access(at, n, 1, CALLER);					\
}

LOADS(1)
LOADS(2)
LOADS(4)
LOADS(8)
LOADS(16)

void __access_loadN_noabort(uintptr_t at, size_t size);
void __access_loadN_noabort(uintptr_t at, size_t size)
{
	note_access(at, size, 0, CALLER);
}

void __access_storeN_noabort(uintptr_t at, size_t size);
void __access_storeN_noabort(uintptr_t at, size_t size)
{
	note_access(at, size, 1, CALLER);
}

void __access_handle_no_return(void);
void __access_handle_no_return(void)
{
}

void *__access_memcpy(void *to, const void *from, size_t size);
void *__access_memcpy(void *to, const void *from, size_t size)
{
	note_access((uintptr_t)from, size, 0, CALLER);
	note_access((uintptr_t)to, size, 1, CALLER);
	return memcpy(to, from, size);
}

void *__access_memmove(void *to, const void *from, size_t size);
void *__access_memmove(void *to, const void *from, size_t size)
{
	note_access((uintptr_t)from, size, 0, CALLER);
	note_access((uintptr_t)to, size, 1, CALLER);
	return memmove(to, from, size);
}

void *__access_memset(void *at, int byte, size_t size);
void *__access_memset(void *at, int byte, size_t size)
{
	note_access((uintptr_t)at, size, 1, CALLER);
	return memset(at, byte, size);
}
