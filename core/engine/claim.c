/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each rule is a function that says yes, no, maybe or nothing; the table is their order, and the
 * first that speaks decides. What only `-u` asks has a flag in its row.
 */
#include "core/engine/claim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/discover.h"
#include "core/engine/facts.h"
#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/host/ctlsock.h"

struct asked {
	struct engine *e;
	const char *name;
	struct path *path; /* NULL until discovered */
};

enum say { SAY_NOTHING, SAY_NO, SAY_YES, SAY_CERTAIN, SAY_MAYBE, SAY_ERROR };

/* --- facts ----------------------------------------------------------------------------------- */

static bool held_by_multipath(struct asked *a)
{
	char dir[128], uuid[DM_UUID_MAX];
	struct names holders;
	bool yes = false;

	snprintf(dir, sizeof(dir), "class/block/%s/holders", a->name);
	if (fstree_list(a->e->host->sys, dir, &holders))
		return false;
	for (unsigned int i = 0; i < holders.n && !yes; i++)
		yes = fstree_text(a->e->host->sys, uuid, sizeof(uuid), "class/block/%s/dm/uuid",
				  holders.list[i]) > 0 &&
		      !strncmp(uuid, "mpath-", 6);
	names_done(&holders);
	return yes;
}

static bool has_holders(struct engine *e, const char *name)
{
	char dir[128];
	struct names holders;
	bool yes;

	snprintf(dir, sizeof(dir), "class/block/%s/holders", name);
	if (fstree_list(e->host->sys, dir, &holders))
		return false;
	yes = holders.n > 0;
	names_done(&holders);
	return yes;
}

