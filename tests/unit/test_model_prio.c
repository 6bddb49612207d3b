/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every verdict of every prioritizer, on literal answers, and arguments of every shape. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/model/prio/prio.h"
#include "tests/unit/probe.h"

/* Pages are a good one with single bytes overridden. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define NO_PRIO (-1)

static uint8_t inq_tpgs[36] = { 0, 0, 6, 2, 31, 0x30 }, inq_plain[36] = { 0, 0, 6, 2, 31, 0 };
static uint8_t vpd83[] = { 0, 0x83, 0, 8, 1, 0x95, 0, 4, 0, 0, 1, 2 };
static uint8_t vpd83_none[] = { 0, 0x83, 0, 0 };

static const struct blkdev disk = { .name = "sda", .bus = BUS_SCSI };

static struct prio_verdict run(const char *name, const struct blkdev *d, const char *args,
			       const struct answer *a, size_t n, unsigned int *ret_asked)
{
	const struct prioritizer *prio = prio_find(name);
	struct probe p = { .dev = d, .args = args, .timeout_ms = 60000, .random = 1234567 };
	struct prio_verdict v;
	struct probe_req req;
	struct told t;
	enum probe_next next;
	unsigned int asked = 0;

	assert_non_null(prio);
	memset(&v, 0xaa, sizeof(v));
	memset(&req, 0xaa, sizeof(req));
	prio->prepare(&p, &req);
	do {
		assert_in_range(req.kind, PROBE_NONE, PROBE_ATTR);
		tell(&t, &a[asked < n ? asked : n - 1]);
		asked++;
		next = prio->judge(&p, &t.rsp, &req, &v);
		free(t.copy);
		assert_true(asked < 5000);
	} while (next == PROBE_MORE);
	assert_int_equal(v.why[sizeof(v.why) - 1], 0);
	if (ret_asked)
		*ret_asked = asked;
	return v;
}

static void expect(const char *name, const struct blkdev *d, const char *args,
		   const struct answer *a, size_t n, int prio, const char *why)
{
	struct prio_verdict v = run(name, d, args, a, n, NULL);

	assert_string_equal(v.why, why);
	assert_int_equal(v.prio, prio);
	assert_int_equal(v.ok, prio != NO_PRIO);
}

#define ANSWERS(...)                                                                               \
	(const struct answer[])                                                                    \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define COUNT(...) (sizeof(ANSWERS(__VA_ARGS__)) / sizeof(struct answer))
#define OF(d, name, args, prio, why, ...)                                                          \
	expect(name, d, args, ANSWERS(__VA_ARGS__), COUNT(__VA_ARGS__), prio, why)
#define EXPECT(name, args, prio, why, ...) OF(&disk, name, args, prio, why, __VA_ARGS__)
#define TEXT(s)                                                                                    \
	{                                                                                          \
		.data = (s), .len = sizeof(s)                                                      \
	}

static void the_table(void **state)
{
	static const char *const names[] = { "const",	     "sysfs",	    "alua",   "ana",
					     "datacore",     "emc",	    "hds",    "hp_sw",
					     "iet",	     "ontap",	    "random", "rdac",
					     "path_latency", "weightedpath" };
	size_t n = 0;

	(void)state;
	for (; prioritizers()[n]; n++)
		assert_ptr_equal(prio_find(prioritizers()[n]->name), prioritizers()[n]);
	assert_int_equal(n, sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < n; i++)
		assert_string_equal(prio_find(names[i])->name, names[i]);
	assert_null(prio_find("netapp"));
}

static void const_and_random(void **state)
{
	struct probe p = { .dev = &disk, .args = "" };
	struct probe_req req;
	struct probe_rsp rsp = { 0 };
	struct prio_verdict v;

	(void)state;
	EXPECT("const", "", 1, "", { 0 });
	for (p.random = 0; p.random < 25; p.random++) {
		prio_find("random")->judge(&p, &rsp, &req, &v);
		assert_int_equal(v.prio, p.random % 10 + 1);
	}
}

static void sysfs_values(void **state)
{
	static const struct {
		const char *text;
		int prio;
	} states[] = { { "active/optimized", 50 }, { "active/non-optimized", 10 },
		       { "lba-dependent", 5 },	   { "standby", 1 },
		       { "unavailable", 0 },	   { "offline", 0 },
		       { "transitioning", 0 },	   { "something new", 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		const struct answer st = { .data = states[i].text,
					   .len = (uint32_t)strlen(states[i].text) + 1 };
		const struct answer set[] = { st, TEXT("1\n") }, clear[] = { st, TEXT("0") },
				    none[] = { st, { .err = -ENOENT } };
		int base = states[i].prio;

		expect("sysfs", &disk, "", set, 2, base == 50 ? 50 : base + 80, "");
		expect("sysfs", &disk, "exclusive_pref_bit", set, 2, base + 80, "");
		expect("sysfs", &disk, "exclusive_pref_bit", clear, 2, base, "");
		expect("sysfs", &disk, "", none, 2, base, "");
	}
	EXPECT("sysfs", "", NO_PRIO, "couldn't get asymmetric access state", { .err = -ENOENT });
	EXPECT("sysfs", "", NO_PRIO, "couldn't get asymmetric access state", { 0 });
}

static void sysfs_knows_the_port_group(void **state)
{
	struct blkdev d = disk;
	const struct answer a[] = { TEXT("standby\n"), TEXT("0\n") };
	struct prio_verdict v = run("sysfs", &d, "", a, 2, NULL);

	(void)state;
	assert_int_equal(v.prio, 1);
	assert_false(v.has_tpg);
	d.vpd83 = (struct bytes){ vpd83, sizeof(vpd83) };
	v = run("sysfs", &d, "", a, 2, NULL);
	assert_true(v.has_tpg);
	assert_int_equal(v.tpg, 0x102);
}

#define RTPG(name, st) static const uint8_t name[] = { 0, 0, 0, 8, st, 0x8f, 1, 2, 0, 2, 0, 0 }

static struct blkdev alua_disk(void)
{
	struct blkdev d = disk;

	d.inquiry = (struct bytes){ inq_tpgs, sizeof(inq_tpgs) };
	d.vpd83 = (struct bytes){ vpd83, sizeof(vpd83) };
	return d;
}

static void alua_values(void **state)
{
	static const int base[16] = { 50, 10, 1, 0, 5 };
	struct blkdev d = alua_disk();

	(void)state;
	for (unsigned int st = 0; st < 16; st++) {
		const uint8_t clear[] = { 0, 0, 0, 8, (uint8_t)st, 0x8f, 1, 2, 0, 2, 0, 0 };
		const uint8_t set[] = { 0, 0, 0, 8, (uint8_t)(st | 0x80), 0, 1, 2, 0, 2, 0, 0 };

		OF(&d, "alua", "", base[st], "", DATA(clear));
		OF(&d, "alua", "", st ? base[st] + 80 : 50, "", DATA(set));
		OF(&d, "alua", "  exclusive_pref_bit ", base[st] + 80, "", DATA(set));
		OF(&d, "alua", "exclusive_pref_bits", st ? base[st] + 80 : 50, "", DATA(set));
	}
	assert_true(run("alua", &d, "", ANSWERS({ .data = "\0\0\0\x8\0\0\1\2\0\0\0\0", .len = 12 }),
			1, NULL)
			    .has_tpg);
}

static void alua_asks_for_what_it_lacks(void **state)
{
	struct blkdev d = disk;
	unsigned int n;
	RTPG(rtpg, 1);
	const struct answer all[] = { DATA(inq_tpgs), DATA(vpd83), DATA(rtpg) };

	(void)state;
	assert_int_equal(run("alua", &d, "", all, 3, &n).prio, 10);
	assert_int_equal(n, 3);
	d = alua_disk();
	assert_int_equal(run("alua", &d, "", all + 2, 1, &n).prio, 10);
	assert_int_equal(n, 1);
	d.vpd83 = (struct bytes){ 0 };
	assert_int_equal(run("alua", &d, "", all + 1, 2, &n).prio, 10);
	assert_int_equal(n, 2);
}

static void alua_errors(void **state)
{
	struct blkdev d = alua_disk();
	RTPG(rtpg, 0);

	(void)state;
	EXPECT("alua", "", NO_PRIO, "alua not supported", DATA(inq_plain));
	EXPECT("alua", "", NO_PRIO, "alua not supported", { .no_scsi = true, .err = -ENXIO });
	EXPECT("alua", "", NO_PRIO, "alua not supported", IOCTL(ENODEV));
	EXPECT("alua", "", NO_PRIO, "couldn't get target port group", DATA(inq_tpgs),
	       DATA(vpd83_none));
	EXPECT("alua", "", NO_PRIO, "couldn't get target port group", DATA(inq_tpgs), HOST(1));
	OF(&d, "alua", "", NO_PRIO, "couldn't get asymmetric access state", SENSE(5, 0x20, 0));
	OF(&d, "alua", "", NO_PRIO, "couldn't get asymmetric access state", SENSE(6, 0x29, 0));
	OF(&d, "alua", "", 50, "", SENSE(6, 0x29, 0), SENSE(6, 0x2a, 6), DATA(rtpg));
}

/* Advisory: heap out-of-bounds read in ALUA RTPG parsing. */
static void advisory_alua_prio_with_rtpg_cut_at_every_byte(void **state)
{
	struct blkdev d = alua_disk();
	RTPG(rtpg, 0);

	(void)state;
	for (uint32_t n = 0; n < sizeof(rtpg); n++)
		OF(&d, "alua", "", NO_PRIO, "couldn't get asymmetric access state",
		   { .data = rtpg, .len = n });
	for (uint32_t n = 0; n < sizeof(vpd83); n++)
		EXPECT("alua", "", NO_PRIO, "couldn't get target port group", DATA(inq_tpgs),
		       { .data = vpd83, .len = n });
}

