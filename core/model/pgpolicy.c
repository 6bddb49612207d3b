// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A policy is one question: do these two paths belong together? A path joins the first group whose
 * first member says yes, else it opens a new one, so groups and members keep discovery order until
 * they are sorted. Marginal paths are grouped by the same question, but never with others. Groups
 * are built in an array that has its final size before any path points into it; sorting is a stable
 * insertion sort (hosts have a handful of groups per map), and only then paths learn their group.
 */
#include "core/model/pgpolicy.h"

#include <string.h>

#include "parser/arena.h"

/* Do two paths stand in one group? */
typedef bool (*same_group)(const struct path *a, const struct path *b);

static bool never(const struct path *a, const struct path *b)
{
	(void)a;
	(void)b;
	return false;
}

static bool always(const struct path *a, const struct path *b)
{
	(void)a;
	(void)b;
	return true;
}

static bool same_serial(const struct path *a, const struct path *b)
{
	return strcmp(a->dev.serial, b->dev.serial) == 0;
}

static bool same_prio(const struct path *a, const struct path *b)
{
	return a->has_prio == b->has_prio && (!a->has_prio || a->prio == b->prio);
}

static bool same_node(const struct path *a, const struct path *b)
{
	return strcmp(a->dev.tgt_node_name, b->dev.tgt_node_name) == 0;
}

static bool same_tpg(const struct path *a, const struct path *b)
{
	return a->has_tpg == b->has_tpg && (!a->has_tpg || a->tpg == b->tpg);
}

static const struct policy {
	enum vocab_word word;
	same_group same;
} policies[] = {
	{ VW_failover, never },
	{ VW_multibus, always },
	{ VW_group_by_serial, same_serial },
	{ VW_group_by_prio, same_prio },
	{ VW_group_by_node_name, same_node },
	{ VW_group_by_tpg, same_tpg },
};
#define N_POLICIES (sizeof(policies) / sizeof(policies[0]))

static same_group policy_question(enum vocab_word word)
{
	for (size_t i = 0; i < N_POLICIES; i++)
		if (policies[i].word == word)
			return policies[i].same;
	return never;
}

enum vocab_word pg_policy_word(const char *text)
{
	for (size_t i = 0; i < N_POLICIES; i++) {
		const char *name = vocab_text(policies[i].word);

		if (strncmp(text, name, strlen(name)) == 0)
			return policies[i].word;
	}
	return VW_NONE;
}

void pg_refresh(struct pathgroup *g)
{
	unsigned int known = 0;
	int64_t sum = 0;

	g->enabled = 0;
	for (unsigned int i = 0; i < g->n; i++) {
		const struct path *p = g->paths[i];

		if (!path_state_usable(p->state))
			continue;
		g->enabled++;
		if (p->has_prio) {
			sum += p->prio;
			known++;
		}
	}
	g->prio = known ? (int)(sum / known) : 0;
}

void pg_refresh_all(struct map *m)
{
	for (unsigned int i = 0; i < m->n_groups; i++)
		pg_refresh(&m->groups[i]);
}

/* Does @a come before @b? Equal groups: neither. */
static bool group_before(const struct pathgroup *a, const struct pathgroup *b)
{
	if (a->marginal != b->marginal)
		return b->marginal;
	if (a->prio != b->prio)
		return a->prio > b->prio;
	return a->enabled > b->enabled;
}

unsigned int pg_best(const struct map *m)
{
	unsigned int best = 0;

	for (unsigned int i = 0; i < m->n_groups; i++)
		if (m->groups[i].enabled &&
		    (!best || group_before(&m->groups[i], &m->groups[best - 1])))
			best = i + 1;
	return best;
}

static void sort_groups(struct pathgroup *groups, unsigned int n)
{
	for (unsigned int i = 1; i < n; i++) {
		struct pathgroup g = groups[i];
		unsigned int j = i;

		for (; j && group_before(&g, &groups[j - 1]); j--)
			groups[j] = groups[j - 1];
		groups[j] = g;
	}
}

/* Put @p into the first group from @from on that it belongs to, or a new one. Returns their count. */
static unsigned int place_path(struct topology *t, struct pathgroup *groups, unsigned int from,
			       unsigned int n, struct path *p, same_group same)
{
	unsigned int i = from;

	while (i < n && !same(groups[i].paths[0], p))
		i++;
	group_add_path(t, &groups[i], p);
	return i == n ? n + 1 : n;
}

