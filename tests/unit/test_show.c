// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/topo.h"

#include <string.h>

#include "core/engine/show.h"
#include "core/model/dmtext.h"
#include "core/model/pgpolicy.h"

static void facts(struct path *p, const char *vendor, const char *product, const char *rev)
{
	snprintf(p->dev.vendor, sizeof(p->dev.vendor), "%s", vendor);
	snprintf(p->dev.product, sizeof(p->dev.product), "%s", product);
	snprintf(p->dev.rev, sizeof(p->dev.rev), "%s", rev);
}

/* The map of behaviour.md 2.3. */
static struct map *sample_map(struct topology *t)
{
	static const struct {
		const char *name;
		unsigned int maj, min;
		int h, c, i;
		uint64_t lun;
		enum dm_path_state dm;
		enum path_state state;
		int prio;
	} paths[] = {
		{ "sda", 8, 0, 2, 0, 0, 1, DMP_ACTIVE, PATH_UP, 50 },
		{ "sdaab", 128, 1234, 12, 0, 10, 101, DMP_FAILED, PATH_DOWN, 50 },
		{ "sdc", 8, 32, 2, 0, 1, 1, DMP_UNDEF, PATH_GHOST, 10 },
		{ "sdd", 8, 48, 2, 0, 1, 1, DMP_UNDEF, PATH_PENDING, 10 },
	};
	struct map *m = topo_map(t, "mpatha", "360050768018105231000000000000000");

	for (unsigned int i = 0; i < 4; i++) {
		struct path *p = topo_path(t, paths[i].name, paths[i].maj, paths[i].min);

		topo_hcil(p, paths[i].h, paths[i].c, paths[i].i, paths[i].lun);
		topo_prio(p, paths[i].prio);
		p->state = paths[i].state;
		p->dm = paths[i].dm;
		facts(p, "IBM", "2145", "0000");
		strcpy(p->wwid, m->wwid);
		map_add_path(t, m, p);
	}
	m->size = 3221225472u; /* 1.5 TiB */
	m->features = "1 queue_if_no_path";
	m->hwhandler = "1 alua";
	m->has_dm = true;
	m->dm.minor = 3;
	pg_build(t, m, VW_group_by_prio, false, "service-time 0");
	m->groups[0].state = PG_ACTIVE;
	m->groups[1].state = PG_ENABLED;
	return m;
}

static const char sample_tree[] =
	"mpatha (360050768018105231000000000000000) dm-3 IBM,2145\n"
	"size=1.5T features='1 queue_if_no_path' hwhandler='1 alua' wp=rw\n"
	"|-+- policy='service-time 0' prio=50 status=active\n"
	"| |- 2:0:0:1     sda   8:0      active ready       running\n"
	"| `- 12:0:10:101 sdaab 128:1234 failed faulty      running\n"
	"`-+- policy='service-time 0' prio=10 status=enabled\n"
	"  |- 2:0:1:1     sdc   8:32     undef  ghost       running\n"
	"  `- 2:0:1:1     sdd   8:48     undef  i/o pending running\n";

static void expect_tree(const struct map *m, int verbosity, const char *want)
{
	TEXT sb = TEXT_INIT;

	show_map_tree(m, verbosity, NULL, false, &sb);
	assert_string_equal(sb_str(&sb), want);
}

static void tree_of_the_reference(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = sample_map(t);
	(void)state;

	expect_tree(m, 0, "");
	expect_tree(m, -1, "");
	expect_tree(m, 1, "mpatha\n");
	expect_tree(m, 2, sample_tree);
	expect_tree(m, 3, sample_tree);
	m->action = ACT_NOTHING;
	expect_tree(m, 2, sample_tree);
}

