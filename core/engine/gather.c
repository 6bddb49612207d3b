/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three ways, tried in order; each fills the topology or leaves it as it was. The daemon is asked
 * for a word of life in any case, as its silence is news by itself. Its JSON is parsed whole before
 * the first map is made of it: half an answer makes no topology.
 */
#include "core/engine/gather.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/desire.h"
#include "core/engine/discover.h"
#include "core/engine/facts.h"
#include "core/engine/log.h"
#include "core/engine/observe.h"
#include "core/engine/survey.h"
#include "core/host/ctlsock.h"
#include "core/model/jsontext.h"
#include "parser/arena.h"

const char *daemon_state_word(enum daemon_state s)
{
	static const char *const words[] = {
		[DAEMON_UNSEEN] = "unseen",   [DAEMON_RUNS] = "running",
		[DAEMON_ABSENT] = "absent",   [DAEMON_SILENT] = "silent",
		[DAEMON_GARBLED] = "garbled",
	};

	return words[s];
}

const char *gather_source_word(enum gather_source s)
{
	static const char *const words[] = {
		[GATHER_KERNEL] = "kernel",
		[GATHER_DAEMON] = "daemon",
		[GATHER_SYSFS] = "sysfs",
	};

	return words[s];
}

static void unseen(struct gathered *g, const char *what)
{
	if (g->n_unseen < GATHER_UNSEEN_MAX)
		g->unseen[g->n_unseen++] = what;
}

/* Milliseconds that are left for one question, at most @most. */
static int time_left(const struct engine *e, int most)
{
	int64_t left = most;

	if (e->opt.deadline_ns)
		left = (e->opt.deadline_ns - clock_mono(&e->host->clock)) / NSEC_PER_MSEC;
	return left < 1 ? 1 : left < most ? (int)left : most;
}

/* --- the daemon ------------------------------------------------------------------------------ */

static enum daemon_state state_of_error(int err)
{
	switch (err) {
	case -ENODATA:
		return DAEMON_UNSEEN;
	case -ENOENT:
	case -ECONNREFUSED:
	case -EACCES:
		return DAEMON_ABSENT;
	case -EBADMSG:
	case -ECONNRESET:
	case -EPIPE:
		return DAEMON_GARBLED;
	default:
		return DAEMON_SILENT;
	}
}

enum daemon_state gather_daemon(struct engine *e)
{
	char *reply;
	int r = ctl_ask(e->host, "show daemon", time_left(e, 1000), &reply);
	enum daemon_state s = DAEMON_RUNS;

	if (r)
		return state_of_error(r);
	if (strstr(reply, "shutdown"))
		s = DAEMON_ABSENT;
	free(reply);
	return s;
}

static enum path_state state_shown(const char *text)
{
	for (unsigned int s = 0; s < PATH__MAX; s++)
		if (!strcmp(path_state_shown(s), text) && strcmp(text, "undef"))
			return s;
	return PATH_UNCHECKED;
}

static enum pg_state group_state(const char *text)
{
	return !strcmp(text, "active")	   ? PG_ACTIVE
	       : !strcmp(text, "enabled")  ? PG_ENABLED
	       : !strcmp(text, "disabled") ? PG_DISABLED
					   : PG_UNDEF;
}

static void json_path(struct engine *e, struct map *m, struct pathgroup *g, const struct json *j)
{
	struct path *p = topology_add_path(e->topo);
	const char *dm = json_str(j, "dm_st", ""), *name = json_str(j, "dev", "");
	struct kwval *checker = arena_alloc(e->topo->arena, sizeof(*checker));
	unsigned int maj, min;

	if (facts_load(e->host, e->topo->arena, name, &p->dev)) {
		memset(&p->dev, 0, sizeof(p->dev));
		snprintf(p->dev.name, sizeof(p->dev.name), "%s", name);
	}
	if (sscanf(json_str(j, "dev_t", ""), "%u:%u", &maj, &min) == 2)
		p->dev.devno = makedev(maj, min);
	memcpy(p->wwid, m->wwid, sizeof(p->wwid));
	p->state = state_shown(json_str(j, "chk_st", "undef"));
	p->sysfs_state = strcmp(json_str(j, "dev_st", ""), "offline") ? PATH_UP : PATH_DOWN;
	p->dm = !strcmp(dm, "active") ? DMP_ACTIVE : !strcmp(dm, "failed") ? DMP_FAILED : DMP_UNDEF;
	p->prio = (int)json_num(j, "pri", -1);
	p->has_prio = p->prio >= 0;
	p->marginal = !strcmp(json_str(j, "marginal_st", ""), "marginal");
	p->in_table = true;
	*checker = (struct kwval){ .word = VW_STRING, .str = json_str(j, "checker", "") };
	props_put(&p->props, KW_path_checker, checker, ORIGIN_NONE);
	map_add_path(e->topo, m, p);
	group_add_path(e->topo, g, p);
}

static unsigned int json_count(const struct json *list)
{
	unsigned int n = 0;

	for (const struct json *j = list ? list->first : NULL; j; j = j->next)
		n++;
	return n;
}