/* Identify Controller with ANA, Identify Namespace in group 3, a log of three groups. */
static uint8_t id_ctrl[4096] = { [76] = 0x08 }, id_ns[4096] = { [92] = 3 };
#define ANA_LOG(st)                                                                                \
	{                                                                                          \
		[8] = 3, [16] = 1, [20] = 1, [32] = 1, [52] = 2, [68] = 2, [84] = 3, [100] = (st), \
		[115] = 0                                                                          \
	}

static const struct blkdev ns = { .name = "nvme0n1", .bus = BUS_NVME, .lun = 7 };

static void ana_values(void **state)
{
	static const int prio[16] = { NO_PRIO, 50, 10, 1, 0, [15] = 1 };

	(void)state;
	for (unsigned int st = 0; st < 16; st++) {
		const uint8_t log[116] = ANA_LOG((uint8_t)st);
		int want = prio[st] ? prio[st] : st == 4 ? 0 : NO_PRIO;

		OF(&ns, "ana", "", want, want == NO_PRIO ? "ANA error: invalid ANA state" : "",
		   DATA(id_ctrl), DATA(id_ns), DATA(log));
	}
}

static void ana_errors(void **state)
{
	static const uint8_t log[116] = ANA_LOG(1), nothing[4096];

	(void)state;
	OF(&ns, "ana", "", NO_PRIO, "ANA error: couldn't get ctrl info", { .err = -EIO });
	OF(&ns, "ana", "", NO_PRIO, "ANA error: couldn't get ctrl info", { .nvme_status = 2 });
	OF(&ns, "ana", "", NO_PRIO, "ANA error: ANA not supported", DATA(nothing));
	OF(&ns, "ana", "", NO_PRIO, "ANA error: couldn't get namespace info", DATA(id_ctrl),
	   { .nvme_status = 0xb });
	OF(&ns, "ana", "", NO_PRIO, "ANA error: NSID or ANAGRPID not found", DATA(id_ctrl),
	   DATA(nothing));
	OF(&ns, "ana", "", NO_PRIO, "ANA error: couldn't get ana log", DATA(id_ctrl), DATA(id_ns),
	   { .err = -ENOTTY });
	OF(&ns, "ana", "", NO_PRIO, "ANA error: NSID or ANAGRPID not found", DATA(id_ctrl),
	   DATA(id_ns), DATA(nothing));
	for (uint32_t n = 0; n < sizeof(log); n++)
		assert_false(run("ana", &ns, "",
				 ANSWERS(DATA(id_ctrl), DATA(id_ns), { .data = log, .len = n }), 3,
				 NULL)
				     .ok);
	for (uint32_t n = 0; n < 100; n += 4)
		run("ana", &ns, "", ANSWERS(DATA(id_ctrl), { .data = id_ns, .len = n }, DATA(log)),
		    3, NULL);
}

