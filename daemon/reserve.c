/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Before anything is registered the device is asked for the keys it knows. Only where ours is among
 * them is it given to another path: a node whose registration somebody has preempted must stay out,
 * which is what preempting is for. What is there decides about the map's flag, too: after a start
 * nothing else can know it. Nothing is ever released, cleared or preempted from here.
 */
#include "daemon/reserve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "core/engine/prpath.h"
#include "core/engine/resvkey.h"
#include "daemon/parts.h"

struct registering {
	struct work work;
	struct multipathd *d;
	struct op_done done; /* fn NULL: nobody waits */
	char wwid[WWID_MAX];
	struct pr_key key;
	bool in_file;	   /* @key is to be read first */
	enum pr_flag seen; /* is it among the keys that the device knows? */
	unsigned int n;
	struct {
		char name[32];
		dev_t devno;
		bool all_tg_pt;
		enum pr_status status;
	} path[];
};

/* --- on a worker ----------------------------------------------------------------------------- */

static enum pr_flag key_among(const uint8_t *data, size_t len, uint64_t key)
{
	struct pr_list l;

	if (pr_list_parse(data, len, &l))
		return PR_UNKNOWN;
	for (unsigned int i = 0; i < pr_keys_count(&l); i++)
		if (pr_keys_at(&l, i) == key)
			return PR_SET;
	return l.claimed > l.len ? PR_UNKNOWN : PR_UNSET;
}

static enum pr_flag look_for_key(struct host *h, const struct registering *r)
{
	enum pr_flag seen = PR_UNKNOWN;
	uint8_t *data = malloc(PR_IN_MAX);
	size_t len;

	for (unsigned int i = 0; data && i < r->n && seen == PR_UNKNOWN; i++)
		if (prpath_in(h, r->path[i].name, r->path[i].devno, PR_READ_KEYS, data, PR_IN_MAX,
			      &len) == PR_OK)
			seen = key_among(data, len, r->key.key);
	free(data);
	return seen;
}

static void run_register(struct host *h, struct work *w)
{
	struct registering *r = (struct registering *)w;
	struct pr_request q = { .action = PR_REGISTER_IGNORE };

	if (r->in_file && resvkey_find(h, r->wwid, &r->key))
		return;
	if (!r->key.key)
		return;
	r->seen = look_for_key(h, r);
	if (r->seen != PR_SET)
		return;
	q.sark = r->key.key;
	q.aptpl = r->key.aptpl;
	for (unsigned int i = 0; i < r->n; i++) {
		q.all_tg_pt = r->path[i].all_tg_pt;
		r->path[i].status = prpath_out(h, r->path[i].name, r->path[i].devno, &q);
	}
}

/* --- on the loop ----------------------------------------------------------------------------- */

static void keep_flag(struct map *m, enum pr_flag seen)
{
	if (seen == PR_UNKNOWN || seen == m->pr.status)
		return;
	if (m->pr.status == PR_SET)
		mlog(1,
		     "%s: the reservation key is not registered any more, paths are not registered",
		     m->alias);
	else if (seen == PR_SET)
		mlog(2, "%s: the reservation key is registered", m->alias);
	m->pr.status = seen;
	if (seen == PR_UNSET)
		m->pr.hold = PR_UNSET; /* who is not registered holds nothing */
}

static void registered(void *ctx, struct work *w)
{
	struct registering *r = (struct registering *)w;
	struct multipathd *d = ctx;
	struct map *m = d->e ? topology_map(d->e->topo, r->wwid) : NULL;

	if (m)
		keep_flag(m, r->seen);
	for (unsigned int i = 0; r->seen == PR_SET && i < r->n; i++)
		if (r->path[i].status)
			mlog(0, "%s: the reservation key is not registered: status %d",
			     r->path[i].name, r->path[i].status);
		else
			mlog(2, "%s: reservation key registered", r->path[i].name);
	if (r->done.fn)
		r->done.fn(r->done.ctx, 0, NULL);
	free(r);
}

static struct registering *registering_new(const struct map *m)
{
	struct registering *r = calloc(1, sizeof(*r) + m->n_paths * sizeof(r->path[0]));

	if (!r)
		return NULL;
	r->work.run = run_register;
	r->work.done = registered;
	snprintf(r->wwid, sizeof(r->wwid), "%s", m->wwid);
	r->in_file = props_word(&m->props, KW_reservation_key) == VW_file;
	pr_key_of(props_get(&m->props, KW_reservation_key)->val, &r->key);
	return r;
}

static void take_path(struct registering *r, const struct path *p)
{
	snprintf(r->path[r->n].name, sizeof(r->path[r->n].name), "%s", p->dev.name);
	r->path[r->n].devno = p->dev.devno;
	r->path[r->n++].all_tg_pt = props_yes(&p->props, KW_all_tg_pt);
}

static void start(struct multipathd *d, struct registering *r, const struct op_done *done)
{
	int e;

	if (done)
		r->done = *done;
	e = work_submit(sched_pool(d), &r->work);
	if (!e)
		return;
	if (done)
		done->fn(done->ctx, e, NULL);
	free(r);
}

void reserve_path(struct multipathd *d, const struct path *p)
{
	struct registering *r;

	if (!p->map || p->map->pr.status == PR_UNSET || !path_state_usable(p->state) ||
	    !props_get(&p->map->props, KW_reservation_key)->val)
		return;
	r = registering_new(p->map);
	if (!r)
		return;
	take_path(r, p);
	start(d, r, NULL);
}

void reserve_map(struct multipathd *d, const struct map *m,
		 bool (*skip)(void *ctx, const struct path *p), void *ctx,
		 const struct op_done *done)
{
	struct registering *r = registering_new(m);

	if (!r) {
		done->fn(done->ctx, -ENOMEM, NULL);
		return;
	}
	for (unsigned int i = 0; i < m->n_paths; i++)
		if (path_state_usable(m->paths[i]->state) && !skip(ctx, m->paths[i]))
			take_path(r, m->paths[i]);
	start(d, r, done);
}
