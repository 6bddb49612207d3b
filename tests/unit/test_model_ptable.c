// SPDX-License-Identifier: GPL-2.0-or-later
/* Partition tables: literal sectors in, slices and refusals out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/bytes.h"
#include "core/model/crc32.h"
#include "core/model/ptable/ptable.h"
#include "tests/unit/ptable_disks.h"

struct disk {
	uint8_t *mem;
	uint64_t sectors;
	unsigned int block;
	uint64_t bad_from; /* reads at or behind this byte fail, 0: none do */
	bool dasd;
};

static struct ptable t;
static const struct ptable_opts any;

static struct disk disk_new(uint64_t sectors, unsigned int block)
{
	struct disk d = { .sectors = sectors, .block = block };

	d.mem = calloc(sectors, PTABLE_SECTOR);
	assert_non_null(d.mem);
	return d;
}

static struct disk disk_of(const struct piece *p, uint64_t sectors)
{
	struct disk d = disk_new(sectors, 512);

	for (; p->len; p++)
		if (p->at + p->len <= sectors * PTABLE_SECTOR)
			memcpy(d.mem + p->at, p->bytes, p->len);
	return d;
}

static int disk_read(void *ctx, uint64_t offset, void *buf, size_t len)
{
	const struct disk *d = ctx;

	assert_true(len <= d->sectors * PTABLE_SECTOR);
	assert_true(offset <= d->sectors * PTABLE_SECTOR - len);
	if (d->bad_from && offset + len > d->bad_from)
		return -EIO;
	memcpy(buf, d->mem + offset, len);
	return 0;
}

static int look(struct disk *d, const struct ptable_opts *o)
{
	const struct ptable_dev dev = { disk_read, d, d->sectors, d->block, d->dasd };

	return ptable_read(&dev, o, &t);
}

/* The slices as text: "NUMBER[@CONTAINER]:START+SIZE ..." */
static const char *slices(void)
{
	static char out[4096];
	size_t n = 0;

	out[0] = '\0';
	for (unsigned int i = 0; i < t.n; i++) {
		const struct ptable_slice *s = &t.slices[i];

		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%u", i ? " " : "", s->number);
		if (s->container)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "@%u", s->container);
		n += (size_t)snprintf(out + n, sizeof(out) - n, ":%llu+%llu",
				      (unsigned long long)s->start, (unsigned long long)s->size);
	}
	return out;
}

static const char *finding(unsigned int i)
{
	static char out[256];

	assert_true(i < t.n_findings);
	ptable_finding_text(&t.findings[i], out, sizeof(out));
	return out;
}

/* Take the disk apart, free it, and compare. */
static void expect(struct disk d, const char *type, const char *want)
{
	assert_int_equal(look(&d, &any), 0);
	assert_string_equal(t.type, type);
	assert_string_equal(slices(), want);
	free(d.mem);
}

static void expect_none(struct disk d)
{
	assert_int_equal(look(&d, &any), -ENODATA);
	assert_int_equal(t.n, 0);
	assert_int_equal(t.n_refused, 0);
	free(d.mem);
}

static void expect_refused(struct disk d, const char *type, const char *why)
{
	assert_int_equal(look(&d, &any), -EBADMSG);
	assert_string_equal(t.type, type);
	assert_int_equal(t.n, 0);
	assert_true(t.n_refused > 0);
	assert_string_equal(finding(0), why);
	free(d.mem);
}

static void put_le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void put_le64(uint8_t *p, uint64_t v)
{
	put_le32(p, (uint32_t)v);
	put_le32(p + 4, (uint32_t)(v >> 32));
}

/* --- DOS ------------------------------------------------------------------------------------- */

static void dos_entry(struct disk *d, uint64_t sector, unsigned int i, uint8_t type, uint32_t start,
		      uint32_t size)
{
	uint8_t *s = d->mem + sector * PTABLE_SECTOR, *p = s + 0x1be + 16 * i;

	p[4] = type;
	put_le32(p + 8, start);
	put_le32(p + 12, size);
	s[510] = 0x55;
	s[511] = 0xaa;
}

static void test_dos(void **state)
{
	(void)state;
	expect(disk_of(disk_dos, 16384), "dos",
	       "1:2048+1024 2:4096+2 3:14336+1024 5@2:6144+512 6@2:10240+256");
	assert_int_equal(t.n_findings, 0);
}

