/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs that show. All of it is in the daemon's state already (behaviour.md 7.4, 7.5); only the list
 * of block devices is read from sysfs, whose directories are in memory. Counters that run with time
 * (next check, queueing, failback) are brought up to now before they are printed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/engine/foreign.h"
#include "core/engine/show.h"
#include "core/model/evlog.h"
#include "core/model/filter.h"
#include "core/model/life.h"
#include "daemon/loop.h"
#include "daemon/reply.h"
#include "parser/dump.h"
#include "parser/strbuf.h"

#define TEXT	__attribute__((cleanup(sb_done))) struct strbuf
#define FOREIGN __attribute__((cleanup(foreign_done))) struct foreign

#define TREE_VERBOSITY 2

static void answer_text(struct ctl_call *call, const struct strbuf *out)
{
	ctl_answer(call, 0, sb_str(out));
}

static void refresh(struct multipathd *d)
{
	const struct topology *t = d->e->topo;
	int64_t now = loop_now(d->loop);

	for (unsigned int i = 0; i < t->n_maps; i++) {
		queueing_refresh(t->maps[i], now);
		failback_refresh(t->maps[i], now);
	}
	for (unsigned int i = 0; i < t->n_paths; i++)
		life_progress(t->paths[i], now, &t->paths[i]->tick, &t->paths[i]->interval);
}

void show_all_paths(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	const char *format = cmd->param[W_FORMAT];
	FOREIGN f;
	TEXT out = STRBUF_INIT;

	refresh(d);
	foreign_load(d->e, &f);
	show_paths_with(d->e->topo, &f, format ? format : SHOW_FMT_PATHS, verb_has(cmd, W_RAW),
			&out);
	answer_text(call, &out);
}

void show_one_path(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	const struct path *p = daemon_path(d, cmd->param[W_PATH]);
	TEXT out = STRBUF_INIT;

	if (p)
		show_path(p, "%o", NULL, &out);
	ctl_answer(call, p ? 0 : -ENODEV, sb_str(&out));
}

static const char *maps_format(const struct verb_cmd *cmd)
{
	if (cmd->param[W_FORMAT])
		return cmd->param[W_FORMAT];
	return verb_has(cmd, W_STATUS)	? SHOW_FMT_MAPS_STATUS
	       : verb_has(cmd, W_STATS) ? SHOW_FMT_MAPS_STATS
					: SHOW_FMT_MAPS;
}

void show_all_maps(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	FOREIGN f;
	TEXT out = STRBUF_INIT;

	refresh(d);
	foreign_load(d->e, &f);
	show_maps_with(d->e->topo, &f, maps_format(cmd), verb_has(cmd, W_RAW), &out);
	answer_text(call, &out);
}

void show_one_map(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	const struct topology *t = d->e->topo;
	const char *format = cmd->param[W_FORMAT];
	const struct map *m = daemon_map(d, cmd->param[W_MAP]);
	struct show_widths w;
	TEXT out = STRBUF_INIT;

	refresh(d);
	show_map_widths(&w, format, t->maps, t->n_maps, true);
	if (m)
		show_map(m, format, verb_has(cmd, W_RAW) ? NULL : &w, &out);
	ctl_answer(call, m ? 0 : -ENODEV, sb_str(&out));
}

static void tree_widths(const struct multipathd *d, struct show_widths *w)
{
	show_path_widths(w, SHOW_FMT_PATH_TREE, d->e->topo->paths, d->e->topo->n_paths, false);
}

void show_topology(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	const struct topology *t = d->e->topo;
	struct show_widths w;
	TEXT out = STRBUF_INIT;

	(void)cmd;
	tree_widths(d, &w);
	for (unsigned int i = 0; i < t->n_maps; i++)
		show_map_tree(t->maps[i], TREE_VERBOSITY, &w, false, &out);
	foreign_show(d->e, TREE_VERBOSITY, false, &out);
	answer_text(call, &out);
}

void show_map_topology(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	const struct map *m = daemon_map(d, cmd->param[W_MAP]);
	struct show_widths w;
	TEXT out = STRBUF_INIT;

	tree_widths(d, &w);
	if (m)
		show_map_tree(m, TREE_VERBOSITY, &w, false, &out);
	ctl_answer(call, m ? 0 : -ENODEV, sb_str(&out));
}

void show_json(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	TEXT out = STRBUF_INIT;

	(void)cmd;
	refresh(d);
	show_maps_json(d->e->topo, &out);
	answer_text(call, &out);
}

void show_one_json(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	const struct map *m = daemon_map(d, cmd->param[W_MAP]);
	TEXT out = STRBUF_INIT;

	refresh(d);
	if (m)
		show_map_json(m, &out);
	ctl_answer(call, m ? 0 : -ENODEV, sb_str(&out));
}

void show_status(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	const struct topology *t = d->e->topo;
	unsigned int n[PATH__MAX] = { 0 };
	TEXT out = STRBUF_INIT;

	(void)cmd;
	for (unsigned int i = 0; i < t->n_paths; i++)
		n[t->paths[i]->state]++;
	sb_add(&out, "path checker states:\n");
	for (enum path_state s = 0; s < PATH__MAX; s++)
		if (n[s])
			sb_printf(&out, "%-20s%u\n", path_state_log(s), n[s]);
	sb_printf(&out, "\npaths: %u\nbusy: %s\n", t->n_paths, daemon_busy(d) ? "True" : "False");
	answer_text(call, &out);
}

void show_daemon(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	TEXT out = STRBUF_INIT;

	(void)cmd;
	sb_printf(&out, "pid %d %s%s\n", (int)getpid(), daemon_state_shown(d->state),
		  d->reconfigure_pending ? " (pending reconfigure)" : "");
	answer_text(call, &out);
}

