/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each map is judged by itself, by a list of small questions that add problems; its level is the
 * heaviest of them. Maps that were expected and are not there are added as missing ones, so that a
 * map whose last path went away with it does not simply vanish from the answer.
 */
#include "core/engine/health.h"

#include <errno.h>
#include <string.h>

#include "core/engine/observe.h"
#include "core/model/dmtext.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *word;
	int exit;
} levels[] = {
	[HEALTH_OK] = { "OK", 0 },
	[HEALTH_UNKNOWN] = { "UNKNOWN", 3 },
	[HEALTH_WARNING] = { "WARNING", 1 },
	[HEALTH_CRITICAL] = { "CRITICAL", 2 },
};

const char *health_word(enum health_level l)
{
	return levels[l].word;
}

int health_exit(enum health_level l)
{
	return levels[l].exit;
}

const char *health_id_word(enum health_id id)
{
	static const char *const words[] = {
#define X(id, text) [HEALTH_##id] = text,
		HEALTH_PROBLEMS(X)
#undef X
	};

	return words[id];
}

bool health_usable(const struct path *p)
{
	if (p->dm == DMP_FAILED)
		return false;
	if (p->state == PATH_UNCHECKED)
		return p->sysfs_state == PATH_UP || p->sysfs_state == PATH_PENDING;
	return path_state_usable(p->state) || p->state == PATH_PENDING;
}

/* The heaviest problem stands first; the others keep their order. */
static void add(struct health_problem *list, unsigned int *n, unsigned int max,
		struct health_problem p)
{
	unsigned int at = *n;

	if (*n == max)
		return;
	while (at && list[at - 1].level < p.level) {
		list[at] = list[at - 1];
		at--;
	}
	list[at] = p;
	++*n;
}

static void ail(struct health_map *m, enum health_level level, enum health_id id, const char *text)
{
	add(m->problem, &m->n_problems, COUNT(m->problem),
	    (struct health_problem){ level, id, text });
	if (level > m->level)
		m->level = level;
}

static bool is_called(const char *name, const char *alias, const char *wwid)
{
	return !strcmp(name, alias) || !strcmp(name, wwid);
}

static bool wanted(const struct health_ask *ask, const char *alias, const char *wwid)
{
	if (!ask->maps)
		return true;
	for (const char *const *m = ask->maps; *m; m++)
		if (is_called(*m, alias, wwid))
			return true;
	return false;
}

static const struct health_memory *remember(const struct health_ask *ask, const char *wwid)
{
	for (unsigned int i = 0; ask->baseline && i < ask->baseline->n; i++)
		if (!strcmp(ask->baseline->list[i].wwid, wwid))
			return &ask->baseline->list[i];
	return NULL;
}

static unsigned int expected(const struct health_ask *ask, const struct health_map *m,
			     const struct health_memory *was)
{
	unsigned int n = was ? was->paths : m->paths;
	bool by_name = false;

	for (unsigned int i = 0; i < ask->n_expect; i++) {
		const struct health_expect *x = &ask->expect[i];

		if (x->name ? !is_called(x->name, m->name, m->wwid) : by_name)
			continue;
		n = x->paths;
		by_name |= x->name != NULL;
	}
	return n;
}

/* --- one map --------------------------------------------------------------------------------- */

static void count_paths(struct health_map *h)
{
	for (unsigned int i = 0; i < h->map->n_paths; i++) {
		const struct path *p = h->map->paths[i];

		h->paths++;
		h->usable += health_usable(p);
		h->pending += health_usable(p) && p->state == PATH_PENDING;
	}
}

static void judge_paths(struct arena *a, struct health_map *h, const struct health_ask *ask)
{
	double percent = h->expected ? 100.0 * h->usable / h->expected : 100.0;
	enum health_level level = percent < ask->critical  ? HEALTH_CRITICAL
				  : percent < ask->warning ? HEALTH_WARNING
							   : HEALTH_OK;

	if (!h->usable &&
	    feature_has(h->map->features ? h->map->features : "0", "queue_if_no_path"))
		ail(h, HEALTH_CRITICAL, HEALTH_QUEUEING, "no path left, I/O is queued");
	else if (!h->usable)
		ail(h, HEALTH_CRITICAL, HEALTH_NO_PATH, "no path left");
	else if (level != HEALTH_OK || h->usable < h->expected)
		ail(h, level, HEALTH_FEWER_PATHS,
		    arena_printf(a, "%u of %u paths usable", h->usable, h->expected));
}

static void judge_read_only(struct health_map *h, const struct health_memory *was)
{
	if (!h->map->dm.read_only)
		return;
	if (was && !was->read_only)
		ail(h, HEALTH_WARNING, HEALTH_READ_ONLY, "has become read-only");
	else
		ail(h, HEALTH_OK, HEALTH_READ_ONLY, "read-only");
}

