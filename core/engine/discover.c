/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names from class/block, the cheap devnode filter first, then facts, then the other filters in
 * multipath-tools' order. The list is sorted by sysfs path: the order in which udev enumerates, so
 * that groups and output lines stand as they always stood.
 */
#include "core/engine/discover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/facts.h"
#include "core/engine/log.h"
#include "core/model/wwid.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

static void log_filter(const struct filter_result *r, const struct blkdev *d, const char *text)
{
	__attribute__((cleanup(sb_done))) struct strbuf line = STRBUF_INIT;

	if (log_shows(3) && filter_log(r, d->name, d->vendor, d->product, text, &line))
		mlog(3, "%s", sb_str(&line));
}

static bool step(struct filter_result *r, struct filter_result now, const struct blkdev *d,
		 const char *text)
{
	*r = now;
	log_filter(r, d, text);
	return filter_blocks(r);
}

unsigned int discover_filters(struct engine *e, const struct blkdev *d, const char *uid_attribute,
			      struct filter_result r[DISCOVER_FILTERS])
{
	const struct config *c = e->cfg;
	unsigned int n = 0;

	r[n++] = filter_devnode(c, d->name);
	if (filter_blocks(&r[n - 1]))
		return n;
	if (d->usb && !config_yes(c, KW_allow_usb_devices)) {
		r[n++] = (struct filter_result){ .kind = RULE_PROTOCOL,
						 .verdict = FILTER_BLACKLISTED };
		return n;
	}
	r[n++] = filter_property(c, &d->udev, uid_attribute);
	if (filter_blocks(&r[n - 1]))
		return n;
	r[n++] = filter_device(c, d->vendor, d->product);
	if (filter_blocks(&r[n - 1]))
		return n;
	r[n++] = filter_protocol(c, d->protocol);
	return n;
}

/* What a filter was asked about, as its log line names it. */
static const char *filter_text(const struct filter_result *r, const struct blkdev *d)
{
	return r->kind == RULE_DEVNODE	  ? d->name
	       : r->kind == RULE_PROTOCOL ? protocol_name(d->protocol)
	       : r->kind == RULE_PROPERTY ? r->subject
					  : NULL;
}

struct filter_result discover_filter(struct engine *e, const struct blkdev *d,
				     const char *uid_attribute)
{
	struct filter_result r[DISCOVER_FILTERS];
	unsigned int n = discover_filters(e, d, uid_attribute, r);

	for (unsigned int i = 0; i < n; i++)
		if (r[i].kind == RULE_PROTOCOL && filter_blocks(&r[i]) && !r[i].rule)
			mlog(3, "%s: USB device, skipping (allow_usb_devices is off)", d->name);
		else
			log_filter(&r[i], d, filter_text(&r[i], d));
	return r[n - 1];
}

bool discover_wwid_blocked(struct engine *e, const struct path *p)
{
	struct filter_result r;

	return step(&r, filter_wwid(e->cfg, p->wwid), &p->dev, p->wwid);
}

struct prop_layers discover_layers(struct engine *e, const struct path *p)
{
	const struct blkdev *d = &p->dev;

	return (struct prop_layers){
		.cfg = e->cfg,
		.multipath = p->wwid[0] ? config_multipath(e->cfg, p->wwid) : NULL,
		.devices = rowmatch_find(e->rows, d->vendor, d->product, d->rev),
		.protocol = props_protocol(e->cfg, protocol_name(d->protocol)),
	};
}

static void resolve_props(struct engine *e, struct path *p)
{
	struct prop_layers l = discover_layers(e, p);

	props_path(&p->props, &l);
}

const char *discover_uid_property(struct engine *e, const struct path *p, char *buf, size_t len)
{
	const struct kwval *attrs = config_value(e->cfg, KW_uid_attrs);
	const char *by_name = attrs ? wwid_uid_attr(attrs->str, p->dev.name, buf, len) : NULL;
	const char *by_row = props_str(&p->props, KW_uid_attribute);

	return by_name ? by_name : by_row ? by_row : "";
}

