/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open addressing with linear probing, at most half full. Nothing is ever taken out.
 */
#include "parser/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const void **place(const struct seen *s, const void *item)
{
	unsigned int i = s->hash(item) & (s->cap - 1);

	while (s->slot[i] && !s->same(s->slot[i], item))
		i = (i + 1) & (s->cap - 1);
	return &s->slot[i];
}

static void enlarge(struct seen *s)
{
	struct seen old = *s;

	s->cap = old.cap ? old.cap * 2 : 64;
	s->slot = calloc(s->cap, sizeof(*s->slot));
	if (!s->slot) {
		fputs("out of memory\n", stderr);
		abort();
	}
	for (unsigned int i = 0; i < old.cap; i++) {
		if (old.slot[i])
			*place(s, old.slot[i]) = old.slot[i];
	}
	free(old.slot);
}

const void *seen_add(struct seen *s, const void *item)
{
	const void **p, *found;

	if (2 * (s->n + 1) > s->cap)
		enlarge(s);
	p = place(s, item);
	found = *p;
	if (!found) {
		*p = item;
		s->n++;
	}
	return found;
}

const void *seen_find(const struct seen *s, const void *item)
{
	return s->cap ? *place(s, item) : NULL;
}

void seen_replace(struct seen *s, const void *item)
{
	*place(s, item) = item;
}

void seen_done(struct seen *s)
{
	free(s->slot);
	s->slot = NULL;
	s->n = s->cap = 0;
}

uint32_t hash_text(uint32_t h, const char *text)
{
	if (!text)
		return (h ^ 0x100u) * 16777619u;
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	h ^= h >> 15;
	return (h ^ 0x1ffu) * 16777619u;
}

bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}