/* 200 groups do not fit into one answer: the second request starts behind the last whole group. */
static void ana_log_in_stretches(void **state)
{
	static uint8_t log[16 + 200 * 32];
	struct probe p = { .dev = &ns, .args = "" };
	const struct prioritizer *ana = prio_find("ana");
	struct prio_verdict v;
	struct probe_req req;
	struct probe_rsp rsp = { .data = id_ctrl, .len = 4096 };
	uint8_t group[4096] = { [92] = 199 };

	(void)state;
	log[8] = 200;
	for (int i = 0; i < 200; i++) {
		log[16 + 32 * i] = (uint8_t)(i + 1);
		log[32 + 32 * i] = i == 198 ? 2 : 1;
	}
	ana->prepare(&p, &req);
	assert_int_equal(req.nvme.opcode, 6);
	assert_int_equal(req.nvme.cdw10, 1);
	assert_int_equal(ana->judge(&p, &rsp, &req, &v), PROBE_MORE);
	assert_int_equal(req.nvme.nsid, 7);
	assert_int_equal(req.nvme.cdw10, 0);
	rsp.data = group;
	assert_int_equal(ana->judge(&p, &rsp, &req, &v), PROBE_MORE);
	assert_int_equal(req.nvme.opcode, 2);
	assert_int_equal(req.nvme.cdw10, 0x3ff010c);
	rsp.data = log;
	assert_int_equal(ana->judge(&p, &rsp, &req, &v), PROBE_MORE);
	assert_int_equal(req.nvme.cdw12, 16 + 127 * 32);
	rsp.data = log + 16 + 127 * 32;
	rsp.len = 73 * 32;
	assert_int_equal(ana->judge(&p, &rsp, &req, &v), PROBE_DONE);
	assert_int_equal(v.prio, 10);
}

