/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decision is a table of questions about (wanted, observed), asked in order; each row has the
 * reason that the log gives. Names come first, as a rename can go together with any table change.
 */
#include "core/model/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/model/dmtext.h"

static void note(struct plan *p, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void note(struct plan *p, int level, const char *fmt, ...)
{
	struct plan_note *n;
	va_list ap;

	if (p->n_notes == sizeof(p->notes) / sizeof(p->notes[0]))
		return;
	n = &p->notes[p->n_notes++];
	n->level = level;
	va_start(ap, fmt);
	vsnprintf(n->text, sizeof(n->text), fmt, ap);
	va_end(ap);
}

static void decide(struct plan *p, enum map_action action, const char *word, const char *reason)
{
	p->action = action;
	p->reason = reason;
	note(p, 3, "%s: set %s (%s)", p->name, word, reason);
}

/* --- the table's differences, in the order they are asked ------------------------------------ */

static bool queueing_differs(const struct map *w, const struct map *s)
{
	return props_word(&w->props, KW_no_path_retry) != VW_NONE &&
	       w->queueing != feature_has(s->features, "queue_if_no_path");
}

static bool hwhandler_differs(const struct map *w, const struct map *s)
{
	/* an attached handler is kept by the kernel whatever the table says */
	if (props_yes(&w->props, KW_retain_attached_hw_handler) && strcmp(s->hwhandler, "0"))
		return false;
	return strcmp(w->hwhandler, s->hwhandler) != 0;
}

static bool features_differ(const struct map *w, const struct map *s)
{
	return !features_equal(w->features, s->features, true);
}

static bool selector_differs(const struct map *w, const struct map *s)
{
	return !s->selector || !selector_equal(s->selector, w->selector);
}

static bool minio_differs(const struct map *w, const struct map *s)
{
	return s->minio && w->minio && s->minio != w->minio;
}

static bool group_has(const struct pathgroup *g, const struct path *p)
{
	for (unsigned int i = 0; i < g->n; i++)
		if (g->paths[i] == p)
			return true;
	return false;
}

static bool groups_differ(const struct map *w, const struct map *s)
{
	if (w->n_groups != s->n_groups)
		return true;
	for (unsigned int i = 0; i < w->n_groups; i++) {
		const struct pathgroup *a = &w->groups[i], *b = &s->groups[i];

		if (a->n != b->n)
			return true;
		for (unsigned int k = 0; k < a->n; k++)
			if (!group_has(b, a->paths[k]))
				return true;
	}
	return false;
}

static const struct {
	bool (*differs)(const struct map *want, const struct map *seen);
	const char *reason;
} reload_reasons[] = {
	{ queueing_differs, "no_path_retry change" },
	{ hwhandler_differs, "hwhandler change" },
	{ features_differ, "features change" },
	{ selector_differs, "selector change" },
	{ minio_differs, "minio change" },
	{ groups_differ, "path group topology change" },
};

unsigned int plan_differences(const struct map *want, const struct map *seen, const char **out,
			      unsigned int max)
{
	unsigned int n = 0;

	for (size_t i = 0; i < sizeof(reload_reasons) / sizeof(reload_reasons[0]); i++)
		if (n < max && reload_reasons[i].differs(want, seen))
			out[n++] = reload_reasons[i].reason;
	return n;
}

static const char *reload_reason(const struct map *want, const struct map *seen)
{
	for (size_t i = 0; i < sizeof(reload_reasons) / sizeof(reload_reasons[0]); i++)
		if (reload_reasons[i].differs(want, seen))
			return reload_reasons[i].reason;
	return NULL;
}

/* --- names ----------------------------------------------------------------------------------- */

static bool is_multipath(const struct dm_map *m)
{
	return m->target && !strcmp(m->target, "multipath");
}

static void plan_create(const struct map *want, const struct plan_seen *seen, struct plan *p)
{
	const struct dm_map *other = seen->same_name;

	if (other && is_multipath(other) && !strncmp(other->uuid, "mpath-", 6)) {
		note(p, 1, "%s: can't use alias \"%s\" used by %s, falling back to WWID",
		     want->wwid, want->alias, other->uuid + 6);
		snprintf(p->name, sizeof(p->name), "%s", want->wwid);
	} else if (other) {
		note(p, 1, "%s: alias \"%s\" already taken by a non-multipath map", want->wwid,
		     want->alias);
		p->action = ACT_REJECT;
		p->reason = "alias taken by a non-multipath map";
		return;
	}
	decide(p, ACT_CREATE, "ACT_CREATE", "map does not exist");
}

/* true: the map is to be renamed to p->name. */
static bool plan_name(const struct map *want, const struct plan_seen *seen, struct plan *p,
		      bool *ret_impossible)
{
	const char *has = seen->same_wwid->dm.name;

	*ret_impossible = false;
	if (!strcmp(has, want->alias))
		return false;
	if (seen->same_name) {
		note(p, 2, "%s: map \"%s\" already present, unable to rename \"%s\"", want->wwid,
		     want->alias, has);
		snprintf(p->name, sizeof(p->name), "%s", has);
		*ret_impossible = true;
		return false;
	}
	note(p, 2, "%s: rename %s to %s", want->wwid, has, want->alias);
	return true;
}

void plan_map(const struct map *want, const struct plan_seen *seen, struct plan *p)
{
	const struct map *has = seen->same_wwid;
	bool rename, impossible;
	const char *why;

	memset(p, 0, sizeof(*p));
	snprintf(p->name, sizeof(p->name), "%s", want->alias);
	if (seen->foreign_wwid) {
		note(p, 1, "%s: wwid \"%s\" already in use by non-multipath map \"%s\"", want->wwid,
		     want->wwid, seen->foreign_wwid->name);
		p->action = ACT_REJECT;
		p->reason = "UUID in use by a non-multipath map";
		return;
	}
	if (!has) {
		plan_create(want, seen, p);
		return;
	}
	rename = plan_name(want, seen, p, &impossible);
	if (has->dm.size != want->size) {
		decide(p, rename ? ACT_RESIZE_RENAME : ACT_RESIZE, "ACT_RESIZE", "size change");
		return;
	}
	why = seen->force ? "forced by user" : seen->udev_incomplete ? "udev incomplete" : NULL;
	p->afresh = why != NULL;
	if (!why)
		why = reload_reason(want, has);
	if (why)
		decide(p, rename ? ACT_RELOAD_RENAME : ACT_RELOAD, "ACT_RELOAD", why);
	else if (want->best_group && has->next_group != want->best_group)
		decide(p, rename ? ACT_SWITCHPG_RENAME : ACT_SWITCHPG, "ACT_SWITCHPG",
		       "next path group change");
	else if (rename)
		decide(p, ACT_RENAME, "ACT_RENAME", "alias change");
	else if (impossible)
		decide(p, ACT_IMPOSSIBLE, "ACT_IMPOSSIBLE", "alias taken");
	else
		decide(p, ACT_NOTHING, "ACT_NOTHING", "map unchanged");
}
