/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Printing is a walk over the keyword table's order of each section; types print their values.
 */
#include "parser/dump.h"

#include "parser/kwtype.h"
#include "parser/strbuf.h"

static void open_block(enum kw_id kw, unsigned int indent, struct strbuf *out)
{
	sb_fill(out, '\t', indent);
	sb_add(out, kw_get(kw)->name);
	sb_add(out, " {\n");
}

static void close_block(unsigned int indent, struct strbuf *out)
{
	sb_fill(out, '\t', indent);
	sb_add(out, "}\n");
}

static void dump_value(enum kw_id kw, const struct kwval *val, unsigned int indent,
		       struct strbuf *out)
{
	sb_fill(out, '\t', indent);
	sb_add(out, kw_get(kw)->name);
	sb_addc(out, ' ');
	kw_print(kw, val, out);
	sb_addc(out, '\n');
}

static void dump_decimal(enum kw_id kw, const struct kwval *val, unsigned int indent,
			 struct strbuf *out)
{
	sb_fill(out, '\t', indent);
	sb_printf(out, "%s %lld\n", kw_get(kw)->name, (long long)val->num);
}

void dump_layer(const struct layer *l, enum section s, unsigned int indent,
		const struct dump_options *opt, struct strbuf *out)
{
	for (const enum kw_id *kw = kw_order(s); *kw; kw++) {
		const struct setting *set = layer_get(l, *kw);

		if (set && opt && opt->reread && (*kw == KW_uid || *kw == KW_gid))
			dump_decimal(*kw, &set->val, indent, out);
		else if (set)
			dump_value(*kw, &set->val, indent, out);
	}
}

static void dump_block(enum kw_id kw, const struct layer *l, const struct dump_options *opt,
		       struct strbuf *out)
{
	open_block(kw, 1, out);
	dump_layer(l, kw_get(kw)->opens, 2, opt, out);
	close_block(1, out);
}

static void dump_text(enum kw_id kw, const char *text, unsigned int indent, struct strbuf *out)
{
	struct kwval val = { .word = VW_STRING, .str = text };

	if (text)
		dump_value(kw, &val, indent, out);
}

static void dump_rule(enum kw_id kw, const struct rule *r, struct strbuf *out)
{
	if (r->kind != RULE_DEVICE) {
		dump_text(kw, r->pattern, 1, out);
		return;
	}
	open_block(kw, 1, out);
	dump_text(KW_rule_vendor, r->pattern, 2, out);
	dump_text(KW_rule_product, r->product, 2, out);
	close_block(1, out);
}

static void dump_rules(enum kw_id section, enum kw_id device, const struct rules *rules,
		       struct strbuf *out)
{
	const enum kw_id kw[RULE__MAX] = { [RULE_DEVNODE] = KW_devnode,
					   [RULE_WWID] = KW_wwid_rule,
					   [RULE_PROPERTY] = KW_property,
					   [RULE_PROTOCOL] = KW_protocol,
					   [RULE_DEVICE] = device };

	open_block(section, 0, out);
	for (enum rule_kind kind = 0; kind < RULE__MAX; kind++) {
		for (unsigned int i = 0; i < rules->n; i++) {
			if (rules->list[i].kind == kind)
				dump_rule(kw[kind], &rules->list[i], out);
		}
	}
	close_block(0, out);
}

static void dump_devices(const struct config *c, const struct dump_options *opt, struct strbuf *out)
{
	open_block(KW_devices, 0, out);
	for (unsigned int i = 0; i < c->devices.n; i++) {
		const struct layer *row = c->devices.list[i];

		if (!opt || !opt->keep_device || opt->keep_device(opt->ctx, row))
			dump_block(KW_device, row, opt, out);
	}
	close_block(0, out);
}

static void dump_overrides(const struct config *c, const struct dump_options *opt,
			   struct strbuf *out)
{
	open_block(KW_overrides, 0, out);
	if (c->overrides)
		dump_layer(c->overrides, SEC_OVERRIDES, 1, opt, out);
	for (unsigned int i = 0; i < c->protocols.n; i++)
		dump_block(KW_protocol_section, c->protocols.list[i], opt, out);
	close_block(0, out);
}

static void dump_map(const struct dump_map *m, struct strbuf *out)
{
	open_block(KW_multipath, 1, out);
	dump_text(KW_wwid, m->wwid, 2, out);
	if (m->alias) {
		sb_add(out, "\t\t# alias ");
		kw_quote(m->alias, out);
		sb_addc(out, '\n');
	}
	close_block(1, out);
}

static void dump_multipaths(const struct config *c, const struct dump_options *opt,
			    struct strbuf *out)
{
	bool open = c->multipaths.n > 0;
	unsigned int i;

	if (open)
		open_block(KW_multipaths, 0, out);
	for (i = 0; i < c->multipaths.n; i++) {
		const struct layer *l = c->multipaths.list[i];

		/* as written, with an alias that is not used */
		if (l->merged_from && !layer_get(l, KW_alias) &&
		    layer_get(l->merged_from, KW_alias))
			l = l->merged_from;
		dump_block(KW_multipath, l, opt, out);
	}
	for (i = 0; opt && i < opt->n_maps; i++) {
		if (config_multipath(c, opt->maps[i].wwid))
			continue;
		if (!open)
			open_block(KW_multipaths, 0, out);
		open = true;
		dump_map(&opt->maps[i], out);
	}
	if (open)
		close_block(0, out);
}

void dump_config(const struct config *c, const struct dump_options *opt, struct strbuf *out)
{
	open_block(KW_defaults, 0, out);
	dump_layer(c->effective, SEC_DEFAULTS, 1, opt, out);
	close_block(0, out);
	dump_rules(KW_blacklist, KW_blacklist_device, &c->blacklist, out);
	dump_rules(KW_blacklist_exceptions, KW_exceptions_device, &c->exceptions, out);
	dump_devices(c, opt, out);
	dump_overrides(c, opt, out);
	dump_multipaths(c, opt, out);
}
