/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `multipath -l` and `-ll`: the maps that are, with or without asking their paths. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/multipath.h"
#include "core/engine/desire.h"
#include "core/engine/discover.h"
#include "core/engine/foreign.h"
#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/engine/show.h"
#include "core/engine/survey.h"
#include "parser/strbuf.h"

void mp_print_paths(struct mp *mp, unsigned int n)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	struct topology listed = *mp->e->topo;

	listed.n_paths = n;
	show_paths_list(&listed, &out);
	fputs(sb_str(&out), stdout);
}

void mp_print_map(const struct map *m)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;

	show_map_tree(m, log_level(), NULL, isatty(STDOUT_FILENO), &out);
	fputs(sb_str(&out), stdout);
	fflush(stdout);
}

/* At -v3 every device of the host is shown, as it looks before anything was asked of it. */
static int list_all_paths(struct mp *mp)
{
	int r;

	if (log_level() < 3 || mp->args->json)
		return 0;
	r = discover_all(mp->e);
	if (r) {
		mlog(0, "block devices cannot be listed: %s", strerror(-r));
		return r;
	}
	mp_print_paths(mp, mp->e->topo->n_paths);
	discover_identify_all(mp->e);
	return 0;
}

static bool is_member(const struct engine *e, const struct path *p, const char *wwid)
{
	return observe_by_wwid(e, p->wwid) && (!wwid || !strcmp(p->wwid, wwid));
}

/* Ask the members of the maps in scope, all at once. */
static void survey_members(struct engine *e, const char *wwid, unsigned int n_listed)
{
	struct path **asked = calloc(e->topo->n_paths + 1, sizeof(struct path *));
	unsigned int n = 0;

	if (!asked)
		return;
	for (unsigned int i = 0; i < e->topo->n_paths; i++)
		if (i >= n_listed || is_member(e, e->topo->paths[i], wwid))
			asked[n++] = e->topo->paths[i];
	survey_paths(e, asked, n, SURVEY_ALL);
	free(asked);
}

static void print_foreign(struct engine *e)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;

	foreign_show(e, log_level(), isatty(STDOUT_FILENO), &out);
	fputs(sb_str(&out), stdout);
}

/* Does the argument, which is no map's name, mean a path's WWID or a name that a map could have? */
static bool means_something(struct mp *mp, const char *wwid)
{
	struct engine *e = mp->e;

	if (names_wwid_of(e, mp->args->dev) || discover_all(e))
		return true;
	discover_identify_all(e);
	for (unsigned int i = 0; i < e->topo->n_paths; i++)
		if (!strcmp(e->topo->paths[i]->wwid, wwid))
			return true;
	return false;
}

/* The map to list, where the argument names one. 0; 1: the argument matches nothing. */
static int find_scope(struct mp *mp, char *wwid, size_t len, const char **ret_scope)
{
	bool known;

	*ret_scope = NULL;
	if (!mp->args->dev)
		return 0;
	if (mp_ref_wwid(mp, wwid, len, &known))
		return 1;
	if (!known && !means_something(mp, wwid)) {
		mlog(0, "%s: no map and no path has this name or WWID", mp->args->dev);
		return 1;
	}
	if (!known)
		mlog(2, "libmp_mapinfo: map %s not found", mp->args->dev);
	*ret_scope = wwid;
	return 0;
}

static void print_json(struct engine *e)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;

	for (unsigned int i = 0; i < e->topo->n_maps; i++)
		desire_properties(e, e->topo->maps[i]);
	show_maps_json(e->topo, &out);
	fputs(sb_str(&out), stdout);
}

static void print_maps(struct engine *e, bool foreign)
{
	for (unsigned int i = 0; i < e->topo->n_maps; i++)
		mp_print_map(e->topo->maps[i]);
	if (foreign)
		print_foreign(e);
}

int mp_list(struct mp *mp)
{
	struct engine *e = mp->e;
	char wwid[WWID_MAX];
	const char *scope;
	unsigned int n_listed;
	int r;

	if (list_all_paths(mp) || engine_dm_check(e) || names_load(e))
		return 1;
	n_listed = e->topo->n_paths;
	r = observe_read(e);
	if (r) {
		mlog(0, "device mapper maps cannot be listed: %s", strerror(-r));
		return 1;
	}
	if (find_scope(mp, wwid, sizeof(wwid), &scope))
		return 1;
	observe_members(e, scope);
	if (mp->args->mode == MODE_LIST_LONG)
		survey_members(e, scope, n_listed);
	else
		observe_sysfs_states(e);
	observe_maps(e, scope);
	if (mp->args->json)
		print_json(e);
	else
		print_maps(e, !scope);
	mp_warn_no_daemon(mp, e->topo->n_maps > 0);
	return 0;
}
