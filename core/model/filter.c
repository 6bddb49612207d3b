// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every criterion works alike: a rule of blacklist_exceptions that matches settles it, else a rule
 * of blacklist does, else nobody speaks. Only properties differ: they are asked one by one in the
 * order of the udev database, and a device that has its WWID property but nothing that is
 * whitelisted is not one to take.
 */
#include "core/model/filter.h"

#include "parser/strbuf.h"

static const struct rule *find_rule(const struct rules *rules, enum rule_kind kind,
				    const char *text, const char *product)
{
	for (unsigned int i = 0; i < rules->n; i++)
		if (rules->list[i].kind == kind && rule_matches(&rules->list[i], text, product))
			return &rules->list[i];
	return NULL;
}

static struct filter_result ask(const struct config *c, enum rule_kind kind, const char *text,
				const char *product)
{
	struct filter_result res = { .kind = kind, .subject = text };

	res.rule = find_rule(&c->exceptions, kind, text, product);
	if (res.rule) {
		res.verdict = FILTER_WHITELISTED;
		return res;
	}
	res.rule = find_rule(&c->blacklist, kind, text, product);
	if (res.rule)
		res.verdict = FILTER_BLACKLISTED;
	else
		res.subject = NULL;
	return res;
}

struct filter_result filter_devnode(const struct config *c, const char *name)
{
	return ask(c, RULE_DEVNODE, name, NULL);
}

struct filter_result filter_device(const struct config *c, const char *vendor, const char *product)
{
	return ask(c, RULE_DEVICE, vendor, product);
}

struct filter_result filter_wwid(const struct config *c, const char *wwid)
{
	return ask(c, RULE_WWID, wwid, NULL);
}

struct filter_result filter_protocol(const struct config *c, enum protocol p)
{
	return ask(c, RULE_PROTOCOL, protocol_name(p), NULL);
}

struct filter_result filter_property(const struct config *c, const struct udev_props *props,
				     const char *uid_attribute)
{
	bool named = uid_attribute && uid_attribute[0];

	for (unsigned int i = 0; i < props->n; i++) {
		struct filter_result res = ask(c, RULE_PROPERTY, props->list[i].key, NULL);

		if (res.verdict != FILTER_NONE)
			return res;
	}
	/* Without its WWID property udev most likely failed to read the device: that is no reason
	 * to call it unwanted, and it is of no use without WWID anyway. */
	return (struct filter_result){
		.kind = RULE_PROPERTY,
		.verdict = named && udev_prop(props, uid_attribute) ? FILTER_PROPERTY_MISSING
								    : FILTER_NONE,
	};
}

/* How each criterion is called in the log. */
static const char *const log_words[RULE__MAX] = {
	[RULE_DEVNODE] = "device node name", [RULE_WWID] = "wwid",
	[RULE_PROPERTY] = "udev property",   [RULE_PROTOCOL] = "protocol",
	[RULE_DEVICE] = "vendor/product",
};

bool filter_log(const struct filter_result *r, const char *dev, const char *vendor,
		const char *product, const char *text, struct strbuf *out)
{
	if (r->verdict == FILTER_NONE)
		return false;
	sb_add_safe(out, dev);
	if (r->verdict == FILTER_PROPERTY_MISSING) {
		sb_add(out, ": blacklisted, udev property missing");
		return true;
	}
	sb_add(out, ": ");
	if (r->kind == RULE_DEVICE) {
		sb_addc(out, '(');
		sb_add_safe(out, vendor ? vendor : "");
		sb_addc(out, ':');
		sb_add_safe(out, product ? product : "");
		sb_add(out, ") ");
	}
	sb_add(out, log_words[r->kind]);
	if (r->kind == RULE_WWID || r->kind == RULE_PROPERTY || r->kind == RULE_PROTOCOL) {
		sb_addc(out, ' ');
		sb_add_safe(out, text ? text : r->subject ? r->subject : "");
	}
	sb_add(out, r->verdict == FILTER_WHITELISTED ? " whitelisted" : " blacklisted");
	return true;
}