#define C0(...)                                                                                    \
	{                                                                                          \
		[1] = 0xc0, [3] = 0x5c, [4] = 2, [8] = 1, [27] = 3, [28] = 4, [30] = 4,            \
		__VA_ARGS__                                                                        \
	}
#define EMC(prio, why, ...)                                                                        \
	do {                                                                                       \
		static const uint8_t page_[128] = C0(__VA_ARGS__);                                 \
		EXPECT("emc", "", prio, why, DATA(page_));                                         \
	} while (0)

static void emc_values(void **state)
{
	static const uint8_t page[128] = C0([4] = 2);

	(void)state;
	EMC(0, "", [4] = 0);
	EMC(1, "", [4] = 1);
	EMC(2, "", [4] = 2);
	EMC(2, "", [4] = 0, [5] = 1);
	EMC(3, "", [4] = 1, [5] = 1);
	EMC(4, "", [4] = 2, [5] = 1);
	EMC(0, "emc prio: path unit report page in unknown format", [1] = 0);
	EMC(0, "emc prio: path not correctly configured for failover", [28] = 0);
	EMC(0, "emc prio: path not available for normal operations", [48] = 2);
	EXPECT("emc", "", 0, "emc prio: sending query command failed", IOCTL(ENOTTY));
	EXPECT("emc", "", 0, "emc prio: sending query command failed", { .no_scsi = true });
	EXPECT("emc", "", 0, "emc prio: query command indicates error", SENSE(5, 0x24, 0));
	for (uint32_t n = 0; n < 49; n++)
		EXPECT("emc", "", 0, "emc prio: path unit report page in unknown format",
		       { .data = page, .len = n });
}

#define C9(...)                                                                                    \
	{                                                                                          \
		[1] = 0xc9, [3] = 0x2c, [4] = 'v', [5] = 'a', [6] = 'c', [7] = '1', __VA_ARGS__    \
	}
#define RDAC(prio, ...)                                                                            \
	do {                                                                                       \
		static const uint8_t page_[48] = C9(__VA_ARGS__);                                  \
		EXPECT("rdac", "", prio, "", DATA(page_));                                         \
	} while (0)

static void rdac_values(void **state)
{
	static const uint8_t page[48] = C9([8] = 1), odd[48] = C9([3] = 0x2d),
			     not_vac[48] = C9([6] = 'x');

	(void)state;
	RDAC(0, [8] = 0);
	RDAC(2, [8] = 1);
	RDAC(4, [9] = 1);
	RDAC(1, [9] = 2);
	RDAC(0, [9] = 3);
	RDAC(8, [8] = 0x20);
	RDAC(14, [8] = 0x21, [9] = 1);
	RDAC(11, [8] = 0x21, [9] = 2);
	EXPECT("rdac", "", 0, "rdac prio: volume access control page in unknown format", DATA(odd));
	EXPECT("rdac", "", 0, "rdac prio: volume access control page in unknown format",
	       DATA(not_vac));
	EXPECT("rdac", "", 0, "rdac prio: sending inquiry command failed", IOCTL(EIO));
	EXPECT("rdac", "", 0, "rdac prio: inquiry command indicates error", SENSE(5, 0x24, 0));
	for (uint32_t n = 0; n < 14; n++)
		EXPECT("rdac", "", 0, "rdac prio: volume access control page in unknown format",
		       { .data = page, .len = n });
}

static void hds_values(void **state)
{
	uint8_t inq[255] = { [8] = 'H' };

	(void)state;
	for (const char *ctrl = "0123456789"; *ctrl; ctrl++) {
		for (const char *ldev = "0123456789ABCDEF"; *ldev; ldev++) {
			char one[2] = { *ldev, 0 };
			bool odd = strtol(one, NULL, 16) & 1;

			inq[49] = (uint8_t)*ctrl;
			inq[47] = (uint8_t)*ldev;
			EXPECT("hds", "", odd == ((*ctrl - '0') & 1), "", DATA(inq));
		}
	}
	inq[49] = 'A';
	EXPECT("hds", "", NO_PRIO, "hds prio: no controller and LDEV number in INQUIRY data",
	       DATA(inq));
	inq[49] = '1';
	inq[47] = ' ';
	EXPECT("hds", "", NO_PRIO, "hds prio: no controller and LDEV number in INQUIRY data",
	       DATA(inq));
	EXPECT("hds", "", NO_PRIO, "hds prio: SG_IO error", IOCTL(EIO));
	EXPECT("hds", "", NO_PRIO, "hds prio: SCSI error", HOST(1));
	for (uint32_t n = 0; n < 50; n++)
		EXPECT("hds", "", NO_PRIO, "hds prio: INQUIRY data too short",
		       { .data = inq, .len = n });
}

