/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One device: what it is, which filters were asked, which rule takes it or leaves it, and whether all
 * who remember something of it agree. A device that a filter blocks is no path of the topology; it is
 * loaded beside it, so that all the rest can be told of it too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/claim.h"
#include "core/engine/desire.h"
#include "core/engine/discover.h"
#include "core/engine/explain_parts.h"
#include "core/engine/facts.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/engine/show.h"
#include "core/engine/show_fields.h"
#include "core/host/ctlsock.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

struct subject {
	struct engine *e;
	struct path *path;
	bool in_topology;
	struct filter_result filter[DISCOVER_FILTERS + 1];
	unsigned int n_filters;
	bool blocked;
	enum desire_rule rule; /* where it has a WWID and is not blocked */
	bool disk;
};

static bool load(struct engine *e, const char *device, struct subject *s)
{
	char buf[64];
	const char *property;

	*s = (struct subject){ .e = e, .path = topology_path_named(e->topo, device) };
	s->in_topology = s->path != NULL;
	s->disk = facts_is_disk(e->host, device);
	if (!s->path) {
		s->path = arena_alloc(e->topo->arena, sizeof(*s->path));
		if (facts_load(e->host, e->topo->arena, device, &s->path->dev))
			return false;
		discover_identify(e, s->path);
	}
	property = discover_uid_property(e, s->path, buf, sizeof(buf));
	s->n_filters = discover_filters(e, &s->path->dev, property, s->filter);
	s->blocked = filter_blocks(&s->filter[s->n_filters - 1]);
	if (!s->blocked && s->path->wwid[0]) {
		s->filter[s->n_filters] = filter_wwid(e->cfg, s->path->wwid);
		s->blocked = filter_blocks(&s->filter[s->n_filters++]);
	}
	if (s->path->wwid[0] && !s->blocked)
		s->rule = desire_rule(e, s->path);
	return true;
}

static void subject_done(struct subject *s)
{
	if (!s->in_topology)
		udev_props_done(&s->path->dev.udev);
}

/* --- what it is ------------------------------------------------------------------------------ */

static const char *size_text(struct engine *e, uint64_t sectors)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;

	show_size(sectors, &text);
	return arena_strdup(e->topo->arena, sb_str(&text));
}

static void say_device(const struct subject *s, struct explain *x)
{
	struct engine *e = s->e;
	const struct blkdev *d = &s->path->dev;
	struct explain_section *at = explain_section(x, "device", "What it is");

	explain_add(e, at, "device", NULL, "%s, %u:%u, %s%s", d->name, major(d->devno),
		    minor(d->devno), size_text(e, d->size), d->read_only ? ", read-only" : "");
	explain_add(e, at, "hardware", NULL, "%s %s, revision %s", d->vendor, d->product, d->rev);
	explain_add(e, at, "transport", NULL, "%s", protocol_name(d->protocol));
	if (d->has_hcil)
		explain_add(e, at, "address", NULL, "%d:%d:%d:%llu", d->host, d->channel, d->id,
			    (unsigned long long)d->lun);
	if (d->tgt_node_name[0])
		explain_add(e, at, "target", NULL, "%s", d->tgt_node_name);
	if (d->state[0])
		explain_add(e, at, "state", "sysfs", "%s", d->state);
	if (!s->disk)
		explain_add(e, at, "partition", NULL, "it is no whole disk");
}

static void say_wwid(const struct subject *s, struct explain *x)
{
	struct engine *e = s->e;
	const struct path *p = s->path;
	const struct prop *set = props_get(&p->props, KW_uid_attribute);
	struct explain_section *at = explain_section(x, "wwid", "Its WWID");
	char buf[64];
	const char *property = discover_uid_property(e, p, buf, sizeof(buf));
	const char *value = *property ? udev_prop(&p->dev.udev, property) : NULL;

	explain_add(e, at, "wwid", NULL, "%s", p->wwid[0] ? p->wwid : "none");
	if (p->wwid[0])
		explain_add(e, at, "from", NULL, "%s%s%s", p->wwid_source,
			    !strcmp(p->wwid_source, "udev") ? " property " : "",
			    !strcmp(p->wwid_source, "udev") ? property : "");
	explain_add(e, at, "property",
		    property == buf ? "uid_attrs" : explain_origin(e->topo->arena, set), "%s",
		    *property ? property : "none: udev is not asked");
	explain_add(e, at, "in udev", NULL, "%s",
		    value		      ? value
		    : p->dev.udev.initialized ? "udev has no such property"
					      : "udev has no record of the device");
}

/* --- filters --------------------------------------------------------------------------------- */

