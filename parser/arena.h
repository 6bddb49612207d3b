/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arena.h - memory that is freed whole: one arena per configuration generation, per topology.
 *
 * arena_alloc() never returns NULL: out of memory ends the program with a message, as there is no
 * way to go on with half a configuration. Memory is zeroed and aligned for any object.
 */
#ifndef MP_ARENA_H
#define MP_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);

void *arena_alloc(struct arena *a, size_t size);

/* Copies of text; the result ends in NUL. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Grow an array in the arena: returns @old where @n < *cap, else a copy with doubled capacity
 * (the old one stays until the arena is freed).
 */
void *arena_grow(struct arena *a, void *old, unsigned int n, unsigned int *cap, size_t elem);

/* Bytes handed out so far, for footprint reports. */
size_t arena_used(const struct arena *a);

#endif