static void hp_sw_values(void **state)
{
	unsigned int n;

	(void)state;
	EXPECT("hp_sw", "", 4, "", { 0 });
	EXPECT("hp_sw", "", 4, "", SENSE(1, 0, 0));
	EXPECT("hp_sw", "", 2, "", SENSE(2, 4, 2));
	EXPECT("hp_sw", "", 0, "hp_sw prio: path not ready", SENSE(2, 4, 3));
	EXPECT("hp_sw", "", 0, "hp_sw prio: path not ready", SENSE(3, 4, 2));
	EXPECT("hp_sw", "", 0, "hp_sw prio: path not ready", SENSE(6, 0x28, 0));
	EXPECT("hp_sw", "", 0, "hp_sw prio: path not ready", HOST(1));
	EXPECT("hp_sw", "", 0, "hp_sw prio: sending tur command failed", IOCTL(ENODEV));
	EXPECT("hp_sw", "", 2, "", SENSE(6, 0x29, 0), SENSE(2, 4, 2));
	/* a reset without end must end all the same */
	run("hp_sw", &disk, "", ANSWERS(SENSE(6, 0x29, 0)), 1, &n);
	assert_int_equal(n, 5);
}

#define GVA(text)                                                                                  \
	{                                                                                          \
		.data = "\0\0\0\x20\x0a\x98\x0a\x01\x41\0\0\0" text, .len = 12 + sizeof(text) - 1  \
	}
#define PROXY(bits)                                                                                \
	{                                                                                          \
		.data = "\0\xc1\0\x10....\x0a\x98\x0a\0\xc1\0....." bits, .len = 20                \
	}

static void ontap_values(void **state)
{
	(void)state;
	EXPECT("ontap", "", 2, "", GVA("ism_sw_1"));
	EXPECT("ontap", "", 2, "", GVA("iswt"));
	EXPECT("ontap", "", 3, "", GVA("ism_sn"));
	EXPECT("ontap", "", 4, "", GVA("qla2xxx"), PROXY("\1"));
	EXPECT("ontap", "", 1, "", GVA("qla2xxx"), PROXY("\3"));
	EXPECT("ontap", "", 1, "", GVA("ism_s"), PROXY("\2"));
	EXPECT("ontap", "", 4, "ontap prio: SCSI error", GVA(""), SENSE(5, 0x24, 0));
	EXPECT("ontap", "", 4, "ontap prio: SCSI error", GVA(""), IOCTL(EIO));
	EXPECT("ontap", "", 4, "ontap prio: proxy info page in unknown format", GVA(""),
	       { .data = "\0\xc1\0\0", .len = 4 });
	EXPECT("ontap", "", 1, "", { .data = "\0\0\0\x8\x0a\x98\x0a\x01", .len = 8 }, PROXY("\2"));
	EXPECT("ontap", "", 0, "ontap prio: SG_IO ioctl failed", IOCTL(ENOTTY));
	EXPECT("ontap", "", 0, "ontap prio: SCSI error", SENSE(5, 0x20, 0));
	EXPECT("ontap", "", 0, "ontap prio: GVA return wrong format",
	       { .data = "12345678", .len = 8 });
	for (uint32_t n = 0; n < 8; n++)
		EXPECT("ontap", "", 0, "ontap prio: GVA return wrong format",
		       { .data = "\0\0\0\x20\x0a\x98\x0a\x01", .len = n });
}

static const struct answer *server(const char *name)
{
	static uint8_t inq[255];
	static struct answer a = DATA(inq);

	memset(inq, 0, sizeof(inq));
	memcpy(inq + 112, name, strnlen(name, 16));
	return &a;
}

static void datacore_values(void **state)
{
	(void)state;
	expect("datacore", &disk, "timeout=1000 preferredsds=foo", server("foo"), 1, 1, "");
	expect("datacore", &disk, "preferredsds=foo timeout=1000", server("sds-foo-1"), 1, 1, "");
	expect("datacore", &disk, "preferredsds=foo", server("foo"), 1, 1, "");
	expect("datacore", &disk, "preferredsds=foo", server("fo"), 1, 0, "");
	expect("datacore", &disk, "", server("foo"), 1, 0,
	       "datacore prio: need prio_args with preferredsds set");
	expect("datacore", &disk, "foo", server("foo"), 1, 0,
	       "datacore prio: unexpected prio_args format");
	expect("datacore", &disk, "timeout=1000", server("foo"), 1, 0,
	       "datacore prio: unexpected prio_args format");
	expect("datacore", &disk, "preferredsds=f", server("f"), 1, 0,
	       "datacore prio: prio args: preferredsds too short (1 character min)");
	expect("datacore", &disk, "timeout=20001 preferredsds=foo", server("foo"), 1, 0,
	       "datacore prio: prio args: timeout out of bounds [500:20000]");
	EXPECT("datacore", "preferredsds=foo", 0, "datacore prio: INQUIRY failed", HOST(1));
	EXPECT("datacore", "preferredsds=foo", 0, "datacore prio: INQUIRY failed",
	       { .no_scsi = true });
}