static void json_map(struct engine *e, const struct json *j)
{
	struct map *m = topology_add_map(e->topo);
	const struct json *groups = json_get(j, "path_groups");
	uint64_t size;

	snprintf(m->alias, sizeof(m->alias), "%s", json_str(j, "name", ""));
	snprintf(m->wwid, sizeof(m->wwid), "%s", json_str(j, "uuid", ""));
	m->has_dm = sscanf(json_str(j, "sysfs", ""), "dm-%u", &m->dm.minor) == 1;
	snprintf(m->dm.name, sizeof(m->dm.name), "%s", m->alias);
	m->dm.suspended = !strcmp(json_str(j, "dm_st", ""), "suspend");
	m->dm.read_only = !strcmp(json_str(j, "write_prot", ""), "ro");
	m->features = json_str(j, "features", "0");
	m->hwhandler = json_str(j, "hwhandler", "0");
	m->stat_path_failures = (unsigned int)json_num(j, "path_faults", 0);
	if (m->has_dm && !fstree_u64(e->host->sys, &size, "class/block/dm-%u/size", m->dm.minor))
		m->size = m->dm.size = size;
	m->n_groups = json_count(groups);
	m->groups = arena_alloc(e->topo->arena, (m->n_groups + 1) * sizeof(*m->groups));
	for (unsigned int i = 0; i < m->n_groups; i++) {
		const struct json *jg = groups->first, *paths;

		for (unsigned int k = 0; k < i; k++)
			jg = jg->next;
		m->groups[i].selector = json_str(jg, "selector", "");
		m->groups[i].prio = (int)json_num(jg, "pri", 0);
		m->groups[i].state = group_state(json_str(jg, "dm_st", ""));
		paths = json_get(jg, "paths");
		for (const struct json *p = paths ? paths->first : NULL; p; p = p->next)
			json_path(e, m, &m->groups[i], p);
	}
}

/* 0; -errno: the daemon does not answer, or not with maps. */
static int from_daemon(struct engine *e)
{
	const struct json *all, *maps;
	char *reply;
	int r = ctl_ask(e->host, "show maps json", time_left(e, 4000), &reply);

	if (r)
		return r;
	r = json_parse(e->topo->arena, reply, &all);
	free(reply);
	maps = r ? NULL : json_get(all, "maps");
	if (!maps || maps->kind != JSON_LIST)
		return -EBADMSG;
	for (const struct json *j = maps->first; j; j = j->next)
		json_map(e, j);
	return 0;
}

/* --- the kernel ------------------------------------------------------------------------------ */

int gather_kernel(struct engine *e, bool ask_paths)
{
	int r = e->host->dmb->ops->version(e->host->dmb, e->dm_version, e->mpath_version);

	if (!r)
		r = observe_read(e);
	if (r)
		return r;
	observe_members(e, NULL);
	if (ask_paths)
		survey_paths(e, e->topo->paths, e->topo->n_paths, SURVEY_ALL);
	else
		observe_sysfs_states(e);
	observe_maps(e, NULL);
	for (unsigned int i = 0; i < e->topo->n_maps; i++)
		desire_properties(e, e->topo->maps[i]);
	return 0;
}

/* --- sysfs ----------------------------------------------------------------------------------- */

static void sysfs_map(struct engine *e, const struct dm_map *dm)
{
	struct map *m = topology_add_map(e->topo);
	struct names slaves;
	char dir[128];

	snprintf(m->wwid, sizeof(m->wwid), "%s", dm->uuid + 6);
	snprintf(m->alias, sizeof(m->alias), "%s", dm->name);
	m->has_dm = true;
	m->dm = *dm;
	m->size = dm->size;
	m->groups = arena_alloc(e->topo->arena, sizeof(*m->groups));
	m->n_groups = 1;
	snprintf(dir, sizeof(dir), "class/block/dm-%u/slaves", dm->minor);
	if (fstree_list(e->host->sys, dir, &slaves))
		return;
	for (unsigned int i = 0; i < slaves.n; i++) {
		struct path *p;

		if (discover_one(e, slaves.list[i], false, &p, NULL) != DISCOVER_OK)
			continue;
		memcpy(p->wwid, m->wwid, sizeof(p->wwid));
		map_add_path(e->topo, m, p);
		group_add_path(e->topo, &m->groups[0], p);
	}
	names_done(&slaves);
}

static int from_sysfs(struct engine *e)
{
	int r = observe_read_sysfs(e);

	for (unsigned int i = 0; i < e->dm.n; i++)
		sysfs_map(e, &e->dm.list[i]);
	dm_maps_done(&e->dm); /* the topology says all there is: no map of these lacks a table */
	observe_sysfs_states(e);
	return r;
}

/* --- the best of them ------------------------------------------------------------------------ */

static bool kernel_has_dm(struct engine *e)
{
	struct names blocks;
	bool yes = fstree_exists(e->host->sys, "class/misc/device-mapper");

	if (yes || fstree_list(e->host->sys, "class/block", &blocks))
		return yes;
	for (unsigned int i = 0; i < blocks.n && !yes; i++)
		yes = fstree_exists(e->host->sys, "class/block/%s/dm", blocks.list[i]);
	names_done(&blocks);
	return yes;
}

static void without_kernel(struct engine *e, struct gathered *g, int err)
{
	struct arena *a = e->topo->arena;
	int r;

	unseen(g, arena_printf(a, "device-mapper: %s", strerror(-err)));
	r = from_daemon(e);
	if (!r) {
		g->source = GATHER_DAEMON;
		return;
	}
	if (state_of_error(r) == DAEMON_GARBLED) {
		g->daemon = DAEMON_GARBLED;
		g->blind = "multipathd's answer is cut short or makes no sense";
		return;
	}
	if (!kernel_has_dm(e)) {
		g->blind = "this kernel has no device-mapper";
		return;
	}
	g->source = GATHER_SYSFS;
	unseen(g, "what path checkers say");
	r = from_sysfs(e);
	if (r)
		g->blind = arena_printf(a, "sysfs: %s", strerror(-r));
}

void gather(struct engine *e, struct gathered *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->daemon = gather_daemon(e);
	if (ret->daemon == DAEMON_UNSEEN)
		unseen(ret, "multipathd: not recorded");
	r = gather_kernel(e, host_answers(e->host));
	if (r)
		without_kernel(e, ret, r);
	else if (!host_answers(e->host))
		unseen(ret, "what path checkers say: not recorded");
}
