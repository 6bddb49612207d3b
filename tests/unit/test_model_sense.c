/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sense data of every form and length, and the sorting of SCSI answers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/model/scsi.h"
#include "core/model/sense.h"

static uint32_t prng = 12345;

static uint8_t next_byte(void)
{
	prng = prng * 1664525 + 1013904223;
	return (uint8_t)(prng >> 24);
}

static void expect_sense(const uint8_t *b, size_t n, int key, int asc, int ascq)
{
	struct sense s;
	uint8_t *exact = malloc(n); /* ASan sees a read behind it */

	memcpy(exact, b, n);
	assert_true(sense_decode(exact, n, &s));
	free(exact);
	assert_int_equal(s.key, key);
	assert_int_equal(s.asc, asc);
	assert_int_equal(s.ascq, ascq);
}

static void fixed_format(void **state)
{
	static const uint8_t b[18] = { 0x70, 0, 0x62, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x04, 0x0b };
	uint8_t v[18];

	(void)state;
	expect_sense(b, sizeof(b), 2, 4, 0x0b);
	expect_sense(b, 14, 2, 4, 0x0b);
	expect_sense(b, 13, 2, 4, 0);
	expect_sense(b, 12, 2, 0, 0);
	expect_sense(b, 3, 2, 0, 0);
	memcpy(v, b, sizeof(v));
	v[0] = 0xf1; /* deferred, INFORMATION valid */
	expect_sense(v, sizeof(v), 2, 4, 0x0b);
}

/* The additional length is the device's word for where its sense data ends. */
static void fixed_format_additional_length(void **state)
{
	uint8_t b[18] = { 0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 4, 0x0b };

	(void)state;
	b[7] = 4;
	expect_sense(b, sizeof(b), 2, 0, 0);
	b[7] = 5;
	expect_sense(b, sizeof(b), 2, 4, 0);
	b[7] = 255;
	expect_sense(b, sizeof(b), 2, 4, 0x0b);
}

static void descriptor_format(void **state)
{
	static const uint8_t b[8] = { 0x72, 0x05, 0x25, 0x01 };
	static const uint8_t deferred[8] = { 0x73, 0xf6, 0x29, 0x00 };

	(void)state;
	expect_sense(b, 8, 5, 0x25, 1);
	expect_sense(b, 3, 5, 0x25, 0);
	expect_sense(b, 2, 5, 0, 0);
	expect_sense(deferred, 8, 6, 0x29, 0);
}

static void no_sense_at_all(void **state)
{
	static const uint8_t b[4] = { 0x7f, 2, 4, 0x0b };
	struct sense s = { 1, 2, 3 };

	(void)state;
	assert_false(sense_decode(b, 0, &s));
	assert_int_equal(s.key, 0);
	assert_false(sense_decode(b, 4, &s));
	assert_false(sense_decode((const uint8_t[]){ 0x70, 0 }, 2, &s));
	assert_false(sense_decode((const uint8_t[]){ 0x72 }, 1, &s));
	assert_false(sense_decode((const uint8_t[]){ 0x00, 0, 2 }, 3, &s));
}

static void any_bytes_of_every_length(void **state)
{
	struct scsi_result r;
	struct sense s;

	(void)state;
	for (unsigned int len = 0; len <= SCSI_SENSE_MAX; len++) {
		for (int round = 0; round < 200; round++) {
			uint8_t *b = malloc(len + !len);

			for (unsigned int i = 0; i < len; i++)
				b[i] = next_byte();
			if (len && round & 1)
				b[0] = (uint8_t)(0x70 + (next_byte() & 3));
			sense_decode(b, len, &s);
			assert_true(s.key < 16);
			memset(&r, 0, sizeof(r));
			r.status = next_byte();
			r.sense_len = (uint8_t)len;
			memcpy(r.sense, b, len);
			assert_in_range(scsi_outcome(&r, &s), SCSI_OK, SCSI_ERROR);
			free(b);
		}
	}
}

static enum scsi_outcome outcome(struct scsi_result r)
{
	struct sense s;

	return scsi_outcome(&r, &s);
}

static struct scsi_result check_condition(uint8_t key, uint8_t asc, uint8_t ascq)
{
	return (struct scsi_result){ .status = SAM_CHECK_CONDITION,
				     .sense = { 0x72, key, asc, ascq },
				     .sense_len = 8 };
}

static void outcomes_by_status(void **state)
{
	(void)state;
	assert_int_equal(outcome((struct scsi_result){ 0 }), SCSI_OK);
	assert_int_equal(outcome((struct scsi_result){ .status = 0x18 }), SCSI_RESERVED);
	assert_int_equal(outcome((struct scsi_result){ .status = 0x08 }), SCSI_RETRY);
	assert_int_equal(outcome((struct scsi_result){ .status = 0x28 }), SCSI_RETRY);
	assert_int_equal(outcome((struct scsi_result){ .status = 0x40 }), SCSI_RETRY);
	assert_int_equal(outcome((struct scsi_result){ .status = 0x02 }), SCSI_FATAL);
	assert_int_equal(outcome((struct scsi_result){ .status = 0x30 }), SCSI_FATAL);
	assert_int_equal(outcome((struct scsi_result){ .err = ENOTTY }), SCSI_NOTTY);
	assert_int_equal(outcome((struct scsi_result){ .err = ENODEV }), SCSI_ERROR);
}

static void outcomes_by_sense(void **state)
{
	struct sense s;
	struct scsi_result r = check_condition(5, 0x25, 0);

	(void)state;
	assert_int_equal(outcome(check_condition(1, 0x17, 0)), SCSI_OK);
	assert_int_equal(outcome(check_condition(6, 0x29, 0)), SCSI_RETRY);
	assert_int_equal(outcome(check_condition(0, 0, 0)), SCSI_SENSE);
	assert_int_equal(scsi_outcome(&r, &s), SCSI_SENSE);
	assert_int_equal(s.asc, 0x25);
	/* old kernels: status lost, driver byte says there is sense */
	r.status = 0;
	r.driver = DRIVER_SENSE;
	assert_int_equal(outcome(r), SCSI_SENSE);
	/* a suggestion in the upper nibble changes nothing */
	r.driver = DRIVER_SENSE | 0x30;
	assert_int_equal(outcome(r), SCSI_SENSE);
}

static void outcomes_by_host_and_driver(void **state)
{
	(void)state;
	for (unsigned int host = 1; host < 0x20; host++) {
		bool final = host == 1 || host == 4 || host == 5 || host == 0x0f;

		assert_int_equal(outcome((struct scsi_result){ .host = (uint16_t)host }),
				 final ? SCSI_FATAL : SCSI_RETRY);
	}
	assert_int_equal(outcome((struct scsi_result){ .driver = 1 }), SCSI_RETRY);
	assert_int_equal(outcome((struct scsi_result){ .driver = 2 }), SCSI_RETRY);
	assert_int_equal(outcome((struct scsi_result){ .driver = 6 }), SCSI_FATAL);
	assert_int_equal(outcome((struct scsi_result){ .driver = 8 }), SCSI_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_format),
		cmocka_unit_test(fixed_format_additional_length),
		cmocka_unit_test(descriptor_format),
		cmocka_unit_test(no_sense_at_all),
		cmocka_unit_test(any_bytes_of_every_length),
		cmocka_unit_test(outcomes_by_status),
		cmocka_unit_test(outcomes_by_sense),
		cmocka_unit_test(outcomes_by_host_and_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
