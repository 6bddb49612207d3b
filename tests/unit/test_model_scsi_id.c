/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of udev's scsi_id. The LIO disk's bytes and the lines expected of them were recorded in
 * the guest, the latter from /lib/udev/scsi_id of udev 252. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/model/scsi_id.h"
#include "parser/strbuf.h"

static const uint8_t lio_inq[] = { 0x00, 0x00, 0x06, 0x02, 0x5b, 0xb8, 0x00, 0x02, 0x4c, 0x49, 0x4f,
				   0x2d, 0x4f, 0x52, 0x47, 0x20, 0x46, 0x49, 0x4c, 0x45, 0x49, 0x4f,
				   0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x34,
				   0x2e, 0x30, 0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
				   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
				   0x00, 0x00, 0x00, 0x00, 0xa0, 0x0c, 0x60, 0x04, 0x60, 0x04, 0xc0,
				   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
				   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
				   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 };
static const uint8_t lio_vpd00[] = { 0x00, 0x00, 0x00, 0x08, 0x00, 0x80,
				     0x83, 0x86, 0xb0, 0xb1, 0xb2, 0xb3 };
static const uint8_t lio_vpd80[] = { 0x00, 0x80, 0x00, 0x0b, 0x31, 0x32, 0x20, 0x33,
				     0x34, 0x20, 0x20, 0x78, 0x2f, 0x79, 0x00 };
static const uint8_t lio_vpd83[] = {
	0x00, 0x83, 0x00, 0x8a, 0x01, 0x03, 0x00, 0x10, 0x60, 0x01, 0x40, 0x51, 0x23, 0x40, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x01, 0x00, 0x1a, 0x4c, 0x49,
	0x4f, 0x2d, 0x4f, 0x52, 0x47, 0x20, 0x46, 0x49, 0x4c, 0x45, 0x49, 0x4f, 0x3a, 0x31, 0x32,
	0x20, 0x33, 0x34, 0x20, 0x20, 0x78, 0x2f, 0x79, 0x00, 0x61, 0x94, 0x00, 0x04, 0x00, 0x00,
	0x00, 0x01, 0x61, 0x95, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x01, 0x06, 0x00, 0x04, 0x00,
	0x00, 0x00, 0x00, 0x63, 0x98, 0x00, 0x20, 0x6e, 0x61, 0x61, 0x2e, 0x35, 0x30, 0x30, 0x31,
	0x34, 0x30, 0x35, 0x64, 0x31, 0x32, 0x31, 0x63, 0x35, 0x35, 0x31, 0x66, 0x2c, 0x74, 0x2c,
	0x30, 0x78, 0x30, 0x30, 0x30, 0x31, 0x00, 0x00, 0x00, 0x63, 0xa8, 0x00, 0x18, 0x6e, 0x61,
	0x61, 0x2e, 0x35, 0x30, 0x30, 0x31, 0x34, 0x30, 0x35, 0x64, 0x31, 0x32, 0x31, 0x63, 0x35,
	0x35, 0x31, 0x66, 0x00, 0x00, 0x00, 0x00
};

static uint8_t inquiry[36] = "\x00\x00\x06\x02\x1f\x00\x00\x00"
			     "VEND 1  "
			     "MODEL/2         "
			     "r 1 ";

static struct bytes bytes_of(const uint8_t *b, size_t n)
{
	return (struct bytes){ (uint8_t *)b, (uint32_t)n };
}

static struct scsi_id_pages lio(void)
{
	return (struct scsi_id_pages){ .inquiry = bytes_of(lio_inq, sizeof(lio_inq)),
				       .vpd0 = bytes_of(lio_vpd00, sizeof(lio_vpd00)),
				       .vpd80 = bytes_of(lio_vpd80, sizeof(lio_vpd80)),
				       .vpd83 = bytes_of(lio_vpd83, sizeof(lio_vpd83)) };
}

static void expect(const struct scsi_id_pages *p, enum scsi_id_page page, bool replace,
		   const char *line)
{
	struct scsi_id id;
	char out[SCSI_ID_MAX] = "";

	assert_int_equal(scsi_id_read(p, page, &id), 0);
	assert_int_equal(scsi_id_text(&id, replace, out, sizeof(out)), line ? 0 : -ENODATA);
	assert_string_equal(out, line ? line : "");
}