/* Verified on a real kernel with Debian's 0.9.4: create, dry run, -l. */
static void trees_of_a_real_kernel(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "mpatha", "333333330000007d0");
	(void)state;

	assert_int_equal(dm_table_parse(t, m,
					"0 1 alua 2 1 service-time 0 1 2 8:0 1 1 service-time 0 1 "
					"2 8:16 1 1 "),
			 0);
	assert_int_equal(
		dm_status_parse(m, "2 1 0 0 2 1 E 0 1 2 8:0 A 0 0 1 E 0 1 2 8:16 A 0 0 1 "), 0);
	for (unsigned int i = 0; i < 2; i++) {
		struct path *p = t->paths[i];

		strcpy(p->dev.name, i ? "sdb" : "sda");
		topo_hcil(p, (int)i, 0, 0, 0);
		facts(p, "Linux", "scsi_debug", "0191");
		pg_refresh(&m->groups[i]);
	}
	m->size = 131072;
	m->has_dm = true;
	expect_tree(m, 2,
		    "mpatha (333333330000007d0) dm-0 Linux,scsi_debug\n"
		    "size=64M features='0' hwhandler='1 alua' wp=rw\n"
		    "|-+- policy='service-time 0' prio=0 status=enabled\n"
		    "| `- 0:0:0:0 sda 8:0  active undef running\n"
		    "`-+- policy='service-time 0' prio=0 status=enabled\n"
		    "  `- 1:0:0:0 sdb 8:16 active undef running\n");
	for (unsigned int i = 0; i < 2; i++) {
		t->paths[i]->state = PATH_UP;
		t->paths[i]->dm = DMP_UNDEF;
		topo_prio(t->paths[i], i ? 10 : 50);
	}
	pg_build(t, m, VW_failover, false, "service-time 0");
	m->has_dm = false;
	m->action = ACT_CREATE;
	expect_tree(m, 2,
		    "create: mpatha (333333330000007d0) undef Linux,scsi_debug\n"
		    "size=64M features='0' hwhandler='1 alua' wp=undef\n"
		    "|-+- policy='service-time 0' prio=50 status=undef\n"
		    "| `- 0:0:0:0 sda 8:0  undef ready running\n"
		    "`-+- policy='service-time 0' prio=10 status=undef\n"
		    "  `- 1:0:0:0 sdb 8:16 undef ready running\n");
}

static void actions_before_the_name(void **state)
{
	static const char *const want[] = {
		[ACT_NONE] = "a undef ##,##\n",
		[ACT_NOTHING] = "a undef ##,##\n",
		[ACT_REJECT] = "reject: a undef ##,##\n",
		[ACT_RELOAD] = "reload: a undef ##,##\n",
		[ACT_SWITCHPG] = "switchpg: a undef ##,##\n",
		[ACT_RENAME] = "rename: a undef ##,##\n",
		[ACT_CREATE] = "create: a undef ##,##\n",
		[ACT_RESIZE] = ": a undef ##,##\n",
		[ACT_RELOAD_RENAME] = ": a undef ##,##\n",
		[ACT_RESIZE_RENAME] = ": a undef ##,##\n",
		[ACT_SWITCHPG_RENAME] = ": a undef ##,##\n",
		[ACT_DRY_RUN] = ": a undef ##,##\n",
		[ACT_IMPOSSIBLE] = "a undef ##,##\n",
	};
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "a", "a");
	(void)state;

	for (unsigned int i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		TEXT all = TEXT_INIT;

		m->action = i;
		sb_printf(&all, "%ssize=0.0K features='0' hwhandler='0' wp=undef\n", want[i]);
		expect_tree(m, 2, sb_str(&all));
	}
}

static void bold_header(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "", "3600");
	TEXT sb = TEXT_INIT;
	(void)state;

	m->action = ACT_CREATE;
	show_map_tree(m, 2, NULL, true, &sb);
	assert_string_equal(sb_str(&sb), "\033[1mcreate: 3600 undef ##,##\033[0m\n"
					 "size=0.0K features='0' hwhandler='0' wp=undef\n");
	sb_clear(&sb);
	show_map_tree(m, 1, NULL, true, &sb);
	assert_string_equal(sb_str(&sb), "3600\n");
}

