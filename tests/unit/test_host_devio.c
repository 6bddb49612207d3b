// SPDX-License-Identifier: GPL-2.0-or-later
/* devio_replay: recorded answers; and what devio_live refuses without any device. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "core/host/devio.h"
#include "core/host/jobs.h"
#include "tests/unit/tmpdir.h"

static struct tmpdir tmp;

static int setup(void **state)
{
	(void)state;
	tmpdir_make(&tmp);
	tmpdir_file(&tmp, "scsi/sda/000000000000", "# ready\n\n00 0 0 -\n");
	tmpdir_file(&tmp, "scsi/sda/120183000000", "0 0 0 -\n00 83 00 04\t# head\n01020304\n");
	tmpdir_file(&tmp, "scsi/sda/12018000ff00", "0 0 0 -\n0080000141\n");
	tmpdir_file(&tmp, "scsi/sda/a30a00000000000000000000", "2 0 8 7000050000000000\n");
	tmpdir_file(&tmp, "scsi/sda/1201b0000000", "error EIO\n");
	tmpdir_file(&tmp, "scsi/sda/1201b1000000", "error EWHAT\n");
	tmpdir_file(&tmp, "scsi/sda/1201b2000000", "0 0 0 -\n012\n");
	tmpdir_file(&tmp, "scsi/sda/1201b3000000", "# nothing\n");
	tmpdir_file(&tmp, "scsi/sda/1201b4000000", "0 0\n");
	tmpdir_file(&tmp, "scsi/sda/read", "0 0 0 -\n41 42\n");
	tmpdir_file(&tmp, "scsi/sda/read-4096", "error EIO\n");
	tmpdir_file(&tmp, "scsi/sda/blocksize", "4096\n");
	tmpdir_file(&tmp, "scsi/sda/exclusive", "error EBUSY\n");
	tmpdir_file(&tmp, "scsi/sdb/lock", "error EBUSY\n");
	tmpdir_file(&tmp, "scsi/sdb/open", "error ENXIO\n");
	tmpdir_file(&tmp, "scsi/sdc/000000000000", "hang\n");
	tmpdir_file(&tmp, "scsi/nvme0n1/nvme-06-1", "0 0 0 -\nab cd\n");
	tmpdir_file(&tmp, "scsi/nvme0n1/nvme-02-ffffffff-3ff000c", "0 0 0 -\n01\n");
	tmpdir_file(&tmp, "scsi/nvme0n1/nvme-06-2", "b 0 0 -\n");
	tmpdir_link(&tmp, "scsi/sda/00000000000f", "/etc/passwd");
	tmpdir_link(&tmp, "scsi/away", "/etc");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tmpdir_remove(&tmp);
	return 0;
}

static struct devio *replay(void)
{
	struct devio *io;
	char path[PATH_MAX];

	assert_int_equal(devio_replay(tmpdir_path(&tmp, "scsi", path), &io), 0);
	return io;
}

static struct devio_dev *opened(struct devio *io, const char *name)
{
	struct devio_dev *d;

	assert_int_equal(io->ops->open(io, name, makedev(8, 0), &d), 0);
	return d;
}

static void test_scsi(void **state)
{
	struct devio *io = replay();
	struct devio_dev *d = opened(io, "sda");
	struct scsi_cmd tur = { .cdb_len = 6 };
	struct scsi_cmd vpd = { .cdb = { 0x12, 1, 0x83, 0, 255 }, .cdb_len = 6, .len = 255 };
	struct scsi_cmd rtpg = { .cdb = { 0xa3, 0x0a, 0, 0, 0, 0, 0, 0, 2 },
				 .cdb_len = 12,
				 .len = 2 };
	struct scsi_result r;
	uint8_t buf[255];

	(void)state;
	io->ops->scsi(d, &tur, NULL, &r);
	assert_int_equal(r.err, 0);
	assert_int_equal(r.status, 0);
	memset(buf, 0xee, sizeof(buf));
	io->ops->scsi(d, &vpd, buf, &r);
	assert_int_equal(r.err, 0);
	assert_int_equal(r.len, 8);
	assert_memory_equal(buf, "\x00\x83\x00\x04\x01\x02\x03\x04\x00", 9);
	vpd.cdb[4] = 4;
	vpd.len = 4; /* a smaller buffer: cut */
	io->ops->scsi(d, &vpd, buf, &r);
	assert_int_equal(r.len, 4);
	vpd.cdb[2] = 0x80;
	vpd.cdb[4] = 255;
	vpd.len = 255; /* an exact name goes first */
	io->ops->scsi(d, &vpd, buf, &r);
	assert_int_equal(r.len, 5);
	io->ops->scsi(d, &rtpg, buf, &r);
	assert_int_equal(r.err, 0);
	assert_int_equal(r.status, 2);
	assert_int_equal(r.driver, 8);
	assert_int_equal(r.sense_len, 8);
	assert_memory_equal(r.sense, "\x70\x00\x05", 3);
	assert_int_equal(r.len, 0);
	io->ops->close(d);
	devio_free(io);
}

