// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask: a conversation at one go, and in steps where the command is left with the device. The device
 * is made of the functions below; where it has no generic form, or loses it, the answer must be the
 * one that the plain way gives.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/engine/ask.h"
#include "core/model/scsi.h"
#include "tests/unit/tmpdir.h"

struct devio_dev {
	bool generic;
};

static struct {
	int generic_err, send_err, fetch_err;
	bool ready;	   /* fetch() has something */
	const char *known; /* the only generic name there is */
	unsigned int attentions;
	unsigned int opened, closed, generics, plain, sent, waited_ms;
} dev;

static struct devio_dev *dev_new(bool generic)
{
	struct devio_dev *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	d->generic = generic;
	dev.opened++;
	return d;
}

static int fake_open(struct devio *io, const char *name, dev_t devno, struct devio_dev **ret_dev)
{
	(void)io;
	(void)name;
	(void)devno;
	*ret_dev = dev_new(false);
	return 0;
}

static void fake_close(struct devio_dev *d)
{
	dev.closed++;
	free(d);
}

static void answer(struct scsi_result *r)
{
	*r = (struct scsi_result){ 0 };
	if (!dev.attentions)
		return;
	dev.attentions--;
	r->status = SAM_CHECK_CONDITION;
	r->sense[0] = 0x70;
	r->sense[2] = SENSE_UNIT_ATTENTION;
	r->sense[7] = 10;
	r->sense_len = 18;
}

static void fake_scsi(struct devio_dev *d, const struct scsi_cmd *c, void *buf,
		      struct scsi_result *r)
{
	(void)c;
	(void)buf;
	assert_false(d->generic);
	dev.plain++;
	answer(r);
}

static int fake_generic(struct devio *io, const char *name, const struct scsi_addr *at,
			struct devio_dev **ret_dev)
{
	(void)io;
	dev.generics++;
	assert_int_equal(at->host, 3);
	assert_int_equal(at->lun, 9);
	if (dev.generic_err)
		return dev.generic_err;
	if (strcmp(name, dev.known) != 0)
		return -ENODEV;
	*ret_dev = dev_new(true);
	return 0;
}

static int fake_send(struct devio_dev *d, const struct scsi_cmd *c, void *buf)
{
	(void)c;
	(void)buf;
	assert_true(d->generic);
	dev.sent++;
	return dev.send_err;
}

static int fake_fetch(struct devio_dev *d, int wait_ms, struct scsi_result *r)
{
	assert_true(d->generic);
	dev.waited_ms += (unsigned int)wait_ms;
	if (!dev.ready)
		return -EAGAIN;
	answer(r);
	r->err = dev.fetch_err;
	return 0;
}

static int fake_fd(const struct devio_dev *d)
{
	assert_true(d->generic);
	return 77;
}

static const struct devio_ops ops = {
	.open = fake_open,
	.close = fake_close,
	.scsi = fake_scsi,
	.generic = fake_generic,
	.send = fake_send,
	.fetch = fake_fetch,
	.queue_fd = fake_fd,
};

static struct devio io = { &ops };
static struct host host = { .io = &io, .clock = { .virtual = true } };
static struct blkdev disk = { .name = "sdc",
			      .bus = BUS_SCSI,
			      .has_hcil = true,
			      .host = 3,
			      .lun = 9,
			      .device = "devices/h3" };
static struct tmpdir tmp;

static int setup(void **state)
{
	char root[PATH_MAX];

	(void)state;
	memset(&dev, 0, sizeof(dev));
	dev.known = "sg4";
	tmpdir_make(&tmp);
	tmpdir_file(&tmp, "sys/devices/h3/scsi_generic/sg4/dev", "21:4\n");
	return fstree_open(tmpdir_path(&tmp, "sys", root), true, &host.sys);
}

static int teardown(void **state)
{
	(void)state;
	fstree_free(host.sys);
	tmpdir_remove(&tmp);
	assert_int_equal(dev.opened, dev.closed);
	return 0;
}

static struct ask a;
static struct probe probe;
static struct check_verdict verdict;

static void begin(bool may_leave, const char *generic)
{
	ask_init(&a, &host, &disk);
	a.may_leave = may_leave;
	strcpy(a.generic, generic);
	probe = (struct probe){ .dev = &disk, .args = "", .timeout_ms = 1000 };
	verdict = (struct check_verdict){ .state = PATH_WILD };
	ask_check_begin(&a, checker_find("tur"), &probe, &verdict);
}