void show_config(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	const struct topology *t = d->e->topo;
	struct dump_options opt = { .keep_device = engine_row_used, .ctx = d->e };
	struct dump_map *maps = NULL;
	TEXT out = STRBUF_INIT;

	if (verb_has(cmd, W_LOCAL)) {
		maps = calloc(t->n_maps + 1, sizeof(*maps));
		for (unsigned int i = 0; maps && i < t->n_maps; i++)
			maps[opt.n_maps++] =
				(struct dump_map){ t->maps[i]->wwid, t->maps[i]->alias };
		opt.maps = maps;
	}
	dump_config(d->e->cfg, verb_has(cmd, W_LOCAL) ? &opt : NULL, &out);
	free(maps);
	answer_text(call, &out);
}

static void put_rules(const struct rules *rules, enum rule_kind kind, const char *title,
		      struct strbuf *out)
{
	unsigned int n = 0;

	sb_printf(out, "- %s:\n", title);
	for (unsigned int i = 0; i < rules->n; i++) {
		const struct rule *r = &rules->list[i];

		if (r->kind != kind)
			continue;
		sb_printf(out, "        %-18s %s",
			  r->builtin ? "(default rule)" : "(config file rule)",
			  r->pattern ? r->pattern : "*");
		if (kind == RULE_DEVICE)
			sb_printf(out, ":%s", r->product ? r->product : "*");
		sb_addc(out, '\n');
		n++;
	}
	if (!n)
		sb_add(out, "        <empty>\n");
}

void show_blacklist(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	static const struct {
		enum rule_kind kind;
		const char *title;
	} blocks[] = {
		{ RULE_DEVNODE, "device node" }, { RULE_PROPERTY, "udev property" },
		{ RULE_PROTOCOL, "protocol" },	 { RULE_WWID, "wwid" },
		{ RULE_DEVICE, "device" },
	};
	TEXT out = STRBUF_INIT;

	(void)cmd;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		sb_printf(&out, "%s rules:\n", blocks[i].title);
		put_rules(&d->e->cfg->blacklist, blocks[i].kind, "blacklist", &out);
		put_rules(&d->e->cfg->exceptions, blocks[i].kind, "exceptions", &out);
	}
	answer_text(call, &out);
}

static bool is_foreign(const struct foreign *f, const char *name)
{
	for (unsigned int i = 0; i < f->n; i++)
		if (!strcmp(f->maps[i].name, name))
			return true;
	return false;
}

static const char *device_status(struct multipathd *d, const struct foreign *f, const char *name)
{
	struct filter_result r = filter_devnode(d->e->cfg, name);
	uint64_t hidden = 0;

	fstree_u64(d->host->sys, &hidden, "class/block/%s/hidden", name);
	if (hidden)
		return "hidden, unmonitored";
	if (is_foreign(f, name))
		return "foreign, monitored";
	if (filter_blocks(&r))
		return "devnode blacklisted, unmonitored";
	return topology_path_named(d->e->topo, name) ? " devnode whitelisted, monitored"
						     : "devnode whitelisted, unmonitored";
}

void show_devices(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct names all;
	FOREIGN f;
	TEXT out = STRBUF_INIT;
	int r;

	(void)cmd;
	foreign_load(d->e, &f);
	r = fstree_list(d->host->sys, "class/block", &all);
	if (r < 0) {
		ctl_answer(call, r, NULL);
		return;
	}
	sb_add(&out, "available block devices:\n");
	for (unsigned int i = 0; i < all.n; i++)
		if (!fstree_exists(d->host->sys, "class/block/%s/partition", all.list[i]))
			sb_printf(&out, "    %s %s\n", all.list[i],
				  device_status(d, &f, all.list[i]));
	names_done(&all);
	answer_text(call, &out);
}

void show_all_wildcards(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	TEXT out = STRBUF_INIT;

	(void)d;
	(void)cmd;
	show_wildcards(&out);
	answer_text(call, &out);
}

void show_events(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	TEXT out = STRBUF_INIT;

	if (verb_has(cmd, W_JSON))
		evlog_json(d->log, &out);
	else
		evlog_text(d->log, &out);
	answer_text(call, &out);
}

/* A client says sda, 8:0, /dev/sda, dm-3, an alias or a WWID; events have kernel names and aliases. */
void show_why(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	const char *name = cmd->param[W_WHY];
	const struct map *m = daemon_map(d, name);
	const struct path *p = m ? NULL : daemon_path(d, name);
	bool known;
	TEXT out = STRBUF_INIT;

	name = m ? m->alias : p ? p->dev.name : name;
	known = evlog_why(d->log, name, loop_now(d->loop), &out);
	if (!known && (m || p))
		sb_printf(&out, "%s: nothing has changed since the daemon knows it\n", name);
	ctl_answer(call, known || m || p ? 0 : -ENODEV, sb_str(&out));
}

void show_workers(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	struct daemon_workers w;
	struct loop_stats s;
	TEXT out = STRBUF_INIT;

	(void)cmd;
	daemon_workers(d, &w);
	loop_stats(d->loop, &s);
	sb_printf(
		&out,
		"workers: %u of %u running, %u requests waiting, %u commands with their devices\n",
		w.running, w.limit, w.queued, w.left);
	sb_printf(&out, "maps: %u changes under way\n", w.lane_pending);
	sb_printf(&out,
		  "loop: %" PRIu64 " turns, %" PRIu64 " sleeps, longest turn %lld"
		  ".%03d ms, %u timers, %u sources\n",
		  s.turns, s.sleeps, (long long)(s.longest_ns / NSEC_PER_MSEC),
		  (int)(s.longest_ns % NSEC_PER_MSEC / 1000), s.n_timers, s.n_sources);
	answer_text(call, &out);
}