/* Third field of mountinfo is MAJ:MIN of the mounted device. */
static bool mounted(const char *mountinfo, dev_t devno)
{
	char want[32];

	snprintf(want, sizeof(want), "%u:%u", major(devno), minor(devno));
	for (const char *line = mountinfo; line && *line;) {
		char dev[32];

		if (sscanf(line, "%*s %*s %31s", dev) == 1 && !strcmp(dev, want))
			return true;
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return false;
}

static bool swapped_on(const char *swaps, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = swaps; line && *line;) {
		size_t len = strcspn(line, " \t\n");

		if (len > n && line[len - n - 1] == '/' && !strncmp(line + len - n, name, n))
			return true;
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return false;
}

struct usage {
	char *mountinfo, *swaps;
};

static const char *used(struct engine *e, const struct usage *u, const char *name)
{
	char text[32];
	unsigned int maj, min;

	if (fstree_text(e->host->sys, text, sizeof(text), "class/block/%s/dev", name) <= 0 ||
	    sscanf(text, "%u:%u", &maj, &min) != 2)
		return NULL;
	return has_holders(e, name)			  ? "held"
	       : mounted(u->mountinfo, makedev(maj, min)) ? "mounted"
	       : swapped_on(u->swaps, name)		  ? "swap"
							  : NULL;
}

/* The disk, then its partitions (directories of its own name and a number). */
const char *claim_usage(struct engine *e, const char *name)
{
	struct usage u = { NULL, NULL };
	struct fstree *proc = e->host->proc;
	struct names parts;
	char dir[128];
	const char *by;

	if (fstree_slurp(proc, "self/mountinfo", 16u << 20, &u.mountinfo))
		u.mountinfo = NULL;
	if (fstree_slurp(proc, "swaps", 1u << 20, &u.swaps))
		u.swaps = NULL;
	by = used(e, &u, name);
	snprintf(dir, sizeof(dir), "class/block/%s", name);
	if (!by && !fstree_list(e->host->sys, dir, &parts)) {
		for (unsigned int i = 0; i < parts.n && !by; i++)
			if (!strncmp(parts.list[i], name, strlen(name)))
				by = used(e, &u, parts.list[i]);
		names_done(&parts);
	}
	free(u.mountinfo);
	free(u.swaps);
	return by;
}

/* --- rules ----------------------------------------------------------------------------------- */

static enum say rule_holder(struct asked *a)
{
	return held_by_multipath(a) ? SAY_CERTAIN : SAY_NOTHING;
}

static enum say rule_daemon(struct asked *a)
{
	return ctl_listens(a->e->host) ? SAY_NOTHING : SAY_NO;
}

static enum say rule_disk(struct asked *a)
{
	return facts_is_disk(a->e->host, a->name) ? SAY_NOTHING : SAY_NO;
}

static enum say rule_path(struct asked *a)
{
	switch (discover_one(a->e, a->name, true, &a->path, NULL)) {
	case DISCOVER_OK:
		return discover_wwid_blocked(a->e, a->path) ? SAY_NO : SAY_NOTHING;
	case DISCOVER_GONE:
		return SAY_ERROR;
	default:
		return SAY_NO;
	}
}

static enum say rule_wwid(struct asked *a)
{
	return a->path->wwid[0] ? SAY_NOTHING : SAY_NO;
}

static enum say rule_failed(struct asked *a)
{
	return state_marked(a->e->host->state, STATE_FAILED_WWIDS, a->path->wwid) ? SAY_NO
										  : SAY_NOTHING;
}

static enum say rule_in_use(struct asked *a)
{
	enum vocab_word mode = a->e->find_multipaths;

	return (mode == VW_greedy || mode == VW_smart) && claim_usage(a->e, a->name) ? SAY_NO
										     : SAY_NOTHING;
}

static enum say rule_greedy(struct asked *a)
{
	return a->e->find_multipaths == VW_greedy ? SAY_YES : SAY_NOTHING;
}

static enum say rule_wwids_file(struct asked *a)
{
	return names_wwid_known(a->e, a->path->wwid) ? SAY_CERTAIN : SAY_NOTHING;
}

static enum say rule_map(struct asked *a)
{
	return observe_by_wwid(a->e, a->path->wwid) ? SAY_YES : SAY_NOTHING;
}

static enum say rule_mode(struct asked *a)
{
	return a->e->find_multipaths == VW_smart ? SAY_MAYBE : SAY_NO;
}

static const struct {
	enum say (*ask)(struct asked *a);
	bool udev_only;
	const char *why, *otherwise; /* what it found where it decides, and where it does not */
} rules[] = {
	{ rule_holder, false, "a multipath map holds it", "no multipath map holds it" },
	{ rule_daemon, true, "multipathd is not running", "multipathd is running" },
	{ rule_disk, false, "not a whole disk", "it is a whole disk" },
	{ rule_path, false, "blacklisted", "no filter blocks it" },
	{ rule_wwid, false, "no WWID", "it has a WWID" },
	{ rule_failed, false, "creating its map failed before",
	  "creating its map did not fail before" },
	{ rule_in_use, false, "in use (mounted, swap or held)",
	  "its use does not matter or there is none" },
	{ rule_greedy, false, "find_multipaths greedy", "find_multipaths is not greedy" },
	{ rule_wwids_file, false, "its WWID is in the wwids file",
	  "its WWID is not in the wwids file" },
	{ rule_map, false, "a map with its WWID exists", "no map with its WWID exists" },
	{ rule_mode, false, "find_multipaths, and nothing speaks for it", "" },
};

/* --- smart: wait for a second path ----------------------------------------------------------- */

static bool has_sibling(const struct engine *e, const struct path *p)
{
	for (unsigned int i = 0; i < e->topo->n_paths; i++)
		if (e->topo->paths[i] != p && !strcmp(e->topo->paths[i]->wwid, p->wwid))
			return true;
	return false;
}

static int64_t wait_seconds(struct engine *e, const struct path *p)
{
	int64_t s = config_num(e->cfg, KW_find_multipaths_timeout, -10);

	if (s >= 0)
		return s;
	/* negative: that long for hardware we know, a second for anything else */
	return *rowmatch_find(e->rows, p->dev.vendor, p->dev.product, p->dev.rev) ? -s : 1;
}

static void smart_wait(struct engine *e, const struct path *p, struct claim_result *ret)
{
	struct state *s = e->host->state;
	int64_t now = clock_real(&e->host->clock), until, timeout = wait_seconds(e, p);
	char name[32];

	snprintf(name, sizeof(name), "%u:%u", major(p->dev.devno), minor(p->dev.devno));
	if (!timeout) {
		ret->claim = CLAIM_NO;
		return;
	}
	if (state_mark_time(s, STATE_FIND_MULTIPATHS, name, &until)) {
		until = now + timeout * NSEC_PER_SEC;
		if (!e->opt.dry_run &&
		    (state_mark(s, STATE_FIND_MULTIPATHS, name) ||
		     state_set_mark_time(s, STATE_FIND_MULTIPATHS, name, until))) {
			mlog(0, "%s: cannot note the wait for further paths", p->dev.name);
			ret->claim = CLAIM_NO;
			return;
		}
	}
	ret->wait = true;
	ret->wait_ns = until > now ? until - now : 0;
	ret->claim = ret->wait_ns ? CLAIM_MAYBE : CLAIM_NO;
}

static int settle_maybe(struct asked *a, struct claim_result *ret)
{
	struct devio *io = a->e->host->io;

	if (!a->e->opt.dry_run && io->ops->exclusive(io, a->name, a->path->dev.devno) == -EBUSY) {
		ret->claim = held_by_multipath(a) ? CLAIM_YES : CLAIM_NO;
		return 0;
	}
	if (discover_all(a->e))
		return -EIO;
	discover_identify_all(a->e);
	if (has_sibling(a->e, a->path))
		ret->claim = CLAIM_YES;
	else
		smart_wait(a->e, a->path, ret);
	return 0;
}

/* Released to systemd before: not ours again without a strong reason. */
static bool released(const struct asked *a)
{
	const char *v = getenv("DM_MULTIPATH_DEVICE_PATH");

	return a->e->opt.use_environment && v && !strcmp(v, "0");
}

int claim_check(struct engine *e, const char *name, bool udev, struct claim_result *ret)
{
	struct asked a = { .e = e, .name = name };
	enum say say = SAY_NOTHING;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && say == SAY_NOTHING; i++) {
		if (rules[i].udev_only && !udev)
			continue;
		say = rules[i].ask(&a);
		ret->why = rules[i].why;
		ret->step[ret->n_steps++] = say == SAY_NOTHING ? rules[i].otherwise : ret->why;
	}
	mlog(3, "%s: %s: %s", name, say == SAY_NO ? "no path" : "path", ret->why);
	if (say == SAY_ERROR)
		return -ENODEV;
	ret->certain = say == SAY_CERTAIN;
	ret->claim = say == SAY_MAYBE ? CLAIM_MAYBE : say == SAY_NO ? CLAIM_NO : CLAIM_YES;
	if (ret->claim != CLAIM_NO && !ret->certain && released(&a)) {
		ret->claim = CLAIM_NO;
		return 0;
	}
	return ret->claim == CLAIM_MAYBE ? settle_maybe(&a, ret) : 0;
}

bool claim_map_usable(struct engine *e, const struct map *m)
{
	(void)e;
	for (unsigned int i = 0; i < m->n_paths; i++)
		if (m->paths[i]->sysfs_state == PATH_UP && m->paths[i]->dm == DMP_ACTIVE)
			return true;
	return false;
}
