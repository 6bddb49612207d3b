// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maps recorded as small text files (tests/snapshots/README.md) and kept in memory from the first
 * call on; the files are never written. The list is sorted by name, as the kernel's is. A map of
 * one multipath target is a dmsim; it is made when the map is first changed, so that what was
 * recorded is shown byte for byte until then. Errors are the kernel's: -ENXIO for no such map,
 * -EBUSY for a taken name or UUID and for a map in use.
 */
#include "core/host/dmb.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/host/dmsim.h"
#include "core/host/fdio.h"

#define RECORD_MAX    (1U << 20)
#define DEFAULT_MAJOR 253

struct rmap {
	struct dm_map m; /* table and status always known */
	struct dmsim *sim;
};

struct dmb_rp {
	struct dmb base;
	char *dir;
	bool loaded;
	struct rmap **maps;
	unsigned int n, cap;
	unsigned int kernel[3], target[3];
	char error[256];
};

static void rmap_free(struct rmap *rm)
{
	if (!rm)
		return;
	dm_map_done(&rm->m);
	dmsim_free(rm->sim);
	free(rm);
}

static int text_copy(char *to, size_t size, const char *from)
{
	if (strlen(from) >= size)
		return -ENAMETOOLONG;
	strcpy(to, from);
	return 0;
}

/* "START LENGTH TARGET PARAMETERS" of a table or status line, as dmsetup prints it. */
static int target_line(struct dm_map *m, const char *line, char **field, bool is_table)
{
	unsigned long long start, length;
	char type[64];
	int used = 0;

	if (sscanf(line, "%llu %llu %63s %n", &start, &length, type, &used) != 3)
		return -EINVAL;
	if (is_table) {
		m->size += length;
		m->n_targets++;
		m->live_table = true;
	}
	if (*field)
		return 0; /* only the first target is told in full */
	*field = strdup(line + used);
	if (!m->target)
		m->target = strdup(type);
	return *field && m->target ? 0 : -ENOMEM;
}

static int flag_words(struct dm_map *m, char *words)
{
	char *save = NULL;

	for (char *w = strtok_r(words, " \t", &save); w; w = strtok_r(NULL, " \t", &save)) {
		if (strcmp(w, "suspended") == 0)
			m->suspended = true;
		else if (strcmp(w, "read-only") == 0)
			m->read_only = true;
		else if (strcmp(w, "deferred-remove") == 0)
			m->deferred_remove = true;
		else
			return -EINVAL;
	}
	return 0;
}

static int record_line(struct dm_map *m, const char *key, char *value)
{
	if (strcmp(key, "name") == 0)
		return text_copy(m->name, sizeof(m->name), value);
	if (strcmp(key, "uuid") == 0)
		return text_copy(m->uuid, sizeof(m->uuid), value);
	if (strcmp(key, "dev") == 0)
		return sscanf(value, "%u:%u", &m->major, &m->minor) == 2 ? 0 : -EINVAL;
	if (strcmp(key, "open") == 0)
		return sscanf(value, "%d", &m->open_count) == 1 ? 0 : -EINVAL;
	if (strcmp(key, "event") == 0)
		return sscanf(value, "%u", &m->event_nr) == 1 ? 0 : -EINVAL;
	if (strcmp(key, "flags") == 0)
		return flag_words(m, value);
	if (strcmp(key, "table") == 0)
		return target_line(m, value, &m->table, true);
	if (strcmp(key, "status") == 0)
		return target_line(m, value, &m->status, false);
	return -EINVAL;
}

/* Walk "key: value" lines; blank lines and lines that start with '#' say nothing. */
static int record_parse(char *text, int (*line_fn)(void *arg, const char *key, char *value),
			void *arg)
{
	char *pos = text, *line;

	while ((line = line_next(&pos))) {
		size_t len = strlen(line);
		char *value;
		int r;

		if (len && line[len - 1] == '\r')
			line[len - 1] = '\0';
		if (!*line || *line == '#')
			continue;
		value = strchr(line, ':');
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		r = line_fn(arg, line, value + strspn(value, " \t"));
		if (r < 0)
			return r;
	}
	return 0;
}