static void ends_up(void)
{
	assert_int_equal(verdict.state, PATH_UP);
	ask_done(&a);
}

static void test_left(void **state)
{
	(void)state;
	begin(true, "");
	assert_int_equal(ask_step(&a, false, 0), ASK_BLOCKS);
	assert_int_equal(dev.generics, 0);
	assert_int_equal(ask_step(&a, true, 0), ASK_LEFT);
	assert_string_equal(a.generic, "sg4");
	assert_int_equal(ask_fd(&a), 77);
	assert_int_equal(ask_step(&a, false, 0), ASK_LEFT);
	assert_int_equal(dev.waited_ms, 0);
	assert_int_equal(ask_step(&a, true, 8), ASK_LEFT);
	assert_int_equal(dev.waited_ms, 8);
	dev.ready = true;
	assert_int_equal(ask_step(&a, false, 0), ASK_DONE);
	assert_int_equal(dev.plain, 0);
	assert_int_equal(dev.sent, 1);
	ends_up();
}

/* A unit attention is asked again, and that may wait: on a worker. */
static void test_again(void **state)
{
	(void)state;
	begin(true, "sg4");
	dev.attentions = 1;
	dev.ready = true;
	assert_int_equal(ask_step(&a, true, 0), ASK_LEFT);
	assert_int_equal(ask_step(&a, false, 0), ASK_BLOCKS);
	assert_int_equal(ask_step(&a, true, 0), ASK_LEFT);
	assert_int_equal(ask_step(&a, false, 0), ASK_DONE);
	assert_int_equal(dev.generics, 1);
	assert_int_equal(dev.sent, 2);
	ends_up();
}

/* The name is another device's by now: the right one is looked for. */
static void test_renamed(void **state)
{
	(void)state;
	begin(true, "sg2");
	dev.ready = true;
	assert_int_equal(ask_step(&a, true, 0), ASK_LEFT);
	assert_string_equal(a.generic, "sg4");
	assert_int_equal(dev.generics, 2);
	assert_int_equal(ask_step(&a, false, 0), ASK_DONE);
	ends_up();
}

static void test_plain_way(void **state)
{
	static const int errors[] = { -ENOENT, -EBUSY, -ENODEV, -EACCES };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		begin(true, "sg4");
		dev.generic_err = errors[i];
		assert_int_equal(ask_step(&a, true, 0), ASK_DONE);
		assert_int_equal(dev.plain, i + 1);
		ends_up();
	}
	assert_int_equal(dev.sent, 0);
}

static void test_send_fails(void **state)
{
	(void)state;
	begin(true, "sg4");
	dev.send_err = -ENODEV;
	assert_int_equal(ask_step(&a, true, 0), ASK_DONE);
	assert_int_equal(dev.plain, 1);
	ends_up();
}

/* Its answer cannot be had: the device is asked once more, and a worker waits. */
static void test_fetch_fails(void **state)
{
	(void)state;
	begin(true, "sg4");
	dev.ready = true;
	dev.fetch_err = EPERM;
	assert_int_equal(ask_step(&a, true, 0), ASK_LEFT);
	assert_int_equal(ask_step(&a, false, 0), ASK_BLOCKS);
	assert_int_equal(ask_step(&a, true, 0), ASK_DONE);
	assert_int_equal(dev.sent, 1);
	assert_int_equal(dev.plain, 1);
	ends_up();
}

static void test_not_asked_to(void **state)
{
	(void)state;
	begin(false, "sg4");
	assert_int_equal(ask_step(&a, true, 0), ASK_DONE);
	assert_int_equal(dev.generics, 0);
	ends_up();
	begin(true, "sg4");
	ask_check(&a, checker_find("tur"), &probe, &verdict);
	assert_int_equal(dev.generics, 0);
	assert_int_equal(dev.plain, 2);
	ends_up();
}

/* Whoever ends while the device has a command has nothing to wait for. */
static void test_end_while_left(void **state)
{
	(void)state;
	begin(true, "sg4");
	assert_int_equal(ask_step(&a, true, 0), ASK_LEFT);
	ask_done(&a);
	ask_done(&a);
	assert_int_equal(verdict.state, PATH_WILD);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_left),	 TEST(test_again),	    TEST(test_renamed),
		TEST(test_plain_way),	 TEST(test_send_fails),	    TEST(test_fetch_fails),
		TEST(test_not_asked_to), TEST(test_end_while_left),
	};

	return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
