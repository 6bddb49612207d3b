// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GPT: two headers, each with its own array of entries; header and array have a CRC. The primary
 * header is in block 1. The backup is where the primary says, or in the last block of the device;
 * it is used when the primary cannot be believed. Block numbers in it count logical blocks.
 *
 * Nothing of a header is believed before its size, its CRC and its own address are right, and no
 * entry before the array was found to lie on the device whole and to have the CRC of the header.
 */
#include <errno.h>
#include <string.h>

#include "core/model/bytes.h"
#include "core/model/crc32.h"
#include "core/model/ptable/reader.h"

#define HEADER_MIN   92
#define ENTRY_MIN    128
#define ENTRY_MAX    4096
#define ENTRIES_MAX  65536 /* far above what any tool makes: an array of 8 MiB */
#define BLOCK_MAX    65536
#define CHUNK	     4096
#define MBR_TABLE    0x1be
#define MBR_TYPE_GPT 0xee

/* Offsets in a header. */
enum { H_SIZE = 12, H_CRC = 16, H_MY_LBA = 24, H_OTHER_LBA = 32 };
enum { H_ARRAY_LBA = 72, H_ENTRIES = 80, H_ENTRY_SIZE = 84, H_ARRAY_CRC = 88 };
/* Offsets in an entry. */
enum { E_TYPE = 0, E_FIRST = 32, E_LAST = 40 };

static const char signature[8] = { 'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T' };

struct header {
	uint64_t lba;		   /* where it was read */
	enum ptable_fault wrong;   /* PTF__N: nothing */
	uint64_t other_lba, array; /* array: byte offset */
	uint32_t n, entry_size, array_crc;
};

struct gpt {
	const struct ptable_dev *d;
	struct crc32 crc;
	uint64_t blocks; /* of the device */
};

static bool has_protective_mbr(const uint8_t *sector)
{
	if (sector[510] != 0x55 || sector[511] != 0xaa)
		return false;
	for (unsigned int i = 0; i < 4; i++)
		if (sector[MBR_TABLE + i * 16 + 4] == MBR_TYPE_GPT)
			return true;
	return false;
}

/* CRC of the header with its own CRC field as zeros; it may be as long as the block. */
static int header_crc(struct gpt *g, const uint8_t *start, uint64_t offset, uint32_t size,
		      uint32_t *ret)
{
	uint8_t buf[PTABLE_SECTOR];
	uint32_t done = 0;

	crc32_start(&g->crc);
	while (done < size) {
		uint32_t n = size - done < sizeof(buf) ? size - done : (uint32_t)sizeof(buf);
		int r = 0;

		if (done == 0) {
			memcpy(buf, start, n);
			memset(buf + H_CRC, 0, 4);
		} else {
			r = pt_bytes(g->d, offset + done, buf, n);
		}
		if (r)
			return r;
		crc32_add(&g->crc, buf, n);
		done += n;
	}
	*ret = crc32_sum(&g->crc);
	return 0;
}

static enum ptable_fault array_fault(struct gpt *g, const struct header *h)
{
	uint64_t left = (uint64_t)h->n * h->entry_size, at = h->array;
	uint64_t size = g->d->sectors * PTABLE_SECTOR;
	uint8_t buf[CHUNK];

	if (h->entry_size < ENTRY_MIN || h->entry_size > ENTRY_MAX || h->entry_size % ENTRY_MIN)
		return PTF_ENTRY_SIZE;
	if (h->n > ENTRIES_MAX || at > size || left > size - at)
		return PTF_ENTRIES_BEYOND_END;
	crc32_start(&g->crc);
	while (left) {
		size_t n = left < sizeof(buf) ? (size_t)left : sizeof(buf);

		if (pt_bytes(g->d, at, buf, n))
			return PTF_UNREADABLE;
		crc32_add(&g->crc, buf, n);
		at += n;
		left -= n;
	}
	return crc32_sum(&g->crc) == h->array_crc ? PTF__N : PTF_ENTRIES_CHECKSUM;
}

static enum ptable_fault take_header(struct gpt *g, struct header *h)
{
	uint64_t offset = h->lba * g->d->block, array;
	uint8_t b[PTABLE_SECTOR];
	uint32_t size, crc;