static int err_of(struct devio *io, struct devio_dev *d, uint8_t page)
{
	struct scsi_cmd c = { .cdb = { 0x12, 1, page, 0, 64 }, .cdb_len = 6, .len = 64 };
	struct scsi_result r;
	uint8_t buf[64];

	io->ops->scsi(d, &c, buf, &r);
	return r.err;
}

static void test_scsi_errors(void **state)
{
	struct devio *io = replay();
	struct devio_dev *d = opened(io, "sda");
	struct scsi_cmd c = { .cdb = { 0, 0, 0, 0, 0, 0x0f }, .cdb_len = 6 };
	struct scsi_result r;

	(void)state;
	assert_int_equal(err_of(io, d, 0xb0), EIO);
	assert_int_equal(err_of(io, d, 0xb1), EINVAL); /* no such errno */
	assert_int_equal(err_of(io, d, 0xb2), EINVAL); /* half a byte */
	assert_int_equal(err_of(io, d, 0xb3), EINVAL); /* comments only */
	assert_int_equal(err_of(io, d, 0xb4), EINVAL); /* a short first line */
	assert_int_equal(err_of(io, d, 0xc9), ENODEV); /* not recorded */
	io->ops->scsi(d, &c, NULL, &r);		       /* a link out of the snapshot */
	assert_int_equal(r.err, ELOOP);
	c.cdb_len = 17;
	io->ops->scsi(d, &c, NULL, &r);
	assert_int_equal(r.err, EINVAL);
	io->ops->close(d);
	devio_free(io);
}

static void test_block(void **state)
{
	struct devio *io = replay();
	struct devio_dev *d = opened(io, "sda"), *n = opened(io, "nvme0n1");
	unsigned int size = 0;
	char buf[512];
	int lock;

	(void)state;
	assert_int_equal(io->ops->read(d, buf, 512, 0), 512);
	assert_memory_equal(buf, "AB\0\0", 4);
	assert_int_equal(buf[511], 0);
	assert_int_equal(io->ops->read(d, buf, 512, 4096), -EIO);
	assert_int_equal(io->ops->read(n, buf, 512, 0), -ENODEV);
	assert_int_equal(io->ops->block_size(d, &size), 0);
	assert_int_equal(size, 4096);
	assert_int_equal(io->ops->block_size(n, &size), 0);
	assert_int_equal(size, 512);
	assert_int_equal(io->ops->exclusive(io, "sda", makedev(8, 0)), -EBUSY);
	assert_int_equal(io->ops->exclusive(io, "nvme0n1", makedev(259, 0)), 0);
	assert_int_equal(io->ops->lock(io, "sdb", makedev(8, 16)), -EBUSY);
	assert_int_equal(io->ops->lock(io, "nosuch", makedev(8, 32)), -ENODEV);
	lock = io->ops->lock(io, "sda", makedev(8, 0));
	assert_true(lock >= 0);
	io->ops->unlock(io, lock);
	io->ops->close(d);
	io->ops->close(n);
	io->ops->close(NULL);
	devio_free(io);
}