static const char *const criterion[RULE__MAX] = {
	[RULE_DEVNODE] = "devnode",   [RULE_WWID] = "wwid",	[RULE_PROPERTY] = "property",
	[RULE_PROTOCOL] = "protocol", [RULE_DEVICE] = "device",
};

static bool is_usb(const struct filter_result *r)
{
	return r->kind == RULE_PROTOCOL && filter_blocks(r) && !r->rule;
}

static const char *filter_subject(const struct subject *s, const struct filter_result *r)
{
	const struct blkdev *d = &s->path->dev;

	switch (r->kind) {
	case RULE_DEVNODE:
		return d->name;
	case RULE_DEVICE:
		return arena_printf(s->e->topo->arena, "%s %s", d->vendor, d->product);
	case RULE_PROTOCOL:
		return protocol_name(d->protocol);
	case RULE_WWID:
		return s->path->wwid;
	default:
		return r->subject ? r->subject : "its properties";
	}
}

static const char *rule_text(struct arena *a, const struct rule *r)
{
	if (r->kind == RULE_DEVICE)
		return arena_printf(a, "vendor \"%s\" product \"%s\"", r->pattern ? r->pattern : "",
				    r->product ? r->product : "");
	return arena_printf(a, "\"%s\"", r->pattern);
}

/* "blacklist devnode "^sd"", and where it stands. */
static const char *filter_words(const struct subject *s, const struct filter_result *r,
				const char **ret_origin)
{
	struct arena *a = s->e->topo->arena;
	const char *place = r->rule ? explain_place(a, r->rule->loc) : NULL;

	*ret_origin = NULL;
	if (is_usb(r))
		return "blocked: a USB device, and allow_usb_devices is off";
	if (r->verdict == FILTER_PROPERTY_MISSING)
		return "blocked: no property of it is in blacklist_exceptions";
	if (!r->rule)
		return arena_printf(a, "allowed: no rule speaks of %s", filter_subject(s, r));
	*ret_origin = arena_printf(a, "%s (%s)", place ? place : "built-in rule",
				   r->verdict == FILTER_WHITELISTED ? "blacklist_exceptions"
								    : "blacklist");
	return arena_printf(a, "%s: %s matches %s",
			    r->verdict == FILTER_WHITELISTED ? "allowed" : "blocked",
			    rule_text(a, r->rule), filter_subject(s, r));
}

static void say_filters(const struct subject *s, struct explain *x)
{
	struct explain_section *at =
		explain_section(x, "filters", "Filters, in the order they are asked");
	static const enum rule_kind order[] = { RULE_DEVNODE, RULE_PROPERTY, RULE_DEVICE,
						RULE_PROTOCOL, RULE_WWID };

	for (unsigned int i = 0; i < s->n_filters; i++) {
		const char *origin, *words = filter_words(s, &s->filter[i], &origin);

		explain_add(s->e, at, is_usb(&s->filter[i]) ? "usb" : criterion[s->filter[i].kind],
			    origin, "%s", words);
	}
	for (unsigned int i = s->n_filters; i < sizeof(order) / sizeof(order[0]); i++)
		explain_add(s->e, at, criterion[order[i]], NULL, "%s",
			    s->blocked ? "not asked any more" : "not asked: it has no WWID");
}

/* --- the decision ---------------------------------------------------------------------------- */

static unsigned int siblings(const struct subject *s, struct strbuf *out)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < s->e->topo->n_paths; i++) {
		const struct path *p = s->e->topo->paths[i];

		if (p == s->path || strcmp(p->wwid, s->path->wwid))
			continue;
		sb_printf(out, "%s%s", n++ ? " " : "", p->dev.name);
	}
	return n;
}

static const char *desire_words(enum desire_rule r)
{
	static const char *const words[] = {
		[DESIRE_ALL] = "find_multipaths takes every path",
		[DESIRE_WWIDS] = "its WWID is in the wwids file",
		[DESIRE_MAP] = "a map with its WWID exists",
		[DESIRE_STRICT] =
			"its WWID is not in the wwids file, and find_multipaths is strict",
		[DESIRE_SEVERAL] = "several paths share its WWID",
		[DESIRE_ALONE] = "no other path has its WWID, and it is not in the wwids file",
	};

	return words[r];
}

/* Why it is, or is not, one that would be taken; *ret_rule is the rule in a few words. */
static bool taken(const struct subject *s, const char **ret_rule)
{
	const char *origin, *words;

	if (!s->disk) {
		*ret_rule = "it is no whole disk";
		return false;
	}
	if (s->blocked) {
		words = filter_words(s, &s->filter[s->n_filters - 1], &origin);
		*ret_rule =
			origin ? arena_printf(s->e->topo->arena, "%s, %s", words, origin) : words;
		return false;
	}
	if (!s->path->wwid[0]) {
		*ret_rule = "it has no WWID";
		return false;
	}
	*ret_rule = desire_words(s->rule);
	return desire_rule_yes(s->rule);
}