	if (h->lba >= g->blocks || pt_bytes(g->d, offset, b, sizeof(b)))
		return PTF_UNREADABLE;
	if (memcmp(b, signature, sizeof(signature)))
		return PTF_SIGNATURE;
	size = get_le32(b + H_SIZE);
	if (size < HEADER_MIN || size > g->d->block)
		return PTF_HEADER_SIZE;
	if (header_crc(g, b, offset, size, &crc))
		return PTF_UNREADABLE;
	if (crc != get_le32(b + H_CRC))
		return PTF_CHECKSUM;
	if (get_le64(b + H_MY_LBA) != h->lba)
		return PTF_PLACE;
	array = get_le64(b + H_ARRAY_LBA);
	if (array >= g->blocks)
		return PTF_ENTRIES_BEYOND_END;
	h->other_lba = get_le64(b + H_OTHER_LBA);
	h->array = array * g->d->block;
	h->n = get_le32(b + H_ENTRIES);
	h->entry_size = get_le32(b + H_ENTRY_SIZE);
	h->array_crc = get_le32(b + H_ARRAY_CRC);
	return array_fault(g, h);
}

static struct header header_at(struct gpt *g, uint64_t lba)
{
	struct header h = { .lba = lba };

	h.wrong = take_header(g, &h);
	return h;
}

static void take_entry(struct gpt *g, struct ptable *t, unsigned int number, const uint8_t *e)
{
	static const uint8_t unused[16];
	uint64_t mul = pt_block_sectors(g->d), first = get_le64(e + E_FIRST);
	uint64_t last = get_le64(e + E_LAST);
	struct ptable_finding *f;

	if (!memcmp(e + E_TYPE, unused, sizeof(unused)))
		return;
	if (first <= last && last < g->blocks) {
		pt_add(t, number, first * mul, (last - first + 1) * mul);
		return;
	}
	f = pt_find(t, first <= last ? PTF_BEYOND_END : PTF_NEGATIVE, true, number);
	f->start = first * mul;
	f->size = (last - first + 1) * mul;
}

static int take_entries(struct gpt *g, struct ptable *t, const struct header *h)
{
	uint8_t e[ENTRY_MIN];

	for (unsigned int i = 0; i < h->n; i++) {
		int r = pt_bytes(g->d, h->array + (uint64_t)i * h->entry_size, e, sizeof(e));

		if (r)
			return r;
		take_entry(g, t, i + 1, e);
	}
	return 0;
}

static void say(struct ptable *t, const struct header *h, const char *part, bool refused)
{
	pt_find(t, h->wrong, refused, 0)->part = part;
}

/* Which header counts, NULL: neither. Says what is wrong with the other. */
static const struct header *choose(struct gpt *g, struct ptable *t, const struct header *first,
				   const struct header *second)
{
	if (first->wrong == PTF__N) {
		if (second->wrong != PTF__N)
			say(t, second, "the primary header is used, as the backup header", false);
		else if (second->lba != g->blocks - 1)
			pt_find(t, PTF_MISPLACED_BACKUP, false, 0)->part = "the backup header";
		return first;
	}
	if (second->wrong == PTF__N) {
		say(t, first, "the backup header is used, as the primary header", false);
		return second;
	}
	if (first->wrong == PTF_SIGNATURE && second->wrong == PTF_SIGNATURE)
		return NULL; /* there never was one */
	say(t, first, "the primary header", true);
	say(t, second, "the backup header", true);
	return NULL;
}

int gpt_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t)
{
	struct gpt g = { .d = d };
	const struct header *use;
	struct header first, second;
	uint8_t mbr[PTABLE_SECTOR];
	int r = pt_sector(d, 0, mbr);

	if (r)
		return r;
	if (d->block < PTABLE_SECTOR || d->block > BLOCK_MAX)
		return -ENODATA;
	crc32_init(&g.crc);
	g.blocks = d->sectors / pt_block_sectors(d);
	if (g.blocks < 2)
		return -ENODATA;
	first = header_at(&g, 1);
	if (!o->gpt_anyway && !has_protective_mbr(mbr)) {
		if (first.wrong == PTF__N)
			pt_find(t, PTF_NO_PROTECTIVE_MBR, false, 0)->part = "a GPT header";
		return -ENODATA;
	}
	second = header_at(&g, first.wrong == PTF__N ? first.other_lba : g.blocks - 1);
	if (second.wrong != PTF__N && second.lba != g.blocks - 1)
		second = header_at(&g, g.blocks - 1);
	use = choose(&g, t, &first, &second);
	if (use)
		return take_entries(&g, t, use);
	return t->n_refused ? -EBADMSG : -ENODATA;
}
