// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The DOS table of the master boot record, with logical partitions chained through the extended
 * ones. Numbers count logical blocks. Each link of a chain takes its place from the start of the
 * extended partition, its data from the link's own sector. A link gives a number to each of its
 * first two entries that is not a link itself, empty ones included: kpartx has always counted so.
 *
 * A boot sector of a file system carries the same signature; what sets a table apart is that all
 * four boot indicators are 00h or 80h. A boot record with a protective entry belongs to GPT.
 */
#include <errno.h>

#include "core/model/bytes.h"
#include "core/model/ptable/reader.h"

#define TABLE_AT	0x1be
#define ENTRY_SIZE	16
#define ENTRIES		4
#define LINK_ENTRIES	2
#define FIRST_LOGICAL	5
#define SHELL_SIZE	2 /* sectors of an extended partition that are mapped: for boot loaders */
#define TYPE_PROTECTIVE 0xee

struct entry {
	uint8_t boot, type;
	uint64_t start, size; /* sectors */
};

static struct entry entry_at(const uint8_t *sector, unsigned int i, uint64_t mul)
{
	const uint8_t *p = sector + TABLE_AT + i * ENTRY_SIZE;

	return (struct entry){ .boot = p[0],
			       .type = p[4],
			       .start = get_le32(p + 8) * mul,
			       .size = get_le32(p + 12) * mul };
}

static bool is_signed(const uint8_t *sector)
{
	return sector[510] == 0x55 && sector[511] == 0xaa;
}

static bool is_extended(uint8_t type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

static bool is_table(const uint8_t *sector)
{
	if (!is_signed(sector))
		return false;
	for (unsigned int i = 0; i < ENTRIES; i++) {
		struct entry e = entry_at(sector, i, 1);

		if ((e.boot & 0x7f) || e.type == TYPE_PROTECTIVE)
			return false;
	}
	return true;
}

/* Data of a link, and whether the chain goes on: then *here is the next link. */
static bool take_link(struct ptable *t, const uint8_t *sector, uint64_t mul, uint64_t base,
		      uint64_t *here, unsigned int shell, unsigned int *number)
{
	uint64_t from = *here;
	bool more = false;

	for (unsigned int i = 0; i < LINK_ENTRIES; i++) {
		struct entry e = entry_at(sector, i, mul);
		struct ptable_slice *s;

		if (!is_extended(e.type)) {
			s = pt_add(t, (*number)++, from + e.start, e.size);
			if (s)
				s->container = shell;
		} else if (e.size && !more) {
			*here = base + e.start;
			more = true;
		}
	}
	return more;
}

/* 0, or why the chain cannot be followed to its end. PTF__N: it can. */
static enum ptable_fault follow_chain(const struct ptable_dev *d, struct ptable *t, uint64_t base,
				      unsigned int shell, unsigned int *number)
{
	uint64_t seen[PTABLE_SLICES] = { 0 }, here = base;

	for (unsigned int n = 0; n < PTABLE_SLICES; n++) {
		uint8_t sector[PTABLE_SECTOR];
		int r;

		for (unsigned int i = 0; i < n; i++)
			if (seen[i] == here)
				return PTF_CHAIN_LOOP;
		seen[n] = here;
		r = pt_sector(d, here, sector);
		if (r)
			return r == -ENODATA ? PTF_CHAIN_BEYOND_END : PTF_UNREADABLE;
		if (!is_signed(sector) ||
		    !take_link(t, sector, pt_block_sectors(d), base, &here, shell, number))
			return PTF__N;
	}
	return PTF_TOO_MANY;
}

/*
 * The logical partitions of one extended one. What comes before the end of a device that is too
 * short, or before a sector that cannot be read, is as good as ever. A chain that comes back to
 * itself or has no end contradicts itself: then the extended partition is refused whole.
 */
static void read_extended(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t,
			  const struct entry *e, unsigned int shell, unsigned int *number)
{
	unsigned int before = t->n;
	struct ptable_finding *f;
	enum ptable_fault fault;

	if (e->start >= d->sectors)
		return; /* refused with the shell */
	fault = follow_chain(d, t, e->start, shell, number);
	if (fault == PTF__N)
		return;
	f = pt_find(t, fault, true, shell);
	f->start = e->start;
	f->size = e->size;
	if (o->keep_suspect || fault == PTF_CHAIN_BEYOND_END || fault == PTF_UNREADABLE)
		return;
	t->n = before;
	for (unsigned int i = 0; i < t->n; i++)
		if (t->slices[i].number == shell) /* withdrawn: ptable.c drops it */
			t->slices[i].size = 0;
}

static uint64_t shell_size(const struct entry *e, uint64_t mul)
{
	uint64_t want = mul > SHELL_SIZE ? mul : SHELL_SIZE;

	return e->size < want ? e->size : want;
}

int dos_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t)
{
	uint64_t mul = pt_block_sectors(d);
	unsigned int number = FIRST_LOGICAL;
	uint8_t sector[PTABLE_SECTOR];
	int r = pt_sector(d, 0, sector);

	if (r)
		return r;
	if (!is_table(sector))
		return -ENODATA;
	for (unsigned int i = 0; i < ENTRIES; i++) {
		struct entry e = entry_at(sector, i, mul);
		struct ptable_slice *s;

		if (!is_extended(e.type)) {
			pt_add(t, i + 1, e.start, e.size);
			continue;
		}
		s = pt_add(t, i + 1, e.start, shell_size(&e, mul));
		if (s)
			s->extended = true;
	}
	for (unsigned int i = 0; i < ENTRIES; i++) {
		struct entry e = entry_at(sector, i, mul);

		if (is_extended(e.type) && e.size)
			read_extended(d, o, t, &e, i + 1, &number);
	}
	return 0;
}