static const char *claim_words(const struct claim_result *c)
{
	return c->claim == CLAIM_YES  ? "yes"
	       : c->claim == CLAIM_NO ? "no"
				      : "maybe: wait for more paths";
}

static void say_udev_question(const struct subject *s, struct explain_section *at, bool steps)
{
	struct claim_result c;

	if (claim_check(s->e, s->path->dev.name, true, &c)) {
		explain_add(s->e, at, "multipath -u", NULL, "cannot say");
		return;
	}
	explain_add(s->e, at, "multipath -u", NULL, "%s: %s", claim_words(&c), c.why);
	for (unsigned int i = 0; steps && i + 1 < c.n_steps; i++)
		explain_add(s->e, at, "", NULL, "asked before: %s", c.step[i]);
}

static void say_decision(const struct subject *s, struct explain *x, bool steps)
{
	__attribute__((cleanup(sb_done))) struct strbuf others = STRBUF_INIT;
	struct engine *e = s->e;
	struct prop mode = { config_value(e->cfg, KW_find_multipaths),
			     layer_get(e->cfg->effective, KW_find_multipaths), ORIGIN_INTERNAL };
	struct explain_section *at = explain_section(x, "decision", "The decision");
	const char *rule, *use = claim_usage(e, s->path->dev.name);
	bool yes = taken(s, &rule);

	explain_add(e, at, "find_multipaths", explain_origin(e->topo->arena, &mode), "%s",
		    explain_value(e, KW_find_multipaths, mode.val));
	if (s->path->wwid[0]) {
		explain_add(e, at, "wwids file", explain_state_file(e, STATE_WWIDS), "%s",
			    !names_wwids_seen(e)		 ? "not seen"
			    : names_wwid_known(e, s->path->wwid) ? "has its WWID"
								 : "does not have its WWID");
		siblings(s, &others);
		explain_add(e, at, "other paths", NULL, "%s",
			    others.len ? sb_str(&others) : "none");
		if (state_marked(e->host->state, STATE_FAILED_WWIDS, s->path->wwid))
			explain_add(e, at, "failed", host_places()->run_dir,
				    "making its map failed before");
	}
	explain_add(e, at, "in use", NULL, "%s", use ? use : "no");
	explain_add(e, at, "multipath", NULL, "%s: %s", yes ? "takes it" : "leaves it", rule);
	say_udev_question(s, at, steps);
}

/* --- who says what --------------------------------------------------------------------------- */

/* "DEV MAP" lines of the daemon: the map it has for @dev, NULL: it does not know the path. */
static const char *daemon_map(struct engine *e, const char *dev)
{
	char *reply;
	const char *map = NULL;
	size_t n = strlen(dev);

	if (ctl_ask(e->host, "show paths raw format \"%d %m\"", 1000, &reply))
		return NULL;
	for (const char *line = reply; line && *line && !map;) {
		if (!strncmp(line, dev, n) && line[n] == ' ')
			map = arena_strndup(e->topo->arena, line + n + 1,
					    strcspn(line + n + 1, "\n"));
		line = strchr(line, '\n');
		line += line != NULL;
	}
	free(reply);
	return map;
}

/* Does @dm hold the path? Its table says so, or, where that may not be read, sysfs. */
static bool held_by(const struct subject *s, const struct dm_map *dm)
{
	char name[32];

	if (s->in_topology && s->path->in_table)
		return true;
	snprintf(name, sizeof(name), "dm-%u", dm->minor);
	for (const char *const *h = s->path->dev.holders; !dm->table && h && *h; h++)
		if (!strcmp(*h, name))
			return true;
	return false;
}

static const char *say_udev(const struct subject *s)
{
	const char *v = udev_prop(&s->path->dev.udev, "DM_MULTIPATH_DEVICE_PATH");

	if (!s->path->dev.udev.initialized)
		return "no record";
	return !v ? "does not say" : !strcmp(v, "1") ? "a path" : "not a path";
}

static bool text_has(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += n)
		if ((at == text || strchr(" \t/\n", at[-1])) && strchr(" \t/\n", at[n]))
			return true;
	return false;
}

static void differ(struct strbuf *out, const char *who)
{
	sb_printf(out, "%s%s", out->len ? "; " : "", who);
}

