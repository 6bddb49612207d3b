// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The topology owns everything in one arena, so that nothing in it is freed by itself; what other
 * modules allocated with malloc (udev properties, copies of dm maps) is given back in
 * topology_free(). Thousands of LUNs with a dozen paths each are looked up by device number, kernel
 * name and WWID many times over; three open-addressing tables of array positions answer that. They
 * grow lazily: a look-up first takes in what was added since the last one, up to the first object
 * whose keys are not filled in yet, and the few after it are walked. A hit is compared with the
 * object itself, so a stale entry is never returned.
 */
#include "core/model/map.h"

#include <stdlib.h>
#include <string.h>

#include "parser/arena.h"

struct slots {
	unsigned int *pos; /* position in the array + 1; 0: free */
	unsigned int size, used;
};

struct topo_index {
	struct slots devno, name, wwid;
	unsigned int devnos, names, maps; /* objects taken in so far */
};

const char *map_action_word(enum map_action a)
{
	static const char *const words[] = {
#define X(id, word) [ACT_##id] = (word),
		MAP_ACTIONS(X)
#undef X
	};
	return (unsigned int)a < sizeof(words) / sizeof(words[0]) ? words[a] : "";
}

struct topology *topology_new(struct config *cfg)
{
	struct arena *a = arena_new();
	struct topology *t = arena_alloc(a, sizeof(*t));

	t->arena = a;
	t->cfg = cfg;
	t->index = arena_alloc(a, sizeof(*t->index));
	return t;
}

static void slots_done(struct slots *s)
{
	free(s->pos);
	*s = (struct slots){ 0 };
}

void topology_reindex(const struct topology *t)
{
	slots_done(&t->index->devno);
	slots_done(&t->index->name);
	slots_done(&t->index->wwid);
	t->index->devnos = t->index->names = t->index->maps = 0;
}

void topology_free(struct topology *t)
{
	if (!t)
		return;
	for (unsigned int i = 0; i < t->n_paths; i++)
		udev_props_done(&t->paths[i]->dev.udev);
	for (unsigned int i = 0; i < t->n_maps; i++)
		if (t->maps[i]->has_dm)
			dm_map_done(&t->maps[i]->dm);
	topology_reindex(t);
	arena_free(t->arena);
}

struct path *topology_add_path(struct topology *t)
{
	struct path *p = arena_alloc(t->arena, sizeof(*p));

	t->paths = arena_grow(t->arena, t->paths, t->n_paths, &t->cap_paths, sizeof(*t->paths));
	t->paths[t->n_paths++] = p;
	return p;
}

struct map *topology_add_map(struct topology *t)
{
	struct map *m = arena_alloc(t->arena, sizeof(*m));

	m->props.scope = SCOPE_MAP;
	t->maps = arena_grow(t->arena, t->maps, t->n_maps, &t->cap_maps, sizeof(*t->maps));
	t->maps[t->n_maps++] = m;
	return m;
}

static uint64_t hash_text(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h ^ (h >> 32);
}

static uint64_t hash_devno(dev_t d)
{
	uint64_t h = (uint64_t)d * 0x9e3779b97f4a7c15u;

	return h ^ (h >> 32);
}

/* Hash of the key of object @pos, for growing. */
typedef uint64_t (*slot_hash)(const struct topology *t, unsigned int pos);

static uint64_t path_devno_hash(const struct topology *t, unsigned int pos)
{
	return hash_devno(t->paths[pos]->dev.devno);
}

static uint64_t path_name_hash(const struct topology *t, unsigned int pos)
{
	return hash_text(t->paths[pos]->dev.name);
}

static uint64_t map_wwid_hash(const struct topology *t, unsigned int pos)
{
	return hash_text(t->maps[pos]->wwid);
}

static void slot_put(struct slots *s, uint64_t hash, unsigned int pos)
{
	unsigned int i = (unsigned int)hash & (s->size - 1);

	while (s->pos[i])
		i = (i + 1) & (s->size - 1);
	s->pos[i] = pos + 1;
	s->used++;
}

/* False where memory is out: the look-ups walk what is not taken in. */
static bool slots_grow(const struct topology *t, struct slots *s, slot_hash hash)
{
	struct slots n = { .size = s->size ? 2 * s->size : 64 };

	n.pos = calloc(n.size, sizeof(*n.pos));
	if (!n.pos)
		return false;
	for (unsigned int i = 0; i < s->size; i++)
		if (s->pos[i])
			slot_put(&n, hash(t, s->pos[i] - 1), s->pos[i] - 1);
	free(s->pos);
	*s = n;
	return true;
}

static bool slots_add(const struct topology *t, struct slots *s, slot_hash hash, unsigned int pos)
{
	if (2 * (s->used + 1) > s->size && !slots_grow(t, s, hash))
		return false;
	slot_put(s, hash(t, pos), pos);
	return true;
}

