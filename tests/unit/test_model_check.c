/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every verdict of every path checker, on literal answers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/model/check/check.h"
#include "tests/unit/probe.h"

/* Pages are a good one with single bytes overridden. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define UP    " reports path is up"
#define DOWN  " reports path is down"
#define GHOST " reports path is ghost"

static const struct blkdev disk = { .name = "sda", .bus = BUS_SCSI, .state = "running" };

/* Feed answers to one check; the last one is repeated for as long as more is asked. */
static struct check_verdict run(const char *name, struct probe *p, const struct answer *a, size_t n,
				unsigned int *ret_asked)
{
	const struct checker *c = checker_find(name);
	struct check_verdict v = { .state = PATH__MAX };
	struct probe_req req;
	struct told t;
	enum probe_next next;
	unsigned int asked = 0;

	assert_non_null(c);
	p->step = p->retries = 0;
	memset(p->scratch, 0, sizeof(p->scratch));
	memset(&req, 0xaa, sizeof(req));
	c->prepare(p, &req);
	do {
		assert_in_range(req.kind, PROBE_NONE, PROBE_ATTR);
		assert_true(req.scsi.len <= PROBE_DATA_MAX);
		tell(&t, &a[asked < n ? asked : n - 1]);
		asked++;
		next = c->judge(p, &t.rsp, &req, &v);
		free(t.copy);
		assert_true(asked < 100);
	} while (next == PROBE_MORE);
	if (ret_asked)
		*ret_asked = asked;
	return v;
}

static void expect(const char *name, struct probe *p, const struct answer *a, size_t n,
		   enum path_state state, const char *msg)
{
	struct check_verdict v = run(name, p, a, n, NULL);

	assert_int_equal(v.state, state);
	assert_string_equal(v.msg, msg);
}

#define ANSWERS(...)                                                                               \
	(const struct answer[])                                                                    \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define COUNT(...) (sizeof(ANSWERS(__VA_ARGS__)) / sizeof(struct answer))
#define EXPECT(name, state, msg, ...)                                                              \
	do {                                                                                       \
		struct probe p_ = { .dev = &disk, .args = "", .timeout_ms = 30000 };               \
		expect(name, &p_, ANSWERS(__VA_ARGS__), COUNT(__VA_ARGS__), state, msg);           \
	} while (0)
#define KEEP(p, name, state, msg, ...)                                                             \
	expect(name, p, ANSWERS(__VA_ARGS__), COUNT(__VA_ARGS__), state, msg)

static unsigned int asked(const char *name, struct answer a)
{
	struct probe p = { .dev = &disk, .args = "", .timeout_ms = 1 };
	unsigned int n;

	run(name, &p, &a, 1, &n);
	return n;
}

static void the_table(void **state)
{
	static const char *const names[] = { "tur",	     "directio", "readsector0", "rdac",
					     "emc_clariion", "hp_sw",	 "cciss_tur",	"none" };
	size_t n = 0;

	(void)state;
	for (; checkers()[n]; n++)
		assert_ptr_equal(checker_find(checkers()[n]->name), checkers()[n]);
	assert_int_equal(n, sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < n; i++)
		assert_string_equal(checker_find(names[i])->name, names[i]);
	assert_null(checker_find("rbd"));
	assert_null(checker_find(""));
	assert_ptr_equal(checker_find("cciss_tur")->judge, checker_find("tur")->judge);
}