static void test_nvme(void **state)
{
	struct devio *io = replay();
	struct devio_dev *d = opened(io, "nvme0n1");
	struct nvme_cmd identify = { .opcode = 6, .nsid = 1, .len = 4 };
	struct nvme_cmd ana = { .opcode = 2, .nsid = 0xffffffff, .cdw10 = 0x3ff000c, .len = 4 };
	uint8_t buf[4];

	(void)state;
	assert_int_equal(io->ops->nvme_admin(d, &identify, buf), 0);
	assert_memory_equal(buf, "\xab\xcd\0\0", 4);
	assert_int_equal(io->ops->nvme_admin(d, &ana, buf), 0);
	assert_int_equal(buf[0], 1);
	identify.nsid = 2;
	assert_int_equal(io->ops->nvme_admin(d, &identify, buf), 0xb);
	identify.nsid = 3;
	assert_int_equal(io->ops->nvme_admin(d, &identify, buf), -ENODEV);
	io->ops->close(d);
	devio_free(io);
}

static void test_open(void **state)
{
	struct devio_dev *d;
	struct devio *io = replay();
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(io->ops->open(io, "sdz", 0, &d), -ENODEV);
	assert_int_equal(io->ops->open(io, "sdb", 0, &d), -ENXIO);
	assert_int_equal(io->ops->open(io, "..", 0, &d), -EINVAL);
	assert_int_equal(io->ops->open(io, "sda/../..", 0, &d), -EINVAL);
	assert_int_equal(io->ops->open(io, "", 0, &d), -EINVAL);
	assert_true(io->ops->open(io, "away", 0, &d) < 0);
	devio_free(io);
	assert_int_equal(devio_replay(tmpdir_path(&tmp, "none", path), &io), 0);
	assert_int_equal(io->ops->open(io, "sda", 0, &d), -ENODEV);
	devio_free(io);
}

struct asked {
	struct devio *io;
	const char *name;
	struct scsi_result r;
};

static void ask(void *arg)
{
	struct asked *a = arg;
	struct scsi_cmd tur = { .cdb_len = 6 };
	struct devio_dev *d = opened(a->io, a->name);

	a->io->ops->scsi(d, &tur, NULL, &a->r);
	a->io->ops->close(d);
}

static void test_hang(void **state)
{
	struct devio *io = replay();
	struct asked stuck = { .io = io, .name = "sdc" }, fine = { .io = io, .name = "sda" };
	struct jobs *j;

	(void)state;
	assert_int_equal(jobs_new(0, &j), 0);
	assert_int_equal(jobs_submit(j, ask, &stuck), 0);
	assert_int_equal(jobs_submit(j, ask, &fine), 0);
	assert_ptr_equal(jobs_next(j), &fine);
	assert_false(jobs_wait(j, INT64_MAX));
	assert_int_equal(jobs_pending(j), 1);
	jobs_free(j);
	devio_free(io);
}

static void test_live_refuses(void **state)
{
	struct devio_dev *d;
	struct devio *io;

	(void)state;
	tmpdir_file(&tmp, "dev/sda", "a file, not a device");
	tmpdir_file(&tmp, "dev/cciss/c0d0", "a file, not a device");
	assert_int_equal(devio_live(tmp.path, &io), 0);
	assert_int_equal(io->ops->open(io, "nothing", 0, &d), -ENOENT);
	assert_int_equal(io->ops->open(io, "dev!sda", makedev(8, 0), &d), -ENODEV);
	assert_int_equal(io->ops->open(io, "dev!cciss!c0d0", makedev(104, 0), &d), -ENODEV);
	assert_int_equal(io->ops->open(io, "dev/sda", 0, &d), -EINVAL);
	assert_int_equal(io->ops->open(io, "..!..!etc!passwd", 0, &d), -EINVAL);
	assert_int_equal(io->ops->open(io, "a!..", 0, &d), -EINVAL);
	assert_int_equal(io->ops->open(io, "..", 0, &d), -EINVAL);
	assert_int_equal(io->ops->exclusive(io, "dev!sda", makedev(8, 0)), -ENODEV);
	devio_free(io);
	devio_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scsi),	     cmocka_unit_test(test_scsi_errors),
		cmocka_unit_test(test_block),	     cmocka_unit_test(test_nvme),
		cmocka_unit_test(test_open),	     cmocka_unit_test(test_hang),
		cmocka_unit_test(test_live_refuses),
	};

	return cmocka_run_group_tests_name("devio", tests, setup, teardown);
}