static int map_line(void *arg, const char *key, char *value)
{
	return record_line(arg, key, value);
}

static int version_line(void *arg, const char *key, char *value)
{
	struct dmb_rp *rp = arg;
	unsigned int *v;

	if (strcmp(key, "kernel") == 0)
		v = rp->kernel;
	else if (strcmp(key, "target") == 0)
		v = rp->target;
	else if (strcmp(key, "error") == 0)
		return errno_by_name(value) ? -errno_by_name(value) : -EINVAL;
	else
		return -EINVAL;
	return sscanf(value, "%u.%u.%u", &v[0], &v[1], &v[2]) == 3 ? 0 : -EINVAL;
}

static int maps_add(struct dmb_rp *rp, struct rmap *rm)
{
	unsigned int at;

	if (rp->n == rp->cap) {
		unsigned int want = rp->cap ? rp->cap * 2 : 16;
		struct rmap **maps = realloc(rp->maps, want * sizeof(*maps));

		if (!maps)
			return -ENOMEM;
		rp->maps = maps;
		rp->cap = want;
	}
	for (at = rp->n; at && strcmp(rp->maps[at - 1]->m.name, rm->m.name) > 0; at--)
		rp->maps[at] = rp->maps[at - 1];
	rp->maps[at] = rm;
	rp->n++;
	return 0;
}

static int map_load(struct dmb_rp *rp, int dir, const char *file)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	struct rmap *rm;
	int r = file_slurp(dir, file, RECORD_MAX, &text, NULL);

	if (r < 0)
		return r;
	rm = calloc(1, sizeof(*rm));
	if (!rm)
		return -ENOMEM;
	r = text_copy(rm->m.name, sizeof(rm->m.name), file);
	if (r == 0)
		r = record_parse(text, map_line, &rm->m);
	if (r == 0)
		r = maps_add(rp, rm);
	if (r < 0)
		rmap_free(rm);
	return r;
}

static int maps_load(struct dmb_rp *rp, DIR *dir)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	const struct dirent *e;
	int r = file_slurp(dirfd(dir), ".version", RECORD_MAX, &text, NULL);

	if (r == 0)
		r = record_parse(text, version_line, rp);
	else if (r == -ENOENT)
		r = 0;
	while (r == 0 && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		r = map_load(rp, dirfd(dir), e->d_name);
		if (r < 0)
			snprintf(rp->error, sizeof(rp->error), "%.200s: not a recorded map",
				 e->d_name);
	}
	return r;
}

static int load(struct dmb *d)
{
	struct dmb_rp *rp = (struct dmb_rp *)d;
	DIR *dir;
	int fd, r;

	rp->error[0] = '\0';
	if (rp->loaded)
		return 0;
	fd = open(rp->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		rp->loaded = errno == ENOENT || errno == ENOTDIR;
		return rp->loaded ? 0 : -errno;
	}
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	r = maps_load(rp, dir);
	closedir(dir);
	if (r == 0) {
		rp->loaded = true;
		return 0;
	}
	while (rp->n)
		rmap_free(rp->maps[--rp->n]);
	return r;
}

static struct rmap *find(struct dmb_rp *rp, const char *name)
{
	for (unsigned int i = 0; i < rp->n; i++)
		if (strcmp(rp->maps[i]->m.name, name) == 0)
			return rp->maps[i];
	snprintf(rp->error, sizeof(rp->error), "%.200s: no such map", name);
	return NULL;
}

static int map_copy(const struct dm_map *from, unsigned int want, struct dm_map *to)
{
	*to = *from;
	to->target = from->target ? strdup(from->target) : NULL;
	to->table = want & DM_TABLE && from->table ? strdup(from->table) : NULL;
	to->status = want & DM_STATUS && from->status ? strdup(from->status) : NULL;
	if ((from->target && !to->target) || (want & DM_TABLE && from->table && !to->table) ||
	    (want & DM_STATUS && from->status && !to->status)) {
		dm_map_done(to);
		return -ENOMEM;
	}
	return 0;
}