static void tur_verdicts(void **state)
{
	(void)state;
	EXPECT("tur", PATH_UP, UP, { 0 });
	EXPECT("tur", PATH_UP, UP, { .scsi = { .status = 0x18 } });
	EXPECT("tur", PATH_UP, UP, SENSE(1, 0x0b, 1));
	EXPECT("tur", PATH_GHOST, GHOST, SENSE(2, 4, 0x0b));
	EXPECT("tur", PATH_PENDING, " reports path is transitioning", SENSE(2, 4, 0x0a));
	EXPECT("tur", PATH_DISCONNECTED, " no access to this device", SENSE(5, 0x25, 0));
	EXPECT("tur", PATH_DOWN, DOWN, SENSE(5, 0x25, 1));
	EXPECT("tur", PATH_DOWN, DOWN, SENSE(5, 0x20, 0));
	EXPECT("tur", PATH_DOWN, DOWN, SENSE(2, 4, 0x03));
	EXPECT("tur", PATH_DOWN, DOWN, SENSE(2, 0x3a, 0x0b));
	EXPECT("tur", PATH_DOWN, DOWN, SENSE(3, 4, 0x0b));
	EXPECT("tur", PATH_DOWN, DOWN, SENSE(0, 0, 0));
	EXPECT("tur", PATH_DOWN, DOWN, { .scsi = { .status = 2 } });
	EXPECT("tur", PATH_DOWN, DOWN, IOCTL(ENODEV));
	EXPECT("tur", PATH_WILD, " doesn't support this device", IOCTL(ENOTTY));
	EXPECT("tur", PATH_WILD, " has no usable fd", { .err = -ENXIO, .no_scsi = true });
	EXPECT("cciss_tur", PATH_UP, UP, { 0 });
	EXPECT("cciss_tur", PATH_DOWN, DOWN, SENSE(4, 0, 0));
}

static void tur_fixed_sense(void **state)
{
	struct answer a = { .scsi = { .status = 2,
				      .sense = { 0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 4, 0x0b },
				      .sense_len = 18 } };
	struct probe p = { .dev = &disk, .args = "" };

	(void)state;
	expect("tur", &p, &a, 1, PATH_GHOST, GHOST);
	a.scsi.sense_len = 13; /* the qualifier is cut off */
	expect("tur", &p, &a, 1, PATH_DOWN, DOWN);
}

static void tur_retries(void **state)
{
	static const uint16_t final[] = { 1, 4, 5, 0x0f };

	(void)state;
	EXPECT("tur", PATH_UP, UP, SENSE(6, 0x29, 0), { 0 });
	EXPECT("tur", PATH_UP, UP, HOST(7), SENSE(6, 0x29, 0), HOST(2), HOST(0x0e), { 0 });
	EXPECT("tur", PATH_DOWN, DOWN, SENSE(6, 0x29, 0));
	assert_int_equal(asked("tur", (struct answer)SENSE(6, 0x29, 0)), 5);
	assert_int_equal(asked("tur", (struct answer)HOST(7)), 5);
	for (size_t i = 0; i < 4; i++) {
		EXPECT("tur", PATH_DOWN, DOWN, HOST(final[i]));
		assert_int_equal(asked("tur", (struct answer)HOST(final[i])), 1);
	}
}

static void tur_command(void **state)
{
	struct probe p = { .dev = &disk, .args = "", .timeout_ms = 30000 };
	struct probe_req req;

	(void)state;
	checker_find("tur")->prepare(&p, &req);
	assert_int_equal(req.kind, PROBE_SCSI);
	assert_int_equal(req.scsi.cdb_len, 6);
	assert_memory_equal(req.scsi.cdb, "\0\0\0\0\0\0", 6);
	assert_int_equal(req.scsi.len, 0);
	assert_int_equal(req.scsi.timeout_ms, 30000);
}

/* Sense data of every length with any bytes: always one of the known states, always an end. */
static void any_sense_gives_a_verdict(void **state)
{
	static const char *const names[] = { "tur", "readsector0", "rdac", "emc_clariion",
					     "hp_sw" };
	uint32_t prng = 7;
	struct answer a;

	(void)state;
	for (unsigned int len = 0; len <= SCSI_SENSE_MAX; len++) {
		for (unsigned int i = 0; i < 20; i++) {
			struct probe p = { .dev = &disk, .args = "" };
			struct check_verdict v;

			memset(&a, 0, sizeof(a));
			a.scsi.status = 2;
			a.scsi.sense_len = (uint8_t)len;
			for (unsigned int k = 0; k < len; k++) {
				prng = prng * 1664525 + 1013904223;
				a.scsi.sense[k] = (uint8_t)(prng >> 24);
			}
			if (i & 1)
				a.scsi.sense[0] = (uint8_t)(0x70 + (prng >> 30));
			v = run(names[i % 5], &p, &a, 1, NULL);
			assert_true(v.state < PATH__MAX && (v.msg[0] == ' ' || v.msg[0] == ':'));
		}
	}
}

