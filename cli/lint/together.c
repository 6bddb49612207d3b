/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules, devices, maps and names held against each other. Files can have thousands of each, so
 * texts are compared by hash or after sorting, and only a bounded number of regular expressions is
 * tried on everything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lint/check.h"
#include "core/model/alias.h"
#include "parser/arena.h"
#include "parser/hash.h"
#include "parser/strbuf.h"

#define WILD_MAX  16 /* expressions that are tried on everything */
#define GROUP_MAX 64 /* device sections of one vendor that are compared with each other */

/* ---- rules ---- */

static const char *const kind_name[RULE__MAX] = { "devnode", "wwid", "property", "protocol",
						  "vendor and product" };

/* A property exception is a filter of its own and needs no blacklist. */
void check_useless_exception(struct lint *x, const struct rule *r, bool exception)
{
	if (!exception || r->kind == RULE_PROPERTY || (x->black_kinds >> r->kind & 1))
		return;
	lint_tell(x, DIAG_useless_exception, r->loc, kind_name[r->kind], NULL, NULL);
}

/* One subject of each sort; a rule that matches all of a kind catches everything. */
static const char *const subjects[RULE__MAX][4] = {
	[RULE_DEVNODE] = { "sda", "nvme0n1", "dasda" },
	[RULE_WWID] = { "3600508b400105e210000900000490000", "eui.00253858915002c2",
			"0QEMU_QEMU_HARDDISK_1", "uuid.1d59" },
	[RULE_PROTOCOL] = { "scsi:fcp", "nvme:tcp", "ccw" },
};

void check_blacklist_everything(struct lint *x, const struct rule *r, bool exception)
{
	const char *const *s = subjects[r->kind];

	if (exception || !s[0] || !r->pattern || !regex_is_tame(r->pattern) ||
	    (x->white_kinds >> r->kind & 1))
		return;
	for (int i = 0; i < 4 && s[i]; i++) {
		if (!rule_matches(r, s[i], NULL))
			return;
	}
	lint_tell(x, DIAG_blacklist_everything, r->loc, r->pattern, NULL, NULL);
}

/* ---- maps ---- */

/* Rules by WWID: plain ones as a set, the others one by one. */
struct wwid_rules {
	struct seen plain;
	const struct rule *wild[WILD_MAX];
	unsigned int n_wild;
};

static uint32_t rule_text_hash(const void *item)
{
	return hash_text(HASH_START, ((const struct rule *)item)->pattern);
}

static bool rule_text_same(const void *a, const void *b)
{
	return same_text(((const struct rule *)a)->pattern, ((const struct rule *)b)->pattern);
}

static void gather(const struct rules *rules, struct wwid_rules *ret)
{
	ret->plain.hash = rule_text_hash;
	ret->plain.same = rule_text_same;
	for (unsigned int i = 0; i < rules->n; i++) {
		const struct rule *r = &rules->list[i];

		if (r->kind != RULE_WWID || !r->pattern)
			continue;
		if (regex_is_plain(r->pattern) && r->pattern[0] != '!' && strlen(r->pattern) > 16)
			seen_add(&ret->plain, r);
		else if (ret->n_wild < WILD_MAX && regex_is_tame(r->pattern))
			ret->wild[ret->n_wild++] = r;
	}
}

static const struct rule *rule_for(struct wwid_rules *rules, const char *wwid)
{
	const struct rule key = { .kind = RULE_WWID, .pattern = wwid };
	const struct rule *found = seen_find(&rules->plain, &key);

	for (unsigned int i = 0; !found && i < rules->n_wild; i++) {
		if (rule_matches(rules->wild[i], wwid, NULL))
			found = rules->wild[i];
	}
	return found;
}

void check_blacklisted_maps(struct lint *x)
{
	struct wwid_rules black = { .n_wild = 0 }, white = { .n_wild = 0 };

	gather(&x->cfg->blacklist, &black);
	gather(&x->cfg->exceptions, &white);
	for (unsigned int i = 0; (black.n_wild || black.plain.n) && i < x->cfg->multipaths.n; i++) {
		const struct setting *wwid = layer_get(x->cfg->multipaths.list[i], KW_wwid);
		const struct rule *r = rule_for(&black, wwid->val.str);
		struct diag *d;

		if (!r || rule_for(&white, wwid->val.str))
			continue;
		d = lint_tell(x, DIAG_blacklisted_map, wwid->loc, wwid->val.str, NULL, NULL);
		diag_note(x->diags, d, r->loc, "the rule is here");
	}
	seen_done(&black.plain);
	seen_done(&white.plain);
}

/* ---- names ---- */

static void quiet(void *ctx, int level, const char *text)
{
	(void)ctx;
	(void)level;
	(void)text;
}

void check_alias_in_bindings(struct lint *x)
{
	struct bindings *b;

	if (!x->opt->bindings)
		return;
	b = bindings_new();
	bindings_parse(b, x->opt->bindings, NULL, quiet, NULL);
	for (unsigned int i = 0; i < x->cfg->multipaths.n; i++) {
		const struct layer *l = x->cfg->multipaths.list[i];
		const struct setting *alias = layer_get(l, KW_alias);
		const char *owner = alias ? bindings_wwid(b, alias->val.str) : NULL;

		if (owner && strcmp(owner, layer_str(l, KW_wwid)))
			lint_tell(x, DIAG_alias_in_bindings, alias->loc, alias->val.str, owner,
				  x->opt->bindings_name);
	}
	bindings_free(b);
}

bool layer_friendly(const struct layer *l)
{
	const struct setting *s = l ? layer_get(l, KW_user_friendly_names) : NULL;

	return s && s->val.word == VW_yes;
}