static int replay_list(struct dmb *d, unsigned int want, struct dm_maps *ret_maps)
{
	struct dmb_rp *rp = (struct dmb_rp *)d;
	struct dm_maps maps = { 0 };
	int r = load(d);

	if (r < 0)
		return r;
	maps.list = calloc(rp->n + 1, sizeof(*maps.list));
	if (!maps.list)
		return -ENOMEM;
	for (; maps.n < rp->n && r == 0; maps.n++)
		r = map_copy(&rp->maps[maps.n]->m, want, &maps.list[maps.n]);
	if (r < 0)
		dm_maps_done(&maps);
	else
		*ret_maps = maps;
	return r;
}

static int replay_get(struct dmb *d, const char *name, dev_t devno, unsigned int want,
		      struct dm_map *ret_map)
{
	struct dmb_rp *rp = (struct dmb_rp *)d;
	int r = load(d);

	if (r < 0)
		return r;
	for (unsigned int i = 0; i < rp->n; i++) {
		const struct dm_map *m = &rp->maps[i]->m;

		if (name ? strcmp(m->name, name) == 0 : makedev(m->major, m->minor) == devno)
			return map_copy(m, want, ret_map);
	}
	return -ENXIO;
}

static int replay_version(struct dmb *d, unsigned int kernel[3], unsigned int target[3])
{
	const struct dmb_rp *rp = (const struct dmb_rp *)d;
	int r = load(d);

	if (r < 0)
		return r;
	memcpy(kernel, rp->kernel, sizeof(rp->kernel));
	memcpy(target, rp->target, sizeof(rp->target));
	return 0;
}

/* The texts after a change; the map keeps the old ones where memory is short. */
static int texts_renew(struct rmap *rm)
{
	char *table = dmsim_table(rm->sim), *status = dmsim_status(rm->sim);

	if (!table || !status) {
		free(table);
		free(status);
		return -ENOMEM;
	}
	free(rm->m.table);
	free(rm->m.status);
	rm->m.table = table;
	rm->m.status = status;
	return 0;
}

static int table_other(struct rmap *rm, const struct dm_spec *s)
{
	char *table = strdup(s->params), *status = strdup("");

	if (!table || !status) {
		free(table);
		free(status);
		return -ENOMEM;
	}
	free(rm->m.table);
	free(rm->m.status);
	rm->m.table = table;
	rm->m.status = status;
	dmsim_free(rm->sim);
	rm->sim = NULL;
	return 0;
}

static int table_multipath(struct rmap *rm, const struct dm_spec *s)
{
	struct dmsim *sim, *old = rm->sim;
	int r = dmsim_load(s->params, &sim);

	if (r < 0)
		return r;
	rm->sim = sim;
	r = texts_renew(rm);
	dmsim_free(r < 0 ? sim : old);
	if (r < 0)
		rm->sim = old;
	return r;
}

static int table_load(struct rmap *rm, const struct dm_spec *s)
{
	char *type = strdup(s->target);
	int r;

	if (!type)
		return -ENOMEM;
	r = strcmp(type, "multipath") == 0 ? table_multipath(rm, s) : table_other(rm, s);
	if (r < 0) {
		free(type);
		return r;
	}
	free(rm->m.target);
	rm->m.target = type;
	rm->m.size = s->size;
	rm->m.n_targets = 1;
	rm->m.live_table = true;
	rm->m.suspended = false;
	rm->m.read_only = s->read_only;
	return 0;
}