static void directio_verdicts(void **state)
{
	static const uint8_t block[512] = { 0 };

	(void)state;
	EXPECT("directio", PATH_UP, UP, DATA(block));
	EXPECT("directio", PATH_DOWN, DOWN, { 0 }); /* nothing read */
	EXPECT("directio", PATH_DOWN, DOWN, { .err = -EIO });
	EXPECT("directio", PATH_DOWN, DOWN, { .err = -EINVAL });
	EXPECT("directio", PATH_WILD, " has no usable fd", { .err = -ENOENT });
}

static void readsector0_verdicts(void **state)
{
	(void)state;
	EXPECT("readsector0", PATH_UP, UP, { 0 });
	EXPECT("readsector0", PATH_UP, UP, IOCTL(ENOMEM));
	EXPECT("readsector0", PATH_DOWN, DOWN, IOCTL(ENODEV));
	EXPECT("readsector0", PATH_DOWN, DOWN, IOCTL(ENOTTY));
	EXPECT("readsector0", PATH_DOWN, DOWN, SENSE(3, 0x11, 0));
	EXPECT("readsector0", PATH_DOWN, DOWN, HOST(7));
	EXPECT("readsector0", PATH_UP, UP, SENSE(6, 0x29, 0), { 0 });
	EXPECT("readsector0", PATH_DOWN, DOWN, SENSE(6, 0x29, 0));
	EXPECT("readsector0", PATH_WILD, " has no usable fd", { .no_scsi = true });
	assert_int_equal(asked("readsector0", (struct answer)SENSE(6, 0x29, 0)), 3);
}

static void readsector0_command(void **state)
{
	static const uint8_t cdb[10] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0 };
	struct probe p = { .dev = &disk, .args = "" };
	struct probe_req req;

	(void)state;
	checker_find("readsector0")->prepare(&p, &req);
	assert_int_equal(req.scsi.cdb_len, 10);
	assert_memory_equal(req.scsi.cdb, cdb, 10);
	assert_int_equal(req.scsi.len, 4096);
}

static void none_says_what_the_kernel_says(void **state)
{
	struct blkdev d = disk;
	struct probe p = { .dev = &d, .args = "" };

	(void)state;
	KEEP(&p, "none", PATH_UP, UP, { 0 });
	strcpy(d.state, "offline");
	KEEP(&p, "none", PATH_DOWN, DOWN, { 0 });
	strcpy(d.state, "blocked");
	KEEP(&p, "none", PATH_PENDING, " still running", { 0 });
	strcpy(d.state, "");
	KEEP(&p, "none", PATH_REMOVED, "", { 0 });
}

/* Volume access control page; tests change single bytes. */
#define C9(...)                                                                                    \
	{                                                                                          \
		[1] = 0xc9, [3] = 0x2c, [4] = 'v', [5] = 'a', [6] = 'c', [7] = '1', [47] = 0,      \
		__VA_ARGS__                                                                        \
	}
#define EXPECT_RDAC(state, msg, ...)                                                               \
	do {                                                                                       \
		static const uint8_t page_[48] = C9(__VA_ARGS__);                                  \
		struct probe p_ = { .dev = &disk, .args = "", .mem = { .set = true } };            \
		KEEP(&p_, "rdac", state, msg, DATA(page_));                                        \
	} while (0)