static void widths_of_all_paths(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "a", "a");
	struct show_widths w;
	struct path *p = topo_path(t, "sda", 8, 0);
	TEXT sb = TEXT_INIT;
	(void)state;

	topo_path(t, "sdabcdef", 128, 1048575);
	map_add_path(t, m, p);
	pg_build(t, m, VW_multibus, false, "round-robin 0");
	show_path_widths(&w, SHOW_FMT_PATH_TREE, t->paths, t->n_paths, false);
	show_map_tree(m, 2, &w, false, &sb);
	assert_string_equal(strrchr(sb_str(&sb), '`') - 2,
			    "  `- #:#:#:# sda      8:0         undef ready running\n");
}

static void hostile_texts_never_reach_a_terminal(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "x\x1b[2J",
				 "w\r\n\x7f\xc2\x9b"
				 "31m\xff");
	struct path *p = topo_path(t, "sda", 8, 0);
	TEXT sb = TEXT_INIT;
	(void)state;

	facts(p, "\x1b]0;own\x07",
	      "pr\xc3\xb6"
	      "duct",
	      "\t");
	strcpy(p->wwid, m->wwid);
	map_add_path(t, m, p);
	pg_build(t, m, VW_multibus, false, "service\x1b-time 0");
	m->features = "1 \x1b[31m";
	show_map_tree(m, 2, NULL, false, &sb);
	show_paths(t, SHOW_FMT_PATHS_V3, false, &sb);
	show_maps(t, SHOW_FMT_MAPS, false, &sb);
	show_paths(t, "%s|%w|%m", true, &sb);
	for (const char *s = sb_str(&sb); *s; s++)
		assert_true(*s == '\n' || ((unsigned char)*s >= ' ' && *s != 0x7f));
	assert_null(strstr(sb_str(&sb), "\xc2\x9b"));
	assert_null(strchr(sb_str(&sb), 0xff));
	assert_non_null(strstr(sb_str(&sb), "x\\x1b[2J (w\\x0d\\x0a\\x7f\\xc2\\x9b31m\\xff) undef "
					    "\\x1b]0;own\\x07,pr\xc3\xb6"
					    "duct\n"));
	/* columns are as wide as what is printed */
	assert_non_null(strstr(sb_str(&sb), "w\\x0d\\x0a\\x7f\\xc2\\x9b31m\\xff #:#:#:# sda 8:0"));
}

static void expect_path(const struct path *p, const char *format, const char *want)
{
	TEXT sb = TEXT_INIT, line = TEXT_INIT;

	show_path(p, format, NULL, &sb);
	sb_printf(&line, "%s\n", want);
	assert_string_equal(sb_str(&sb), sb_str(&line));
}

static void expect_map(const struct map *m, const char *format, const char *want)
{
	TEXT sb = TEXT_INIT, line = TEXT_INIT;

	show_map(m, format, NULL, &sb);
	sb_printf(&line, "%s\n", want);
	assert_string_equal(sb_str(&sb), sb_str(&line));
}

#define ALL_PATH                                                                                   \
	"%w|%i|%d|%D|%t|%o|%T|%s|%c|%C|%p|%S|%z|%M|%m|%N|%n|%R|%r|%a|%G|%g|%0|%P|%I|%L|%A|%k"

static void path_wildcards_of_an_unknown_path(void **state)
{
	const struct path empty = { 0 };
	(void)state;

	expect_path(&empty, ALL_PATH,
		    "|#:#:#:#|-|#:#|undef|unknown|undef|##,##,##|(null)|orphan|-1|0.0K||normal|"
		    "[orphan]|[undef]|[undef]|[undef]|[undef]|[undef]|--|[undef]|0|undef|new|"
		    "0xffffffffffffffff|[undef]|n/a");
}

