/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Something happened to a path: path_fsm() decides, this file does what it says. One row of a table
 * for each thing to do, in the order of enum life_do.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/discover.h"
#include "core/engine/log.h"
#include "core/model/evlog.h"
#include "core/model/pgpolicy.h"
#include "daemon/parts.h"
#include "daemon/reserve.h"

void path_rules(struct multipathd *d, const struct path *p, struct life_rules *ret)
{
	life_rules(&p->props, p->map ? &p->map->props : NULL, d->e->cfg, ret);
	if (p->map)
		ret->phase_ns = life_phase(p->map->wwid, ret->polling_s);
}

/* --- what is to be done ---------------------------------------------------------------------- */

struct doing {
	struct multipathd *d;
	struct path *p;
	const struct life_step *s;
	bool refused; /* a dm message failed */
	char action[80];
};

static void tell_kernel(struct doing *x, const char *verb)
{
	char text[48];

	if (!x->p->map)
		return;
	snprintf(text, sizeof(text), "%s %u:%u", verb, major(x->p->dev.devno),
		 minor(x->p->dev.devno));
	x->refused |= daemon_message(x->d, x->p->map, text) != 0;
	snprintf(x->action, sizeof(x->action), "%s", text);
}

static void do_fail(struct doing *x)
{
	tell_kernel(x, "fail_path");
}

static void do_reinstate(struct doing *x)
{
	tell_kernel(x, "reinstate_path");
}

static void do_enable_group(struct doing *x)
{
	struct map *m = x->p->map;
	char text[32];

	for (unsigned int g = 0; m && g < m->n_groups; g++) {
		if (&m->groups[g] != x->p->group || m->groups[g].state != PG_DISABLED)
			continue;
		snprintf(text, sizeof(text), "enable_group %u", g + 1);
		if (!daemon_message(x->d, m, text))
			m->groups[g].state = PG_ENABLED;
	}
}

static void do_marginal_start(struct doing *x)
{
	sampler_start(x->d, x->p);
}

static void do_marginal_stop(struct doing *x)
{
	sampler_stop(x->d, x->p);
}

static void do_last_lost(struct doing *x)
{
	struct map *m = x->p->map;

	if (!m)
		return;
	mapclock_queueing(x->d, m, QUEUEING_LOST_LAST);
	for (unsigned int i = 0; i < m->n_paths;
	     i++) /* held back for their bad past: better than none */
		if (m->paths[i] != x->p && m->paths[i]->state == PATH_DELAYED)
			path_event(x->d, m->paths[i], LIFE_RECHECK, PATH_DELAYED, NULL);
}

static void do_first_gained(struct doing *x)
{
	if (x->p->map)
		mapclock_queueing(x->d, x->p->map, QUEUEING_GAINED_FIRST);
}

static void do_refresh_prio(struct doing *x)
{
	struct map *m = x->p->map;

	for (unsigned int i = 0; m && i < m->n_paths; i++)
		if (path_state_usable(m->paths[i]->state))
			sched_ask_prio(x->d, m->paths[i]);
}

static void do_failback(struct doing *x)
{
	struct map *m = x->p->map;

	if (!m)
		return;
	pg_refresh_all(m);
	mapclock_failback(x->d, m, x->s->lost_usable ? FAILBACK_PATH_LOST : FAILBACK_PATHS,
			  x->s->became_usable || x->s->lost_usable ? x->p->group : NULL);
}

static void do_reload(struct doing *x)
{
	if (x->p->wwid[0])
		maps_touch(x->d, x->p->wwid, TOUCH_LOOK, NULL);
}

static void do_recheck_wwid(struct doing *x)
{
	sched_recheck_wwid(x->d, x->p);
}

static void do_purge(struct doing *x)
{
	sched_purge(x->d, x->p);
}

static void do_add_to_map(struct doing *x)
{
	x->p->add_when_online = false;
	maps_touch(x->d, x->p->wwid, TOUCH_LOOK, NULL);
}