static void rdac_verdicts(void **state)
{
	(void)state;
	EXPECT_RDAC(PATH_UP, UP, [8] = 0x01);
	EXPECT_RDAC(PATH_UP, UP, [8] = 0x20);
	EXPECT_RDAC(PATH_GHOST, GHOST, [8] = 0x00);
	EXPECT_RDAC(PATH_GHOST, GHOST, [8] = 0x80);
	EXPECT_RDAC(PATH_DOWN, DOWN ": lun not connected", [0] = 0x20);
	EXPECT_RDAC(PATH_DOWN, DOWN ": lun not connected", [0] = 0x7f, [1] = 0);
	EXPECT_RDAC(PATH_UP, UP, [8] = 0x11, [10] = 0x00);
	EXPECT_RDAC(PATH_DOWN, DOWN ": ctlr is in startup sequence", [8] = 0x11, [10] = 0x0f);
	EXPECT_RDAC(PATH_UP, UP, [8] = 0x11, [10] = 0x0f, [12] = 0x0f);
	EXPECT_RDAC(PATH_GHOST, GHOST, [8] = 0x10, [10] = 0x02);
	EXPECT_RDAC(PATH_DOWN, DOWN ": ctlr is unavailable", [8] = 0x11, [10] = 3);
	EXPECT_RDAC(PATH_DOWN, DOWN ": ctlr is unavailable", [8] = 0x11, [10] = 3, [11] = 1);
	EXPECT_RDAC(PATH_DOWN, DOWN ": non-responsive to queries", [8] = 0x11, [10] = 3, [11] = 2);
	EXPECT_RDAC(PATH_DOWN, DOWN ": ctlr held in reset", [8] = 0x11, [10] = 3, [11] = 3);
	EXPECT_RDAC(PATH_DOWN, DOWN ": ctlr firmware downloading", [8] = 0x11, [10] = 3, [11] = 4);
	EXPECT_RDAC(PATH_DOWN, DOWN ": ctlr firmware downloading", [8] = 0x11, [10] = 3, [11] = 5);
	EXPECT_RDAC(PATH_DOWN,
		    DOWN ": ctlr quiesced by admin request", [8] = 0x11, [10] = 3, [11] = 6);
	EXPECT_RDAC(PATH_DOWN, DOWN ": ctlr is in service mode", [8] = 0x11, [10] = 3, [11] = 7);
	EXPECT_RDAC(PATH_DOWN, DOWN ": ctlr is unavailable", [8] = 0x11, [10] = 3, [11] = 0xff);
	/* without the bit that says so, the states mean nothing */
	EXPECT_RDAC(PATH_UP, UP, [8] = 0x01, [10] = 3, [11] = 2);
	EXPECT_RDAC(PATH_DOWN, DOWN ": inquiry failed", [1] = 0x83);
}

static void rdac_failures(void **state)
{
	static const uint8_t page[48] = C9([8] = 1);
	struct probe p = { .dev = &disk, .args = "", .mem = { .set = true } };

	(void)state;
	KEEP(&p, "rdac", PATH_DOWN, DOWN ": inquiry failed", SENSE(4, 0x44, 0));
	KEEP(&p, "rdac", PATH_DOWN, DOWN ": inquiry failed", HOST(1));
	KEEP(&p, "rdac", PATH_DOWN, DOWN ": inquiry failed", IOCTL(ENODEV));
	KEEP(&p, "rdac", PATH_WILD, " doesn't support this device", SENSE(5, 0x24, 0));
	KEEP(&p, "rdac", PATH_WILD, " doesn't support this device", IOCTL(ENOTTY));
	KEEP(&p, "rdac", PATH_WILD, " has no usable fd", { .no_scsi = true });
	KEEP(&p, "rdac", PATH_UP, UP, HOST(7), SENSE(6, 0x29, 0), DATA(page));
	for (uint32_t n = 0; n < 14; n++)
		KEEP(&p, "rdac", PATH_DOWN, DOWN ": inquiry failed", { .data = page, .len = n });
}