/* Groups of the paths whose marginal flag is @marginal, after the @n there are. */
static unsigned int place_paths(struct topology *t, const struct map *m, struct pathgroup *groups,
				unsigned int n, same_group same, bool split, bool marginal)
{
	unsigned int from = n;

	for (unsigned int i = 0; i < m->n_paths; i++)
		if (!split || m->paths[i]->marginal == marginal)
			n = place_path(t, groups, from, n, m->paths[i], same);
	for (unsigned int i = from; split && marginal && i < n; i++)
		groups[i].marginal = true;
	return n;
}

/*
 * Paths of one host, and the queue of its adapter's hosts, for the order of round-robin. An adapter
 * stands for itself in the list; its hosts take turns.
 */
struct host_queue {
	const char *adapter;
	int host;
	unsigned int n, taken, cap;
	struct path **paths;
};

static struct host_queue *host_queue_of(struct host_queue *q, unsigned int *n, const struct path *p)
{
	for (unsigned int i = 0; i < *n; i++)
		if (q[i].host == p->dev.host && strcmp(q[i].adapter, p->dev.host_adapter) == 0)
			return &q[i];
	q[*n] = (struct host_queue){ .adapter = p->dev.host_adapter, .host = p->dev.host };
	return &q[(*n)++];
}

/* One turn of @adapter: the next of its hosts after @turn that has a path left. */
static struct path *adapter_turn(struct host_queue *q, unsigned int n, const char *adapter,
				 unsigned int *turn)
{
	for (unsigned int step = 0; step < n; step++) {
		struct host_queue *h = &q[(*turn + step) % n];

		if (strcmp(h->adapter, adapter) == 0 && h->taken < h->n) {
			*turn = (*turn + step + 1) % n;
			return h->paths[h->taken++];
		}
	}
	return NULL;
}

static bool first_of_adapter(const struct host_queue *q, unsigned int i)
{
	for (unsigned int j = 0; j < i; j++)
		if (strcmp(q[j].adapter, q[i].adapter) == 0)
			return false;
	return true;
}

/* Adapters take turns, and the hosts within each, so that neighbours use different hardware. */
static void alternate_adapters(struct topology *t, struct pathgroup *g)
{
	struct host_queue *q = arena_alloc(t->arena, g->n * sizeof(*q));
	unsigned int *turn = arena_alloc(t->arena, g->n * sizeof(*turn));
	unsigned int n = 0, done = 0;

	for (unsigned int i = 0; i < g->n; i++) {
		struct host_queue *h = host_queue_of(q, &n, g->paths[i]);

		h->paths = arena_grow(t->arena, h->paths, h->n, &h->cap, sizeof(*h->paths));
		h->paths[h->n++] = g->paths[i];
	}
	while (done < g->n)
		for (unsigned int i = 0; i < n; i++) {
			struct path *p = first_of_adapter(q, i)
						 ? adapter_turn(q, n, q[i].adapter, &turn[i])
						 : NULL;

			if (p)
				g->paths[done++] = p;
		}
}

/* Only where every path tells which adapter it hangs on, and there is something to alternate. */
static bool can_alternate(const struct pathgroup *g, const char *selector)
{
	if (g->n <= 2 || !selector || strncmp(selector, "round-robin", 11) != 0)
		return false;
	for (unsigned int i = 0; i < g->n; i++)
		if (g->paths[i]->dev.bus != BUS_SCSI || !g->paths[i]->dev.host_adapter[0])
			return false;
	return true;
}

static bool has_marginal(const struct map *m, bool marginal)
{
	for (unsigned int i = 0; i < m->n_paths; i++)
		if (m->paths[i]->marginal == marginal)
			return true;
	return false;
}

void pg_build(struct topology *t, struct map *m, enum vocab_word policy, bool marginal_groups,
	      const char *selector)
{
	struct pathgroup *groups = arena_alloc(t->arena, m->n_paths * sizeof(*groups) + 1);
	same_group same = policy_question(policy);
	bool split = marginal_groups && has_marginal(m, true);
	unsigned int n = 0;

	n = place_paths(t, m, groups, n, same, split, false);
	if (split)
		n = place_paths(t, m, groups, n, same, true, true);
	for (unsigned int i = 0; i < n; i++) {
		groups[i].selector = selector;
		pg_refresh(&groups[i]);
		if (can_alternate(&groups[i], selector))
			alternate_adapters(t, &groups[i]);
	}
	sort_groups(groups, n);
	for (unsigned int i = 0; i < n; i++)
		for (unsigned int j = 0; j < groups[i].n; j++)
			groups[i].paths[j]->group = &groups[i];
	m->groups = groups;
	m->n_groups = n;
	m->selector = selector;
	m->best_group = pg_best(m);
}