void check_alias_like_binding(struct lint *x, const struct layer *l)
{
	const struct setting *alias = layer_get(l, KW_alias);
	const struct setting *prefix = layer_get(x->cfg->effective, KW_alias_prefix);
	unsigned int nr;

	if (l->kind != LAYER_MULTIPATH || !alias || !prefix ||
	    strncmp(alias->val.str, prefix->val.str, strlen(prefix->val.str)) ||
	    alias_to_number(prefix->val.str, alias->val.str, &nr) || !x->friendly)
		return;
	lint_tell(x, DIAG_alias_like_binding, alias->loc, alias->val.str, NULL, NULL);
}

/* ---- devices ---- */

void check_incomplete_device(struct lint *x)
{
	for (unsigned int i = 0; i < diag_count(x->diags); i++) {
		struct diag *d = diag_at(x->diags, i);

		if (d->id != DIAG_device_incomplete)
			continue;
		diag_suggest(x->diags, d, false, "%s",
			     !strcmp(d->arg[1], "product")
				     ? "product \".*\" is for all products of a vendor"
				     : "\"multipath -ll\" shows VENDOR,PRODUCT of a map");
	}
}

struct device {
	const struct layer *l;
	unsigned int place;
	const char *vendor, *product, *revision;
	const char *plain_vendor, *plain_product; /* NULL: expressions */
};

static const char *plain_copy(struct lint *x, const char *pattern)
{
	char buf[128];
	const char *text = pattern ? regex_literal(pattern, buf, sizeof(buf)) : NULL;

	return text ? arena_strdup(x->a, text) : NULL;
}

/* Before an expression is compiled: is what it starts with in the text? Mostly it is not. */
static bool may_hit(const char *pattern, const char *text)
{
	bool anchored = *pattern == '^';
	const char *p = pattern + anchored;
	size_t n = strcspn(p, ".[]{}()\\*+?|^$");

	if (strchr(p, '|'))
		return true;
	n -= n && p[n] && strchr("*?{", p[n]);
	return anchored ? !strncmp(p, text, n) : memmem(text, strlen(text), p, n) != NULL;
}

/* Does the product of later @w match that of @d? */
static bool covers_product(const struct device *w, const struct device *d)
{
	if (w->revision && !same_text(w->revision, d->revision))
		return false;
	return may_hit(w->product, d->plain_product) && regex_hits(w->product, d->plain_product);
}

static void tell_overruled(struct lint *x, const struct device *d, const struct device *by)
{
	for (unsigned int i = 0; i < d->l->n; i++) {
		const struct setting *s = &d->l->set[i], *wins = layer_get(by->l, s->kw);
		struct diag *told;

		if (!is_user(s) || !is_user(wins) || s->kw == KW_vendor || s->kw == KW_product ||
		    s->kw == KW_revision || kw_equal(s->kw, &s->val, &wins->val))
			continue;
		told = lint_tell(x, DIAG_device_overruled, s->loc, kw_get(s->kw)->name, NULL, NULL);
		diag_note(x->diags, told, wins->loc,
			  "this one wins: the last section that matches");
		return;
	}
}

static unsigned int list_devices(struct lint *x, struct device *list)
{
	const struct layers *rows = &x->cfg->devices;
	unsigned int n = 0;

	for (unsigned int i = 0; i < rows->n; i++) {
		struct device *d = &list[n];

		if (!rows->list[i]->loc.file)
			continue;
		d->l = rows->list[i];
		d->place = i;
		d->vendor = layer_str(d->l, KW_vendor);
		d->product = layer_str(d->l, KW_product);
		d->revision = layer_str(d->l, KW_revision);
		d->plain_vendor = plain_copy(x, d->vendor);
		d->plain_product = plain_copy(x, d->product);
		n++;
	}
	return n;
}

/* Expressions for the vendor may be for any section before them. */
static void compare_wild(struct lint *x, const struct device *list, unsigned int n)
{
	unsigned int wild = 0;

	for (unsigned int i = n; i-- > 0 && wild < WILD_MAX;) {
		regex_t re;

		if (list[i].plain_vendor || !regex_is_tame(list[i].vendor) ||
		    regex_compile(&re, list[i].vendor, REG_EXTENDED | REG_NOSUB))
			continue;
		wild++;
		for (unsigned int j = 0; j < i; j++) {
			if (list[j].plain_vendor && list[j].plain_product &&
			    !regexec(&re, list[j].plain_vendor, 0, NULL, 0) &&
			    covers_product(&list[i], &list[j]))
				tell_overruled(x, &list[j], &list[i]);
		}
		regfree(&re);
	}
}

static int by_vendor(const void *a, const void *b)
{
	const struct device *x = a, *y = b;
	int order = strcmp(x->plain_vendor ? x->plain_vendor : "",
			   y->plain_vendor ? y->plain_vendor : "");

	return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* Sections of one vendor: a product's text or expression may be for the sections before it. */
static void compare_vendor(struct lint *x, struct device *list, unsigned int n)
{
	qsort(list, n, sizeof(*list), by_vendor);
	for (unsigned int i = 0; i < n; i++) {
		const struct device *d = &list[i];

		if (!d->plain_vendor || !d->plain_product)
			continue;
		for (unsigned int j = i + 1; j < n && j < i + GROUP_MAX; j++) {
			if (!same_text(list[j].plain_vendor, d->plain_vendor))
				break;
			if (covers_product(&list[j], d)) {
				tell_overruled(x, d, &list[j]);
				break;
			}
		}
	}
}

void check_overruled_devices(struct lint *x)
{
	struct device *list = calloc(x->cfg->devices.n + 1, sizeof(*list));
	unsigned int n;

	if (!list)
		return;
	n = list_devices(x, list);
	compare_wild(x, list, n);
	if (n)
		compare_vendor(x, list, n);
	free(list);
}
