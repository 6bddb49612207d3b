/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of blocks, each filled from the front; the newest stands first. Blocks grow with the
 * arena, so that a small configuration stays small and a large one needs few calls of calloc().
 * Requests too large for a block get one of their own behind the first, which goes on being filled.
 */
#include "parser/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_FIRST   (4u << 10)
#define ARENA_LARGEST (256u << 10)

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) char mem[];
};

struct arena {
	struct block *first;
	size_t next_size, used;
};

static void *must(void *p)
{
	if (!p) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return p;
}

struct arena *arena_new(void)
{
	struct arena *a = must(calloc(1, sizeof(*a)));

	a->next_size = ARENA_FIRST;
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	while (a->first) {
		struct block *b = a->first;

		a->first = b->next;
		free(b);
	}
	free(a);
}

static struct block *block_new(size_t size)
{
	struct block *b;

	if (size > SIZE_MAX - sizeof(*b))
		return must(NULL);
	b = must(calloc(1, sizeof(*b) + size));
	b->size = size;
	return b;
}

static void *alloc_alone(struct arena *a, size_t size)
{
	struct block *b = block_new(size);

	b->used = size;
	if (a->first) {
		b->next = a->first->next;
		a->first->next = b;
	} else {
		a->first = b;
	}
	return b->mem;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t align = alignof(max_align_t);
	struct block *b = a->first;
	void *p;

	if (size > SIZE_MAX - align)
		return must(NULL);
	size = (size + align - 1) / align * align;
	a->used += size;
	if (!b || b->size - b->used < size) {
		if (size > a->next_size / 4)
			return alloc_alone(a, size);
		b = block_new(a->next_size);
		b->next = a->first;
		a->first = b;
		if (a->next_size < ARENA_LARGEST)
			a->next_size *= 2;
	}
	p = b->mem + b->used;
	b->used += size;
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	memcpy(copy, s, n);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return arena_strdup(a, "");
	s = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void *arena_grow(struct arena *a, void *old, unsigned int n, unsigned int *cap, size_t elem)
{
	unsigned int want = *cap ? *cap * 2 : 4;
	void *grown;

	if (n < *cap)
		return old;
	if (want <= *cap || elem > SIZE_MAX / want)
		return must(NULL);
	grown = arena_alloc(a, want * elem);
	if (n)
		memcpy(grown, old, n * elem);
	*cap = want;
	return grown;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
