/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules are compiled as they are read, once. A leading '!' is taken off and kept as a flag, so
 * matching needs nothing but regexec(); "\!" at the start is a '!' for the expression. Most
 * expressions are a text, perhaps with an anchor: they are compared as texts, since a compiled one
 * holds some 10 KiB, and a blacklist may have thousands.
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

/* @text without the '!' that inverts, or the backslash that keeps a '!' from doing so. */
static const char *bare(const char *text)
{
	return text[0] == '!' || (text[0] == '\\' && text[1] == '!') ? text + 1 : text;
}

/* A text to find anywhere, or where it is anchored. */
struct plain {
	const char *text;
	size_t n;
	bool start, end;
};

/* "sda", "^sd", "sda$", "^sda$", each with ".*" behind it as well, mean no more than that. */
static bool is_plain(const char *pattern, struct plain *ret)
{
	const char *rest;
	bool any;

	ret->start = *pattern == '^';
	ret->text = pattern + ret->start;
	ret->n = strcspn(ret->text, ".^$[](){}*+?|\\");
	rest = ret->text + ret->n;
	any = rest[0] == '.' && rest[1] == '*';
	rest += any ? 2 : 0;
	ret->end = *rest == '$' && !any;
	return !rest[*rest == '$'];
}

static bool plain_matches(const struct plain *p, const char *text)
{
	size_t len = strlen(text);

	if (len < p->n || (p->start && p->end && len != p->n))
		return false;
	if (p->start)
		return !memcmp(text, p->text, p->n);
	if (p->end)
		return !memcmp(text + len - p->n, p->text, p->n);
	return memmem(text, len, p->text, p->n) != NULL;
}

static void test_done(struct rule_test *t)
{
	if (t->compiled && !t->lent)
		regfree(&t->re);
}

static int test_set(struct rule_test *t, const char *text, char *ret_msg, size_t size)
{
	struct rule_test new = { .invert = text[0] == '!' };
	struct plain plain;
	int err;

	text = bare(text);
	if (!is_plain(text, &plain)) {
		err = regex_compile(&new.re, text, REG_EXTENDED | REG_NOSUB);
		if (err) {
			regerror(err, &new.re, ret_msg, size);
			return err;
		}
		new.compiled = true;
	}
	test_done(t);
	*t = new;
	return 0;
}

int rule_set_pattern(struct rule *r, const char *text, char *ret_msg, size_t size)
{
	int err = test_set(&r->test, text, ret_msg, size);

	if (!err)
		r->pattern = text;
	return err;
}

int rule_set_product(struct rule *r, const char *text, char *ret_msg, size_t size)
{
	int err = test_set(&r->test_product, text, ret_msg, size);

	if (!err)
		r->product = text;
	return err;
}

static bool part_matches(const struct rule_test *t, const char *pattern, const char *text)
{
	struct plain plain;
	bool match;

	if (t->compiled)
		match = regexec(&t->re, text, 0, NULL, 0) == 0;
	else
		match = is_plain(bare(pattern), &plain) && plain_matches(&plain, text);
	return match != t->invert;
}

bool rule_matches(const struct rule *r, const char *text, const char *product)
{
	if (!r->pattern && !r->product)
		return false;
	if (r->pattern && !(text && part_matches(&r->test, r->pattern, text)))
		return false;
	return !r->product || (product && part_matches(&r->test_product, r->product, product));
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
	test_done(&r->test);
	test_done(&r->test_product);
}

int rules_add_product(struct rules *r, struct arena *a, const struct layer *row, char *ret_msg,
		      size_t size)
{
	const struct setting *set = layer_get(row, KW_product_blacklist);
	struct rule *rule = rules_add(r, a, RULE_DEVICE, set->loc);
	int err;

	if (!rule)
		return 0;
	rule->builtin = true;
	err = rule_set_pattern(rule, layer_str(row, KW_vendor), ret_msg, size);
	if (!err)
		err = rule_set_product(rule, set->val.str, ret_msg, size);
	if (err)
		rule_done(&r->list[--r->n]);
	return err;
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