static void path_wildcards_of_a_member(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "mpatha", "36001");
	struct path *p = topo_path(t, "sda", 8, 0);
	(void)state;

	topo_hcil(p, 2, 0, 1, 0x123456789abcdef0);
	topo_set_str(t, &p->props, KW_path_checker, "tur");
	topo_prio(p, 50);
	facts(p, "IBM", "2145", "");
	strcpy(p->wwid, "36001");
	strcpy(p->dev.serial, "SN1");
	strcpy(p->dev.tgt_node_name, "0x500507680100aaaa");
	strcpy(p->dev.host_wwnn, "0x20");
	strcpy(p->dev.tgt_wwpn, "0x50");
	strcpy(p->dev.host_adapter, "0000:03:00.0");
	p->dev.protocol = PROTO_SCSI_FCP;
	p->dev.size = 20971520;
	p->dev.max_sectors_kb = 512;
	p->dm = DMP_ACTIVE;
	p->failures = 7;
	p->marginal = true;
	p->init = INIT_OK;
	p->has_tpg = true;
	p->tpg = 0x1f;
	p->tick = 3;
	p->interval = 20;
	map_add_path(t, m, p);
	expect_path(p, ALL_PATH,
		    "36001|2:0:1:1311768467463790320|sda|8:0|active|running|ready|IBM,2145,##|tur|"
		    "X......... 3/20|50|10G|SN1|marginal|mpatha|0x20|0x500507680100aaaa|[unknown]|"
		    "0x50|0000:03:00.0|--|[undef]|7|scsi:fcp|ok|0xdef09abc56781234|0x001f|512");
}

static void path_states_and_markers(void **state)
{
	static const char *const shown[PATH__MAX] = {
		[PATH_WILD] = "undef",
		[PATH_UNCHECKED] = "undef",
		[PATH_DOWN] = "faulty",
		[PATH_UP] = "ready",
		[PATH_SHAKY] = "shaky",
		[PATH_GHOST] = "ghost",
		[PATH_PENDING] = "i/o pending",
		[PATH_TIMEOUT] = "i/o timeout",
		[PATH_REMOVED] = "undef",
		[PATH_DELAYED] = "delayed",
		[PATH_DISCONNECTED] = "disconnected",
	};
	static const char *const init[] = { "new", "failed",  "udev-missing", "udev-requested",
					    "ok",  "removed", "partial",      "undef" };
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "", "36001");
	struct path *p = topo_path(t, "sda", 8, 0);
	(void)state;

	expect_path(p, "%T %o %m", "undef unknown [orphan]");
	p->add_when_online = true;
	expect_path(p, "%m", "[offline]");
	p->add_when_online = false;
	map_add_path(t, m, p);
	expect_path(p, "%m", "[unknown]");
	for (unsigned int i = 0; i < PATH__MAX; i++) {
		p->state = i;
		expect_path(p, "%T", shown[i]);
		p->sysfs_state = i;
		expect_path(p, "%o", i == PATH_DOWN ? "offline" : "running");
	}
	for (unsigned int i = 0; i < sizeof(init) / sizeof(init[0]); i++) {
		p->init = i;
		expect_path(p, "%I", init[i]);
	}
	p->dm = DMP_FAILED;
	expect_path(p, "%t", "failed");
	topo_hcil(p, 0, 0, 0, 1);
	expect_path(p, "%L", "0x0001000000000000");
	topo_hcil(p, 0, 0, 0, 0x40010002);
	expect_path(p, "%L", "0x0002400100000000");
	expect_path(p, "%N %R %r", "[undef] [undef] [undef]");
	p->dev.protocol = PROTO_SCSI_FCP;
	expect_path(p, "%N %R %r", "[unknown] [unknown] [unknown]");
}

static void progress(void **state)
{
	static const struct {
		unsigned int tick, interval;
		const char *want;
	} c[] = {
		{ 0, 0, " 0/0" },
		{ 5, 0, " 5/0" },
		{ 0, 20, ".......... 0/20" },
		{ 3, 20, "X......... 3/20" },
		{ 19, 20, "XXXXXXXXX. 19/20" },
		{ 20, 20, "XXXXXXXXXX 20/20" },
		{ 25, 20, "XXXXXXXXXX 25/20" },
		{ 4294967295u, 7, "XXXXXXXXXX 4294967295/7" },
	};
	struct map m = { 0 };
	struct path p = { .map = &m };
	(void)state;

	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		p.tick = c[i].tick;
		p.interval = c[i].interval;
		expect_path(&p, "%C", c[i].want);
	}
}