/* Advisory: buffer overflows in the iet and datacore prioritizers. */
static void advisory_datacore_arguments_and_ids_of_every_length(void **state)
{
	uint8_t inq[255];
	char *args;

	(void)state;
	memset(inq, 'n', sizeof(inq));
	for (size_t n = 0; n < 6000; n = n < 300 ? n + 1 : n * 2) {
		args = malloc(n + 14);
		memcpy(args, "preferredsds=", 13);
		memset(args + 13, 'n', n);
		args[13 + n] = '\0';
		assert_int_equal(run("datacore", &disk, args, ANSWERS(DATA(inq)), 1, NULL).prio,
				 n > 1 && n <= 16);
		free(args);
	}
	for (uint32_t n = 0; n <= sizeof(inq); n++)
		assert_int_equal(run("datacore", &disk, "preferredsds=nn",
				     ANSWERS({ .data = inq, .len = n }), 1, NULL)
					 .prio,
				 n >= 114);
}

static struct blkdev iscsi(const char *id_path)
{
	static struct udev_prop prop;
	struct blkdev d = disk;

	prop = (struct udev_prop){ (char *)"ID_PATH", (char *)id_path };
	d.udev = (struct udev_props){ .list = &prop, .n = 1 };
	return d;
}

#define V4 "ip-127.0.2.5:3260-iscsi-iqn.2018-01.cn.tedu:server1-lun-0"
#define V6 "ip-fe80::12:3260-iscsi-iqn.2018-01.cn.tedu:server1-lun-0"

static void iet_rank(const char *id_path, const char *args, int prio)
{
	struct blkdev d = iscsi(id_path);

	OF(&d, "iet", args, prio, "", { 0 });
}

static void iet_old_form(void **state)
{
	struct blkdev d = iscsi(V4);

	(void)state;
	iet_rank(V4, "preferredip=127.0.2.5", 20);
	iet_rank(V4, "preferredip=127.0.2.50", 10);
	iet_rank(V4, "preferredip=127.0.4.5", 10);
	iet_rank("pci-0000:00:1f.2-ata-1", "preferredip=127.0.2.5", 10);
	OF(&d, "iet", "", 0, "iet prio: need prio_args with preferredip set", { 0 });
	OF(&d, "iet", "preferredip=", 0, "iet prio: unexpected prio_args format", { 0 });
	OF(&d, "iet", "preferredip=1.2.3", 0, "iet prio: unexpected prio_args format", { 0 });
	OF(&d, "iet", "127.0.2.5", 0, "iet prio: unexpected prio_args format", { 0 });
	EXPECT("iet", "preferredip=127.0.2.5", 0, "iet prio: failed to get BY_PATH property",
	       { 0 });
	/* the session's portal needs no udev */
	d = disk;
	strcpy(d.iscsi_portal, "127.0.2.5");
	OF(&d, "iet", "preferredip=127.0.2.5", 20, "", { 0 });
	strcpy(d.iscsi_portal, "nonsense");
	OF(&d, "iet", "preferredip=127.0.2.5", 10, "", { 0 });
}

/* 0.15.1: preferredip=CIDR:PRIO[,CIDR:PRIO...]. */
static void iet_cidr_form(void **state)
{
	(void)state;
	iet_rank(V4, "preferredip=127.0.2.0/24:50", 50);
	iet_rank(V4, "preferredip=127.0.4.0/24:50,127.0.2.0/24:40", 40);
	iet_rank(V4, "preferredip=127.0.0.0/16:7,127.0.2.0/24:40", 7);
	iet_rank(V4, "preferredip=127.0.2.5:33", 33);
	iet_rank(V4, "preferredip=127.0.2.5/32:34", 34);
	iet_rank(V4, "preferredip=127.0.2.4/31:35", 35);
	iet_rank(V4, "preferredip=127.0.2.6/31:35", 10);
	iet_rank(V4, "preferredip=0.0.0.0/0:5", 5);
	iet_rank(V4, "preferredip=128.0.0.0/1:5", 10);
	iet_rank(V4, "preferredip=127.0.2.0/24", 20);
	iet_rank(V6, "preferredip=fe80::/10:60", 60);
	iet_rank(V6, "preferredip=fe80::12", 20);
	iet_rank(V6, "preferredip=::/0:3,fe80::12/128:60", 3);
	iet_rank(V4, "preferredip=fe80::/10:60", 10);
	iet_rank("ip-[fe80::12]:3260-iscsi-x", "preferredip=fe80::12", 20);
}