static void test_dos_4k(void **state)
{
	struct disk d = disk_new(16384, 4096);

	(void)state;
	dos_entry(&d, 0, 0, 0x83, 256, 128);
	dos_entry(&d, 0, 1, 0x0f, 512, 1024);
	dos_entry(&d, 512 * 8, 0, 0x83, 16, 32);
	expect(d, "dos", "1:2048+1024 2:4096+8 5@2:4224+256");
}

static void test_dos_numbers(void **state)
{
	struct disk d = disk_new(16384, 512);

	(void)state;
	/* Two chains; empty entries take numbers; entries behind the second do not count. */
	dos_entry(&d, 0, 0, 0x05, 2048, 4096);
	dos_entry(&d, 0, 1, 0x85, 8192, 4096);
	dos_entry(&d, 2048, 1, 0x05, 1024, 512);
	dos_entry(&d, 3072, 0, 0x83, 64, 100);
	dos_entry(&d, 3072, 2, 0x83, 300, 100);
	dos_entry(&d, 8192, 0, 0x83, 64, 100);
	expect(d, "dos", "1:2048+2 2:8192+2 6@1:3136+100 8@2:8256+100");
}

static void test_dos_empty_and_none(void **state)
{
	struct disk d = disk_new(16384, 512);

	(void)state;
	dos_entry(&d, 0, 0, 0, 0, 0);
	expect(d, "dos", "");
	d = disk_new(16384, 512);
	expect_none(d);
	d = disk_new(0, 512);
	expect_none(d);
	d = disk_new(16384, 512); /* a file system's boot sector: code where the table would be */
	dos_entry(&d, 0, 0, 0x83, 64, 100);
	d.mem[0x1be] = 0x12;
	expect_none(d);
	d = disk_new(16384, 512); /* the protective entry anywhere, no GPT behind it */
	dos_entry(&d, 0, 0, 0x83, 64, 100);
	dos_entry(&d, 0, 1, 0xee, 1, 16383);
	expect_none(d);
}

static void test_dos_loop_in_the_chain(void **state)
{
	struct ptable_opts force = { .keep_suspect = true };
	struct disk d = disk_new(16384, 512);

	(void)state;
	dos_entry(&d, 0, 0, 0x83, 64, 100);
	dos_entry(&d, 0, 1, 0x05, 2048, 8192);
	dos_entry(&d, 0, 2, 0x83, 12000, 100);
	dos_entry(&d, 2048, 0, 0x83, 64, 100);
	dos_entry(&d, 2048, 1, 0x05, 1024, 512);
	dos_entry(&d, 3072, 0, 0x83, 64, 100);
	dos_entry(&d, 3072, 1, 0x05, 1024, 512);
	assert_int_equal(look(&d, &force), 0);
	assert_string_equal(slices(), "1:64+100 2:2048+2 3:12000+100 5@2:2112+100 6@2:3136+100");
	expect(d, "dos", "1:64+100 3:12000+100");
	assert_int_equal(t.n_refused, 1);
	assert_string_equal(finding(0),
			    "has a chain of logical partitions that comes back to itself "
			    "(start 2048, 8192 sectors)");
	assert_int_equal(t.findings[0].number, 2);
	d = disk_new(16384, 512); /* a link to itself */
	dos_entry(&d, 0, 0, 0x05, 2048, 8192);
	dos_entry(&d, 2048, 0, 0x05, 0, 512);
	expect(d, "dos", "");
	assert_int_equal(t.findings[0].fault, PTF_CHAIN_LOOP);
}

static void test_dos_long_chain(void **state)
{
	struct disk d = disk_new(16384, 512);

	(void)state;
	dos_entry(&d, 0, 0, 0x05, 2048, 8192);
	for (uint32_t i = 0; i < 300; i++) {
		dos_entry(&d, 2048 + i * 2, 0, 0x83, 1, 1);
		dos_entry(&d, 2048 + i * 2, 1, 0x05, (i + 1) * 2, 2);
	}
	expect(d, "dos", "");
	assert_int_equal(t.findings[t.n_findings - 1].fault, PTF_TOO_MANY);
}