#define ALL_MAP "%n|%w|%d|%F|%Q|%N|%r|%t|%S|%f|%x|%h|%A|%0|%1|%2|%3|%4|%s|%v|%p|%e|%G|%g|%k"

static void map_wildcards(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "", "36001");
	(void)state;

	expect_map(
		m, ALL_MAP,
		"36001|36001|undef|undef|-|0|undef|undef|0.0K|0|0|0||0|0|0|0|0|##,##|##|##|##|--|"
		"[undef]|n/a");
	m = sample_map(t);
	m->stat_map_failures = 1;
	m->stat_path_failures = 2;
	m->stat_switchgroup = 3;
	m->stat_map_loads = 4;
	m->stat_total_queueing_s = 5;
	m->stat_queueing_timeouts = 6;
	m->action = ACT_RELOAD;
	m->vpd_data = "name";
	m->max_sectors_kb = 1280;
	topo_set_word(t, &m->props, KW_failback, VW_immediate);
	topo_set_word(t, &m->props, KW_no_path_retry, VW_queue);
	expect_map(m, ALL_MAP,
		   "mpatha|360050768018105231000000000000000|dm-3|immediate|on|2|rw|active|1.5T|"
		   "1 queue_if_no_path|1|1 alua|reload|2|3|4|5|6|IBM,2145|IBM|2145|0000|--|name|"
		   "1280");
	m->dm.read_only = m->dm.suspended = true;
	expect_map(m, "%r %t", "ro suspend");
}

/* The parts of %s come from the first path that has both, %v %p %e from the first that has each. */
static void vendor_of_the_first_path_that_has_it(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = sample_map(t);
	(void)state;

	facts(t->paths[0], "", "only-product", "");
	facts(t->paths[1], "V", "P", "");
	expect_map(m, "%s %v %p %e", "V,P V only-product 0000");
}

static void failback_and_queueing(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = sample_map(t);
	(void)state;

	topo_set_word(t, &m->props, KW_failback, VW_manual);
	expect_map(m, "%F", "manual");
	topo_set_word(t, &m->props, KW_failback, VW_followover);
	expect_map(m, "%F", "followover");
	topo_set_num(t, &m->props, KW_failback, 10);
	expect_map(m, "%F", "deferred:10");
	m->failback_tick = 4;
	expect_map(m, "%F", "XXXX...... 4/10");

	topo_set_word(t, &m->props, KW_no_path_retry, VW_fail);
	expect_map(m, "%Q", "off");
	topo_set_num(t, &m->props, KW_no_path_retry, 12);
	expect_map(m, "%Q", "12 chk");
	m->retry_tick = 30;
	expect_map(m, "%Q", "30 sec");
	m->retry_tick = 0;
	for (unsigned int i = 0; i < 4; i++)
		t->paths[i]->state = PATH_DOWN;
	expect_map(m, "%Q", "off");
}

static void tables(void **state)
{
	TOPO *t = topology_new(NULL), *empty = topology_new(NULL);
	struct map *m = topo_map(t, "mpatha", "36001");
	struct path *p = topo_path(t, "sda", 8, 0);
	TEXT sb = TEXT_INIT;
	(void)state;

	topo_hcil(p, 2, 0, 0, 1);
	topo_prio(p, 50);
	p->dm = DMP_ACTIVE;
	p->tick = 3;
	p->interval = 20;
	map_add_path(t, m, p);
	show_paths(t, SHOW_FMT_PATHS, false, &sb);
	assert_string_equal(sb_str(&sb),
			    "hcil    dev dev_t pri dm_st  chk_st dev_st  next_check     \n"
			    "2:0:0:1 sda 8:0   50  active ready  running X......... 3/20\n");
	sb_clear(&sb);
	show_paths(t, "a %d,%T ", true, &sb);
	show_maps(t, SHOW_FMT_MAPS, false, &sb);
	show_maps(t, "%n\t%w", true, &sb);
	assert_string_equal(sb_str(&sb), "a sda,ready \n"
					 "name   sysfs uuid \n"
					 "mpatha undef 36001\n"
					 "mpatha\t36001\n");
	sb_clear(&sb);
	show_paths(empty, SHOW_FMT_PATHS, false, &sb);
	show_maps(empty, SHOW_FMT_MAPS, false, &sb);
	assert_string_equal(sb_str(&sb), "");
}

