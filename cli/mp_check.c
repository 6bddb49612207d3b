/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `multipath -c -u -C -U -a -w -W -T`: questions of udev rules, and the wwids file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cli/multipath.h"
#include "core/engine/claim.h"
#include "core/engine/discover.h"
#include "core/engine/facts.h"
#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/engine/survey.h"
#include "core/model/wwid.h"
#include "parser/dump.h"
#include "parser/strbuf.h"

static bool device_name(struct mp *mp, char *name, size_t len)
{
	const struct mp_args *a = mp->args;

	if (a->kind == ARG_KERNEL_NAME || (a->kind == ARG_MAP && !a->devno)) {
		snprintf(name, len, "%s", a->dev);
		return fstree_exists(mp->host->sys, "class/block/%s", name);
	}
	return facts_name(mp->host, a->devno, name, len) == 0;
}

/* --- the device argument as a WWID ----------------------------------------------------------- */

static int path_wwid(struct mp *mp, char *wwid, size_t len)
{
	struct engine *e = mp->e;
	struct path *p;
	char name[64];

	if (!device_name(mp, name, sizeof(name))) {
		mlog(0, "%s: cannot find block device", mp->args->dev);
		return -ENOENT;
	}
	if (discover_one(e, name, true, &p, NULL) != DISCOVER_OK)
		return -ENOENT; /* the filter that decided has been logged */
	if (!p->wwid[0] && p->init != INIT_FAILED) {
		survey_paths(e, &p, 1, SURVEY_IDENTITY);
		discover_identify(e, p);
	}
	if (!p->wwid[0]) {
		mlog(0, "%s: the device has no WWID", name);
		return -ENOENT;
	}
	if (discover_wwid_blocked(e, p))
		return -ENOENT;
	snprintf(wwid, len, "%s", p->wwid);
	return 0;
}

static const struct dm_map *map_numbered(struct mp *mp, unsigned int maj, unsigned int min)
{
	for (unsigned int i = 0; i < mp->e->dm.n; i++)
		if (mp->e->dm.list[i].major == maj && mp->e->dm.list[i].minor == min)
			return &mp->e->dm.list[i];
	return NULL;
}

/* By node, by name, or by kernel name, which all device-mapper nodes have: dm-3. */
static const struct dm_map *map_of_argument(struct mp *mp)
{
	const struct mp_args *a = mp->args;
	const struct dm_map *dm = NULL;
	char name[64];

	if (a->devno)
		dm = map_numbered(mp, major(a->devno), minor(a->devno));
	if (!dm)
		dm = observe_named(mp->e, a->dev);
	for (unsigned int i = 0; !dm && i < mp->e->dm.n; i++) {
		snprintf(name, sizeof(name), "dm-%u", mp->e->dm.list[i].minor);
		if (!strcmp(name, a->dev))
			dm = &mp->e->dm.list[i];
	}
	return dm;
}

static int map_wwid(struct mp *mp, char *wwid, size_t len, bool *ret_known)
{
	const struct dm_map *dm = map_of_argument(mp);
	const char *text = dm ? observe_wwid(dm) : names_wwid_of(mp->e, mp->args->dev);
	struct filter_result f;

	*ret_known = text || observe_by_wwid(mp->e, mp->args->dev);
	snprintf(wwid, len, "%s", text ? text : mp->args->dev);
	f = filter_wwid(mp->e->cfg, wwid);
	if (filter_blocks(&f)) {
		mlog(3, "%s: wwid %s blacklisted", mp->args->dev, wwid);
		return -ENOENT;
	}
	return 0;
}

/* "sda" is as good as "/dev/sda", unless a map or a binding has that name. */
static bool is_kernel_name(struct mp *mp)
{
	const struct mp_args *a = mp->args;

	return a->kind == ARG_MAP && !a->devno && !map_of_argument(mp) &&
	       !names_wwid_of(mp->e, a->dev) &&
	       fstree_exists(mp->host->sys, "class/block/%s", a->dev);
}

int mp_ref_wwid(struct mp *mp, char *wwid, size_t len, bool *ret_known)
{
	*ret_known = true;
	if (mp->args->kind == ARG_MAP && !is_kernel_name(mp))
		return map_wwid(mp, wwid, len, ret_known);
	return path_wwid(mp, wwid, len);
}

/* --- -c -u ----------------------------------------------------------------------------------- */

static int prepare(struct mp *mp)
{
	int r;

	if (names_load(mp->e))
		return 1;
	r = observe_read(mp->e);
	if (r && r != -ENOSYS)
		mlog(3, "device mapper maps cannot be listed: %s", strerror(-r));
	return 0;
}

