// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Small decisions, each with its inputs as arguments. Deadlines are absolute; a step that is asked
 * too early changes nothing, so that the caller's timers need not be exact.
 */
#include "core/model/maplife.h"

#include <inttypes.h>

#include "core/host/clock.h"
#include "core/model/life.h"

static enum vocab_word word_of(const struct kwval *v, enum vocab_word if_unset)
{
	return v ? v->word : if_unset;
}

void map_rules(const struct props *map, const struct config *cfg, struct map_rules *ret)
{
	*ret = (struct map_rules){
		.ghost_delay_s = map ? props_num(map, KW_ghost_delay, 0) : 0,
		.uev_wait_s = config_num(cfg, KW_missing_uev_wait_timeout, 30),
		.retrigger_delay_s = config_num(cfg, KW_retrigger_delay, 10),
		.retrigger_tries = (unsigned int)config_num(cfg, KW_retrigger_tries, 3),
		.flush = word_of(map ? props_get(map, KW_flush_on_last_del)->val : NULL, VW_unused),
		.deferred_remove = map && props_yes(map, KW_deferred_remove),
		.auto_resize = word_of(config_value(cfg, KW_auto_resize), VW_never),
	};
}

/* --- ghost_delay, and the uevent of a new map -------------------------------------------------- */

static unsigned int count_state(const struct map *m, enum path_state s)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < m->n_paths; i++)
		n += m->paths[i]->state == s;
	return n;
}

static void reload(struct map *m, struct map_step *s)
{
	if (m->life.uev_until_ns)
		m->life.put_off = true;
	else
		s->reload = true;
}

static void ghost_over(struct map *m, struct map_step *s)
{
	m->life.ghost_until_ns = 0;
	reload(m, s);
}

static void uevent_over(struct map *m, struct map_step *s)
{
	m->life.uev_until_ns = 0;
	if (m->life.put_off)
		s->reload = true;
	m->life.put_off = false;
}

static int64_t after(int64_t now_ns, int64_t s)
{
	return s > 0 ? now_ns + s * NSEC_PER_SEC : 0;
}

static bool only_ghosts(const struct map *m)
{
	return count_state(m, PATH_GHOST) && !count_state(m, PATH_UP);
}

static void on_made(struct map *m, const struct map_rules *r, int64_t now_ns)
{
	m->life = (struct map_life){
		.uev_until_ns = after(now_ns, r->uev_wait_s),
		.ghost_until_ns = only_ghosts(m) ? after(now_ns, r->ghost_delay_s) : 0,
	};
}

static bool is_due(int64_t deadline_ns, int64_t now_ns)
{
	return deadline_ns && now_ns >= deadline_ns;
}

static void on_time(struct map *m, int64_t now_ns, struct map_step *s)
{
	if (is_due(m->life.uev_until_ns, now_ns)) {
		note_add(&s->notes, 0, "%s: timeout waiting on creation uevent. enabling reloads",
			 m->alias);
		uevent_over(m, s);
	}
	if (is_due(m->life.ghost_until_ns, now_ns)) {
		note_add(&s->notes, 0, "%s: timed out waiting for active path", m->alias);
		ghost_over(m, s);
	}
}

static int64_t sooner(int64_t a, int64_t deadline_ns)
{
	return deadline_ns && deadline_ns < a ? deadline_ns : a;
}

void map_life_step(struct map *m, enum map_event ev, const struct map_rules *r, int64_t now_ns,
		   struct map_step *ret)
{
	ret->reload = false;
	ret->notes.n = 0;
	switch (ev) {
	case MAP_MADE:
		on_made(m, r, now_ns);
		break;
	case MAP_UEVENT:
		if (m->life.uev_until_ns && m->life.put_off)
			note_add(&ret->notes, 2, "%s: performing delayed actions", m->alias);
		uevent_over(m, ret);
		break;
	case MAP_PATHS:
		if (m->life.ghost_until_ns && count_state(m, PATH_UP))
			ghost_over(m, ret);
		break;
	case MAP_WISH:
		reload(m, ret);
		break;
	case MAP_TIME:
	case MAP_EVENT__MAX:
		on_time(m, now_ns, ret);
		break;
	}
	ret->next_ns = sooner(sooner(INT64_MAX, m->life.uev_until_ns), m->life.ghost_until_ns);
}

