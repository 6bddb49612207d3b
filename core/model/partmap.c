// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two plans over the list of maps: what a table wants, compared with what there is, and removal of
 * all. A map belongs to the device by its UUID alone; names only say what is taken.
 */
#include "core/model/partmap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

unsigned int partmap_number(const struct dm_map *m, const char *uuid)
{
	const char *u = m->uuid, *end;
	unsigned long n;

	if (!*uuid || strncmp(u, "part", 4))
		return 0;
	u += 4;
	end = u + strspn(u, DIGITS);
	if (end == u || end - u > 9 || *end != '-' || strcmp(end + 1, uuid))
		return 0;
	n = strtoul(u, NULL, 10);
	return (unsigned int)n;
}

int partmap_uuid(unsigned int number, const char *uuid, char out[DM_UUID_MAX])
{
	int n = snprintf(out, DM_UUID_MAX, "part%u-%s", number, uuid);

	return n < 0 || n >= DM_UUID_MAX ? -ENAMETOOLONG : 0;
}

void partmap_lent_uuid(unsigned int major, unsigned int minor, char out[DM_UUID_MAX])
{
	snprintf(out, DM_UUID_MAX, "devnode_%u:%u_Wh5pYvM", major, minor);
}

const char *partmap_delimiter(const char *name)
{
	size_t len = strlen(name);

	return len && strchr(DIGITS, name[len - 1]) ? "p" : "";
}

static int named(const char *whole, const char *delim, const char *number, char out[DM_NAME_MAX])
{
	int n = snprintf(out, DM_NAME_MAX, "%s%s%s", whole, delim, number);

	return n < 0 || n >= DM_NAME_MAX ? -ENAMETOOLONG : 0;
}

int partmap_renamed(const struct dm_map *part, const char *from, const char *to, const char *delim,
		    char out[DM_NAME_MAX])
{
	size_t len = strlen(from);
	const char *rest = part->name + len, *number;

	if (strncmp(part->name, from, len))
		return -EINVAL;
	number = rest + strcspn(rest, DIGITS);
	if (delim)
		return named(to, delim, number, out);
	/* "" and "p" are what kpartx chooses by itself: it would choose anew. */
	if (number == rest || (number == rest + 1 && *rest == 'p'))
		return named(to, partmap_delimiter(to), number, out);
	return named(to, rest, "", out);
}

/* --- plans ----------------------------------------------------------------------------------- */

void partmap_plan_done(struct partmap_plan *p)
{
	free(p->steps);
	*p = (struct partmap_plan){ 0 };
}

const struct partmap_step *partmap_refused(const struct partmap_plan *p, enum partmap_why why)
{
	for (unsigned int i = 0; i < p->n; i++)
		if (p->steps[i].act == PARTMAP_REFUSE && p->steps[i].why == why)
			return &p->steps[i];
	return NULL;
}

static const struct dm_map *map_named(const struct dm_maps *dm, const char *name)
{
	for (unsigned int i = 0; i < dm->n; i++)
		if (!strcmp(dm->list[i].name, name))
			return &dm->list[i];
	return NULL;
}

static const struct dm_map *map_numbered(const struct dm_maps *dm, const char *uuid,
					 unsigned int number)
{
	for (unsigned int i = 0; i < dm->n; i++)
		if (partmap_number(&dm->list[i], uuid) == number)
			return &dm->list[i];
	return NULL;
}

/* One linear target on the device: sets where it begins there. */
static bool lies_on(const struct dm_map *m, const struct partmap_whole *w, uint64_t *ret_start)
{
	unsigned int major, minor;
	unsigned long long start;
	int used = 0;

	if (!m->target || strcmp(m->target, "linear") || m->n_targets != 1 || !m->table)
		return false;
	if (sscanf(m->table, "%u:%u %llu%n", &major, &minor, &start, &used) != 3 ||
	    m->table[used + (int)strspn(m->table + used, " ")])
		return false;
	*ret_start = start;
	return major == w->major && minor == w->minor;
}

/* A map without UUID on the device: made by an old kpartx, or by hand as one would. */
static bool is_orphan(const struct dm_map *m, const struct partmap_whole *w)
{
	uint64_t start;

	return !*m->uuid && lies_on(m, w, &start);
}

