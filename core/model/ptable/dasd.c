// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Volume labels of mainframe disks (EBCDIC, big-endian), which only a DASD has. In block 2 (ECKD)
 * or block 1 (FBA):
 *   LNX1  Linux' own layout: one partition, all that follows the label
 *   CMS1  a CMS minidisk: one partition, from where its reserved file begins
 *   VOL1  compatible layout: the label leads to a VTOC of data set labels, one block each, of
 *         which formats 1 and 8 describe partitions, in cylinders and tracks
 * A track's blocks follow from the block size of a 3390, the one geometry still made; a cylinder
 * has 15 tracks. A cylinder number above 65535 has its high bits in the head field.
 */
#include <errno.h>
#include <string.h>

#include "core/model/bytes.h"
#include "core/model/ptable/reader.h"

#define TRACKS	    15 /* of a cylinder */
#define LABEL_SIZE  80
#define DSCB_SIZE   140 /* of a data set label */
#define VTOC_BLOCKS 256 /* more are not looked through */

enum { CMS_BLOCK = 12, CMS_BLOCKS = 28, CMS_OFFSET = 52 };
enum { VOL_ID = 4, VOL_VTOC = 15 };
enum { DS_FORMAT = 44, DS_EXTENT = 105, EXT_LOW = 2, EXT_HIGH = 6 };

static const uint8_t lnx1[4] = { 0xd3, 0xd5, 0xe7, 0xf1 };
static const uint8_t cms1[4] = { 0xc3, 0xd4, 0xe2, 0xf1 };
static const uint8_t vol1[4] = { 0xe5, 0xd6, 0xd3, 0xf1 };

static const struct {
	unsigned int block, per_track;
} tracks[] = { { 4096, 12 }, { 2048, 21 }, { 1024, 33 }, { 512, 49 } };

struct dasd {
	const struct ptable_dev *d;
	unsigned int per_track; /* blocks */
	uint64_t label;		/* block */
};

static unsigned int blocks_per_track(unsigned int block)
{
	for (unsigned int i = 0; i < sizeof(tracks) / sizeof(tracks[0]); i++)
		if (tracks[i].block == block)
			return tracks[i].per_track;
	return 0;
}

/* The block where a track begins, from its "cchh". */
static uint64_t track_block(const struct dasd *v, const uint8_t *cchh)
{
	uint64_t head = get_be16(cchh + 2);
	uint64_t cylinder = get_be16(cchh) | (head & 0xfff0) << 12;

	return (cylinder * TRACKS + (head & 0xf)) * v->per_track;
}

static int block_bytes(const struct dasd *v, uint64_t block, uint8_t *buf, size_t len)
{
	if (block >= v->d->sectors / pt_block_sectors(v->d))
		return -ENODATA;
	return pt_bytes(v->d, block * v->d->block, buf, len);
}

static int take_ldl(const struct dasd *v, struct ptable *t)
{
	uint64_t mul = pt_block_sectors(v->d), start = (v->label + 1) * mul;

	pt_add(t, 1, start, v->d->sectors > start ? v->d->sectors - start : 0);
	return 0;
}

static int take_cms(const struct dasd *v, const uint8_t *label, struct ptable *t)
{
	uint64_t mul = pt_block_sectors(v->d), blocks = get_be32(label + CMS_BLOCKS);
	uint64_t start = get_be32(label + CMS_OFFSET);

	if (get_be32(label + CMS_BLOCK) != v->d->block) {
		pt_find(t, PTF_GEOMETRY, true, 0)->part = "the CMS label";
		return -EBADMSG;
	}
	if (!start)
		start = v->label + 1; /* no reserved file */
	if (start >= blocks) {
		struct ptable_finding *f = pt_find(t, PTF_NEGATIVE, true, 1);

		f->start = start * mul;
		f->size = (blocks - start) * mul;
		return 0;
	}
	pt_add(t, 1, start * mul, (blocks - start) * mul);
	return 0;
}

static void take_data_set(const struct dasd *v, const uint8_t *ds, unsigned int number,
			  struct ptable *t)
{
	uint64_t mul = pt_block_sectors(v->d);
	uint64_t low = track_block(v, ds + DS_EXTENT + EXT_LOW);
	uint64_t high = track_block(v, ds + DS_EXTENT + EXT_HIGH);
	struct ptable_finding *f;

	if (low <= high) {
		pt_add(t, number, low * mul, (high - low + v->per_track) * mul);
		return;
	}
	f = pt_find(t, PTF_NEGATIVE, true, number);
	f->start = low * mul;
	f->size = (high - low) * mul;
}

static int take_vtoc(const struct dasd *v, const uint8_t *label, struct ptable *t)
{
	uint64_t at = track_block(v, label + VOL_VTOC) + label[VOL_VTOC + 4];
	unsigned int number = 1;

	/* Records of a track count from 1. */
	for (unsigned int i = 0; i < VTOC_BLOCKS; i++) {
		uint8_t ds[DSCB_SIZE];
		int r = block_bytes(v, at + i - 1, ds, sizeof(ds));

		if (r == -ENODATA) {
			pt_find(t, PTF_ENTRIES_BEYOND_END, true, 0)->part = "the VTOC";
			return -EBADMSG;
		}
		if (r)
			return r;
		switch (ds[DS_FORMAT]) {
		case 0xf4: /* EBCDIC digits */
		case 0xf5:
		case 0xf7:
		case 0xf9:
			break;
		case 0xf1:
		case 0xf8:
			take_data_set(v, ds, number++, t);
			break;
		default:
			return 0;
		}
	}
	return 0;
}

static int take_label(struct dasd *v, struct ptable *t)
{
	uint8_t b[LABEL_SIZE];
	int r = block_bytes(v, v->label, b, sizeof(b));

	if (r)
		return r;
	if (!memcmp(b, lnx1, sizeof(lnx1)))
		return take_ldl(v, t);
	if (!memcmp(b, cms1, sizeof(cms1)))
		return take_cms(v, b, t);
	if (!memcmp(b, vol1, sizeof(vol1)) && !memcmp(b + VOL_ID, vol1, sizeof(vol1)))
		return take_vtoc(v, b, t);
	return -ENODATA;
}

int dasd_read(const struct ptable_dev *d, const struct ptable_opts *o, struct ptable *t)
{
	struct dasd v = { .d = d, .per_track = blocks_per_track(d->block) };
	int r = -ENODATA;

	if (!v.per_track || !(d->dasd || (o->type && !strcmp(o->type, "dasd"))))
		return -ENODATA;
	for (v.label = 2; v.label > 0 && r == -ENODATA; v.label--)
		r = take_label(&v, t);
	return r;
}
