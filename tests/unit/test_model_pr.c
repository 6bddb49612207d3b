/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Persistent reservations as bytes: commands built, answers taken apart, cut at every byte. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/model/pr.h"
#include "core/model/scsi.h"
#include "parser/strbuf.h"

#define TEXT __attribute__((cleanup(sb_done))) struct strbuf

/* --- OUT ------------------------------------------------------------------------------------- */

static void out_commands(void **state)
{
	static const uint8_t cdb[10] = { 0x5f, 0x06, 0x05, 0, 0, 0, 0, 0, 24, 0 };
	static const uint8_t list[24] = { 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,
					  0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28,
					  0,	0,    0,    0,	  0x05, 0,    0,    0 };
	const struct pr_request q = { .action = PR_REGISTER_IGNORE,
				      .type = 5,
				      .rk = 0x1112131415161718,
				      .sark = 0x2122232425262728,
				      .aptpl = true,
				      .all_tg_pt = true };
	uint8_t buf[PR_OUT_MAX];
	struct scsi_cmd c;

	(void)state;
	memset(buf, 0xee, sizeof(buf));
	assert_int_equal(pr_out_build(&q, &c, buf, 7000), 0);
	assert_int_equal(c.cdb_len, 10);
	assert_memory_equal(c.cdb, cdb, 10);
	assert_true(c.write);
	assert_int_equal(c.len, 24);
	assert_int_equal(c.timeout_ms, 7000);
	assert_memory_equal(buf, list, 24);
	assert_int_equal(buf[24], 0xee);
}

static void out_with_transport_ids(void **state)
{
	static const uint8_t tail[8] = { 0, 0, 0, 3, 0xa1, 0xa2, 0xa3, 0xee };
	static const uint8_t ids[PR_OUT_MAX] = { 0xa1, 0xa2, 0xa3 };
	struct pr_request q = { .action = PR_REGISTER, .ids = ids, .ids_len = 3 };
	uint8_t buf[PR_OUT_MAX];
	struct scsi_cmd c;

	(void)state;
	memset(buf, 0xee, sizeof(buf));
	assert_int_equal(pr_out_build(&q, &c, buf, 1), 0);
	assert_int_equal(c.len, 31);
	assert_int_equal(c.cdb[8], 31);
	assert_int_equal(buf[20], 0x08);
	assert_memory_equal(buf + 24, tail, 8);
	q.ids_len = PR_OUT_MAX - 28;
	assert_int_equal(pr_out_build(&q, &c, buf, 1), 0);
	q.ids_len++;
	assert_int_equal(pr_out_build(&q, &c, buf, 1), -E2BIG);
	q.ids_len = SIZE_MAX;
	assert_int_equal(pr_out_build(&q, &c, buf, 1), -E2BIG);
}