static void refuse(struct partmap_step *s, enum partmap_why why)
{
	s->act = PARTMAP_REFUSE;
	s->why = why;
}

static void take_number(struct partmap_step *s, const struct dm_map *m)
{
	s->major = m->major;
	s->minor = m->minor;
}

/* What is to be done for one slice. */
static void plan_slice(const struct ptable_slice *slice, const struct dm_maps *dm,
		       const struct partmap_whole *w, struct partmap_step *s)
{
	const struct dm_map *mine = map_numbered(dm, w->uuid, slice->number), *there;
	char number[16], uuid[DM_UUID_MAX];
	uint64_t start;

	*s = (struct partmap_step){ .number = slice->number,
				    .start = slice->start,
				    .size = slice->size };
	snprintf(number, sizeof(number), "%u", slice->number);
	if (named(w->name, w->delim ? w->delim : partmap_delimiter(w->name), number, s->name) ||
	    partmap_uuid(slice->number, w->uuid, uuid)) {
		refuse(s, PARTMAP_NAME_LONG);
		return;
	}
	there = map_named(dm, s->name);
	if (!mine && there && is_orphan(there, w))
		mine = there;
	if (there && there != mine) {
		refuse(s, PARTMAP_NAME_TAKEN);
		return;
	}
	if (!mine) {
		s->act = PARTMAP_CREATE;
		return;
	}
	take_number(s, mine);
	if (strcmp(mine->name, s->name))
		snprintf(s->from, sizeof(s->from), "%s", mine->name);
	s->act = lies_on(mine, w, &start) && start == s->start && mine->size == s->size &&
				 mine->read_only == w->read_only && !mine->suspended
			 ? PARTMAP_KEEP
			 : PARTMAP_RELOAD;
}

static bool has_slice(const struct ptable *t, unsigned int number)
{
	for (unsigned int i = 0; i < t->n; i++)
		if (t->slices[i].number == number)
			return true;
	return false;
}

/* What is to be done with a map that is wanted no more. */
static void plan_farewell(const struct dm_map *m, unsigned int number, struct partmap_step *s)
{
	*s = (struct partmap_step){ .act = PARTMAP_REMOVE, .number = number, .size = m->size };
	snprintf(s->name, sizeof(s->name), "%s", m->name);
	take_number(s, m);
	if (m->open_count > 0)
		refuse(s, PARTMAP_IN_USE);
}

static int plan_new(const struct dm_maps *dm, unsigned int slices, struct partmap_plan *ret)
{
	ret->n = 0;
	ret->steps = calloc(dm->n + slices + 1, sizeof(*ret->steps));
	return ret->steps ? 0 : -ENOMEM;
}

int partmap_plan_table(const struct ptable *t, const struct dm_maps *dm,
		       const struct partmap_whole *w, bool vanished, struct partmap_plan *ret)
{
	int r = plan_new(dm, t->n, ret);

	if (r)
		return r;
	for (int nested = 0; nested < 2; nested++)
		for (unsigned int i = 0; i < t->n; i++)
			if (!t->slices[i].container == !nested)
				plan_slice(&t->slices[i], dm, w, &ret->steps[ret->n++]);
	for (unsigned int i = 0; vanished && i < dm->n; i++) {
		unsigned int number = partmap_number(&dm->list[i], w->uuid);

		if (number && !has_slice(t, number))
			plan_farewell(&dm->list[i], number, &ret->steps[ret->n++]);
	}
	return 0;
}

int partmap_plan_removal(const struct dm_maps *dm, const struct partmap_whole *w,
			 struct partmap_plan *ret)
{
	int r = plan_new(dm, 0, ret);

	if (r)
		return r;
	for (unsigned int i = 0; i < dm->n; i++) {
		const struct dm_map *m = &dm->list[i];
		unsigned int number = partmap_number(m, w->uuid);
		struct partmap_step *s = &ret->steps[ret->n];
		uint64_t start;

		if (!number && !lies_on(m, w, &start))
			continue;
		plan_farewell(m, number, s);
		if (!number && !(w->adopt && is_orphan(m, w)))
			refuse(s, PARTMAP_NOT_OURS);
		ret->n++;
	}
	return 0;
}