static void iet_bad_lists(void **state)
{
	static const char *const bad[] = {
		"preferredip=127.0.2.0/33:1",	    "preferredip=127.0.2.0/:1",
		"preferredip=127.0.2.0/24:",	    "preferredip=127.0.2.0/24:x",
		"preferredip=127.0.2.0/24:-1",	    "preferredip=/24:1",
		"preferredip=127.0.2.0/24:1,",	    "preferredip=,",
		"preferredip=fe80::/129:1",	    "preferredip=127.0.2.0/24:9999999999999999999",
		"preferredip=127.0.2.5:2147483648",
	};
	char why[96];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct blkdev d = iscsi(V4);

		assert_int_equal(prio_find("iet")->args_ok(bad[i], why), -EINVAL);
		assert_string_equal(why, "iet prio: unexpected prio_args format");
		OF(&d, "iet", bad[i], 0, "iet prio: unexpected prio_args format", { 0 });
	}
	assert_int_equal(prio_find("iet")->args_ok("preferredip=10.0.0.0/8:3", why), 0);
}

/* Advisory: buffer overflows in the iet and datacore prioritizers. */
static void advisory_iet_arguments_and_paths_of_every_length(void **state)
{
	char *args, *path;

	(void)state;
	for (size_t n = 0; n < 6000; n = n < 300 ? n + 1 : n * 2) {
		args = malloc(n + 13);
		path = malloc(n + 4);
		memcpy(args, "preferredip=", 12);
		memcpy(path, "ip-", 3);
		memset(args + 12, '1', n);
		memset(path + 3, '1', n);
		args[12 + n] = path[3 + n] = '\0';
		struct blkdev d = iscsi(path);

		assert_int_equal(run("iet", &d, args, ANSWERS({ 0 }), 1, NULL).prio, 0);
		assert_int_equal(
			run("iet", &d, "preferredip=1.1.1.1", ANSWERS({ 0 }), 1, NULL).prio, 10);
		free(args);
		free(path);
	}
}

static void weighted(const char *args, int prio)
{
	struct blkdev d = {
		.name = "sdab", .bus = BUS_SCSI, .host = 4, .channel = 1, .id = 2, .lun = 3
	};

	strcpy(d.serial, "S 123");
	strcpy(d.host_wwnn, "0x20");
	strcpy(d.host_wwpn, "0x21");
	strcpy(d.tgt_node_name, "0x50");
	strcpy(d.tgt_wwpn, "0x51");
	OF(&d, "weightedpath", args, prio, "", { 0 });
}

static void weightedpath_values(void **state)
{
	(void)state;
	weighted("hbtl 1:.:.:. 2 4:.:.:. 5", 5);
	weighted("hbtl ^4:1:2:3$ 7", 7);
	weighted("devname sda$ 10 sda 20", 20);
	weighted("devname\tsdz\t1", 0);
	weighted("serial 123 9", 9);
	weighted("wwn 0x20:0x21:0x50:0x51 11", 11);
	weighted("devname [ 1 sdab 2", 2); /* one that does not compile is skipped */
	weighted("devname sdab", 0);
	weighted("devname", 0);
	weighted("", 0);
	weighted("devname sdab -3", -3);
	weighted("devname sdab x", 0);
	EXPECT("weightedpath", "wwid x 1", 0, "weightedpath - Invalid arguments", { 0 });
	EXPECT("weightedpath", "wwn ^\\[undef] 4", 4, "", { 0 });
	weighted("devname sdab 99999999999999999999", 2147483647);
}

static void weightedpath_arguments(void **state)
{
	int (*ok)(const char *, char *) = prio_find("weightedpath")->args_ok;
	char why[96], args[4000] = "devname ";

	(void)state;
	assert_int_equal(ok("hbtl 1:.:.:. 2 4:.:.:. 4", why), 0);
	assert_int_equal(ok("serial x -1", why), 0);
	assert_int_equal(ok("", why), -EINVAL);
	assert_int_equal(ok("nonsense a 1", why), -EINVAL);
	assert_string_equal(why, "weightedpath - Invalid arguments");
	assert_int_equal(ok("devname sda", why), -EINVAL);
	assert_int_equal(ok("devname sda x", why), -EINVAL);
	assert_int_equal(ok("devname [ 1", why), -EINVAL);
	assert_string_equal(why, "weightedpath - bad rule \"[\"");
	memset(args + 8, 'x', sizeof(args) - 9);
	assert_int_equal(ok(args, why), -EINVAL);
	assert_true(strlen(why) < sizeof(why));
}