static void say_agreement(const struct subject *s, struct explain *x, const struct explain_ask *ask,
			  const struct gathered *g)
{
	struct engine *e = s->e;
	const char *wwid = s->path->wwid, *rule, *udev = say_udev(s), *map;
	struct explain_section *at = explain_section(x, "agreement", "Who says what");
	const struct dm_map *dm = *wwid ? observe_by_wwid(e, wwid) : NULL;
	bool yes = taken(s, &rule), known = *wwid && names_wwid_known(e, wwid);
	__attribute__((cleanup(sb_done))) struct strbuf quarrel = STRBUF_INIT;

	explain_add(e, at, "kernel", g->source == GATHER_SYSFS ? "sysfs" : NULL, "%s%s",
		    dm ? "map " : "no map has its WWID", dm ? dm->name : "");
	explain_add(e, at, "udev", "DM_MULTIPATH_DEVICE_PATH", "%s", udev);
	explain_add(e, at, "wwids file", NULL, "%s",
		    !names_wwids_seen(e) ? "not seen"
		    : known		 ? "a path"
					 : "does not know it");
	if (!ask->initramfs_wwids) {
		explain_add(e, at, "initramfs", NULL, "not looked at (--initramfs=DIR, unpacked)");
	} else {
		bool has = *wwid && text_has(ask->initramfs_wwids, wwid);

		explain_add(e, at, "initramfs", NULL, "%s", has ? "a path" : "does not know it");
		if (names_wwids_seen(e) && has != known)
			differ(&quarrel, "the wwids file and the one in the initramfs");
	}
	map = g->daemon == DAEMON_RUNS ? daemon_map(e, s->path->dev.name) : NULL;
	explain_add(e, at, "multipathd", NULL, "%s%s",
		    g->daemon == DAEMON_RUNS ? "" : daemon_state_word(g->daemon),
		    g->daemon != DAEMON_RUNS ? ""
		    : map		     ? map
					     : "does not say");
	if ((yes && !strcmp(udev, "not a path")) || (!yes && !strcmp(udev, "a path")))
		differ(&quarrel, "udev and multipath");
	if (dm && names_wwids_seen(e) && !known)
		differ(&quarrel, "the kernel and the wwids file");
	if (dm && map && strcmp(map, dm->name))
		differ(&quarrel, "the kernel and multipathd");
	explain_add(e, at, "agreement", NULL, "%s%s",
		    quarrel.len ? "they do not agree: " : "they agree", sb_str(&quarrel));
}

/* --- the whole ------------------------------------------------------------------------------- */

static const char *verdict(const struct subject *s)
{
	struct arena *a = s->e->topo->arena;
	const char *name = s->path->dev.name, *rule;
	const struct dm_map *dm = s->path->wwid[0] ? observe_by_wwid(s->e, s->path->wwid) : NULL;
	bool yes = taken(s, &rule);

	if (dm && held_by(s, dm))
		return arena_printf(a, "%s is a path of the map %s", name, dm->name);
	if (yes)
		return arena_printf(a, "%s would become a path of %s: %s", name,
				    dm ? dm->name : "a new map", rule);
	return arena_printf(a, "%s is not multipathed: %s", name, rule);
}

const struct explain *explain_path(struct engine *e, const char *device,
				   const struct explain_ask *ask, const struct gathered *g)
{
	struct explain *x = explain_new(e, "path", device, g);
	struct prop_layers l;
	struct subject s;

	if (!load(e, device, &s))
		return NULL;
	x->verdict = verdict(&s);
	say_device(&s, x);
	say_wwid(&s, x);
	say_filters(&s, x);
	say_decision(&s, x, ask->losers);
	say_agreement(&s, x, ask, g);
	l = discover_layers(e, s.path);
	explain_settings(e, x, &s.path->props, &l, false, ask->losers);
	subject_done(&s);
	return x;
}

/* --- --would --------------------------------------------------------------------------------- */

unsigned int explain_would(struct engine *e, struct explain_would **ret_list)
{
	struct explain_would *list = NULL;
	unsigned int n = 0, cap = 0;
	struct names blocks;

	if (fstree_list(e->host->sys, "class/block", &blocks))
		return 0;
	for (unsigned int i = 0; i < blocks.n; i++) {
		struct explain_would w;
		struct subject s;

		if (!facts_is_disk(e->host, blocks.list[i]) || !load(e, blocks.list[i], &s))
			continue;
		w.taken = taken(&s, &w.rule);
		if (!w.taken && s.path->dev.bus == BUS_UNKNOWN) { /* dm, loop, ram: never a path */
			subject_done(&s);
			continue;
		}
		w.device = arena_strdup(e->topo->arena, blocks.list[i]);
		w.wwid = arena_strdup(e->topo->arena, s.path->wwid);
		list = arena_grow(e->topo->arena, list, n, &cap, sizeof(*list));
		list[n++] = w;
		subject_done(&s);
	}
	names_done(&blocks);
	*ret_list = list;
	return n;
}
