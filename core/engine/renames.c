/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order is worked out in core/model/renames.h; here the wishes are collected from the wanted
 * and the observed maps, and what must give way does so. Maps whose names stay are not touched.
 */
#include "core/engine/renames.h"

#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "core/engine/observe.h"
#include "core/model/renames.h"

bool renames_park_now(void *engine, const char *from, const char *wwid)
{
	struct engine *e = engine;
	struct dmb *dmb = e->host->dmb;
	int r = dmb->ops->rename(dmb, from, wwid, 0);

	if (r)
		mlog(0, "%s: rename failed: %s: %s", from, strerror(-r), dmb->ops->error(dmb));
	return r == 0;
}

struct parking {
	struct engine *e;
	renames_park park;
	void *ctx;
};

static void park(const struct parking *p, const char *from, const char *wwid)
{
	if (observe_named(p->e, wwid) || !p->park(p->ctx, from, wwid))
		return;
	mlog(2, "%s: rename %s to %s, to make its name free", wwid, from, wwid);
	observe_renamed(p->e, from, wwid);
}

static void reorder(const struct parking *p, struct naming *wishes, unsigned int *slots,
		    unsigned int n)
{
	struct engine *e = p->e;
	struct map **maps = calloc(n, sizeof(*maps));
	unsigned int *order = calloc(n, sizeof(*order));

	if (maps && order && !renames_order(wishes, n, order)) {
		for (unsigned int i = 0; i < n; i++) {
			maps[i] = e->wanted[slots[order[i]]];
			if (wishes[i].park)
				park(p, wishes[i].from, e->wanted[slots[i]]->wwid);
		}
		for (unsigned int i = 0; i < n; i++)
			e->wanted[slots[i]] = maps[i];
	}
	free(maps);
	free(order);
}

void renames_prepare(struct engine *e, renames_park park_fn, void *ctx)
{
	struct parking p = { e, park_fn, ctx };
	struct naming *wishes = calloc(e->n_wanted + 1, sizeof(*wishes));
	unsigned int *slots = calloc(e->n_wanted + 1, sizeof(*slots)), n = 0, moving = 0;

	for (unsigned int i = 0; wishes && slots && i < e->n_wanted; i++) {
		const struct map *has = topology_map(e->topo, e->wanted[i]->wwid);

		if (e->wanted[i]->action == ACT_REJECT ||
		    (has && !strcmp(has->dm.name, e->wanted[i]->alias)))
			continue;
		moving += has != NULL;
		wishes[n] =
			(struct naming){ has ? has->dm.name : NULL, e->wanted[i]->alias, false };
		slots[n++] = i;
	}
	if (moving)
		reorder(&p, wishes, slots, n);
	free(wishes);
	free(slots);
}
