// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of kinds, and what holds for all of them: a reader only takes its label apart; whether
 * the slices can be on this device is judged here, once. Kinds are tried in the order of the
 * table, and the first that recognizes the device ends the search, an empty table included: the
 * signature of a boot sector says that what follows is no label of another kind.
 */
#include "core/model/ptable/ptable.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/model/ptable/reader.h"

static const struct ptable_type {
	const char *name;
	ptable_reader read;
	bool nests; /* a slice may lie in another by design (that of the whole disk) */
} types[] = {
	{ "gpt", gpt_read, false },	     { "dos", dos_read, false },
	{ "bsd", bsd_read, true },	     { "solaris", solaris_read, true },
	{ "unixware", unixware_read, true }, { "dasd", dasd_read, false },
	{ "mac", mac_read, false },	     { "sun", sun_read, true },
	{ "ps3", ps3_read, false },
};
#define N_TYPES (sizeof(types) / sizeof(types[0]))

static const char *const faults[PTF__N] = {
	[PTF_UNREADABLE] = "cannot be read",
	[PTF_NEGATIVE] = "ends before it starts",
	[PTF_BEYOND_END] = "does not end on the device",
	[PTF_OVERLAP] = "overlaps partition",
	[PTF_TOO_MANY] = "is one more than a device can have here",
	[PTF_CHAIN_LOOP] = "has a chain of logical partitions that comes back to itself",
	[PTF_CHAIN_BEYOND_END] = "has a chain of logical partitions that leaves the device",
	[PTF_CHECKSUM] = "has a wrong checksum",
	[PTF_SIGNATURE] = "is missing",
	[PTF_HEADER_SIZE] = "has an impossible size",
	[PTF_PLACE] = "says that it belongs elsewhere",
	[PTF_ENTRY_SIZE] = "has entries of an impossible size",
	[PTF_ENTRIES_BEYOND_END] = "has entries that are not on the device",
	[PTF_ENTRIES_CHECKSUM] = "has entries with a wrong checksum",
	[PTF_MISPLACED_BACKUP] = "is not at the end of the device",
	[PTF_NO_PROTECTIVE_MBR] = "is not protected by a boot record, so it does not count",
	[PTF_GEOMETRY] = "has an impossible geometry",
	[PTF_VERSION] = "is of an unknown version",
};

const char *ptable_type_name(unsigned int i)
{
	return i < N_TYPES ? types[i].name : NULL;
}

void ptable_finding_text(const struct ptable_finding *f, char *out, size_t len)
{
	char other[16] = "", where[64] = "";

	if (f->other)
		snprintf(other, sizeof(other), " %u", f->other);
	if (f->number)
		snprintf(where, sizeof(where), " (start %llu, %llu sectors)",
			 (unsigned long long)f->start, (unsigned long long)f->size);
	snprintf(out, len, "%s%s%s%s%s", f->part ? f->part : "", f->part ? " " : "",
		 faults[f->fault], other, where);
}

/* --- for the readers ------------------------------------------------------------------------- */

int pt_bytes(const struct ptable_dev *d, uint64_t offset, void *buf, size_t len)
{
	if (d->sectors > UINT64_MAX / PTABLE_SECTOR)
		return -EFBIG;
	if (len > d->sectors * PTABLE_SECTOR || offset > d->sectors * PTABLE_SECTOR - len)
		return -ENODATA;
	return d->read(d->ctx, offset, buf, len);
}

int pt_sector(const struct ptable_dev *d, uint64_t sector, uint8_t buf[PTABLE_SECTOR])
{
	if (sector >= d->sectors)
		return -ENODATA;
	return pt_bytes(d, sector * PTABLE_SECTOR, buf, PTABLE_SECTOR);
}

struct ptable_slice *pt_add(struct ptable *t, unsigned int number, uint64_t start, uint64_t size)
{
	struct ptable_slice *s;

	if (!size)
		return NULL;
	if (t->n == PTABLE_SLICES) {
		struct ptable_finding *f = pt_find(t, PTF_TOO_MANY, true, number);

		f->start = start;
		f->size = size;
		return NULL;
	}
	s = &t->slices[t->n++];
	*s = (struct ptable_slice){ .number = number, .start = start, .size = size };
	return s;
}

struct ptable_finding *pt_find(struct ptable *t, enum ptable_fault fault, bool refused,
			       unsigned int number)
{
	struct ptable_finding *f = &t->findings[t->n_findings];

	if (t->n_findings < PTABLE_FINDINGS - 1)
		t->n_findings++;
	if (refused)
		t->n_refused++;
	*f = (struct ptable_finding){ .fault = fault, .refused = refused, .number = number };
	return f;
}

/* --- what holds for every kind --------------------------------------------------------------- */

static uint64_t end_of(const struct ptable_slice *s)
{
	return s->start + s->size;
}

static bool holds(const struct ptable_slice *outer, const struct ptable_slice *inner)
{
	return outer->start <= inner->start && end_of(outer) >= end_of(inner);
}

static bool overlap(const struct ptable_slice *a, const struct ptable_slice *b)
{
	return a->start < end_of(b) && b->start < end_of(a);
}

static struct ptable_finding *refuse(struct ptable *t, const struct ptable_slice *s,
				     enum ptable_fault fault)
{
	struct ptable_finding *f = pt_find(t, fault, true, s->number);

	f->start = s->start;
	f->size = s->size;
	return f;
}

/* May @s stay beside those that were kept before it? */
static bool stands_clear(struct ptable *t, const struct ptable_slice *s, unsigned int kept,
			 bool nests)
{
	for (unsigned int i = 0; i < kept; i++) {
		const struct ptable_slice *k = &t->slices[i];

		if (k->extended || s->extended || !overlap(k, s) ||
		    (nests && (holds(k, s) || holds(s, k))))
			continue;
		refuse(t, s, PTF_OVERLAP)->other = k->number;
		return false;
	}
	return true;
}

static bool on_device(struct ptable *t, const struct ptable_slice *s, uint64_t sectors)
{
	if (s->start < sectors && s->size <= sectors - s->start)
		return true;
	refuse(t, s, PTF_BEYOND_END);
	return false;
}

static void keep_what_can_be(struct ptable *t, const struct ptable_dev *d,
			     const struct ptable_opts *o, bool nests)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < t->n; i++) {
		struct ptable_slice s = t->slices[i];

		if (s.size && on_device(t, &s, d->sectors) &&
		    (o->keep_suspect || stands_clear(t, &s, kept, nests)))
			t->slices[kept++] = s;
	}
	t->n = kept;
}

/* Of labels that nest: a slice lies in the last one listed that holds it, equals in the first. */
static void find_containers(struct ptable *t)
{
	for (unsigned int i = 0; i < t->n; i++) {
		for (unsigned int k = 0; k < t->n; k++) {
			const struct ptable_slice *in = &t->slices[i], *out = &t->slices[k];

			if (k == i || !holds(out, in) || (holds(in, out) && k > i))
				continue;
			t->slices[i].container = out->number;
		}
	}
}

int ptable_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t)
{
	int r = -ENODATA;

	t->n = t->n_findings = t->n_refused = 0;
	t->type = NULL;
	for (unsigned int i = 0; i < N_TYPES; i++) {
		if (o->type && strcmp(o->type, types[i].name))
			continue;
		t->n = 0;
		r = types[i].read(d, o, t);
		if (r == -ENODATA)
			continue;
		t->type = types[i].name;
		if (r)
			break;
		keep_what_can_be(t, d, o, types[i].nests);
		if (types[i].nests)
			find_containers(t);
		break;
	}
	if (r)
		t->n = 0;
	return r;
}