static void lio_disk(void **state)
{
	struct scsi_id_pages p = lio();

	(void)state;
	expect(&p, SCSI_ID_ANY, false, "360014051234000000000000000000000");
	expect(&p, SCSI_ID_ANY, true, "360014051234000000000000000000000");
	expect(&p, SCSI_ID_80, false, "SLIO-ORG FILEIO          12 34  x/y");
	expect(&p, SCSI_ID_83, false, "360014051234000000000000000000000");
	expect(&p, SCSI_ID_PRE_SPC3, false, "360014051234000000000000000000000");
}

static void lio_disk_exported(void **state)
{
	struct scsi_id_pages p = lio();
	struct strbuf out = STRBUF_INIT;
	struct scsi_id id;

	(void)state;
	assert_int_equal(scsi_id_read(&p, SCSI_ID_ANY, &id), 0);
	scsi_id_export(&id, &out);
	assert_string_equal(
		sb_str(&out),
		"ID_SCSI=1\n"
		"ID_VENDOR=LIO-ORG\n"
		"ID_VENDOR_ENC=LIO-ORG\\x20\n"
		"ID_MODEL=FILEIO\n"
		"ID_MODEL_ENC=FILEIO\\x20\\x20\\x20\\x20\\x20\\x20\\x20\\x20\\x20\\x20\n"
		"ID_REVISION=4.0\n"
		"ID_TYPE=disk\n"
		"ID_SERIAL=360014051234000000000000000000000\n"
		"ID_SERIAL_SHORT=60014051234000000000000000000000\n"
		"ID_WWN=0x6001405123400000\n"
		"ID_WWN_VENDOR_EXTENSION=0x0000000000000000\n"
		"ID_WWN_WITH_EXTENSION=0x60014051234000000000000000000000\n"
		"ID_TARGET_PORT=0\n"
		"ID_SCSI_SERIAL=12 34  x/y\n");
	sb_done(&out);
}

/* A page 83h made of one or two designators behind a good INQUIRY. */
static void expect_83(const char *body, size_t n, const char *line)
{
	uint8_t page[300] = { 0, 0x83, (uint8_t)(n >> 8), (uint8_t)n };
	struct scsi_id_pages p = { .inquiry = bytes_of(inquiry, 36), .no_vpd0 = true };

	memcpy(page + 4, body, n);
	p.vpd83 = bytes_of(page, n + 4);
	expect(&p, SCSI_ID_ANY, false, line);
}

#define EXPECT_83(line, body) expect_83(body, sizeof(body) - 1, line)
#define NAA6		      "\1\3\0\x10\x60\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf"
#define NAA5		      "\1\3\0\x8\x50\1\2\3\4\5\6\7"
#define NAA2		      "\1\3\0\x8\x20\1\2\3\4\5\6\7"
#define EUI		      "\1\2\0\x8\0\1\2\3\4\5\6\7"
#define T10		      "\2\1\0\xcVENDOR  id 1"
#define VEND		      "\2\0\0\4ab c"
#define PORT		      "\1\x95\0\4\0\0\0\1"
#define NAME                                                                                       \
	"\3\x8\0\x8"                                                                               \
	"naa.5001"

static void kinds_in_order_of_preference(void **state)
{
	(void)state;
	EXPECT_83("360010203040506070809"
		  "0a0b0c0d0e0f",
		  PORT VEND T10 EUI NAA2 NAA5 NAA6);
	EXPECT_83("35001020304050607", PORT VEND T10 EUI NAA2 NAA5);
	EXPECT_83("32001020304050607", PORT VEND T10 EUI NAA2);
	EXPECT_83("20001020304050607", VEND T10 EUI);
	EXPECT_83("1VENDOR  id 1", VEND T10);
	EXPECT_83("0VEND 1  MODEL/2         ab c", VEND);
	EXPECT_83("36AB", "\2\3\0\3"
			  "6AB"); /* NAA spelt in ASCII: the character's high nibble is 3 */
	EXPECT_83(NULL, PORT NAME);
	EXPECT_83(NULL, "");
	/* the old form */
	EXPECT_83("36006048000001855", "\x60\x06\x04\x80\x00\x00\x18\x55");
}