/* The lowest minor number nobody has, beside the recorded maps' major number. */
static void number_assign(const struct dmb_rp *rp, struct dm_map *m)
{
	bool taken = true;

	m->major = rp->n ? rp->maps[0]->m.major : DEFAULT_MAJOR;
	for (m->minor = 0; taken; m->minor += taken) {
		taken = false;
		for (unsigned int i = 0; i < rp->n; i++)
			taken = taken || (rp->maps[i]->m.minor == m->minor &&
					  rp->maps[i]->m.major == m->major);
	}
}

static bool is_taken(const struct dmb_rp *rp, const char *name, const char *uuid)
{
	for (unsigned int i = 0; i < rp->n; i++) {
		const struct dm_map *m = &rp->maps[i]->m;

		if (strcmp(m->name, name) == 0 || (uuid && *uuid && strcmp(m->uuid, uuid) == 0))
			return true;
	}
	return false;
}

static int rmap_new(struct dmb_rp *rp, const struct dm_spec *s, struct rmap **ret_map)
{
	struct rmap *rm = calloc(1, sizeof(*rm));
	int r;

	if (!rm)
		return -ENOMEM;
	r = text_copy(rm->m.name, sizeof(rm->m.name), s->name);
	if (r == 0 && s->uuid)
		r = text_copy(rm->m.uuid, sizeof(rm->m.uuid), s->uuid);
	if (r == 0)
		r = table_load(rm, s);
	if (r < 0) {
		rmap_free(rm);
		return r;
	}
	number_assign(rp, &rm->m);
	*ret_map = rm;
	return 0;
}

static int replay_create(struct dmb *d, const struct dm_spec *s)
{
	struct dmb_rp *rp = (struct dmb_rp *)d;
	struct rmap *rm;
	int r = load(d);

	if (r < 0)
		return r;
	if (name_check(s->name) < 0)
		return -EINVAL;
	if (is_taken(rp, s->name, s->uuid)) {
		snprintf(rp->error, sizeof(rp->error), "%.200s: name or UUID taken", s->name);
		return -EBUSY;
	}
	r = rmap_new(rp, s, &rm);
	if (r < 0) {
		snprintf(rp->error, sizeof(rp->error), "%.200s: table refused", s->name);
		return r;
	}
	r = maps_add(rp, rm);
	if (r < 0)
		rmap_free(rm);
	return r;
}

static int replay_reload(struct dmb *d, const struct dm_spec *s, bool flush)
{
	struct rmap *rm;
	int r = load(d);

	(void)flush;
	if (r < 0)
		return r;
	rm = find((struct dmb_rp *)d, s->name);
	return rm ? table_load(rm, s) : -ENXIO;
}

static void unlist(struct dmb_rp *rp, const struct rmap *rm)
{
	unsigned int at = 0;

	while (rp->maps[at] != rm)
		at++;
	rp->n--;
	memmove(rp->maps + at, rp->maps + at + 1, (rp->n - at) * sizeof(*rp->maps));
}

static int replay_rename(struct dmb *d, const char *from, const char *to, unsigned int udev_flags)
{
	struct dmb_rp *rp = (struct dmb_rp *)d;
	struct rmap *rm;
	int r = load(d);

	(void)udev_flags;
	if (r < 0)
		return r;
	if (name_check(to) < 0 || strlen(to) >= sizeof(rm->m.name))
		return -EINVAL;
	if (is_taken(rp, to, NULL))
		return -EBUSY;
	rm = find(rp, from);
	if (!rm)
		return -ENXIO;
	unlist(rp, rm);
	strcpy(rm->m.name, to);
	return maps_add(rp, rm); /* there is room: one was just taken out */
}

static int replay_remove(struct dmb *d, const char *name, bool deferred, unsigned int udev_flags)
{
	struct dmb_rp *rp = (struct dmb_rp *)d;
	struct rmap *rm;
	int r = load(d);

	(void)udev_flags;
	if (r < 0)
		return r;
	rm = find(rp, name);
	if (!rm)
		return -ENXIO;
	if (rm->m.open_count > 0 && deferred) {
		rm->m.deferred_remove = true;
		return 0;
	}
	if (rm->m.open_count > 0) {
		snprintf(rp->error, sizeof(rp->error), "%.200s: device or resource busy", name);
		return -EBUSY;
	}
	unlist(rp, rm);
	rmap_free(rm);
	return 0;
}