static void transport_ids(void **state)
{
	static const struct {
		const char *text;
		int len;
		uint8_t bytes[28];
	} rows[] = {
		{ "fcp,500A0B8012345678",
		  24,
		  { 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x0a, 0x0b, 0x80, 0x12, 0x34, 0x56, 0x78 } },
		{ "sas,5001020304050607", 24, { 6, 0, 0, 0, 0x50, 1, 2, 3, 4, 5, 6, 7 } },
		{ "iqn.a:b", 24, { 5, 0, 0, 20, 'i', 'q', 'n', '.', 'a', ':', 'b', 0 } },
		{ "iqn.1,i,0x123456789abcd",
		  28,
		  { 0x45, 0,   0,   24,	 'i', 'q', 'n', '.', '1', ',', 'i', ',', '0', 'x',
		    '1',  '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 0 } },
		{ "06, 0,0 0 ff", 5, { 6, 0, 0, 0, 0xff } },
		{ "fcp,500A0B80123456", -EINVAL, { 0 } },
		{ "sas,500102030405060g", -EINVAL, { 0 } },
		{ "1,2,3", -EINVAL, { 0 } },
		{ "1,2,3,444", -EINVAL, { 0 } },
		{ "", -EINVAL, { 0 } },
		{ "nonsense", -EINVAL, { 0 } },
	};
	uint8_t out[PR_ID_MAX];
	char name[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(pr_id_parse(rows[i].text, out), rows[i].len);
		if (rows[i].len > 0)
			assert_memory_equal(out, rows[i].bytes, rows[i].len);
	}
	for (size_t n = 4; n < sizeof(name); n++) { /* iSCSI names of every length */
		int len;

		memset(name, 'x', n);
		memcpy(name, "iqn.", 4);
		name[n] = '\0';
		len = pr_id_parse(name, out);
		assert_true(n > 247 ? len == -EINVAL
				    : len % 4 == 0 && (size_t)len >= 4 + n + 1 &&
					      out[len - 1] == 0);
	}
}

/* --- IN -------------------------------------------------------------------------------------- */

static void in_commands(void **state)
{
	static const uint8_t cdb[10] = { 0x5e, 0x03, 0, 0, 0, 0, 0, 0x20, 0x00, 0 };
	struct scsi_cmd c;

	(void)state;
	pr_in_build(PR_READ_FULL_STATUS, PR_IN_MAX, &c, 5);
	assert_memory_equal(c.cdb, cdb, 10);
	assert_int_equal(c.cdb_len, 10);
	assert_false(c.write);
	assert_int_equal(c.len, PR_IN_MAX);
}

static const uint8_t keys[] = { 0,    0, 0, 9, 0, 0, 0, 16, 0, 0, 0, 0,
				0xab, 0, 0, 1, 0, 0, 0, 0,  0, 0, 0, 2 };
static const uint8_t reservation[] = { 0, 0, 0,	   2, 0, 0, 0, 16, 0, 0, 0, 0,
				       0, 0, 0x12, 3, 0, 0, 0, 0,  0, 5, 0, 0 };
static const uint8_t capabilities[] = { 0, 8, 0x1d, 0x91, 0xea, 0x01, 0, 0 };
/* Two registrations: an iSCSI initiator port that holds the reservation, a SAS one. */
static const uint8_t full[] = {
	0, 0, 0, 3,  0,	   0, 0, 96, /* header */
	0, 0, 0, 0,  0,	   0, 0, 0x0a, 0,   0,	 0,   0,   1,	0x07, 0,   0,	 0,    0,   0,	 5,
	0, 0, 0, 24, 0x45, 0, 0, 20,   'i', 'q', 'n', '.', 'a', ',',  'i', ',',	 '0',  'x', '1', 0,
	0, 0, 0, 0,  0,	   0, 0, 0,    0,   0,	 0,   0,   0,	0,    0,   0x0b, 0,    0,   0,	 0,
	2, 0, 0, 0,  0,	   0, 0, 0,    0,   0,	 0,   24,  6,	0,    0,   0,	 0x50, 1,   2,	 3,
	4, 5, 6, 7,  0,	   0, 0, 0,    0,   0,	 0,   0,   0,	0,    0,   0,
};

/* A copy that ends where @len says, so that a byte too far is found by the sanitizer. */
static int text_of(enum pr_in action, const uint8_t *data, size_t len, struct strbuf *out)
{
	uint8_t *exact = malloc(len + !len);
	int r;

	memcpy(exact, data, len);
	r = pr_text(action, exact, len, out);
	free(exact);
	return r;
}

static void shows(enum pr_in action, const uint8_t *data, size_t len, const char *want)
{
	TEXT out = STRBUF_INIT;

	assert_int_equal(text_of(action, data, len, &out), 0);
	assert_string_equal(sb_str(&out), want);
}

static void answers_as_text(void **state)
{
	static const uint8_t none[8] = { 0, 0, 0, 1, 0, 0, 0, 0 };
	static const uint8_t one[16] = { 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 7 };

	(void)state;
	shows(PR_READ_KEYS, none, 8, "  PR generation=0x1, \t0 registered reservation key.\n");
	shows(PR_READ_KEYS, one, 16,
	      "  PR generation=0x1, \t1 registered reservation key follows:\n    0x7\n");
	shows(PR_READ_KEYS, keys, sizeof(keys),
	      "  PR generation=0x9, \t2 registered reservation keys follow:\n"
	      "    0xab000001\n    0x2\n");
	shows(PR_READ_RESERVATION, none, 8, "  PR generation=0x1, there is NO reservation held \n");
	shows(PR_READ_RESERVATION, reservation, sizeof(reservation),
	      "  PR generation=0x2, Reservation follows:\n   Key = 0x1203\n"
	      "  scope = LU_SCOPE, type = Write Exclusive, registrants only\n");
	shows(PR_REPORT_CAPABILITIES, capabilities, sizeof(capabilities),
	      "Report capabilities response:\n"
	      "  Compatible Reservation Handling(CRH): 1\n"
	      "  Specify Initiator Ports Capable(SIP_C): 1\n"
	      "  All Target Ports Capable(ATP_C): 1\n"
	      "  Persist Through Power Loss Capable(PTPL_C): 1\n"
	      "  Type Mask Valid(TMV): 1\n"
	      "  Allow Commands: 1\n"
	      "  Persist Through Power Loss Active(PTPL_A): 1\n"
	      "    Support indicated in Type mask:\n"
	      "      Write Exclusive, all registrants: 1\n"
	      "      Exclusive Access, registrants only: 1\n"
	      "      Write Exclusive, registrants only: 1\n"
	      "      Exclusive Access: 1\n"
	      "      Write Exclusive: 1\n"
	      "      Exclusive Access, all registrants: 1\n");
	shows(PR_READ_FULL_STATUS, full, sizeof(full),
	      "  PR generation=0x3 \n"
	      "   Key = 0xa\n"
	      "      All target ports bit clear\n"
	      "      Relative port address: 0x5\n"
	      "      << Reservation holder >>\n"
	      "      scope: LU_SCOPE,  type: Write Exclusive, all registrants\n"
	      "   iSCSI world wide unique port id: iqn.a,i,0x1\n"
	      "   Key = 0xb\n"
	      "      All target ports bit set\n"
	      "      not reservation holder\n"
	      "   SAS  00     50 01 02 03 04 05 06 07                             P.......\n");
}

/* Cut at every byte: what is not there is not read, and a cut registration is an error. */
static void answers_cut_at_every_byte(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(full); n++) {
		TEXT out = STRBUF_INIT;

		assert_int_equal(text_of(PR_READ_FULL_STATUS, full, n, &out), -EINVAL);
	}
	for (size_t n = 0; n < sizeof(reservation); n++) {
		TEXT out = STRBUF_INIT;

		assert_int_equal(text_of(PR_READ_RESERVATION, reservation, n, &out), -EINVAL);
	}
	for (size_t n = 0; n < sizeof(capabilities); n++) {
		TEXT out = STRBUF_INIT;

		assert_int_equal(text_of(PR_REPORT_CAPABILITIES, capabilities, n, &out), -EINVAL);
	}
	for (size_t n = 0; n < sizeof(keys); n++) {
		struct pr_list l;
		uint8_t *exact = malloc(n + !n);

		memcpy(exact, keys, n);
		if (n < 8) {
			assert_int_equal(pr_list_parse(exact, n, &l), -EINVAL);
		} else {
			assert_int_equal(pr_list_parse(exact, n, &l), 0);
			assert_int_equal(pr_keys_count(&l), (n - 8) / 8);
			assert_int_equal(l.claimed, 16);
		}
		free(exact);
	}
}

/* Advisory: heap overflow in PR IN READ FULL STATUS. Every length field wrong. */
static void advisory_full_status_descriptors_beyond_the_buffer(void **state)
{
	static const uint32_t lengths[] = { 0,		1,	    23,		25,
					    47,		71,	    72,		73,
					    0x7fffffff, 0x80000000, 0xffffffe7, 0xffffffe8,
					    0xffffffff };
	static const size_t fields[] = { 4, 28, 76 }; /* list, first and second descriptor */

	(void)state;
	for (size_t f = 0; f < 3; f++)
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			TEXT out = STRBUF_INIT;
			uint8_t copy[sizeof(full)];
			int r;

			memcpy(copy, full, sizeof(full));
			for (int b = 0; b < 4; b++)
				copy[fields[f] + (size_t)b] = (uint8_t)(lengths[i] >> (24 - 8 * b));
			r = text_of(PR_READ_FULL_STATUS, copy, sizeof(copy), &out);
			assert_true(r == 0 || r == -EINVAL);
			if (f && lengths[i] > 72)
				assert_int_equal(r, -EINVAL);
			if (f == 0)
				assert_int_equal(r, lengths[i] == 0 ? 0 : -EINVAL);
		}
}