/* As Debian's 0.9.4 printed it, but for the revision, which %s has since 0.9.9. */
static void list_of_paths(void **state)
{
	TOPO *t = topology_new(NULL), *empty = topology_new(NULL);
	TEXT sb = TEXT_INIT;
	(void)state;

	for (unsigned int i = 0; i < 2; i++) {
		struct path *p = topo_path(t, i ? "sdb" : "sda", 8, 16 * i);

		topo_hcil(p, (int)i, 0, 0, 0);
		topo_prio(p, i ? 10 : 50);
		facts(p, "Linux", "scsi_debug", "0191");
		strcpy(p->wwid, "333333330000007d0");
	}
	show_paths_list(t, &sb);
	assert_string_equal(sb_str(&sb), "===== paths list =====\n"
					 "uuid              hcil    dev dev_t pri dm_st chk_st "
					 "vend/prod/rev         dev_st \n"
					 "333333330000007d0 0:0:0:0 sda 8:0   50  undef undef  "
					 "Linux,scsi_debug,0191 unknown\n"
					 "333333330000007d0 1:0:0:0 sdb 8:16  10  undef undef  "
					 "Linux,scsi_debug,0191 unknown\n");
	sb_clear(&sb);
	show_paths_list(empty, &sb);
	assert_string_equal(sb_str(&sb), "===== no paths =====\n");
}

/* Advisory of 2026: heap out-of-bounds read by a trailing '%' in a format. */
static void advisory_trailing_percent_in_a_format(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = sample_map(t);
	(void)state;

	expect_path(t->paths[0], "%", "");
	expect_path(t->paths[0], "%d%", "sda");
	expect_path(t->paths[0], "x%%y", "xy");
	expect_path(t->paths[0], "%%%", "");
	expect_path(t->paths[0], "", "");
	expect_path(t->paths[0], "plain", "plain");
	expect_map(m, "%", "");
	expect_map(m, "%n%", "mpatha");
}

static void every_byte_after_a_percent(void **state)
{
	static const char path_letters[] = "widDtoTscCpSzMmNnRraGg0PILAk";
	static const char map_letters[] = "nwdFQNrtSfxhA01234svpeGgk";
	TOPO *t = topology_new(NULL);
	(void)state;

	sample_map(t);
	for (unsigned int c = 1; c < 256; c++) {
		char format[] = { '<', '%', (char)c, '>', '\0' };
		TEXT paths = TEXT_INIT, maps = TEXT_INIT;

		show_paths(t, format, false, &paths);
		show_maps(t, format, false, &maps);
		/* a header and a row, empty where there is no such wildcard */
		if (!memchr(path_letters, (int)c, sizeof(path_letters) - 1))
			assert_string_equal(sb_str(&paths), "<>\n<>\n<>\n<>\n<>\n");
		else
			assert_string_not_equal(sb_str(&paths), "<>\n<>\n<>\n<>\n<>\n");
		if (!memchr(map_letters, (int)c, sizeof(map_letters) - 1))
			assert_string_equal(sb_str(&maps), "<>\n<>\n");
		else
			assert_string_not_equal(sb_str(&maps), "<>\n<>\n");
		format[3] = '\0';
		show_paths(t, format, false, &paths);
		show_maps(t, format, true, &maps);
	}
}