/* The first check sets TAS in the Control mode page, where it can be set, then asks as ever. */
static void rdac_sets_tas_once(void **state)
{
	static const uint8_t current[20] = { 0, 18, [8] = 0x8a, [9] = 10, [13] = 0x00 };
	static const uint8_t has[20] = { 0, 18, [8] = 0x8a, [9] = 10, [13] = 0x40 };
	static const uint8_t page[48] = C9([8] = 1);
	const struct checker *c = checker_find("rdac");
	struct probe p = { .dev = &disk, .args = "" };
	struct probe_req req;
	struct check_verdict v;
	struct scsi_result ok = { 0 };
	struct probe_rsp rsp = { .scsi = &ok, .data = current, .len = 20 };

	(void)state;
	c->prepare(&p, &req);
	assert_memory_equal(req.scsi.cdb, "\x5a\x08\x0a\0\0\0\0\0\x14\0", 10);
	assert_int_equal(c->judge(&p, &rsp, &req, &v), PROBE_MORE);
	assert_memory_equal(req.scsi.cdb, "\x5a\x08\x4a\0\0\0\0\0\x14\0", 10);
	rsp.data = has;
	assert_int_equal(c->judge(&p, &rsp, &req, &v), PROBE_MORE);
	assert_memory_equal(req.scsi.cdb, "\x55\x01\0\0\0\0\0\0\x14\0", 10);
	assert_true(req.scsi.write);
	assert_memory_equal(req.out, "\0\0\0\0\0\0\0\0\x0a\x0a\0\0\0\x40\0\0\0\0\0\0", 20);
	assert_int_equal(c->judge(&p, &rsp, &req, &v), PROBE_MORE);
	assert_memory_equal(req.scsi.cdb, "\x12\x01\xc9\0\x30\0", 6);
	assert_false(req.scsi.write);
	rsp.data = page;
	rsp.len = 48;
	assert_int_equal(c->judge(&p, &rsp, &req, &v), PROBE_DONE);
	assert_int_equal(v.state, PATH_UP);
	c->prepare(&p, &req);
	assert_int_equal(req.scsi.cdb[0], 0x12);
}

static void rdac_tas_is_no_reason_to_fail(void **state)
{
	static const uint8_t has[20] = { 0, 18, [8] = 0x8a, [9] = 10, [13] = 0x40 };
	static const uint8_t hasnt[20] = { 0, 18, [8] = 0x8a, [9] = 10 };
	static const uint8_t page[48] = C9([8] = 1);

	(void)state;
	EXPECT("rdac", PATH_UP, UP, DATA(has), DATA(page));
	EXPECT("rdac", PATH_UP, UP, DATA(hasnt), DATA(hasnt), DATA(page));
	EXPECT("rdac", PATH_UP, UP, DATA(hasnt), DATA(has), SENSE(5, 0x26, 0), DATA(page));
	EXPECT("rdac", PATH_UP, UP, SENSE(5, 0x24, 0), DATA(page));
	EXPECT("rdac", PATH_UP, UP, IOCTL(EIO), DATA(page));
	for (uint32_t n = 0; n < 20; n++)
		EXPECT("rdac", PATH_UP, UP, { .data = hasnt, .len = n }, DATA(page));
}

/* Unit path report page; tests change single bytes. */
#define C0(...)                                                                                    \
	{                                                                                          \
		[1] = 0xc0, [3] = 0x5c, [4] = 2, [10] = 0x60, [25] = 0x33, [27] = 3, [28] = 4,     \
		[30] = 4, __VA_ARGS__                                                              \
	}
#define EMC(state, msg, ...)                                                                       \
	do {                                                                                       \
		static const uint8_t page_[128] = C0(__VA_ARGS__);                                 \
		EXPECT("emc_clariion", state, msg, DATA(page_), { 0 });                            \
	} while (0)

