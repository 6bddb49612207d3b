// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queue is a list in the order of arrival. Filtering looks, for each event, at the earlier ones
 * of its device, merging for the last transaction of its WWID; a set of what was seen makes either
 * one pass. What is joined takes the earlier one's place, so that the order of first appearance is
 * kept.
 */
#include "core/model/uevent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/model/wwid.h"
#include "parser/hash.h"

static const char *const action_names[] = {
	[UEVENT_ADD] = "add",
	[UEVENT_CHANGE] = "change",
	[UEVENT_REMOVE] = "remove",
};

static enum uevent_action action_of(const char *text)
{
	for (enum uevent_action a = UEVENT_ADD; a < UEVENT_OTHER; a++)
		if (!strcmp(text, action_names[a]))
			return a;
	return UEVENT_OTHER;
}

static const char *prop_or(const struct udev_props *p, const char *key, const char *if_absent)
{
	const char *v = udev_prop(p, key);

	return v ? v : if_absent;
}

/* The last part of a path; devices with '/' in their name have '!' in sysfs. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#define MPATH "mpath-"

static bool is_mpath(const struct uevent *ev)
{
	return ev->dm_uuid && !strncmp(ev->dm_uuid, MPATH, strlen(MPATH));
}

static void fill_dm(struct uevent *ev)
{
	const struct udev_props *p = &ev->props;

	ev->is_dm = true;
	ev->dm_name = udev_prop(p, "DM_NAME");
	ev->dm_uuid = udev_prop(p, "DM_UUID");
	ev->dm_action = udev_prop(p, "DM_ACTION");
	ev->dm_path = udev_prop(p, "DM_PATH");
	ev->dm_valid_paths = atoi(prop_or(p, "DM_NR_VALID_PATHS", "-1"));
	if (is_mpath(ev))
		snprintf(ev->wwid, sizeof(ev->wwid), "%s", ev->dm_uuid + strlen(MPATH));
}

int uevent_new(struct udev_props *props, int64_t now_ns, struct uevent **ret_ev)
{
	struct uevent *ev = calloc(1, sizeof(*ev));
	const char *name;

	if (!ev) {
		udev_props_done(props);
		return -ENOMEM;
	}
	ev->props = *props;
	*props = (struct udev_props){ 0 };
	name = base_name(prop_or(&ev->props, "DEVPATH", ""));
	if (strcmp(prop_or(&ev->props, "SUBSYSTEM", "block"), "block") || !*name ||
	    strlen(name) >= sizeof(ev->name)) {
		uevent_free(ev);
		return -EINVAL;
	}
	strcpy(ev->name, name);
	ev->action = action_of(prop_or(&ev->props, "ACTION", ""));
	ev->devno = makedev((unsigned int)strtoul(prop_or(&ev->props, "MAJOR", "0"), NULL, 10),
			    (unsigned int)strtoul(prop_or(&ev->props, "MINOR", "0"), NULL, 10));
	ev->seqnum = strtoull(prop_or(&ev->props, "SEQNUM", "0"), NULL, 10);
	ev->came_ns = now_ns;
	ev->dm_valid_paths = -1;
	if (!strncmp(name, "dm-", 3))
		fill_dm(ev);
	*ret_ev = ev;
	return 0;
}

void uevent_free(struct uevent *ev)
{
	while (ev) {
		struct uevent *also = ev->also;

		udev_props_done(&ev->props);
		free(ev);
		ev = also;
	}
}

bool uevent_interesting(const struct uevent *ev)
{
	static const char *const kinds[] = { "sd", "dasd", "nvme", "cciss" };

	if (ev->action == UEVENT_OTHER || strcmp(prop_or(&ev->props, "DEVTYPE", "disk"), "disk"))
		return false;
	if (ev->is_dm)
		return is_mpath(ev) || (!ev->dm_uuid && ev->action == UEVENT_REMOVE);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(ev->name, kinds[i], strlen(kinds[i])))
			return true;
	return false;
}

void uevent_identify(struct uevent *ev, const char *uid_attrs)
{
	char buf[128];
	const char *property, *wwid;

	if (ev->is_dm || !uid_attrs)
		return;
	property = wwid_uid_attr(uid_attrs, ev->name, buf, sizeof(buf));
	wwid = property ? udev_prop(&ev->props, property) : NULL;
	snprintf(ev->wwid, sizeof(ev->wwid), "%s", wwid ? wwid : "");
}

/* --- the queue --------------------------------------------------------------------------------- */

static void append(struct uevent_queue *q, struct uevent *ev)
{
	if (!q->last)
		q->last = &q->first;
	ev->next = NULL;
	*q->last = ev;
	q->last = &ev->next;
	q->n++;
}

struct uevent *uevent_pop(struct uevent_queue *q)
{
	struct uevent *ev = q->first;

	if (!ev)
		return NULL;
	q->first = ev->next;
	if (!q->first)
		q->last = &q->first;
	q->n--;
	ev->next = NULL;
	return ev;
}

/* Move all out, to put some back. */
static struct uevent_queue take_all(struct uevent_queue *q)
{
	struct uevent_queue all = *q;

	q->first = NULL;
	q->last = NULL;
	q->n = 0;
	return all;
}

