// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text of `udevadm info -e`: records parted by blank lines, one letter and a colon before each
 * fact. Only "E:" lines (KEY=VALUE) matter here. Block devices are told from character devices,
 * whose numbers may be the same, by SUBSYSTEM=block. The text is kept once and cut in place; rows
 * of a record are found through an index sorted by device number.
 */
#include "core/host/udb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/host/fdio.h"
#include "core/host/udb_props.h"

#define EXPORT_MAX (256U << 20)

struct record {
	dev_t devno;
	size_t first, n; /* rows in udb_rp.pairs */
};

struct udb_rp {
	struct udb base;
	char *text;
	char **pairs; /* "KEY=VALUE", inside text */
	size_t n_pairs, cap_pairs;
	struct record *records;
	size_t n_records, cap_records;
};

/* Room for one more element: doubles @cap. */
static int room(void **list, size_t n, size_t *cap, size_t elem)
{
	size_t want = *cap ? *cap * 2 : 64;
	void *bigger;

	if (n < *cap)
		return 0;
	bigger = realloc(*list, want * elem);
	if (!bigger)
		return -ENOMEM;
	*list = bigger;
	*cap = want;
	return 0;
}

static const char *pair_value(const struct udb_rp *rp, const struct record *rec, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < rec->n; i++) {
		const char *pair = rp->pairs[rec->first + i];

		if (strncmp(pair, key, len) == 0 && pair[len] == '=')
			return pair + len + 1;
	}
	return NULL;
}

static bool number(const char *s, unsigned int *ret_value)
{
	char *end;
	unsigned long v;

	if (!s || *s < '0' || *s > '9')
		return false;
	v = strtoul(s, &end, 10);
	if (*end || v > 0xffffffffUL)
		return false;
	*ret_value = (unsigned int)v;
	return true;
}

/* The rows since @first are a record: keep it where it is a block device, else forget them. */
static int record_end(struct udb_rp *rp, size_t first)
{
	struct record rec = { .first = first, .n = rp->n_pairs - first };
	const char *subsystem = pair_value(rp, &rec, "SUBSYSTEM");
	unsigned int major, minor;
	void *list = rp->records;
	int r;

	if (!subsystem || strcmp(subsystem, "block") != 0 ||
	    !number(pair_value(rp, &rec, "MAJOR"), &major) ||
	    !number(pair_value(rp, &rec, "MINOR"), &minor)) {
		rp->n_pairs = first;
		return 0;
	}
	rec.devno = makedev(major, minor);
	r = room(&list, rp->n_records, &rp->cap_records, sizeof(rec));
	rp->records = list;
	if (r == 0)
		rp->records[rp->n_records++] = rec;
	return r;
}

static int pair_add(struct udb_rp *rp, char *pair)
{
	void *list = rp->pairs;
	int r = room(&list, rp->n_pairs, &rp->cap_pairs, sizeof(pair));

	rp->pairs = list;
	if (r == 0)
		rp->pairs[rp->n_pairs++] = pair;
	return r;
}

static int record_order(const void *a, const void *b)
{
	dev_t x = ((const struct record *)a)->devno, y = ((const struct record *)b)->devno;

	return (x > y) - (x < y);
}

static int export_parse(struct udb_rp *rp)
{
	char *pos = rp->text, *line;
	size_t first = 0;
	int r = 0;

	while (r == 0 && (line = line_next(&pos))) {
		size_t len = strlen(line);

		if (len && line[len - 1] == '\r')
			line[--len] = '\0';
		if (len == 0) {
			r = record_end(rp, first);
			first = rp->n_pairs;
		} else if (strncmp(line, "E: ", 3) == 0 && strchr(line + 3, '=')) {
			r = pair_add(rp, line + 3);
		}
	}
	if (r == 0)
		r = record_end(rp, first);
	if (rp->n_records)
		qsort(rp->records, rp->n_records, sizeof(*rp->records), record_order);
	return r;
}

static int record_props(const struct udb_rp *rp, const struct record *rec, struct udev_props *p)
{
	unsigned int cap = 0;
	int r = 0;

	for (size_t i = 0; i < rec->n && r == 0; i++) {
		char *pair = rp->pairs[rec->first + i], *eq = strchr(pair, '=');

		*eq = '\0';
		r = udev_props_add(p, &cap, pair, eq + 1);
		*eq = '=';
	}
	udev_props_sort(p);
	return r;
}

static int replay_get(struct udb *u, dev_t devno, struct udev_props *ret_props)
{
	const struct udb_rp *rp = (const struct udb_rp *)u;
	const struct record want = { .devno = devno }, *rec = NULL;
	struct udev_props p = { .initialized = true };
	int r;

	if (rp->n_records)
		rec = bsearch(&want, rp->records, rp->n_records, sizeof(want), record_order);
	if (!rec || !pair_value(rp, rec, "USEC_INITIALIZED"))
		return -ENODATA;
	r = record_props(rp, rec, &p);
	if (r < 0) {
		udev_props_done(&p);
		return r;
	}
	*ret_props = p;
	return 0;
}

static void replay_free(struct udb *u)
{
	struct udb_rp *rp = (struct udb_rp *)u;

	free(rp->records);
	free(rp->pairs);
	free(rp->text);
	free(rp);
}

static const struct udb_ops replay_ops = { .get = replay_get, .free = replay_free };

int udb_replay(const char *udevadm_export_file, struct udb **ret_udb)
{
	struct udb_rp *rp = calloc(1, sizeof(*rp));
	int r;

	if (!rp)
		return -ENOMEM;
	rp->base.ops = &replay_ops;
	r = file_slurp(AT_FDCWD, udevadm_export_file, EXPORT_MAX, &rp->text, NULL);
	if (r == 0)
		r = export_parse(rp);
	if (r < 0 && r != -ENOENT && r != -ENOTDIR) {
		replay_free(&rp->base);
		return r;
	}
	*ret_udb = &rp->base;
	return 0;
}
