// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The question is always the same: is the best group another than the one in use, and does the mode
 * want it now? A wait belongs to the group it was begun for: where another becomes the best, or this
 * one loses a path, it begins anew.
 */
#include "core/model/failback.h"

#include "core/host/clock.h"
#include "core/model/map.h"
#include "core/model/pgpolicy.h"

void failback_rules(const struct props *map, struct failback_rules *ret)
{
	*ret = (struct failback_rules){ .delay_s = props_num(map, KW_failback, 0) };
	switch (props_word(map, KW_failback)) {
	case VW_immediate:
		ret->mode = FAILBACK_IMMEDIATE;
		break;
	case VW_followover:
		ret->mode = FAILBACK_FOLLOWOVER;
		break;
	case VW_NUMBER:
		ret->mode = ret->delay_s > 0 ? FAILBACK_DEFERRED : FAILBACK_MANUAL;
		break;
	default:
		ret->mode = FAILBACK_MANUAL;
	}
}

/* The path that came back is the first of its group. */
static bool is_first(const struct pathgroup *g)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < g->n; i++)
		n += path_state_usable(g->paths[i]->state);
	return n == 1;
}

static bool wait_is_over(struct map *m, bool anew, const struct failback_rules *r, int64_t now_ns)
{
	struct failback *f = &m->fb;

	if (!f->deadline_ns || f->target != m->best_group || anew)
		*f = (struct failback){ .deadline_ns = now_ns + r->delay_s * NSEC_PER_SEC,
					.target = m->best_group };
	return now_ns >= f->deadline_ns;
}

static bool wants_now(struct map *m, enum failback_event ev, const struct pathgroup *changed,
		      const struct failback_rules *r, int64_t now_ns)
{
	const struct pathgroup *best = map_group(m, m->best_group);

	switch (r->mode) {
	case FAILBACK_IMMEDIATE:
		return true;
	case FAILBACK_FOLLOWOVER:
		return ev == FAILBACK_PATHS && changed && changed == best && is_first(best);
	case FAILBACK_DEFERRED:
		return wait_is_over(m, ev == FAILBACK_PATH_LOST && changed == best, r, now_ns);
	case FAILBACK_MANUAL:
		break;
	}
	return false;
}

void failback_step(struct map *m, enum failback_event ev, const struct pathgroup *changed,
		   const struct failback_rules *r, int64_t now_ns, struct failback_step *ret)
{
	bool waits = false;

	ret->switch_to = 0;
	ret->notes.n = 0;
	m->best_group = pg_best(m);
	if (ev != FAILBACK_LOADED && m->best_group && m->next_group &&
	    m->best_group != m->next_group) {
		if (wants_now(m, ev, changed, r, now_ns)) {
			ret->switch_to = m->next_group = m->best_group;
			m->stat_switchgroup++;
			note_add(&ret->notes, 2, "%s: switch to path group #%u", m->alias,
				 ret->switch_to);
		} else {
			waits = r->mode == FAILBACK_DEFERRED;
		}
	}
	if (!waits)
		m->fb = (struct failback){ 0 };
	failback_refresh(m, now_ns);
	ret->next_ns = waits ? m->fb.deadline_ns : INT64_MAX;
}

void failback_refresh(struct map *m, int64_t now_ns)
{
	int64_t rest = m->fb.deadline_ns ? m->fb.deadline_ns - now_ns : 0;

	m->failback_tick = rest > 0 ? (int)((rest + NSEC_PER_SEC - 1) / NSEC_PER_SEC) : 0;
}
