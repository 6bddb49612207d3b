/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules are compiled as they are read, once. A leading '!' is taken off and kept as a flag, so
 * matching needs nothing but regexec(); "\!" at the start is a '!' for the expression.
 */
#include "parser/rules.h"

#include <string.h>

#include "parser/arena.h"
#include "parser/hash.h"
#include "parser/kwtype.h"

struct rule *rules_add(struct rules *r, struct arena *a, enum rule_kind kind, struct srcloc loc)
{
	struct rule *rule;

	if (r->n == RULES_MAX)
		return NULL;
	r->list = arena_grow(a, r->list, r->n, &r->cap, sizeof(*r->list));
	rule = &r->list[r->n++];
	*rule = (struct rule){ .kind = kind, .loc = loc };
	return rule;
}

static int compile(regex_t *re, const char *text, bool *ret_invert, char *ret_msg, size_t size)
{
	bool invert = text[0] == '!';
	int err;

	/* "!" inverts; the backslash of "\!" only keeps it from doing so */
	if (invert || (text[0] == '\\' && text[1] == '!'))
		text++;
	err = regex_compile(re, text, REG_EXTENDED | REG_NOSUB);
	if (err)
		regerror(err, re, ret_msg, size);
	else
		*ret_invert = invert;
	return err;
}

int rule_set_pattern(struct rule *r, const char *text, char *ret_msg, size_t size)
{
	regex_t re;
	int err = compile(&re, text, &r->invert, ret_msg, size);

	if (err)
		return err;
	if (r->has_re)
		regfree(&r->re);
	r->re = re;
	r->has_re = true;
	r->pattern = text;
	return 0;
}

int rule_set_product(struct rule *r, const char *text, char *ret_msg, size_t size)
{
	regex_t re;
	int err = compile(&re, text, &r->invert_product, ret_msg, size);

	if (err)
		return err;
	if (r->has_re_product)
		regfree(&r->re_product);
	r->re_product = re;
	r->has_re_product = true;
	r->product = text;
	return 0;
}

static bool part_matches(const regex_t *re, bool invert, const char *text)
{
	return (regexec(re, text, 0, NULL, 0) == 0) != invert;
}

bool rule_matches(const struct rule *r, const char *text, const char *product)
{
	if (!r->has_re && !r->has_re_product)
		return false;
	if (r->has_re && !(text && part_matches(&r->re, r->invert, text)))
		return false;
	if (r->has_re_product &&
	    !(product && part_matches(&r->re_product, r->invert_product, product)))
		return false;
	return true;
}

static uint32_t rule_hash(const void *item)
{
	const struct rule *r = item;
	uint32_t h = (HASH_START ^ (uint32_t)r->kind) * 16777619u;

	return hash_text(hash_text(h, r->pattern), r->product);
}

static bool rule_same(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;

	return x->kind == y->kind && same_text(x->pattern, y->pattern) &&
	       same_text(x->product, y->product);
}

static void rule_done(struct rule *r)
{
	if (r->has_re)
		regfree(&r->re);
	if (r->has_re_product)
		regfree(&r->re_product);
}

void rules_drop_last(struct rules *r)
{
	rule_done(&r->list[--r->n]);
}

void rules_dedup(struct rules *r)
{
	struct seen seen = { .hash = rule_hash, .same = rule_same };
	unsigned int n = 0;

	for (unsigned int i = 0; i < r->n; i++) {
		struct rule *rule = &r->list[i];

		/* the set points into the part of the list that is final already */
		r->list[n] = *rule;
		if ((!r->list[n].pattern && !r->list[n].product) || seen_add(&seen, &r->list[n]))
			rule_done(&r->list[n]);
		else
			n++;
	}
	r->n = n;
	seen_done(&seen);
}

void rules_done(struct rules *r)
{
	for (unsigned int i = 0; i < r->n; i++)
		rule_done(&r->list[i]);
}