void uevent_queue_done(struct uevent_queue *q)
{
	struct uevent *ev;

	while ((ev = uevent_pop(q)))
		uevent_free(ev);
}

int64_t uevent_due_ns(const struct uevent_queue *q)
{
	int64_t quiet = q->last_ns + UEVENT_QUIET_NS;

	if (!q->first)
		return INT64_MAX;
	return quiet < q->first->came_ns + UEVENT_LATE_NS ? quiet
							  : q->first->came_ns + UEVENT_LATE_NS;
}

/* --- filter ------------------------------------------------------------------------------------ */

static uint32_t name_hash(const void *item)
{
	return hash_text(HASH_START, ((const struct uevent *)item)->name);
}

static bool same_name(const void *a, const void *b)
{
	return !strcmp(((const struct uevent *)a)->name, ((const struct uevent *)b)->name);
}

/* @early becomes what @late says, in its own place; @late is freed. */
static void join(struct uevent *early, struct uevent *late)
{
	struct uevent old = *early;

	*early = *late;
	early->next = old.next;
	early->earlier = old.earlier;
	early->came_ns = old.came_ns;
	if (old.action == UEVENT_ADD && late->action == UEVENT_CHANGE)
		early->action = UEVENT_ADD;
	*late = (struct uevent){ .props = old.props };
	uevent_free(late);
}

/* A device is gone: what was told of it before does not matter, back to an earlier remove. */
static struct uevent *join_remove(struct uevent *latest, struct uevent *late)
{
	struct uevent *place = latest;

	while (place->earlier && place->action != UEVENT_REMOVE) {
		place->obsolete = true;
		place = place->earlier;
	}
	join(place, late);
	return place;
}

static bool can_join(const struct uevent *early, const struct uevent *late)
{
	return early->action != UEVENT_REMOVE &&
	       (!early->is_dm || (same_text(early->dm_action, late->dm_action) &&
				  same_text(early->dm_path, late->dm_path)));
}

static void filtered(struct uevent_queue *q, struct seen *devices, struct uevent *ev)
{
	struct uevent *latest = (struct uevent *)seen_find(devices, ev);

	ev->earlier = latest;
	if (!latest)
		seen_add(devices, ev);
	if (latest && ev->action == UEVENT_REMOVE) {
		seen_replace(devices, join_remove(latest, ev));
		return;
	}
	if (latest && can_join(latest, ev)) {
		join(latest, ev);
		return;
	}
	if (latest)
		seen_replace(devices, ev);
	append(q, ev);
}

/* A new list, without what is obsolete. */
static void sweep(struct uevent_queue *q)
{
	struct uevent_queue all = take_all(q);
	struct uevent *ev;

	while ((ev = uevent_pop(&all)))
		if (ev->obsolete)
			uevent_free(ev);
		else
			append(q, ev);
}

void uevent_filter(struct uevent_queue *q)
{
	struct seen devices = { .hash = name_hash, .same = same_name };
	struct uevent_queue all = take_all(q);
	struct uevent *ev;

	while ((ev = uevent_pop(&all)))
		filtered(q, &devices, ev);
	seen_done(&devices);
	sweep(q);
}

void uevent_push(struct uevent_queue *q, struct uevent *ev)
{
	if (!uevent_interesting(ev)) {
		uevent_free(ev);
		return;
	}
	if (q->n >= UEVENTS_MAX && !q->lost)
		uevent_filter(q);
	if (q->n >= UEVENTS_MAX) {
		q->lost = true;
		uevent_free(ev);
		return;
	}
	q->last_ns = ev->came_ns;
	append(q, ev);
}

/* --- merge ------------------------------------------------------------------------------------- */

static uint32_t wwid_hash(const void *item)
{
	return hash_text(HASH_START, ((const struct uevent *)item)->wwid);
}

static bool same_wwid(const void *a, const void *b)
{
	return !strcmp(((const struct uevent *)a)->wwid, ((const struct uevent *)b)->wwid);
}

/* Nothing of the same device may stand between, so only its first event can be moved forward. */
static bool can_go_with(const struct uevent *head, const struct uevent *ev)
{
	return head && !head->is_dm && !ev->is_dm && !ev->earlier &&
	       (head->action == UEVENT_REMOVE) == (ev->action == UEVENT_REMOVE);
}

static void merged(struct uevent_queue *q, struct seen *wwids, struct uevent *ev)
{
	struct uevent *head = *ev->wwid ? (struct uevent *)seen_find(wwids, ev) : NULL;

	if (can_go_with(head, ev)) {
		while (head->also)
			head = head->also;
		head->also = ev;
		return;
	}
	if (head)
		seen_replace(wwids, ev);
	else if (*ev->wwid)
		seen_add(wwids, ev);
	append(q, ev);
}

void uevent_merge(struct uevent_queue *q)
{
	struct seen wwids = { .hash = wwid_hash, .same = same_wwid };
	struct uevent_queue all;
	struct uevent *ev;

	uevent_filter(q);
	all = take_all(q);
	while ((ev = uevent_pop(&all)))
		merged(q, &wwids, ev);
	seen_done(&wwids);
}