static void test_disk_shorter_than_its_table(void **state)
{
	struct disk d = disk_of(disk_dos, 8000); /* cut in the middle of the chain */

	(void)state;
	expect(d, "dos", "1:2048+1024 2:4096+2 5@2:6144+512");
	assert_int_equal(t.n_refused, 2);
	assert_string_equal(finding(0), "has a chain of logical partitions that leaves the device "
					"(start 4096, 8192 sectors)");
	assert_string_equal(finding(1), "does not end on the device (start 14336, 1024 sectors)");
	assert_int_equal(t.findings[1].number, 3);
	d = disk_of(disk_dos, 4000); /* cut before it */
	expect(d, "dos", "1:2048+1024");
	assert_int_equal(t.n_refused, 2);
	d = disk_new(16384, 512);
	dos_entry(&d, 0, 0, 0x83, 0xffffffff, 0xffffffff);
	dos_entry(&d, 0, 1, 0x83, 16383, 1);
	dos_entry(&d, 0, 2, 0x83, 16383, 2);
	expect(d, "dos", "2:16383+1");
}

static void test_overlap(void **state)
{
	struct ptable_opts force = { .keep_suspect = true };
	struct disk d = disk_new(16384, 512);

	(void)state;
	dos_entry(&d, 0, 0, 0x83, 64, 1000);
	dos_entry(&d, 0, 1, 0x83, 1063, 1000);
	dos_entry(&d, 0, 2, 0x83, 1064, 10);
	assert_int_equal(look(&d, &force), 0);
	assert_string_equal(slices(), "1:64+1000 2:1063+1000 3:1064+10");
	expect(d, "dos", "1:64+1000 3:1064+10");
	assert_string_equal(finding(0), "overlaps partition 1 (start 1063, 1000 sectors)");
	assert_int_equal(t.findings[0].number, 2);
}

/* --- GPT ------------------------------------------------------------------------------------- */

static uint32_t crc_of(const void *p, size_t len)
{
	struct crc32 c;

	crc32_init(&c);
	crc32_add(&c, p, len);
	return crc32_sum(&c);
}

static void test_crc32(void **state)
{
	(void)state;
	assert_int_equal(crc_of("123456789", 9), 0xcbf43926);
	assert_int_equal(crc_of("", 0), 0);
}

/* A header changed on purpose gets a right CRC again, over the size that it claims (at most @max). */
static void gpt_sign(uint8_t *h, uint32_t max)
{
	uint32_t size = get_le32(h + 12);

	put_le32(h + 16, 0);
	put_le32(h + 16, crc_of(h, size < max ? size : max));
}

#define GPT_FIRST  512
#define GPT_LAST   (2047 * 512)
#define GPT_ENTRY1 1024
#define GPT_SLICES "1:40+63 5:200+99"

static struct disk gpt_disk(void)
{
	return disk_of(disk_gpt, 2048);
}

static void test_gpt(void **state)
{
	(void)state;
	expect(gpt_disk(), "gpt", "1:40+63 5:200+99");
	assert_int_equal(t.n_findings, 0);
}

/* Both headers get the change; @what is a word, @size of it 4 or 8. */
static struct disk gpt_with(unsigned int offset, unsigned int size, uint64_t value)
{
	struct disk d = gpt_disk();

	for (int i = 0; i < 2; i++) {
		uint8_t *h = d.mem + (i ? GPT_LAST : GPT_FIRST);

		if (size == 8)
			put_le64(h + offset, value);
		else
			put_le32(h + offset, (uint32_t)value);
		gpt_sign(h, 512);
	}
	return d;
}

static void test_gpt_backup(void **state)
{
	struct disk d = gpt_disk();

	(void)state;
	memset(d.mem + GPT_FIRST, 0, 512); /* the primary is gone */
	expect(d, "gpt", GPT_SLICES);
	assert_int_equal(t.n_refused, 0);
	assert_string_equal(finding(0),
			    "the backup header is used, as the primary header is missing");
	d = gpt_disk();
	d.mem[GPT_FIRST + 60]++; /* bad CRC */
	expect(d, "gpt", GPT_SLICES);
	assert_string_equal(
		finding(0),
		"the backup header is used, as the primary header has a wrong checksum");
	d = gpt_disk();
	d.mem[GPT_ENTRY1 + 40]++; /* an entry was changed: the primary's array only */
	expect(d, "gpt", GPT_SLICES);
	assert_string_equal(finding(0), "the backup header is used, as the primary header has "
					"entries with a wrong checksum");
	d = gpt_disk();
	d.mem[GPT_LAST + 60]++;
	expect(d, "gpt", GPT_SLICES);
	assert_string_equal(
		finding(0),
		"the primary header is used, as the backup header has a wrong checksum");
	d = gpt_disk(); /* the end cannot be read */
	d.bad_from = 1000 * 512;
	expect(d, "gpt", GPT_SLICES);
	assert_string_equal(finding(0),
			    "the primary header is used, as the backup header cannot be read");
}