static void emc_clariion_verdicts(void **state)
{
	(void)state;
	EMC(PATH_UP, ": Active path is healthy", [4] = 2);
	EMC(PATH_UP, ": Active path is healthy", [4] = 2, [28] = 6);
	EMC(PATH_UP, ": Active path is healthy", [4] = 1); /* passive: not ghost */
	EMC(PATH_DOWN, ": Path unit report page in unknown format", [1] = 0x80);
	EMC(PATH_DOWN, ": Path unit report page in unknown format", [9] = 1);
	EMC(PATH_DOWN, ": Path not correctly configured for failover", [27] = 2);
	EMC(PATH_DOWN, ": Path not correctly configured for failover", [28] = 5);
	EMC(PATH_DOWN, ": Path not correctly configured for failover", [30] = 0);
	EMC(PATH_SHAKY, ": Path not available for normal operations", [48] = 1);
	EMC(PATH_DOWN, ": Logical Unit is unbound or LUNZ", [4] = 0);
}

static void emc_clariion_failures(void **state)
{
	static const uint8_t page[128] = C0([4] = 2);

	(void)state;
	EXPECT("emc_clariion", PATH_DOWN, ": sending query command failed", IOCTL(ENODEV));
	EXPECT("emc_clariion", PATH_DOWN, ": query command indicates error", HOST(1));
	EXPECT("emc_clariion", PATH_DOWN, ": query command indicates error", HOST(7));
	EXPECT("emc_clariion", PATH_DOWN, ": query command indicates error", SENSE(4, 0, 0));
	EXPECT("emc_clariion", PATH_WILD, " doesn't support this device", IOCTL(ENOTTY));
	EXPECT("emc_clariion", PATH_WILD, " doesn't support this device", SENSE(5, 0x24, 0));
	EXPECT("emc_clariion", PATH_WILD, " has no usable fd", { .no_scsi = true });
	EXPECT("emc_clariion", PATH_UP, ": Active path is healthy", HOST(7), DATA(page), { 0 });
	EXPECT("emc_clariion", PATH_UP, ": Active path is healthy", DATA(page), SENSE(6, 0x29, 0),
	       { 0 });
	EXPECT("emc_clariion", PATH_UP, ": Active path is healthy", DATA(page), IOCTL(ENOMEM));
	EXPECT("emc_clariion", PATH_DOWN, ": Read error", DATA(page), SENSE(3, 0x11, 0));
	EXPECT("emc_clariion", PATH_DOWN, ": Read error", DATA(page), SENSE(6, 0x29, 0));
	EXPECT("emc_clariion", PATH_DOWN, ": Read error", DATA(page), IOCTL(EIO));
	for (uint32_t n = 0; n < 49; n++)
		EXPECT("emc_clariion", PATH_DOWN, ": Path unit report page in unknown format",
		       { .data = page, .len = n });
}

static void emc_clariion_remembers_the_unit(void **state)
{
	static const uint8_t page[128] = C0([4] = 1), other[128] = C0([4] = 1, [25] = 0x34);
	struct probe p = { .dev = &disk, .args = "" };

	(void)state;
	KEEP(&p, "emc_clariion", PATH_UP, ": Active path is healthy", DATA(page));
	KEEP(&p, "emc_clariion", PATH_DOWN, ": Logical Unit WWN has changed", DATA(other));
	KEEP(&p, "emc_clariion", PATH_UP, ": Active path is healthy", DATA(page));
}

/* What the active path found out about the snapshot counts for the passive ones of the map. */
static void emc_clariion_inactive_snapshot(void **state)
{
	static const uint8_t active[128] = C0([4] = 2), passive[128] = C0([4] = 1);
	struct probe p = { .dev = &disk, .args = "" };

	(void)state;
	KEEP(&p, "emc_clariion", PATH_DOWN, DOWN, DATA(active), SENSE(5, 0x25, 1));
	KEEP(&p, "emc_clariion", PATH_DOWN, DOWN, DATA(passive));
	KEEP(&p, "emc_clariion", PATH_UP, ": Active path is healthy", DATA(active), { 0 });
	KEEP(&p, "emc_clariion", PATH_UP, ": Active path is healthy", DATA(passive));
}