static void log_wwid(const struct path *p, const struct wwid_result *r)
{
	if (r->overflow)
		mlog(0, "%s: wwid overflow", p->dev.name);
	if (r->shortened)
		mlog(2, "%s: over-long WWID shortened to %s", p->dev.name, r->text);
	mlog(r->fallback ? 1 : 3, "%s: uid = %s (%s)", p->dev.name,
	     r->text[0] ? r->text : "<empty>", r->source ? r->source : "none");
}

/* A daemon asks udev again before it looks for a WWID by itself: path_init_step(). */
static bool waits_for_udev(const struct engine *e, const struct path *p, const char *property)
{
	const char *value = udev_prop(&p->dev.udev, property);

	return e->opt.is_daemon && *property && (!value || !*value) && p->init != INIT_FAILED;
}

bool discover_identify(struct engine *e, struct path *p)
{
	char buf[64];
	const char *property;
	struct wwid_result r;
	int err;

	p->sysfs_state = path_sysfs_state(&p->dev);
	resolve_props(e, p);
	property = discover_uid_property(e, p, buf, sizeof(buf));
	if (waits_for_udev(e, p, property)) {
		if (!p->wwid[0] && p->init != INIT_REQUESTED_UDEV)
			p->init = INIT_MISSING_UDEV;
		return false;
	}
	err = wwid_resolve(&p->dev, property,
			   e->opt.use_environment && *property ? getenv(property) : NULL, &r);
	if (err == -EAGAIN)
		return true;
	if (err) {
		mlog(3, "%s: no %s attribute", p->dev.name, property);
		return false;
	}
	if (!wwid_safe(r.text)) {
		mlog(0, "%s: WWID holds '/' or control characters, path ignored: %s", p->dev.name,
		     r.text);
		p->init = INIT_FAILED;
		return false;
	}
	snprintf(p->wwid, sizeof(p->wwid), "%s", r.text);
	p->wwid_source = r.source;
	p->init = INIT_OK;
	log_wwid(p, &r);
	resolve_props(e, p); /* again: multipaths sections speak by WWID */
	return false;
}

/* The facts as -v3 has always listed them. */
static void log_facts(const struct blkdev *d)
{
	const char *n = d->name;

	mlog(3, "%s: size = %llu", n, (unsigned long long)d->size);
	mlog(3, "%s: vendor = %s", n, d->vendor);
	mlog(3, "%s: product = %s", n, d->product);
	mlog(3, "%s: rev = %s", n, d->rev);
	if (d->has_hcil)
		mlog(3, "%s: h:b:t:l = %d:%d:%d:%llu", n, d->host, d->channel, d->id,
		     (unsigned long long)d->lun);
	mlog(3, "%s: tgt_node_name = %s", n, d->tgt_node_name);
	if (d->serial[0])
		mlog(3, "%s: serial = %s (sysfs)", n, d->serial);
}

static const char *uid_attribute_of(struct engine *e, const struct blkdev *d)
{
	struct path probe = { .dev = *d };
	static const char none[] = "";
	const char *s;

	resolve_props(e, &probe);
	s = props_str(&probe.props, KW_uid_attribute);
	return s ? s : none;
}

/* Named by a rule: that udev has not told enough yet is no reason to take a path out of its map. */
static bool is_blocked(struct engine *e, const struct blkdev *d)
{
	struct filter_result r[DISCOVER_FILTERS];
	unsigned int n = discover_filters(e, d, uid_attribute_of(e, d), r);

	return n && r[n - 1].verdict == FILTER_BLACKLISTED && r[n - 1].rule;
}

static enum discover_result take(struct engine *e, const char *name, bool filtered,
				 struct path **ret_path, struct discover_why *why)
{
	struct path *known = topology_path_named(e->topo, name), *p;
	struct filter_result r;
	struct blkdev d;