static void test_gpt_bad_crc_in_both(void **state)
{
	struct disk d = gpt_disk();

	(void)state;
	d.mem[GPT_FIRST + 60]++;
	d.mem[GPT_LAST + 60]++;
	assert_int_equal(look(&d, &any), -EBADMSG);
	assert_string_equal(finding(1), "the backup header has a wrong checksum");
	expect_refused(d, "gpt", "the primary header has a wrong checksum");
}

static void test_gpt_device_of_another_size(void **state)
{
	struct disk d = disk_of(disk_gpt, 4096);

	(void)state;
	expect(d, "gpt", GPT_SLICES); /* the device has grown */
	assert_string_equal(finding(0), "the backup header is not at the end of the device");
	expect(disk_of(disk_gpt, 299), "gpt", GPT_SLICES); /* it has shrunk behind the last slice */
	assert_int_equal(t.n_refused, 0);
	expect(disk_of(disk_gpt, 298), "gpt", "1:40+63");
	assert_int_equal(t.n_refused, 1);
	assert_int_equal(t.findings[1].number, 5);
	assert_int_equal(t.findings[1].fault, PTF_BEYOND_END);
}

static void test_gpt_4k(void **state)
{
	struct disk d = disk_new(8192, 4096), from = gpt_disk();

	(void)state;
	d.mem[0x1c2] = 0xee;
	d.mem[510] = 0x55;
	d.mem[511] = 0xaa;
	memcpy(d.mem + 4096, from.mem + GPT_FIRST, 512);
	memcpy(d.mem + 8192, from.mem + GPT_ENTRY1, 16384);
	put_le64(d.mem + 4096 + 32, 1023);
	gpt_sign(d.mem + 4096, 4096);
	free(from.mem);
	expect(d, "gpt", "1:320+504 5:1600+792");
}

static void test_gpt_protective_mbr(void **state)
{
	struct ptable_opts gpt = { .gpt_anyway = true };
	struct disk d = gpt_disk();

	(void)state;
	memset(d.mem, 0, 512);
	assert_int_equal(look(&d, &gpt), 0);
	assert_string_equal(slices(), GPT_SLICES);
	assert_int_equal(look(&d, &any), -ENODATA);
	assert_string_equal(finding(0),
			    "a GPT header is not protected by a boot record, so it does not count");
	dos_entry(&d, 0, 0, 0x83, 500, 100);
	expect(d, "dos", "1:500+100");
}

/* Entry 1 of both arrays with these blocks. */
static struct disk gpt_entry(uint64_t first, uint64_t last)
{
	struct disk d = gpt_disk();

	for (int i = 0; i < 2; i++) {
		uint8_t *h = d.mem + (i ? GPT_LAST : GPT_FIRST);
		uint8_t *array = d.mem + get_le64(h + 72) * 512;

		put_le64(array + 32, first);
		put_le64(array + 40, last);
		put_le32(h + 88, crc_of(array, 16384));
		gpt_sign(h, 512);
	}
	return d;
}

static void test_gpt_negative_and_2_64_sizes(void **state)
{
	static const struct {
		uint64_t first, last;
		enum ptable_fault fault;
	} bad[] = {
		{ 100, 99, PTF_NEGATIVE },
		{ UINT64_MAX, 0, PTF_NEGATIVE },
		{ 0, UINT64_MAX, PTF_BEYOND_END }, /* a size of 2^64 blocks */
		{ 1, UINT64_MAX, PTF_BEYOND_END },
		{ UINT64_MAX, UINT64_MAX, PTF_BEYOND_END },
		{ 1ULL << 63, (1ULL << 63) + 5, PTF_BEYOND_END },
		{ 40, (1ULL << 55) + 41, PTF_BEYOND_END }, /* 41 when counted in bytes */
		{ 40, 2048, PTF_BEYOND_END },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		expect(gpt_entry(bad[i].first, bad[i].last), "gpt", "5:200+99");
		assert_int_equal(t.n_refused, 1);
		assert_int_equal(t.findings[0].fault, bad[i].fault);
		assert_int_equal(t.findings[0].number, 1);
	}
	expect(gpt_entry(1000, 2047), "gpt", "1:1000+1048 5:200+99");
}

