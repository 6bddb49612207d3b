/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hash.h - "have I seen one like this?": a set of pointers with the caller's idea of sameness.
 */
#ifndef MP_HASH_H
#define MP_HASH_H

#include <stdbool.h>
#include <stdint.h>

struct seen {
	const void **slot;
	unsigned int n, cap;
	uint32_t (*hash)(const void *item);
	bool (*same)(const void *a, const void *b);
};

/* The item like @item that is in the set already, else NULL; then @item is put in. */
const void *seen_add(struct seen *s, const void *item);
/* The item like @item that is in the set, or NULL. */
const void *seen_find(const struct seen *s, const void *item);
/* Put @item in, in place of the one like it that seen_add() found. */
void seen_replace(struct seen *s, const void *item);
void seen_done(struct seen *s);

/* Hash of a text, chained: start with HASH_START. NULL is no text, which is not the empty one. */
#define HASH_START 2166136261u
uint32_t hash_text(uint32_t h, const char *text);
bool same_text(const char *a, const char *b);

#endif
