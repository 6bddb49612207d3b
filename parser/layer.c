/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sparse settings: most sections set a handful of some hundred keywords, so values stand in a
 * short array that is searched from the front, behind a bitmap that answers "not set" at once.
 */
#include "parser/layer.h"

#include <string.h>

#include "parser/arena.h"

struct layer *layer_new(struct arena *a, enum layer_kind kind, struct srcloc loc)
{
	struct layer *l = arena_alloc(a, sizeof(*l));

	l->kind = kind;
	l->loc = loc;
	return l;
}

static bool present(const struct layer *l, enum kw_id kw)
{
	return l->present[kw / 64] >> (kw % 64) & 1;
}

static void mark(struct layer *l, enum kw_id kw)
{
	l->present[kw / 64] |= UINT64_C(1) << (kw % 64);
}

static struct setting *find(const struct layer *l, enum kw_id kw)
{
	if (!present(l, kw))
		return NULL;
	for (unsigned int i = 0; i < l->n; i++) {
		if (l->set[i].kw == kw)
			return &l->set[i];
	}
	return NULL;
}

void layer_set(struct layer *l, struct arena *a, enum kw_id kw, struct kwval val, struct srcloc loc)
{
	struct setting *s = find(l, kw);

	if (!s) {
		l->set = arena_grow(a, l->set, l->n, &l->cap, sizeof(*l->set));
		s = &l->set[l->n++];
		mark(l, kw);
	}
	*s = (struct setting){ .kw = kw, .val = val, .loc = loc, .layer = l };
}

void layer_unset(struct layer *l, enum kw_id kw)
{
	struct setting *s = find(l, kw);

	if (!s)
		return;
	for (s++; s < l->set + l->n; s++)
		s[-1] = s[0];
	l->n--;
	l->present[kw / 64] &= ~(UINT64_C(1) << (kw % 64));
}

const struct setting *layer_get(const struct layer *l, enum kw_id kw)
{
	return find(l, kw);
}

const char *layer_str(const struct layer *l, enum kw_id kw)
{
	const struct setting *s = find(l, kw);

	return s && s->val.word == VW_STRING ? s->val.str : NULL;
}

/* Inherited settings keep their layer, so that an origin names the section it stood in. */
void layer_inherit(struct layer *dst, struct arena *a, const struct layer *src)
{
	struct setting *both;

	if (dst->cap < dst->n + src->n) {
		both = arena_alloc(a, (dst->n + src->n) * sizeof(*both));
		if (dst->n)
			memcpy(both, dst->set, dst->n * sizeof(*both));
		dst->set = both;
		dst->cap = dst->n + src->n;
	}
	for (unsigned int i = 0; i < src->n; i++) {
		if (present(dst, src->set[i].kw))
			continue;
		dst->set[dst->n++] = src->set[i];
		mark(dst, src->set[i].kw);
	}
}