/* Advisory of 2026: kpartx, out-of-bounds read in GPT header validation. */
static void test_advisory_kpartx_gpt_header_size(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 91, 513, 4096, 0x7fffffff, 0xffffffff };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		expect_refused(gpt_with(12, 4, sizes[i]), "gpt",
			       "the primary header has an impossible size");
	expect(gpt_with(12, 4, 92), "gpt", GPT_SLICES);
	expect(gpt_with(12, 4, 512), "gpt", GPT_SLICES);
}

/* Advisory of 2026: kpartx, overflow of entry count times entry size. */
static void test_advisory_kpartx_gpt_entry_count(void **state)
{
	static const uint32_t counts[] = { 0xffffffff, 0x80000000, 0x02000000, 65537, 20000 };
	static const uint32_t sizes[] = { 0, 1, 127, 129, 4224, 0xffffffff, 0x80000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		expect_refused(gpt_with(80, 4, counts[i]), "gpt",
			       "the primary header has entries that are not on the device");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		expect_refused(gpt_with(84, 4, sizes[i]), "gpt",
			       "the primary header has entries of an impossible size");
	expect_refused(gpt_with(72, 8, UINT64_MAX), "gpt",
		       "the primary header has entries that are not on the device");
	expect_refused(gpt_with(72, 8, (1ULL << 55) + 2), "gpt",
		       "the primary header has entries that are not on the device");
	expect_refused(gpt_with(24, 8, 7), "gpt",
		       "the primary header says that it belongs elsewhere");
}

static void test_gpt_more_entries_than_slices(void **state)
{
	struct disk d = disk_new(8192, 512), from = gpt_disk();
	uint8_t *h = d.mem + 512, *array = d.mem + 1024;

	(void)state;
	memcpy(d.mem, from.mem, 1024);
	put_le32(h + 80, 512);
	for (uint64_t i = 0; i < 300; i++) {
		memset(array + i * 128, 1, 16);
		put_le64(array + i * 128 + 32, 1000 + i);
		put_le64(array + i * 128 + 40, 1000 + i);
	}
	put_le32(h + 88, crc_of(array, 512 * 128));
	gpt_sign(h, 512);
	free(from.mem);
	assert_int_equal(look(&d, &any), 0);
	assert_int_equal(t.n, PTABLE_SLICES);
	assert_int_equal(t.n_refused, 300 - PTABLE_SLICES);
	free(d.mem);
}

/* --- the other labels ------------------------------------------------------------------------ */

static void test_bsd(void **state)
{
	struct disk d = disk_of(disk_bsd, 16384);

	(void)state;
	memmove(d.mem + 512, d.mem + 64, 404); /* sector 1 does as well */
	memset(d.mem, 0, 512);
	expect(d, "bsd", "1:2048+2048 2:6144+2048");
	expect(disk_of(disk_bsd, 16384), "bsd", "1:2048+2048 2:6144+2048");
	assert_int_equal(t.n_refused, 0); /* parted's own checksum is wrong: only worth saying */
	assert_string_equal(finding(0), "the label has a wrong checksum");
	d = disk_of(disk_bsd, 16384);
	put_le32(d.mem + 64 + 136, get_le32(d.mem + 64 + 136) ^ 0xd702);
	expect(d, "bsd", "1:2048+2048 2:6144+2048");
	assert_int_equal(t.n_findings, 0);
	d = disk_of(disk_bsd, 16384);
	d.mem[64 + 138] = 17;
	assert_int_equal(look(&d, &any), -EBADMSG);
	assert_int_equal(t.findings[0].fault, PTF_TOO_MANY);
	free(d.mem);
	expect(disk_of(disk_bsd, 8191), "bsd", "1:2048+2048");
	assert_int_equal(t.findings[1].number, 2);
}

static void test_bsd_whole_disk_slice(void **state)
{
	struct disk d = disk_of(disk_bsd, 16384);
	uint8_t *label = d.mem + 64;

	(void)state;
	put_le32(label + 148 + 16, 16384); /* the second slice: everything */
	put_le32(label + 148 + 20, 0);
	put_le32(label + 148 + 32, 3000); /* the third overlaps the first at its end */
	put_le32(label + 148 + 36, 4000);
	label[148 + 44] = 7;
	for (int i = 0; i < 2; i++)
		label[136 + i] = 0;
	for (int i = 0; i < 148 + 48; i += 2)
		for (int k = 0; k < 2; k++)
			if (i != 136)
				label[136 + k] ^= label[i + k];
	expect(d, "bsd", "1@2:2048+2048 2:0+16384");
	assert_string_equal(finding(0), "overlaps partition 1 (start 4000, 3000 sectors)");
}

static void test_sun(void **state)
{
	struct disk d = disk_of(disk_sun, 16384);

	(void)state;
	expect(disk_of(disk_sun, 16384), "sun", "1@3:0+4096 3:0+16065");
	d.mem[0x1ff]++;
	expect_refused(d, "sun", "the label has a wrong checksum");
	expect(disk_of(disk_sun, 16000), "sun", "1:0+4096");
	assert_int_equal(t.n_refused, 1);
	d = disk_of(disk_sun, 16384);
	memset(d.mem + 436, 0xff, 8); /* heads and sectors 65535, start of the first 2^32-1 */
	memset(d.mem + 444, 0xff, 4);
	memset(d.mem + 510, 0, 2);
	for (int i = 0; i < 510; i++)
		d.mem[510 + i % 2] ^= d.mem[i];
	expect(d, "sun", "3:0+16065");
	assert_int_equal(t.findings[0].fault, PTF_BEYOND_END);
}

static void test_mac(void **state)
{
	struct disk d = disk_of(disk_mac, 16384);

	(void)state;
	expect(disk_of(disk_mac, 16384), "mac",
	       "1:1+63 2:2048+2048 3:6144+2048 4:64+1984 5:4096+2048 6:8192+8192");
	put_be32(d.mem + 0x204,
		 0xffffffff); /* as many entries as it likes: the blocks say the end */
	put_be32(d.mem + 0x408, 0xffffffff);
	put_be32(d.mem + 0x40c, 0xffffffff);
	expect(d, "mac", "1:1+63 3:6144+2048 4:64+1984 5:4096+2048 6:8192+8192");
	assert_int_equal(t.findings[0].number, 2);
	d = disk_of(disk_mac, 16384);
	d.mem[2] = 0x7f; /* a block of 32767 bytes */
	d.mem[3] = 0xff;
	expect_none(d);
	d = disk_of(disk_mac, 16384);
	memset(d.mem + 0x200, 0, 16);
	expect_none(d);
}

static void vtoc_slice(uint8_t *p, uint16_t tag, uint32_t start, uint32_t size)
{
	p[0] = (uint8_t)tag;
	put_le32(p + 4, start);
	put_le32(p + 8, size);
}

static void test_solaris(void **state)
{
	struct disk d = disk_new(16384, 512);
	uint8_t *v = d.mem + 512;

	(void)state;
	put_le32(v + 12, 0x600ddeee);
	put_le32(v + 16, 1);
	v[30] = 16;
	vtoc_slice(v + 72, 2, 64, 1000);
	vtoc_slice(v + 72 + 2 * 12, 5, 0, 16384);
	vtoc_slice(v + 72 + 8 * 12, 1, 0, 64);
	vtoc_slice(v + 72 + 9 * 12, 9, 16000, 1000);
	assert_int_equal(look(&d, &any), 0);
	assert_string_equal(t.type, "solaris");
	assert_string_equal(slices(), "1@3:64+1000 3:0+16384 9@3:0+64");
	assert_int_equal(t.findings[0].number, 10);
	v[16] = 2;
	expect_refused(d, "solaris", "the VTOC is of an unknown version");
}

static void test_unixware(void **state)
{
	struct disk d = disk_new(16384, 512);
	uint8_t *v = d.mem + 29 * 512;

	(void)state;
	put_le32(v + 4, 0xca5e600d);
	put_le32(v + 156, 0x600ddeee);
	vtoc_slice(v + 216, 5, 0, 16384);
	vtoc_slice(v + 216 + 12, 2, 64, 1000);
	vtoc_slice(v + 216 + 24, 0, 3000, 10); /* unused */
	vtoc_slice(v + 216 + 48, 3, 2000, 100);
	expect(d, "unixware", "1:64+1000 2:2000+100");
}

static void test_ps3(void **state)
{
	struct disk d = disk_new(16384, 512);

	(void)state;
	put_be32(d.mem + 20, 0x0face0ff);
	put_be32(d.mem + 28, 0xdeadface);
	put_be32(d.mem + 48 + 4, 64);
	put_be32(d.mem + 48 + 12, 1000);
	put_be32(d.mem + 48 + 2 * 144 + 4, 2000);
	put_be32(d.mem + 48 + 2 * 144 + 12, 300);
	memset(d.mem + 48 + 3 * 144, 0xff, 16); /* start and size 2^64-1 */
	expect(d, "ps3", "1:64+1000 2:2000+300");
	assert_int_equal(t.findings[0].fault, PTF_BEYOND_END);
}

/* --- DASD ------------------------------------------------------------------------------------ */

#define VOL1 "\xe5\xd6\xd3\xf1"
#define LNX1 "\xd3\xd5\xe7\xf1"
#define CMS1 "\xc3\xd4\xe2\xf1"

/* 200 cylinders of 15 tracks of 12 blocks of 4096 bytes */
static struct disk dasd_disk(const char *label)
{
	struct disk d = disk_new(200 * 15 * 12 * 8 / 16, 4096);

	d.dasd = true;
	memcpy(d.mem + 2 * 4096, label, 4);
	return d;
}

static void data_set(struct disk *d, uint64_t block, uint8_t format, const char *low_high)
{
	uint8_t *p = d->mem + block * 4096;

	p[44] = format;
	memcpy(p + 107, low_high, 8);
}

static struct disk cdl_disk(void)
{
	struct disk d = dasd_disk(VOL1 VOL1);
	uint8_t *label = d.mem + 2 * 4096;

	memcpy(label + 4, VOL1, 4);
	memcpy(label + 15, "\x00\x00\x00\x01\x01", 5); /* cylinder 0, track 1, record 1 */
	data_set(&d, 12, 0xf4, "\0\0\0\0\0\0\0\0");
	data_set(&d, 13, 0xf5, "\0\0\0\0\0\0\0\0");
	data_set(&d, 14, 0xf1, "\x00\x00\x00\x02\x00\x03\x00\x0e"); /* 0/2 to 3/14 */
	data_set(&d, 15, 0xf8, "\x00\x04\x00\x00\x00\x05\x00\x0e"); /* 4/0 to 5/14 */
	return d;
}

static void test_dasd(void **state)
{
	struct ptable_opts dasd = { .type = "dasd" };
	struct disk d = cdl_disk();

	(void)state;
	expect(cdl_disk(), "dasd", "1:192+5568 2:5760+2880");
	d.dasd = false; /* only a DASD has such a label, or who asks for it */
	assert_int_equal(look(&d, &any), -ENODATA);
	assert_int_equal(look(&d, &dasd), 0);
	assert_string_equal(slices(), "1:192+5568 2:5760+2880");
	free(d.mem);
	expect(dasd_disk(LNX1), "dasd", "1:24+17976");
	d = dasd_disk(LNX1);
	memmove(d.mem + 4096, d.mem + 8192, 4096); /* FBA: block 1 */
	memset(d.mem + 8192, 0, 4096);
	expect(d, "dasd", "1:16+17984");
	d = dasd_disk(CMS1);
	put_be32(d.mem + 8192 + 12, 4096);
	put_be32(d.mem + 8192 + 28, 2000);
	put_be32(d.mem + 8192 + 52, 10);
	expect(d, "dasd", "1:80+15920");
	expect_none(dasd_disk("\0\0\0\0"));
}

/* Advisory of 2026: kpartx, DASD reader on crafted images. */
static void test_advisory_kpartx_dasd(void **state)
{
	struct disk d = cdl_disk();

	(void)state;
	memset(d.mem + 8192 + 15, 0xff, 5); /* a VTOC far away */
	expect_refused(d, "dasd", "the VTOC has entries that are not on the device");
	d = cdl_disk();
	memset(d.mem + 8192 + 15, 0, 5); /* record 0, before the disk */
	expect_refused(d, "dasd", "the VTOC has entries that are not on the device");
	d = cdl_disk();
	data_set(&d, 14, 0xf1, "\xff\xff\xff\xff\xff\xff\xff\xff");
	data_set(&d, 15, 0xf1, "\x00\x05\x00\x00\x00\x04\x00\x00");
	expect(d, "dasd", "");
	assert_int_equal(t.n_refused, 2);
	assert_int_equal(t.findings[0].fault, PTF_NEGATIVE); /* read before it is judged */
	assert_int_equal(t.findings[1].fault, PTF_BEYOND_END);
	d = cdl_disk();
	for (uint64_t i = 14; i < 14 + 2000; i++) /* data sets without an end */
		data_set(&d, i, 0xf1, "\x00\x00\x00\x02\x00\x00\x00\x02");
	assert_int_equal(look(&d, &any), 0);
	assert_int_equal(t.n, 1); /* they all overlap the first */
	free(d.mem);
	d = dasd_disk(CMS1);
	put_be32(d.mem + 8192 + 12, 512); /* its blocks are not the device's */
	expect_refused(d, "dasd", "the CMS label has an impossible geometry");
	d = dasd_disk(CMS1);
	put_be32(d.mem + 8192 + 12, 4096);
	put_be32(d.mem + 8192 + 28, 5);
	put_be32(d.mem + 8192 + 52, 0xffffffff);
	expect(d, "dasd", "");
	assert_int_equal(t.findings[0].fault, PTF_NEGATIVE);
	d = dasd_disk(CMS1);
	put_be32(d.mem + 8192 + 12, 4096);
	put_be32(d.mem + 8192 + 28, 0xffffffff);
	expect(d, "dasd", "");
	assert_int_equal(t.findings[0].fault, PTF_BEYOND_END);
}

/* --- all ------------------------------------------------------------------------------------- */

static void test_types(void **state)
{
	struct ptable_opts sun = { .type = "sun" };
	struct disk d = disk_of(disk_dos, 16384);

	(void)state;
	assert_string_equal(ptable_type_name(0), "gpt");
	assert_string_equal(ptable_type_name(8), "ps3");
	assert_null(ptable_type_name(9));
	assert_int_equal(look(&d, &sun), -ENODATA);
	free(d.mem);
}

static void test_read_error(void **state)
{
	struct disk d = disk_of(disk_dos, 16384);

	(void)state;
	d.bad_from = 1;
	assert_int_equal(look(&d, &any), -EIO);
	assert_int_equal(t.n, 0);
	d.bad_from = 4096 * 512; /* in the middle of a chain */
	expect(d, "dos", "1:2048+1024 2:4096+2 3:14336+1024");
	assert_int_equal(t.findings[0].fault, PTF_UNREADABLE);
	assert_int_equal(t.findings[0].number, 2);
}

static void test_huge_device(void **state)
{
	struct disk d = disk_of(disk_dos, 16384);
	const struct ptable_dev dev = { disk_read, &d, UINT64_MAX, 512, false };

	(void)state;
	assert_int_equal(ptable_read(&dev, &any, &t), -EFBIG);
	free(d.mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dos),
		cmocka_unit_test(test_dos_4k),
		cmocka_unit_test(test_dos_numbers),
		cmocka_unit_test(test_dos_empty_and_none),
		cmocka_unit_test(test_dos_loop_in_the_chain),
		cmocka_unit_test(test_dos_long_chain),
		cmocka_unit_test(test_disk_shorter_than_its_table),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_crc32),
		cmocka_unit_test(test_gpt),
		cmocka_unit_test(test_gpt_backup),
		cmocka_unit_test(test_gpt_bad_crc_in_both),
		cmocka_unit_test(test_gpt_device_of_another_size),
		cmocka_unit_test(test_gpt_4k),
		cmocka_unit_test(test_gpt_protective_mbr),
		cmocka_unit_test(test_gpt_negative_and_2_64_sizes),
		cmocka_unit_test(test_advisory_kpartx_gpt_header_size),
		cmocka_unit_test(test_advisory_kpartx_gpt_entry_count),
		cmocka_unit_test(test_gpt_more_entries_than_slices),
		cmocka_unit_test(test_bsd),
		cmocka_unit_test(test_bsd_whole_disk_slice),
		cmocka_unit_test(test_sun),
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_solaris),
		cmocka_unit_test(test_unixware),
		cmocka_unit_test(test_ps3),
		cmocka_unit_test(test_dasd),
		cmocka_unit_test(test_advisory_kpartx_dasd),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_read_error),
		cmocka_unit_test(test_huge_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