static void sizes(void **state)
{
	static const struct {
		uint64_t sectors;
		const char *want;
	} c[] = {
		{ 0, "0.0K" },
		{ 1, "0.5K" },
		{ 2, "1.0K" },
		{ 18, "9.0K" },
		{ 20, "10K" },
		{ 2047, "1024K" },
		{ 2048, "1.0M" },
		{ 131072, "64M" },
		{ 20889731, "10.0G" }, /* 9.96 */
		{ 20971520, "10G" },
		{ 19503513, "9.3G" },
		{ 3221225472, "1.5T" },
		{ 2147483648, "1.0T" },
		{ 2199023255552, "1.0P" },
		{ UINT64_MAX, "8388608P" },
	};
	(void)state;

	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		TEXT sb = TEXT_INIT;

		show_size(c[i].sectors, &sb);
		assert_string_equal(sb_str(&sb), c[i].want);
	}
}

static void wide_values_are_not_cut(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "a", "w");
	TEXT sb = TEXT_INIT;
	char features[601];
	(void)state;

	memset(features, 'f', 600);
	features[600] = '\0';
	m->features = features;
	topo_map(t, "b", "w2");
	show_maps(t, "%f|", false, &sb);
	/* header and second row padded to 255, the long one whole */
	assert_int_equal(sb.len, 257 + 602 + 257);
}

static void the_wildcards_reply(void **state)
{
	TEXT sb = TEXT_INIT;
	(void)state;

	show_wildcards(&sb);
	assert_string_equal(
		sb_str(&sb),
		"multipath format wildcards:\n%n  name\n%w  uuid\n%d  sysfs\n%F  failback\n"
		"%Q  queueing\n%N  paths\n%r  write_prot\n%t  dm-st\n%S  size\n%f  features\n"
		"%x  failures\n%h  hwhandler\n%A  action\n%0  path_faults\n%1  switch_grp\n"
		"%2  map_loads\n%3  total_q_time\n%4  q_timeouts\n%s  vend/prod\n%v  vend\n"
		"%p  prod\n%e  rev\n%G  foreign\n%g  vpd page data\n%k  max_sectors_kb\n\n"
		"path format wildcards:\n%w  uuid\n%i  hcil\n%d  dev\n%D  dev_t\n%t  dm_st\n"
		"%o  dev_st\n%T  chk_st\n%s  vend/prod/rev\n%c  checker\n%C  next_check\n%p  pri\n"
		"%S  size\n%z  serial\n%M  marginal_st\n%m  multipath\n%N  host WWNN\n"
		"%n  target WWNN\n%R  host WWPN\n%r  target WWPN\n%a  host adapter\n%G  foreign\n"
		"%g  vpd page data\n%0  failures\n%P  protocol\n%I  init_st\n%L  LUN hex\n%A  TPG\n"
		"%k  max_sectors_kb\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_of_the_reference),
		cmocka_unit_test(trees_of_a_real_kernel),
		cmocka_unit_test(actions_before_the_name),
		cmocka_unit_test(bold_header),
		cmocka_unit_test(widths_of_all_paths),
		cmocka_unit_test(hostile_texts_never_reach_a_terminal),
		cmocka_unit_test(path_wildcards_of_an_unknown_path),
		cmocka_unit_test(path_wildcards_of_a_member),
		cmocka_unit_test(path_states_and_markers),
		cmocka_unit_test(progress),
		cmocka_unit_test(map_wildcards),
		cmocka_unit_test(vendor_of_the_first_path_that_has_it),
		cmocka_unit_test(failback_and_queueing),
		cmocka_unit_test(tables),
		cmocka_unit_test(list_of_paths),
		cmocka_unit_test(advisory_trailing_percent_in_a_format),
		cmocka_unit_test(every_byte_after_a_percent),
		cmocka_unit_test(sizes),
		cmocka_unit_test(wide_values_are_not_cut),
		cmocka_unit_test(the_wildcards_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
