// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a disk: "OPTIONS BLOCK SECTORS image", the image continued with zeros. So that the
 * fuzzer gets behind the checksums of GPT, one bit of the options has its two headers signed anew.
 * What comes out must lie on the device and be fit to be mapped.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/bytes.h"
#include "core/model/crc32.h"
#include "core/model/ptable/ptable.h"

#define HEAD	     4
#define IMAGE_MAX    65536
#define SECTORS_MASK 0x7ff /* small, or all the time goes into checksums of zeros */

enum { OPT_SIGN = 1, OPT_GPT = 2, OPT_KEEP = 4, OPT_DASD = 8, OPT_ONE = 16 };

struct disk {
	uint8_t *image;
	size_t len;
	uint64_t sectors;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int disk_read(void *ctx, uint64_t offset, void *buf, size_t len)
{
	const struct disk *d = ctx;
	size_t have = offset < d->len ? d->len - (size_t)offset : 0;

	if (offset + len > d->sectors * PTABLE_SECTOR || offset + len < offset)
		abort();
	have = have < len ? have : len;
	if (have)
		memcpy(buf, d->image + offset, have);
	memset((uint8_t *)buf + have, 0, len - have);
	return 0;
}

static void put_le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* Right checksums for a header at @at and its array, where both lie in the image. */
static void sign(struct disk *d, size_t at, unsigned int block)
{
	uint8_t *h = d->image + at;
	uint64_t array, len;
	struct crc32 c;

	if (at + 512 > d->len)
		return;
	crc32_init(&c);
	array = get_le64(h + 72) * block;
	len = (uint64_t)get_le32(h + 80) * get_le32(h + 84);
	if (array <= d->len && len <= d->len - array) {
		crc32_add(&c, d->image + array, len);
		put_le32(h + 88, crc32_sum(&c));
	}
	crc32_start(&c);
	put_le32(h + 16, 0);
	if (get_le32(h + 12) <= 512)
		crc32_add(&c, h, get_le32(h + 12));
	put_le32(h + 16, crc32_sum(&c));
}

static void judge(const struct ptable *t, uint64_t sectors)
{
	char text[256];

	if (t->n > PTABLE_SLICES || t->n_findings > PTABLE_FINDINGS)
		abort();
	for (unsigned int i = 0; i < t->n; i++) {
		const struct ptable_slice *s = &t->slices[i];

		if (!s->size || !s->number || s->start >= sectors || s->size > sectors - s->start)
			abort();
	}
	for (unsigned int i = 0; i < t->n_findings; i++)
		ptable_finding_text(&t->findings[i], text, sizeof(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ptable t;
	static uint8_t image[IMAGE_MAX];
	struct disk d = { .image = image };
	struct ptable_dev dev = { .read = disk_read, .ctx = &d };
	struct ptable_opts o = { 0 };
	int r;

	if (size < HEAD || size > HEAD + IMAGE_MAX)
		return -1;
	d.len = size - HEAD;
	memcpy(image, data + HEAD, d.len);
	dev.block = 512u << (data[1] & 3);
	dev.sectors = d.sectors = get_le16(data + 2) & SECTORS_MASK;
	dev.dasd = data[0] & OPT_DASD;
	o.gpt_anyway = data[0] & OPT_GPT;
	o.keep_suspect = data[0] & OPT_KEEP;
	if (data[0] & OPT_ONE)
		o.type = ptable_type_name((data[1] >> 2) % 9);
	if (data[0] & OPT_SIGN) {
		sign(&d, dev.block, dev.block);
		if (dev.sectors >= 2 * dev.block / PTABLE_SECTOR)
			sign(&d, (dev.sectors / (dev.block / 512) - 1) * dev.block, dev.block);
	}
	r = ptable_read(&dev, &o, &t);
	if (r && t.n)
		abort();
	judge(&t, d.sectors);
	return 0;
}