static void index_paths(const struct topology *t)
{
	struct topo_index *x = t->index;

	if (x->devnos > t->n_paths || x->names > t->n_paths)
		topology_reindex(t);
	for (; x->devnos < t->n_paths && t->paths[x->devnos]->dev.devno; x->devnos++)
		if (!slots_add(t, &x->devno, path_devno_hash, x->devnos))
			break;
	for (; x->names < t->n_paths && t->paths[x->names]->dev.name[0]; x->names++)
		if (!slots_add(t, &x->name, path_name_hash, x->names))
			break;
}

static void index_maps(const struct topology *t)
{
	struct topo_index *x = t->index;

	if (x->maps > t->n_maps)
		topology_reindex(t);
	for (; x->maps < t->n_maps && t->maps[x->maps]->wwid[0]; x->maps++)
		if (!slots_add(t, &x->wwid, map_wwid_hash, x->maps))
			break;
}

struct path *topology_path(const struct topology *t, dev_t devno)
{
	const struct slots *s = &t->index->devno;
	unsigned int i;

	if (!devno)
		return NULL;
	index_paths(t);
	i = (unsigned int)hash_devno(devno);
	for (; s->size && s->pos[i & (s->size - 1)]; i++) {
		struct path *p = t->paths[s->pos[i & (s->size - 1)] - 1];

		if (p->dev.devno == devno)
			return p;
	}
	for (i = t->index->devnos; i < t->n_paths; i++)
		if (t->paths[i]->dev.devno == devno)
			return t->paths[i];
	return NULL;
}

struct path *topology_path_named(const struct topology *t, const char *kernel_name)
{
	const struct slots *s = &t->index->name;
	unsigned int i;

	if (!kernel_name[0])
		return NULL;
	index_paths(t);
	i = (unsigned int)hash_text(kernel_name);
	for (; s->size && s->pos[i & (s->size - 1)]; i++) {
		struct path *p = t->paths[s->pos[i & (s->size - 1)] - 1];

		if (strcmp(p->dev.name, kernel_name) == 0)
			return p;
	}
	for (i = t->index->names; i < t->n_paths; i++)
		if (strcmp(t->paths[i]->dev.name, kernel_name) == 0)
			return t->paths[i];
	return NULL;
}

struct map *topology_map(const struct topology *t, const char *wwid)
{
	const struct slots *s = &t->index->wwid;
	unsigned int i;

	if (!wwid[0])
		return NULL;
	index_maps(t);
	i = (unsigned int)hash_text(wwid);
	for (; s->size && s->pos[i & (s->size - 1)]; i++) {
		struct map *m = t->maps[s->pos[i & (s->size - 1)] - 1];

		if (strcmp(m->wwid, wwid) == 0)
			return m;
	}
	for (i = t->index->maps; i < t->n_maps; i++)
		if (strcmp(t->maps[i]->wwid, wwid) == 0)
			return t->maps[i];
	return NULL;
}

struct map *topology_map_named(const struct topology *t, const char *alias)
{
	for (unsigned int i = 0; alias[0] && i < t->n_maps; i++)
		if (strcmp(t->maps[i]->alias, alias) == 0)
			return t->maps[i];
	return NULL;
}

static bool map_has_path(const struct map *m, const struct path *p)
{
	if (p->map != m)
		return false;
	for (unsigned int i = 0; i < m->n_paths; i++)
		if (m->paths[i] == p)
			return true;
	return false;
}

void map_add_path(struct topology *t, struct map *m, struct path *p)
{
	if (map_has_path(m, p))
		return;
	m->paths = arena_grow(t->arena, m->paths, m->n_paths, &m->cap_paths, sizeof(*m->paths));
	m->paths[m->n_paths++] = p;
	p->map = m;
}

void group_add_path(struct topology *t, struct pathgroup *g, struct path *p)
{
	g->paths = arena_grow(t->arena, g->paths, g->n, &g->cap, sizeof(*g->paths));
	g->paths[g->n++] = p;
	p->group = g;
}

unsigned int map_usable_paths(const struct map *m)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < m->n_paths; i++)
		n += path_state_usable(m->paths[i]->state);
	return n;
}

struct pathgroup *map_group(const struct map *m, unsigned int nr)
{
	return nr && nr <= m->n_groups ? &m->groups[nr - 1] : NULL;
}

void map_clear(struct map *m)
{
	for (unsigned int i = 0; i < m->n_paths; i++) {
		struct path *p = m->paths[i];

		if (p->map != m)
			continue;
		p->map = NULL;
		p->group = NULL;
		p->in_table = false;
	}
	m->n_paths = m->n_groups = 0;
	m->groups = NULL;
	m->best_group = m->next_group = 0;
}

void topology_remove_path(struct topology *t, struct path *p)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->n_paths; i++)
		if (t->paths[i] != p)
			t->paths[n++] = t->paths[i];
	t->n_paths = n;
	udev_props_done(&p->dev.udev);
	topology_reindex(t);
}

void topology_remove_map(struct topology *t, struct map *m)
{
	unsigned int n = 0;

	map_clear(m);
	for (unsigned int i = 0; i < t->n_maps; i++)
		if (t->maps[i] != m)
			t->maps[n++] = t->maps[i];
	t->n_maps = n;
	if (m->has_dm)
		dm_map_done(&m->dm);
	m->has_dm = false;
	topology_reindex(t);
}
