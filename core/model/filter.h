/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - blacklist and blacklist_exceptions: may this device be a path?
 *
 * Each criterion is asked by itself; an exception lifts only its own criterion. Every answer names
 * the rule that decided, so that -v3 can log it and explain can show file and line
 * (behaviour.md 3.5, "Blacklist evaluation").
 */
#ifndef MP_FILTER_H
#define MP_FILTER_H

#include "core/model/path.h"
#include "parser/config.h"

struct strbuf;

enum filter_verdict {
	FILTER_NONE,	    /* no rule speaks of it: allowed */
	FILTER_WHITELISTED, /* an exception matched: allowed */
	FILTER_BLACKLISTED,
	FILTER_PROPERTY_MISSING, /* has its uid property, but no whitelisted property */
};

struct filter_result {
	enum rule_kind kind;
	enum filter_verdict verdict;
	const struct rule *rule; /* the deciding rule; NULL where none is */
	const char *subject;	 /* the property or text that matched; NULL where none */
};

static inline bool filter_blocks(const struct filter_result *r)
{
	return r->verdict == FILTER_BLACKLISTED || r->verdict == FILTER_PROPERTY_MISSING;
}

struct filter_result filter_devnode(const struct config *c, const char *name);
struct filter_result filter_device(const struct config *c, const char *vendor, const char *product);
struct filter_result filter_wwid(const struct config *c, const char *wwid);
struct filter_result filter_protocol(const struct config *c, enum protocol p);
/* @uid_attribute: the property that names the WWID ("" or NULL: none configured). */
struct filter_result filter_property(const struct config *c, const struct udev_props *props,
				     const char *uid_attribute);

/* The log line of multipath-tools for a verdict, without newline: "sda: wwid X blacklisted". @text:
 * the WWID, property or protocol, NULL: r->subject. false: nothing is logged for it. */
bool filter_log(const struct filter_result *r, const char *dev, const char *vendor,
		const char *product, const char *text, struct strbuf *out);

#endif