bool map_tells_no_paths(const struct map *wanted, const struct map *there,
			const struct map_rules *r)
{
	bool waits = there ? there->life.ghost_until_ns != 0
			   : r->ghost_delay_s > 0 && only_ghosts(wanted);

	return waits || !map_usable_paths(wanted);
}

/* --- the last path ----------------------------------------------------------------------------- */

void map_last_path(const struct map *m, const struct map_rules *r, bool in_use, bool queueing,
		   struct last_path *ret)
{
	*ret = (struct last_path){ 0 };
	if (r->flush == VW_unused && in_use && queueing) {
		note_add(&ret->notes, 2, "%s: map in use and queueing, can't remove", m->alias);
		return;
	}
	if (r->flush == VW_never && queueing) {
		note_add(&ret->notes, 2, "%s: map is queueing, can't remove", m->alias);
		return;
	}
	ret->remove = ret->disable_queueing = true;
	ret->deferred = r->deferred_remove;
	note_add(&ret->notes, 2, "%s Last path deleted, disabling queueing", m->alias);
}

bool map_cancels_remove(const struct map *m, const struct map_rules *r)
{
	return r->deferred_remove && m->has_dm && m->dm.deferred_remove;
}

/* --- size -------------------------------------------------------------------------------------- */

/* The size all paths agree on, 0: none has one, or they differ. */
static uint64_t common_size(const struct map *m, struct notes *notes)
{
	const struct path *first = NULL;

	for (unsigned int i = 0; i < m->n_paths; i++) {
		const struct path *p = m->paths[i];

		if (!p->dev.size)
			continue;
		if (!first)
			first = p;
		if (p->dev.size == first->dev.size)
			continue;
		note_add(notes, 3, "%s: not resized: %s has %" PRIu64 " sectors, %s has %" PRIu64,
			 m->alias, first->dev.name, first->dev.size, p->dev.name, p->dev.size);
		return 0;
	}
	return first ? first->dev.size : 0;
}

uint64_t map_auto_resize(const struct map *m, const struct map_rules *r, struct notes *notes)
{
	uint64_t size;

	if (r->auto_resize == VW_never)
		return 0;
	size = common_size(m, notes);
	if (!size || size == m->size)
		return 0;
	if (size < m->size && r->auto_resize == VW_grow_only) {
		note_add(notes, 3,
			 "%s: not resized: %" PRIu64 " sectors are fewer than %" PRIu64
			 ", and auto_resize is grow_only",
			 m->alias, size, m->size);
		return 0;
	}
	return size;
}

/* --- devices without udev data ----------------------------------------------------------------- */

static void missing_udev(struct path *p, const struct map_rules *r, int64_t now_ns,
			 struct init_step *s)
{
	if (p->life.retriggers < r->retrigger_tries) {
		p->life.retriggers++;
		p->init = INIT_REQUESTED_UDEV;
		p->life.init_ns = now_ns + r->retrigger_delay_s * NSEC_PER_SEC;
		s->todo = INIT_DO_RETRIGGER;
		s->next_ns = p->life.init_ns;
		return;
	}
	note_add(&s->notes, 1, "%s: not initialized after %u udev retriggers", p->dev.name,
		 r->retrigger_tries);
	p->init = INIT_FAILED;
	s->todo = INIT_DO_DISCOVER;
	s->fallback = true;
}

static void partial(struct path *p, int64_t now_ns, struct init_step *s)
{
	if (is_due(p->life.init_ns, now_ns))
		s->todo = INIT_DO_DISCOVER;
	if (!p->life.init_ns || s->todo)
		p->life.init_ns = now_ns + INIT_PARTIAL_RETRY_S * NSEC_PER_SEC;
	s->next_ns = p->life.init_ns;
}

void path_init_step(struct path *p, const struct map_rules *r, int64_t now_ns,
		    struct init_step *ret)
{
	ret->todo = INIT_DO_WAIT;
	ret->fallback = false;
	ret->next_ns = INT64_MAX;
	ret->notes.n = 0;
	switch (p->init) {
	case INIT_MISSING_UDEV:
		missing_udev(p, r, now_ns, ret);
		break;
	case INIT_REQUESTED_UDEV:
		if (is_due(p->life.init_ns, now_ns))
			missing_udev(p, r, now_ns, ret);
		else
			ret->next_ns = p->life.init_ns;
		break;
	case INIT_PARTIAL:
		partial(p, now_ns, ret);
		break;
	default:
		p->life.init_ns = 0;
		if (p->init == INIT_OK)
			p->life.retriggers = 0;
	}
}