	if (known) {
		*ret_path = known;
		return DISCOVER_OK;
	}
	if (filtered && !facts_is_disk(e->host, name))
		return DISCOVER_NOT_A_DISK;
	if (facts_load(e->host, e->topo->arena, name, &d))
		return DISCOVER_GONE;
	if (filtered) {
		r = discover_filter(e, &d, uid_attribute_of(e, &d));
		if (why)
			why->filter = r;
		if (filter_blocks(&r)) {
			udev_props_done(&d.udev);
			return DISCOVER_BLOCKED;
		}
	}
	p = topology_add_path(e->topo);
	p->dev = d;
	p->blocked = !filtered && is_blocked(e, &d);
	p->state = PATH_UNCHECKED;
	log_facts(&p->dev);
	*ret_path = p;
	return DISCOVER_OK;
}

enum discover_result discover_one(struct engine *e, const char *name, bool filtered,
				  struct path **ret_path, struct discover_why *why)
{
	struct path *p;
	enum discover_result r = take(e, name, filtered, &p, why);

	if (r == DISCOVER_OK) {
		if (!p->wwid[0])
			discover_identify(e, p);
		*ret_path = p;
	}
	return r;
}

enum discover_result discover_again(struct engine *e, struct path *p)
{
	struct filter_result r;
	struct blkdev d;

	if (facts_load(e->host, e->topo->arena, p->dev.name, &d))
		return DISCOVER_GONE;
	if (d.devno != p->dev.devno) {
		udev_props_done(&d.udev);
		return DISCOVER_GONE;
	}
	r = discover_filter(e, &d, uid_attribute_of(e, &d));
	if (filter_blocks(&r)) {
		udev_props_done(&d.udev);
		return DISCOVER_BLOCKED;
	}
	udev_props_done(&p->dev.udev);
	p->dev = d;
	discover_identify(e, p);
	return DISCOVER_OK;
}

struct found {
	char name[64], syspath[512];
};

static int by_syspath(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->syspath, ((const struct found *)b)->syspath);
}

/* Where udevd runs, a device it has not handled yet is left alone until it has. */
static bool udev_runs(const struct topology *t)
{
	for (unsigned int i = 0; i < t->n_paths; i++)
		if (t->paths[i]->dev.udev.initialized)
			return true;
	return false;
}

static void drop_uninitialized(struct topology *t)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->n_paths; i++) {
		struct path *p = t->paths[i];

		if (p->dev.udev.initialized) {
			t->paths[n++] = p;
			continue;
		}
		mlog(3, "%s: not handled by udev yet, skipping", p->dev.name);
		udev_props_done(&p->dev.udev);
	}
	t->n_paths = n;
	topology_reindex(t);
}

void discover_identify_all(struct engine *e)
{
	for (unsigned int i = 0; i < e->topo->n_paths; i++)
		discover_identify(e, e->topo->paths[i]);
}

int discover_all(struct engine *e)
{
	struct fstree *sys = e->host->sys;
	struct names names;
	struct found *found;
	unsigned int n = 0;
	int r = fstree_list(sys, "class/block", &names);

	if (r)
		return r;
	found = calloc(names.n + 1, sizeof(*found));
	if (!found) {
		names_done(&names);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < names.n; i++) {
		char link[128];
		struct filter_result f = filter_devnode(e->cfg, names.list[i]);

		if (filter_blocks(&f)) {
			mlog(3, "%s: device node name blacklisted", names.list[i]);
			continue;
		}
		snprintf(found[n].name, sizeof(found[n].name), "%s", names.list[i]);
		snprintf(link, sizeof(link), "class/block/%s", names.list[i]);
		if (!fstree_real(sys, link, found[n].syspath, sizeof(found[n].syspath)))
			n++;
	}
	names_done(&names);
	qsort(found, n, sizeof(*found), by_syspath);
	for (unsigned int i = 0; i < n; i++) {
		struct path *p;

		take(e, found[i].name, true, &p, NULL);
	}
	free(found);
	if (udev_runs(e->topo))
		drop_uninitialized(e->topo);
	return 0;
}