static void hp_sw_verdicts(void **state)
{
	(void)state;
	EXPECT("hp_sw", PATH_UP, UP, { 0 }, { 0 });
	EXPECT("hp_sw", PATH_UP, UP, SENSE(1, 0, 0), { 0 });
	EXPECT("hp_sw", PATH_GHOST, GHOST, { 0 }, SENSE(2, 4, 2));
	EXPECT("hp_sw", PATH_GHOST, GHOST, { 0 }, HOST(7));
	EXPECT("hp_sw", PATH_GHOST, GHOST, { 0 }, IOCTL(ENODEV));
	EXPECT("hp_sw", PATH_DOWN, DOWN, SENSE(5, 0x24, 0));
	EXPECT("hp_sw", PATH_DOWN, DOWN, HOST(1));
	EXPECT("hp_sw", PATH_DOWN, DOWN, IOCTL(ENODEV));
	EXPECT("hp_sw", PATH_WILD, " doesn't support this device", IOCTL(ENOTTY));
	EXPECT("hp_sw", PATH_WILD, " has no usable fd", { .no_scsi = true });
}

static void words_while_waiting(void **state)
{
	struct check_verdict v;

	(void)state;
	check_running(checker_find("tur"), &v);
	assert_int_equal(v.state, PATH_PENDING);
	assert_string_equal(v.msg, " still running");
	check_expired(checker_find("tur"), &v);
	assert_int_equal(v.state, PATH_TIMEOUT);
	assert_string_equal(v.msg, " timed out");
	check_running(checker_find("directio"), &v);
	assert_string_equal(v.msg, " is waiting on aio");
	check_expired(checker_find("directio"), &v);
	assert_int_equal(v.state, PATH_DOWN);
	assert_string_equal(v.msg, DOWN);
	check_running(checker_find("rdac"), &v);
	assert_string_equal(v.msg, " still running");
	check_expired(checker_find("none"), &v);
	assert_int_equal(v.state, PATH_TIMEOUT);
}

static void shared_texts(void **state)
{
	(void)state;
	assert_string_equal(check_text(PATH_UP), UP);
	assert_string_equal(check_text(PATH_DOWN), DOWN);
	assert_string_equal(check_text(PATH_GHOST), GHOST);
	assert_string_equal(check_text(PATH_WILD), " doesn't support this device");
	assert_string_equal(check_text(PATH_UNCHECKED), " is disabled");
	assert_string_equal(check_text(PATH_DISCONNECTED), " no access to this device");
	assert_string_equal(check_text(PATH__MAX), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(tur_verdicts),
		cmocka_unit_test(tur_fixed_sense),
		cmocka_unit_test(tur_retries),
		cmocka_unit_test(tur_command),
		cmocka_unit_test(any_sense_gives_a_verdict),
		cmocka_unit_test(directio_verdicts),
		cmocka_unit_test(readsector0_verdicts),
		cmocka_unit_test(readsector0_command),
		cmocka_unit_test(none_says_what_the_kernel_says),
		cmocka_unit_test(rdac_verdicts),
		cmocka_unit_test(rdac_failures),
		cmocka_unit_test(rdac_sets_tas_once),
		cmocka_unit_test(rdac_tas_is_no_reason_to_fail),
		cmocka_unit_test(emc_clariion_verdicts),
		cmocka_unit_test(emc_clariion_failures),
		cmocka_unit_test(emc_clariion_remembers_the_unit),
		cmocka_unit_test(emc_clariion_inactive_snapshot),
		cmocka_unit_test(hp_sw_verdicts),
		cmocka_unit_test(words_while_waiting),
		cmocka_unit_test(shared_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