static void judge_map(struct arena *a, struct health_map *h, const struct map *m,
		      const struct health_ask *ask)
{
	const struct health_memory *was = remember(ask, m->wwid);

	h->name = m->alias;
	h->wwid = m->wwid;
	h->map = m;
	count_paths(h);
	h->expected = expected(ask, h, was);
	judge_paths(a, h, ask);
	if (m->dm.suspended)
		ail(h, HEALTH_CRITICAL, HEALTH_SUSPENDED, "suspended, I/O waits");
	judge_read_only(h, was);
	if (ask->baseline && !was)
		ail(h, HEALTH_OK, HEALTH_NOT_LEARNT, "not in the baseline");
}

/* --- maps that are not there ----------------------------------------------------------------- */

static bool judged(const struct health *h, const char *name)
{
	for (unsigned int i = 0; i < h->n; i++)
		if (is_called(name, h->map[i].name, h->map[i].wwid))
			return true;
	return false;
}

static void missing(struct health *h, const char *name, const char *wwid, unsigned int paths)
{
	struct health_map *m = &h->map[h->n++];

	m->name = name;
	m->wwid = wwid;
	m->expected = paths;
	ail(m, HEALTH_CRITICAL, HEALTH_MISSING, "the map is missing");
}

static void judge_missing(struct health *h, const struct health_ask *ask)
{
	for (unsigned int i = 0; ask->baseline && i < ask->baseline->n; i++) {
		const struct health_memory *was = &ask->baseline->list[i];

		if (!judged(h, was->wwid) && wanted(ask, was->name, was->wwid))
			missing(h, was->name, was->wwid, was->paths);
	}
	for (unsigned int i = 0; i < ask->n_expect; i++) {
		const struct health_expect *x = &ask->expect[i];

		if (x->name && !judged(h, x->name) && wanted(ask, x->name, x->name))
			missing(h, x->name, "", x->paths);
	}
	for (const char *const *m = ask->maps; m && *m; m++)
		if (!judged(h, *m))
			missing(h, *m, "", 0);
}

/* A multipath map whose table could not be understood is not in the topology. */
static void judge_unread(struct engine *e, struct health *h, const struct health_ask *ask)
{
	for (unsigned int i = 0; i < e->dm.n; i++) {
		const struct dm_map *dm = &e->dm.list[i];
		struct health_map *m;

		if (strncmp(dm->uuid, "mpath-", 6) || topology_map(e->topo, dm->uuid + 6) ||
		    !wanted(ask, dm->name, dm->uuid + 6))
			continue;
		m = &h->map[h->n++];
		m->name = dm->name;
		m->wwid = dm->uuid + 6;
		ail(m, HEALTH_CRITICAL, HEALTH_TABLE,
		    dm->target ? "its table cannot be read" : "it has no table");
	}
}

/* --- the host -------------------------------------------------------------------------------- */

static void host_ails(struct health *h, enum health_level level, enum health_id id,
		      const char *text)
{
	add(h->problem, &h->n_problems, COUNT(h->problem),
	    (struct health_problem){ level, id, text });
}

static void judge_host(struct health *h)
{
	const struct gathered *g = h->seen;

	if (g->blind)
		host_ails(h, HEALTH_UNKNOWN, HEALTH_BLIND, g->blind);
	else if (g->daemon == DAEMON_GARBLED)
		host_ails(h, HEALTH_UNKNOWN, HEALTH_DAEMON_GARBLED,
			  "multipathd's answer is cut short");
	if (g->daemon == DAEMON_SILENT)
		host_ails(h, HEALTH_WARNING, HEALTH_DAEMON_SILENT, "multipathd does not answer");
	else if (g->daemon == DAEMON_ABSENT && h->n)
		host_ails(h, HEALTH_WARNING, HEALTH_DAEMON_ABSENT, "multipathd is not running");
}

static void sum_up(struct health *h)
{
	for (unsigned int i = 0; i < h->n; i++) {
		const struct health_map *m = &h->map[i];

		h->paths += m->paths;
		h->usable += m->usable;
		h->pending += m->pending;
		h->expected += m->expected;
		h->degraded += m->level != HEALTH_OK;
		h->dead += !m->usable;
		if (m->level > h->level)
			h->level = m->level;
	}
	for (unsigned int i = 0; i < h->n_problems; i++)
		if (h->problem[i].level > h->level)
			h->level = h->problem[i].level;
}

static unsigned int most_maps(const struct engine *e, const struct health_ask *ask)
{
	unsigned int n = e->topo->n_maps + e->dm.n + ask->n_expect;

	n += ask->baseline ? ask->baseline->n : 0;
	for (const char *const *m = ask->maps; m && *m; m++)
		n++;
	return n;
}

const struct health *health_judge(struct engine *e, const struct gathered *g,
				  const struct health_ask *ask)
{
	struct arena *a = e->topo->arena;
	struct health *h = arena_alloc(a, sizeof(*h));

	h->seen = g;
	h->map = arena_alloc(a, (most_maps(e, ask) + 1) * sizeof(*h->map));
	for (unsigned int i = 0; i < e->topo->n_maps; i++) {
		const struct map *m = e->topo->maps[i];

		if (wanted(ask, m->alias, m->wwid))
			judge_map(a, &h->map[h->n++], m, ask);
	}
	if (!g->blind) {
		judge_unread(e, h, ask);
		judge_missing(h, ask);
	}
	judge_host(h);
	sum_up(h);
	return h;
}