static const struct {
	enum life_do bit;
	void (*act)(struct doing *x);
} doings[] = {
	{ LIFE_DO_FAIL_PATH, do_fail },
	{ LIFE_DO_REINSTATE, do_reinstate },
	{ LIFE_DO_ENABLE_GROUP, do_enable_group },
	{ LIFE_DO_MARGINAL_START, do_marginal_start },
	{ LIFE_DO_MARGINAL_STOP, do_marginal_stop },
	{ LIFE_DO_LAST_LOST, do_last_lost },
	{ LIFE_DO_FIRST_GAINED, do_first_gained },
	{ LIFE_DO_REFRESH_PRIO, do_refresh_prio },
	{ LIFE_DO_FAILBACK, do_failback },
	{ LIFE_DO_RELOAD_MAP, do_reload },
	{ LIFE_DO_RECHECK_WWID, do_recheck_wwid },
	{ LIFE_DO_PURGE, do_purge },
	{ LIFE_DO_ADD_TO_MAP, do_add_to_map },
};

/* --- what happened --------------------------------------------------------------------------- */

static const char *dm_word(enum dm_path_state s)
{
	return s == DMP_FAILED ? "failed" : s == DMP_ACTIVE ? "active" : "undef";
}

static void cause_text(const struct path *p, const struct life_event *ev, char *out, size_t len)
{
	const char *checker = props_str(&p->props, KW_path_checker);

	if (ev->kind == LIFE_VERDICT || ev->kind == LIFE_EXPIRED)
		snprintf(out, len, "%s checker%s", checker ? checker : "path",
			 ev->msg ? ev->msg : "");
	else if (ev->kind == LIFE_OFFLINE)
		snprintf(out, len, "device is %s",
			 ev->state == PATH_REMOVED || !p->dev.state[0] ? "gone" : p->dev.state);
	else
		snprintf(out, len, "%s", life_kind_name(ev->kind));
}

static void record(struct doing *x, const struct life_event *ev)
{
	const struct life_step *s = x->s;
	struct ev_entry *e;

	if (s->from != s->to) {
		e = daemon_event_path(x->d, x->p, "path state");
		snprintf(e->from, sizeof(e->from), "%s", path_state_log(s->from));
		snprintf(e->to, sizeof(e->to), "%s", path_state_log(s->to));
	} else if (s->dm_from != s->dm_to) {
		e = daemon_event_path(x->d, x->p, "dm state");
		snprintf(e->from, sizeof(e->from), "%s", dm_word(s->dm_from));
		snprintf(e->to, sizeof(e->to), "%s", dm_word(s->dm_to));
	} else {
		return;
	}
	cause_text(x->p, ev, e->cause, sizeof(e->cause));
	snprintf(e->action, sizeof(e->action), "%s", x->action);
}

static void step(struct multipathd *d, struct path *p, const struct life_event *ev)
{
	struct life_rules rules;
	struct life_step s;
	struct doing x = { .d = d, .p = p, .s = &s };

	path_rules(d, p, &rules);
	path_fsm(p, ev, &rules, &s);
	daemon_log_notes(&s.notes);
	for (size_t i = 0; i < sizeof(doings) / sizeof(doings[0]); i++)
		if (s.todo & doings[i].bit)
			doings[i].act(&x);
	if (s.became_usable)
		reserve_path(d, p);
	record(&x, ev);
	sched_rearm(d, p->life.next_ns);
	if (x.refused && ev->kind != LIFE_DM_REFUSED)
		path_event(d, p, LIFE_DM_REFUSED, p->state, NULL);
	if (p->map && s.from != s.to && mapclock_life(d, p->map, MAP_PATHS))
		maps_touch(d, p->map->wwid, TOUCH_RELOAD | TOUCH_AFRESH, NULL);
}

void path_event(struct multipathd *d, struct path *p, enum life_kind kind, enum path_state state,
		const char *msg)
{
	struct life_event ev = {
		.kind = kind, .now_ns = daemon_now(d), .state = state, .msg = msg
	};

	step(d, p, &ev);
}

/* --- coming and going ------------------------------------------------------------------------ */

bool path_trigger(struct multipathd *d, const struct path *p, const char *action)
{
	char file[80];

	snprintf(file, sizeof(file), "class/block/%s/uevent", p->dev.name);
	return fstree_write(d->host->sys, file, action) == 0;
}