static void page_80(void **state)
{
	static const uint8_t serial[] = "\0\x80\0\x6 AB 1 ";
	struct scsi_id_pages p = { .inquiry = bytes_of(inquiry, 36),
				   .vpd0 = bytes_of((const uint8_t *)"\0\0\0\2\0\x80", 6),
				   .vpd80 = bytes_of(serial, 10) };

	(void)state;
	expect(&p, SCSI_ID_ANY, false, "SVEND 1  MODEL/2          AB 1 ");
	expect(&p, SCSI_ID_ANY, true, "SVEND_1_MODEL_2_AB_1");
	p.vpd0 = bytes_of((const uint8_t *)"\0\0\0\1\0\x80", 6); /* does not list it */
	expect(&p, SCSI_ID_ANY, false, NULL);
	p.vpd0 = (struct bytes){ 0 };
	expect(&p, SCSI_ID_ANY, false, NULL);
	expect(&p, SCSI_ID_80, true, "SVEND_1_MODEL_2_AB_1");
	/* standard INQUIRY data in place of page 0 */
	p.vpd0 = bytes_of((const uint8_t *)"\0\0\6\x1f....VEND 1  .....\x80....", 26);
	expect(&p, SCSI_ID_ANY, false, NULL);
	/* a name with a hole is no name */
	p.inquiry = bytes_of((const uint8_t[36]){ 0 }, 36);
	expect(&p, SCSI_ID_80, false, NULL);
}

static void cut_at_every_byte(void **state)
{
	const struct scsi_id_pages whole = lio();
	struct scsi_id id;
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (size_t n = 0; n <= 160; n++) {
		struct scsi_id_pages p = whole;
		struct bytes *all[] = { &p.inquiry, &p.vpd0, &p.vpd80, &p.vpd83 };
		uint8_t *copies[4];

		for (int i = 0; i < 4; i++) {
			if (all[i]->len > n)
				all[i]->len = (uint32_t)n;
			copies[i] = malloc(all[i]->len + !all[i]->len);
			memcpy(copies[i], all[i]->data, all[i]->len);
			all[i]->data = copies[i];
		}
		for (int page = SCSI_ID_ANY; page <= SCSI_ID_PRE_SPC3; page++)
			if (!scsi_id_read(&p, (enum scsi_id_page)page, &id))
				scsi_id_export(&id, &out);
		for (int i = 0; i < 4; i++)
			free(copies[i]);
	}
	sb_done(&out);
}

static void of_a_block_device(void **state)
{
	struct blkdev d = { .bus = BUS_SCSI };
	char out[SCSI_ID_MAX], tiny[5] = "same";

	(void)state;
	assert_int_equal(scsi_id_serial(&d, out, sizeof(out)), -EINVAL);
	d.inquiry = bytes_of(lio_inq, sizeof(lio_inq));
	assert_int_equal(scsi_id_serial(&d, out, sizeof(out)), -ENODATA);
	d.vpd83 = bytes_of(lio_vpd83, sizeof(lio_vpd83));
	assert_int_equal(scsi_id_serial(&d, out, sizeof(out)), 0);
	assert_string_equal(out, "360014051234000000000000000000000");
	assert_int_equal(scsi_id_serial(&d, tiny, sizeof(tiny)), -EOVERFLOW);
	assert_string_equal(tiny, "same");
}

static void strange_bytes(void **state)
{
	static const uint8_t odd[36] = "\x05\x00\x06\x02\x1f\x00\x00\x00"
				       " a\\b\xc3\xa9\x80 "
				       "x\"y\tz\n'$`;|     "
				       "\x1b[1m";
	struct scsi_id_pages p = { .inquiry = bytes_of(odd, 36) };
	struct strbuf out = STRBUF_INIT;
	struct scsi_id id;

	(void)state;
	assert_int_equal(scsi_id_read(&p, SCSI_ID_ANY, &id), 0);
	scsi_id_export(&id, &out);
	assert_string_equal(sb_str(&out), "ID_SCSI=1\nID_VENDOR=a_b\xc3\xa9_\n"
					  "ID_VENDOR_ENC=\\x20a\\x5cb\xc3\xa9\\x80\\x20\n"
					  "ID_MODEL=x_y_z______\n"
					  "ID_MODEL_ENC=x\\x22y\\x09z\\x0a\\x27\\x24\\x60\\x3b\\x7c"
					  "\\x20\\x20\\x20\\x20\\x20\n"
					  "ID_REVISION=__1m\nID_TYPE=cd\n");
	sb_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lio_disk),
		cmocka_unit_test(lio_disk_exported),
		cmocka_unit_test(kinds_in_order_of_preference),
		cmocka_unit_test(page_80),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(of_a_block_device),
		cmocka_unit_test(strange_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