/* A recorded map that is to change: its dmsim, with the states that were recorded. */
static int sim_make(struct rmap *rm)
{
	int r;

	if (rm->sim)
		return 0;
	if (!rm->m.target || strcmp(rm->m.target, "multipath") != 0 || !rm->m.table)
		return -EINVAL;
	r = dmsim_load(rm->m.table, &rm->sim);
	if (r == 0 && rm->m.status)
		dmsim_learn(rm->sim, rm->m.status);
	return r;
}

/* The one message that device-mapper itself takes, for any target. */
static int replay_message(struct dmb *d, const char *name, const char *text)
{
	struct dmb_rp *rp = (struct dmb_rp *)d;
	struct rmap *rm;
	int r = load(d);

	if (r < 0)
		return r;
	rm = find(rp, name);
	if (!rm)
		return -ENXIO;
	if (strcmp(text, "@cancel_deferred_remove") == 0) {
		rm->m.deferred_remove = false;
		return 0;
	}
	r = sim_make(rm);
	if (r == 0)
		r = dmsim_message(rm->sim, text);
	if (r == 0)
		r = texts_renew(rm);
	if (r == 0)
		rm->m.event_nr++;
	else
		snprintf(rp->error, sizeof(rp->error), "%.100s: message refused: %.100s", name,
			 text);
	return r;
}

static int set_suspended(struct dmb *d, const char *name, bool suspended)
{
	struct rmap *rm;
	int r = load(d);

	if (r < 0)
		return r;
	rm = find((struct dmb_rp *)d, name);
	if (!rm)
		return -ENXIO;
	rm->m.suspended = suspended;
	return 0;
}

static int replay_suspend(struct dmb *d, const char *name, bool flush)
{
	(void)flush;
	return set_suspended(d, name, true);
}

static int replay_resume(struct dmb *d, const char *name, unsigned int udev_flags)
{
	(void)udev_flags;
	return set_suspended(d, name, false);
}

static int replay_batch(struct dmb *d)
{
	(void)d; /* there is no udevd to wait for */
	return 0;
}

static void replay_set_wait(struct dmb *d, bool wait)
{
	(void)d, (void)wait;
}

static const char *replay_error(struct dmb *d)
{
	return ((struct dmb_rp *)d)->error;
}

static void replay_free(struct dmb *d)
{
	struct dmb_rp *rp = (struct dmb_rp *)d;

	while (rp->n)
		rmap_free(rp->maps[--rp->n]);
	free(rp->maps);
	free(rp->dir);
	free(rp);
}

static const struct dmb_ops replay_ops = {
	.version = replay_version,
	.list = replay_list,
	.get = replay_get,
	.create = replay_create,
	.reload = replay_reload,
	.rename = replay_rename,
	.remove = replay_remove,
	.message = replay_message,
	.suspend = replay_suspend,
	.resume = replay_resume,
	.batch_begin = replay_batch,
	.batch_wait = replay_batch,
	.set_wait = replay_set_wait,
	.error = replay_error,
	.free = replay_free,
};

int dmb_replay(const char *dir, struct dmb **ret_dmb)
{
	struct dmb_rp *rp = calloc(1, sizeof(*rp));

	if (!rp)
		return -ENOMEM;
	rp->base.ops = &replay_ops;
	rp->dir = strdup(dir);
	if (!rp->dir) {
		free(rp);
		return -ENOMEM;
	}
	memcpy(rp->kernel, (unsigned int[3]){ 4, 47, 0 }, sizeof(rp->kernel));
	memcpy(rp->target, (unsigned int[3]){ 1, 14, 0 }, sizeof(rp->target));
	*ret_dmb = &rp->base;
	return 0;
}