int mp_check_path(struct mp *mp)
{
	struct claim_result c;
	char name[64];

	if (!device_name(mp, name, sizeof(name))) {
		mlog(0,
		     mp->args->kind == ARG_MAP ? "the -c option requires a path to check"
					       : "%s: cannot find block device",
		     mp->args->dev);
		return 1;
	}
	if (prepare(mp) || claim_check(mp->e, name, mp->args->udev, &c)) {
		mlog(0, "%s: cannot find block device", mp->args->dev);
		return 1;
	}
	if (c.wait && c.wait_ns)
		printf("FIND_MULTIPATHS_WAIT_UNTIL=\"%lld.%06lld\"\n",
		       (long long)(c.wait_ns / NSEC_PER_SEC),
		       (long long)(c.wait_ns % NSEC_PER_SEC / 1000));
	else if (c.wait)
		printf("FIND_MULTIPATHS_WAIT_UNTIL=\"0\"\n");
	printf("DM_MULTIPATH_DEVICE_PATH=\"%d\"\n", c.claim == CLAIM_NO	   ? 0
						    : c.claim == CLAIM_YES ? 1
									   : 2);
	return mp->args->udev || c.claim != CLAIM_NO ? 0 : 1;
}

/* --- -C -U ----------------------------------------------------------------------------------- */

static const struct dm_map *usable_target(struct mp *mp)
{
	unsigned int maj, min;
	char text[32];

	if (mp->args->kind != ARG_KERNEL_NAME)
		return map_of_argument(mp);
	if (fstree_text(mp->host->sys, text, sizeof(text), "class/block/%s/dev", mp->args->dev) <=
		    0 ||
	    sscanf(text, "%u:%u", &maj, &min) != 2)
		return observe_named(mp->e, mp->args->dev);
	return map_numbered(mp, maj, min);
}

int mp_check_usable(struct mp *mp)
{
	const struct dm_map *dm;
	const char *wwid;

	if (engine_dm_check(mp->e) || prepare(mp))
		return 1;
	dm = usable_target(mp);
	if (!dm) {
		mlog(1, "%s is not a dm device", mp->args->dev);
		return 1;
	}
	wwid = observe_wwid(dm);
	if (!wwid) {
		mlog(1, "%s is not a multipath device", mp->args->dev);
		return 1;
	}
	observe_members(mp->e, wwid);
	observe_maps(mp->e, wwid);
	if (mp->e->topo->n_maps && claim_map_usable(mp->e, mp->e->topo->maps[0])) {
		mlog(3, "%s: usable paths found", mp->args->dev);
		return 0;
	}
	mlog(2, "%s: no usable paths found", mp->args->dev);
	return 1;
}

/* --- -a -w -W -------------------------------------------------------------------------------- */

static int reset_wwids(struct mp *mp)
{
	const char **list = calloc(mp->e->dm.n + 1, sizeof(*list));
	unsigned int n = 0;
	int r;

	for (unsigned int i = 0; list && i < mp->e->dm.n; i++) {
		const char *wwid = observe_wwid(&mp->e->dm.list[i]);

		if (wwid && wwid_safe(wwid))
			list[n++] = wwid;
	}
	r = list ? names_wwids_reset(mp->e, list) : -ENOMEM;
	free(list);
	if (!r)
		printf("successfully reset wwids\n");
	return r ? 1 : 0;
}

int mp_wwids(struct mp *mp)
{
	char wwid[WWID_MAX];
	bool known;
	int r;

	if (engine_dm_check(mp->e) || prepare(mp))
		return 1;
	if (mp->args->mode == MODE_RESET_WWIDS)
		return reset_wwids(mp);
	if (mp_ref_wwid(mp, wwid, sizeof(wwid), &known))
		return 1;
	if (mp->args->mode == MODE_ADD_WWID) {
		r = names_wwid_add(mp->e, wwid);
		if (r < 0)
			printf("failed adding '%s' to wwids file\n", wwid);
		else
			printf("wwid '%s' added\n", wwid);
		return r < 0;
	}
	r = names_wwid_remove(mp->e, wwid);
	if (r < 0)
		return 1;
	printf(r ? "wwid '%s' not in wwids file\n" : "wwid '%s' removed\n", wwid);
	return 0;
}

/* --- -T -------------------------------------------------------------------------------------- */

int mp_dump_local(struct mp *mp)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	struct engine *e = mp->e;
	struct dump_map *maps;
	unsigned int n = 0;

	if (engine_dm_check(e) || prepare(mp) || discover_all(e))
		return 1;
	maps = calloc(e->dm.n + 1, sizeof(*maps));
	for (unsigned int i = 0; maps && i < e->dm.n; i++)
		if (observe_wwid(&e->dm.list[i]))
			maps[n++] = (struct dump_map){ observe_wwid(&e->dm.list[i]),
						       e->dm.list[i].name };
	dump_config(e->cfg,
		    &(struct dump_options){
			    .keep_device = engine_row_used, .ctx = e, .maps = maps, .n_maps = n },
		    &out);
	fputs(sb_str(&out), stdout);
	free(maps);
	return 0;
}
