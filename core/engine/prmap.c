/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One status a path is kept while an order is carried out; what it means for the map is read from
 * them. A path that does not carry the command counts neither way: it is lost, and the daemon
 * registers it when it is back.
 */
#include "core/engine/prmap.h"

#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"

struct run {
	struct host *h;
	const struct map *m;
	const struct pr_order *o;
	enum pr_status *of;   /* by path */
	unsigned int carrier; /* the path that any_path() got an answer from */
};

static bool usable(const struct path *p)
{
	return path_state_usable(p->state);
}

static enum pr_status send_out(const struct run *r, unsigned int i, const struct pr_request *q)
{
	const struct path *p = r->m->paths[i];
	struct pr_request own = *q;
	enum pr_status s;

	if (q->action == PR_REGISTER || q->action == PR_REGISTER_IGNORE)
		own.all_tg_pt |= props_yes(&p->props, KW_all_tg_pt);
	else
		own.aptpl = own.all_tg_pt = false; /* bits of registrations */
	s = prpath_out(r->h, p->dev.name, p->dev.devno, &own);
	mlog(3, "%s: %s: persistent reserve out %d: status %d", r->m->alias, p->dev.name,
	     (int)q->action, (int)s);
	return s;
}

/* What stands for all paths: any success; else what really went wrong; else a conflict. */
static enum pr_status overall(const struct run *r)
{
	bool conflict = false;

	for (unsigned int i = 0; i < r->m->n_paths; i++)
		if (r->of[i] == PR_OK)
			return PR_OK;
	for (unsigned int i = 0; i < r->m->n_paths; i++) {
		conflict |= r->of[i] == PR_CONFLICT;
		if (r->of[i] != PR_UNREACHED && r->of[i] != PR_CONFLICT)
			return r->of[i];
	}
	return conflict ? PR_CONFLICT : PR_OTHER;
}

/* Something that is neither a conflict nor a path that is lost; PR_OK: nothing. */
static enum pr_status failure(const struct run *r)
{
	for (unsigned int i = 0; i < r->m->n_paths; i++)
		if (r->of[i] != PR_OK && r->of[i] != PR_UNREACHED && r->of[i] != PR_CONFLICT)
			return r->of[i];
	return PR_OK;
}

static void every_path(struct run *r, const struct pr_request *q)
{
	for (unsigned int i = 0; i < r->m->n_paths; i++)
		r->of[i] = usable(r->m->paths[i]) ? send_out(r, i, q) : PR_UNREACHED;
}

/* One path after the other, until one gives an answer that holds for all of them. */
static enum pr_status any_path(struct run *r, const struct pr_request *q)
{
	enum pr_status s, last = PR_OTHER;

	for (unsigned int i = 0; i < r->m->n_paths; i++) {
		if (!usable(r->m->paths[i]))
			continue;
		s = send_out(r, i, q);
		if (s == PR_UNREACHED)
			continue;
		r->carrier = i;
		if (s != PR_CONFLICT)
			return s;
		last = s;
	}
	return last;
}

/* --- registering ----------------------------------------------------------------------------- */

/* With ALL_TG_PT a registration counts for all target ports that the host sees. */
static bool covered(const struct run *r, unsigned int i)
{
	const struct blkdev *d = &r->m->paths[i]->dev;

	if (!r->o->request.all_tg_pt && !props_yes(&r->m->paths[i]->props, KW_all_tg_pt))
		return false;
	for (unsigned int k = 0; k < i; k++)
		if (r->of[k] == PR_OK && d->has_hcil && r->m->paths[k]->dev.has_hcil &&
		    r->m->paths[k]->dev.host == d->host)
			return true;
	return false;
}

static void register_each(struct run *r)
{
	struct pr_request q = r->o->request;

	for (unsigned int i = 0; i < r->m->n_paths; i++) {
		if (!usable(r->m->paths[i]))
			r->of[i] = PR_UNREACHED;
		else if (covered(r, i))
			r->of[i] = PR_OK;
		else
			r->of[i] = send_out(r, i, &q);
		if (r->of[i] == PR_OK) { /* the ports it names are registered by now */
			q.ids = NULL;
			q.ids_len = 0;
		}
	}
}

/* Paths that did not have the old key while others had it. */
static void register_odd_ones(struct run *r)
{
	struct pr_request q = r->o->request;

	q.action = PR_REGISTER_IGNORE;
	q.ids = NULL;
	q.ids_len = 0;
	for (unsigned int i = 0; i < r->m->n_paths; i++)
		if (r->of[i] == PR_CONFLICT)
			r->of[i] = send_out(r, i, &q);
}

/* What the key was before is known only where it had to be named. */
static void roll_back(struct run *r)
{
	struct pr_request q = r->o->request;

	if (q.action != PR_REGISTER)
		return;
	mlog(1, "%s: registration failed, rolling back", r->m->alias);
	q.sark = r->o->request.rk;
	q.rk = r->o->request.sark;
	q.ids = NULL;
	q.ids_len = 0;
	for (unsigned int i = 0; i < r->m->n_paths; i++)
		if (r->of[i] == PR_OK)
			send_out(r, i, &q);
}

static enum pr_status register_all(struct run *r)
{
	enum pr_status s;

	register_each(r);
	if (overall(r) == PR_OK)
		register_odd_ones(r);
	s = failure(r);
	if (s == PR_OK)
		return overall(r);
	roll_back(r);
	return s;
}