static void types(void **state)
{
	char text[PR_TYPE_TEXT];

	(void)state;
	pr_type_text(3, text);
	assert_string_equal(text, "Exclusive Access");
	pr_type_text(4, text);
	assert_string_equal(text, "obsolete [4]");
	pr_type_text(0xf, text);
	assert_string_equal(text, "obsolete [0xf]");
}

/* --- verdicts -------------------------------------------------------------------------------- */

static void verdicts(void **state)
{
	static const struct {
		struct scsi_result r;
		enum pr_status status;
		bool again, wait;
	} rows[] = {
		{ { .status = SAM_GOOD }, PR_OK, false, false },
		{ { .status = SAM_RESERVATION_CONFLICT }, PR_CONFLICT, false, false },
		{ { .status = SAM_CHECK_CONDITION,
		    .sense = { 0x70, 0, 6, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x2a, 3 },
		    .sense_len = 18 },
		  PR_UNIT_ATTENTION,
		  true,
		  false },
		{ { .status = SAM_CHECK_CONDITION, .sense = { 0x72, 5, 0x26, 0 }, .sense_len = 8 },
		  PR_ILLEGAL_REQUEST,
		  false,
		  false },
		{ { .status = SAM_CHECK_CONDITION,
		    .sense = { 0x72, 2, 0x04, 0x07 },
		    .sense_len = 8 },
		  PR_NOT_READY,
		  true,
		  true },
		{ { .status = SAM_CHECK_CONDITION, .sense = { 0x72, 2, 0x3a, 0 }, .sense_len = 8 },
		  PR_NOT_READY,
		  false,
		  false },
		{ { .status = SAM_CHECK_CONDITION, .sense = { 0x72, 0xb, 0, 0 }, .sense_len = 8 },
		  PR_ABORTED,
		  false,
		  false },
		{ { .status = SAM_BUSY }, PR_UNREACHED, true, true },
		{ { .host = DID_NO_CONNECT }, PR_UNREACHED, false, false },
		{ { .host = DID_BUS_BUSY }, PR_UNREACHED, true, true },
		{ { .err = ENODEV }, PR_UNREACHED, false, false },
		{ { .err = ENOTTY }, PR_OTHER, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pr_verdict v;

		pr_judge(&rows[i].r, &v);
		assert_int_equal(v.status, rows[i].status);
		assert_int_equal(v.again, rows[i].again);
		assert_int_equal(v.wait, rows[i].wait);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(out_commands),
		cmocka_unit_test(out_with_transport_ids),
		cmocka_unit_test(transport_ids),
		cmocka_unit_test(in_commands),
		cmocka_unit_test(answers_as_text),
		cmocka_unit_test(answers_cut_at_every_byte),
		cmocka_unit_test(advisory_full_status_descriptors_beyond_the_buffer),
		cmocka_unit_test(types),
		cmocka_unit_test(verdicts),
	};

	return cmocka_run_group_tests_name("pr", tests, NULL, NULL);
}