static int latency(const char *args, int64_t elapsed)
{
	static const uint8_t block[512];

	return run("path_latency", &disk, args,
		   ANSWERS({ .data = block, .len = 512, .elapsed_ns = elapsed }), 1, NULL)
		.prio;
}

static void path_latency_values(void **state)
{
	unsigned int n;

	(void)state;
	/* base 10: one rank for each power of ten below 100 s */
	assert_int_equal(latency("io_num=20 base_num=10", 500), 8);
	assert_int_equal(latency("io_num=20 base_num=10", 1500), 7);
	assert_int_equal(latency("io_num=20 base_num=10", 150000), 5);
	assert_int_equal(latency("base_num=10 io_num=20", 15000000), 3);
	assert_int_equal(latency("base_num=10", 15000000000), 0);
	assert_int_equal(latency("", 150000), 23);
	assert_int_equal(latency("base_num=1.1", 150000), 140);
	assert_int_equal(latency("", 0), 31);
	assert_int_equal(latency("", -5), 31);
	EXPECT("path_latency", "io_num=20", 0,
	       "path_latency prio: average latency is outside the threshold",
	       { .data = "x", .len = 1, .elapsed_ns = 200000000000 });
	EXPECT("path_latency", "", NO_PRIO, "path_latency prio: path down", { .err = -EIO });
	EXPECT("path_latency", "", NO_PRIO, "path_latency prio: path down", { 0 });
	run("path_latency", &disk, "io_num=33", ANSWERS({ .data = "x", .len = 1 }), 1, &n);
	assert_int_equal(n, 33);
	run("path_latency", &disk, "", ANSWERS({ .data = "x", .len = 1 }), 1, &n);
	assert_int_equal(n, 100);
}

static void path_latency_arguments(void **state)
{
	static const char *const bad[] = { "io_num=19",	  "io_num=201", "base_num=1",
					   "base_num=11", "io_num=",	"io_num=x",
					   "20|10",	  "io_num=nan", "base_num=inf",
					   "io_num=50x" };
	int (*ok)(const char *, char *) = prio_find("path_latency")->args_ok;
	char why[96];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(ok(bad[i], why), -EINVAL);
		EXPECT("path_latency", bad[i], 0, why, { 0 });
	}
	assert_int_equal(ok("", why), 0);
	assert_int_equal(ok("io_num=200 base_num=1.1", why), 0);
}

/* Sense data of every length with any bytes: always a verdict, always an end. */
static void any_sense_gives_a_verdict(void **state)
{
	uint32_t prng = 99;
	struct answer a;

	(void)state;
	for (unsigned int len = 0; len <= SCSI_SENSE_MAX; len++) {
		memset(&a, 0, sizeof(a));
		a.scsi.status = 2;
		a.scsi.sense_len = (uint8_t)len;
		for (unsigned int k = 0; k < len; k++) {
			prng = prng * 1664525 + 1013904223;
			a.scsi.sense[k] = (uint8_t)(prng >> 24);
		}
		a.scsi.sense[0] = (uint8_t)(0x70 + (prng >> 30));
		for (size_t i = 0; prioritizers()[i]; i++)
			run(prioritizers()[i]->name, &disk, "", &a, 1, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(const_and_random),
		cmocka_unit_test(sysfs_values),
		cmocka_unit_test(sysfs_knows_the_port_group),
		cmocka_unit_test(alua_values),
		cmocka_unit_test(alua_asks_for_what_it_lacks),
		cmocka_unit_test(alua_errors),
		cmocka_unit_test(advisory_alua_prio_with_rtpg_cut_at_every_byte),
		cmocka_unit_test(ana_values),
		cmocka_unit_test(ana_errors),
		cmocka_unit_test(ana_log_in_stretches),
		cmocka_unit_test(emc_values),
		cmocka_unit_test(rdac_values),
		cmocka_unit_test(hds_values),
		cmocka_unit_test(hp_sw_values),
		cmocka_unit_test(ontap_values),
		cmocka_unit_test(datacore_values),
		cmocka_unit_test(advisory_datacore_arguments_and_ids_of_every_length),
		cmocka_unit_test(iet_old_form),
		cmocka_unit_test(iet_cidr_form),
		cmocka_unit_test(iet_bad_lists),
		cmocka_unit_test(advisory_iet_arguments_and_paths_of_every_length),
		cmocka_unit_test(weightedpath_values),
		cmocka_unit_test(weightedpath_arguments),
		cmocka_unit_test(path_latency_values),
		cmocka_unit_test(path_latency_arguments),
		cmocka_unit_test(any_sense_gives_a_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