/* --- reservations ---------------------------------------------------------------------------- */

static bool read_reservation(struct host *h, const struct map *m, struct pr_reservation *ret)
{
	uint8_t buf[256];
	size_t len;

	return prmap_in(h, m, PR_READ_RESERVATION, buf, sizeof(buf), &len) == PR_OK &&
	       pr_reservation_parse(buf, len, ret) == 0;
}

bool prmap_holds(struct host *h, const struct map *m, uint64_t key)
{
	struct pr_reservation v;

	return read_reservation(h, m, &v) && v.held && v.key == key;
}

/* Of the other types every registered path is a holder. */
static bool one_path_holds(unsigned int type)
{
	return type != 7 && type != 8;
}

/* Preempting our own key takes the reservation to the path that does it and the registration from
 * all others; for I/O that nobody may lose, the map stands still until these have theirs again. */
static enum pr_status preempt_self(struct run *r, const struct pr_request *preempt)
{
	struct pr_request again = { .action = PR_REGISTER_IGNORE,
				    .sark = preempt->rk,
				    .aptpl = r->o->request.aptpl };
	struct dmb *dmb = r->h->dmb;
	enum pr_status s;
	int e = dmb->ops->suspend(dmb, r->m->dm.name, false);

	if (e) {
		mlog(0, "%s: cannot be suspended: %s", r->m->alias, strerror(-e));
		return PR_DM_ERROR;
	}
	s = any_path(r, preempt);
	for (unsigned int i = 0; s == PR_OK && i < r->m->n_paths; i++)
		if (i != r->carrier && usable(r->m->paths[i]))
			send_out(r, i, &again);
	e = dmb->ops->resume(dmb, r->m->dm.name, DM_UF_RELOAD);
	if (e)
		mlog(0, "%s: cannot be resumed: %s", r->m->alias, strerror(-e));
	return s == PR_OK && e ? PR_DM_ERROR : s;
}

/* Is the reservation held by a path of ours that is lost? All that are usable have said no. */
static bool left_behind(const struct run *r, struct pr_reservation *ret)
{
	return r->o->hold && read_reservation(r->h, r->m, ret) && ret->held &&
	       ret->key == r->o->request.rk && one_path_holds(ret->type);
}

static enum pr_status reserve(struct run *r)
{
	struct pr_request take = r->o->request;
	enum pr_status s = any_path(r, &take);
	struct pr_reservation v;

	if (s != PR_CONFLICT || !left_behind(r, &v) || v.type != take.type)
		return s;
	mlog(2, "%s: the reservation is held by a path that is lost, moving it", r->m->alias);
	take.action = PR_PREEMPT;
	take.sark = take.rk;
	return preempt_self(r, &take);
}

static enum pr_status release(struct run *r)
{
	struct pr_request take = r->o->request;
	struct pr_reservation v;
	enum pr_status s;

	every_path(r, &take);
	s = failure(r);
	if (s == PR_OK)
		s = overall(r);
	if (s != PR_OK || !left_behind(r, &v))
		return s;
	mlog(2, "%s: the reservation is held by a path that is lost, moving it", r->m->alias);
	take.action = PR_PREEMPT;
	take.sark = take.rk;
	take.type = v.type;
	s = preempt_self(r, &take);
	take.action = PR_RELEASE;
	take.sark = 0;
	return s == PR_OK ? send_out(r, r->carrier, &take) : s;
}

static enum pr_status preempt(struct run *r)
{
	const struct pr_request *q = &r->o->request;

	return q->sark == q->rk ? preempt_self(r, q) : any_path(r, q);
}

/* --- the map --------------------------------------------------------------------------------- */

enum pr_status prmap_in(struct host *h, const struct map *m, enum pr_in action, uint8_t *buf,
			uint16_t len, size_t *ret_len)
{
	enum pr_status s;

	for (unsigned int i = 0; i < m->n_paths; i++) {
		const struct path *p = m->paths[i];

		if (!usable(p))
			continue;
		s = prpath_in(h, p->dev.name, p->dev.devno, action, buf, len, ret_len);
		mlog(3, "%s: %s: persistent reserve in %d: status %d", m->alias, p->dev.name,
		     (int)action, (int)s);
		if (s != PR_UNREACHED)
			return s;
	}
	return PR_OTHER;
}

static enum pr_status carry_out(struct run *r)
{
	switch (r->o->request.action) {
	case PR_REGISTER:
	case PR_REGISTER_IGNORE:
		return register_all(r);
	case PR_RESERVE:
		return reserve(r);
	case PR_RELEASE:
		return release(r);
	case PR_PREEMPT:
	case PR_PREEMPT_ABORT:
		return preempt(r);
	case PR_CLEAR:
		return any_path(r, &r->o->request);
	}
	return PR_SYNTAX;
}

enum pr_status prmap_out(struct host *h, const struct map *m, const struct pr_order *o,
			 bool *ret_done)
{
	struct run r = { .h = h, .m = m, .o = o, .of = calloc(m->n_paths + 1, sizeof(*r.of)) };
	enum pr_status s = r.of ? carry_out(&r) : PR_OTHER;

	for (unsigned int i = 0; ret_done && i < m->n_paths; i++)
		ret_done[i] = s == PR_OK && r.of[i] == PR_OK;
	free(r.of);
	return s;
}
