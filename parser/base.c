/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts of tables become layers and compiled expressions by the way those of a file do. It is done
 * once: some hundred rows and a few expressions cost more than reading a file of usual size.
 */
#include "parser/base.h"

#include <stdlib.h>

#include "parser/arena.h"
#include "parser/kwtype.h"
#include "parser/rules.h"

static void set_builtin(struct arena *a, struct layer *layer, enum kw_id kw, const char *text)
{
	struct kwcontext ctx = { .kw = kw, .a = a, .loc = SRCLOC_NONE };
	struct kwval val;

	if (kw_parse(&ctx, text, &val) == KWR_SET)
		layer_set(layer, a, kw, val, SRCLOC_NONE);
}

static const struct layer *internal_layer(struct arena *a)
{
	struct layer *l = layer_new(a, LAYER_INTERNAL, SRCLOC_NONE);

	for (enum kw_id kw = KW_NONE + 1; kw < KW__MAX; kw++) {
		const struct kwdef *def = kw_get(kw);

		if (def->def && !def->ignored)
			set_builtin(a, l, kw, def->def);
	}
	return l;
}

static void add_row(struct config_base *b, const struct config_row *row, unsigned int *cap)
{
	struct layers *list = &b->devices;
	struct layer *layer = layer_new(b->arena, LAYER_BUILTIN_DEV, SRCLOC_NONE);

	for (const struct config_set *s = row->set; s->kw; s++)
		set_builtin(b->arena, layer, s->kw, s->text);
	list->list = arena_grow(b->arena, list->list, list->n, cap, sizeof(*list->list));
	list->list[list->n++] = layer;
}

/* Rules that are there before any file. */
static void add_rules(struct config_base *b)
{
	static const struct {
		enum rule_kind kind;
		const char *text;
	} rules[BASE__MAX] = {
		[BASE_DEVNODE] = { RULE_DEVNODE, "!^(sd[a-z]|dasd[a-z]|nvme[0-9])" },
		[BASE_DEVNODE_NATIVE] = { RULE_DEVNODE, "!^(sd[a-z]|dasd[a-z])" },
		[BASE_PROPERTY] = { RULE_PROPERTY, "(SCSI_IDENT_|ID_WWN)" },
	};
	char msg[128];

	for (enum base_rule i = 0; i < BASE__MAX; i++)
		rule_set_pattern(rules_add(&b->rules, b->arena, rules[i].kind, SRCLOC_NONE),
				 rules[i].text, msg, sizeof(msg));
}

/* One that does not compile is left to the configuration, which reports it. */
static void add_products(struct config_base *b)
{
	unsigned int cap = 0;

	for (unsigned int i = 0; i < b->devices.n; i++) {
		const struct layer *row = b->devices.list[i];

		if (!layer_get(row, KW_product_blacklist))
			continue;
		if (rules_add_product(&b->products, b->arena, row, NULL, 0))
			continue;
		b->row = arena_grow(b->arena, b->row, b->products.n - 1, &cap, sizeof(*b->row));
		b->row[b->products.n - 1] = row;
	}
}

struct config_base *config_base_new(const struct config_row *rows)
{
	struct arena *a = arena_new();
	struct config_base *b = arena_alloc(a, sizeof(*b));
	unsigned int cap = 0;

	b->arena = a;
	b->internal = internal_layer(a);
	for (; rows && rows->set; rows++)
		add_row(b, rows, &cap);
	add_rules(b);
	add_products(b);
	return b;
}

void config_base_free(struct config_base *b)
{
	if (!b)
		return;
	rules_done(&b->rules);
	rules_done(&b->products);
	arena_free(b->arena);
}

void base_lend_rule(const struct rule *rule, struct arena *a, struct rules *r)
{
	struct rule *copy = rules_add(r, a, rule->kind, rule->loc);

	if (!copy)
		return;
	*copy = *rule;
	copy->builtin = true;
	copy->test.lent = copy->test_product.lent = true;
}

const struct rule *base_product_rule(const struct config_base *b, const struct layer *row,
				     unsigned int *next)
{
	if (row->kind != LAYER_BUILTIN_DEV || !layer_get(row, KW_product_blacklist))
		return NULL;
	while (*next < b->products.n && b->row[*next] != row)
		++*next;
	return *next < b->products.n ? &b->products.list[*next] : NULL;
}