void path_tell_udev(struct multipathd *d, const struct path *p, bool member)
{
	struct udev_props props;
	const char *now;
	bool differs;

	if (udb_get(d->host->udb, p->dev.devno, &props))
		return;
	now = udev_prop(&props, "DM_MULTIPATH_DEVICE_PATH");
	differs = member != (now && !strcmp(now, "1"));
	udev_props_done(&props);
	if (!differs)
		return;
	if (path_trigger(d, p, "change"))
		mlog(3, "%s: triggered a change event, it %s a map", p->dev.name,
		     member ? "joined" : "left");
}

void path_forget(struct multipathd *d, struct path *p)
{
	sampler_stop(d, p);
	topology_remove_path(d->e->topo, p);
}

void path_leave(struct multipathd *d, struct path *p)
{
	p->duty.gone = true;
	if (!p->map) {
		path_forget(d, p);
		return;
	}
	path_event(d, p, LIFE_OFFLINE, PATH_REMOVED, NULL);
	maps_touch(d, p->map->wwid, TOUCH_LOOK, NULL);
}

/* Does the kernel's table name this number? It means the device that had it when it was loaded. */
static bool table_names(const struct map *m, dev_t devno)
{
	char word[32];
	const char *at = m->dm.table;
	size_t n;

	snprintf(word, sizeof(word), " %u:%u ", major(devno), minor(devno));
	n = strlen(word);
	return at && memmem(at, strlen(at), word, n) != NULL;
}

static void new_path(struct multipathd *d, struct path *p)
{
	struct map *m = p->wwid[0] ? topology_map(d->e->topo, p->wwid) : NULL;

	sched_meet(d, p);
	udev_props_done(&p->dev.udev);
	sched_ask(d, p);
	if (m && table_names(m, p->dev.devno))
		maps_touch(d, m->wwid, TOUCH_RELOAD, NULL);
}

static void tell_other_wwid(const struct path *before, const char *wwid)
{
	mlog(0, "%s: path wwid changed from '%s' to '%s'", before->dev.name, before->wwid, wwid);
}

/* News of a path that is there: its size, whether it can be written, its WWID. @before: as it was. */
static void news_of(struct multipathd *d, struct path *p, const struct path *before, bool add)
{
	udev_props_done(&p->dev.udev);
	if (before->wwid[0] && strcmp(before->wwid, p->wwid)) {
		tell_other_wwid(before, p->wwid);
		p->duty.wwid_changed = true;
		memcpy(p->wwid, before->wwid, sizeof(p->wwid)); /* its map's, until it has left */
		maps_touch(d, p->wwid, TOUCH_LOOK, NULL);
		return;
	}
	if (before->wwid[0])
		p->props = before->props; /* with the checker and prioritizer that were chosen */
	if (p->dev.read_only != before->dev.read_only) {
		mlog(2, "%s: update path write_protect to '%d' (uevent)", p->dev.name,
		     p->dev.read_only);
		if (p->map)
			maps_touch(d, p->wwid, TOUCH_RELOAD, NULL);
	}
	if (p->map && p->dev.size != before->dev.size)
		maps_resized(d, p->map);
	sched_ask(d, p);
	if ((add || !before->wwid[0]) && !p->map && p->wwid[0])
		maps_touch(d, p->wwid, TOUCH_LOOK, NULL);
}

enum discover_result path_arrives(struct multipathd *d, const char *name, bool add,
				  struct path **ret_path)
{
	struct path *p = topology_path_named(d->e->topo, name);
	enum discover_result r;
	struct path before;

	if (!p) {
		r = discover_one(d->e, name, true, &p, NULL);
		if (r == DISCOVER_OK && p->wwid[0] && discover_wwid_blocked(d->e, p)) {
			topology_remove_path(d->e->topo, p);
			return DISCOVER_BLOCKED;
		}
		if (r == DISCOVER_OK)
			new_path(d, p);
	} else {
		before = *p;
		r = discover_again(d->e, p);
		if (r == DISCOVER_OK && !p->map && before.wwid[0] && strcmp(before.wwid, p->wwid)) {
			tell_other_wwid(&before, p->wwid);
			path_forget(d, p);
			return path_arrives(d, name, true, ret_path);
		}
		if (r == DISCOVER_OK)
			news_of(d, p, &before, add);
	}
	if (r == DISCOVER_OK) {
		retrigger_look(d, p);
		*ret_path = p;
	}
	return r;
}
