// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/topo.h"

#include "core/model/filter.h"
#include "parser/rules.h"

static struct config cfg;

static void add(struct rules *rules, enum rule_kind kind, const char *pattern, const char *product)
{
	struct rule *r = rules_add(rules, cfg.arena, kind, SRCLOC_NONE);
	char msg[64];

	if (pattern)
		assert_int_equal(rule_set_pattern(r, pattern, msg, sizeof(msg)), 0);
	if (product)
		assert_int_equal(rule_set_product(r, product, msg, sizeof(msg)), 0);
}

static int setup(void **state)
{
	(void)state;
	cfg = (struct config){ .arena = arena_new() };
	add(&cfg.blacklist, RULE_DEVNODE, "!^(sd[a-z]|dasd[a-z]|nvme[0-9])", NULL);
	add(&cfg.exceptions, RULE_PROPERTY, "(SCSI_IDENT_|ID_WWN)", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rules_done(&cfg.blacklist);
	rules_done(&cfg.exceptions);
	arena_free(cfg.arena);
	return 0;
}

static void expect_log(const struct filter_result *r, const char *want)
{
	TEXT sb = TEXT_INIT;

	assert_int_equal(filter_log(r, "sda", "DGC", "LUNZ", NULL, &sb), want != NULL);
	assert_string_equal(sb_str(&sb), want ? want : "");
}

static void builtin_devnode_rule(void **state)
{
	struct filter_result r = filter_devnode(&cfg, "sda");
	(void)state;

	assert_int_equal(r.verdict, FILTER_NONE);
	assert_false(filter_blocks(&r));
	assert_null(r.rule);
	expect_log(&r, NULL);
	r = filter_devnode(&cfg, "loop0");
	assert_int_equal(r.verdict, FILTER_BLACKLISTED);
	assert_true(filter_blocks(&r));
	assert_ptr_equal(r.rule, &cfg.blacklist.list[0]);
	assert_string_equal(r.subject, "loop0");
	expect_log(&r, "sda: device node name blacklisted");
	add(&cfg.exceptions, RULE_DEVNODE, "^loop", NULL);
	r = filter_devnode(&cfg, "loop0");
	assert_int_equal(r.verdict, FILTER_WHITELISTED);
	assert_false(filter_blocks(&r));
	expect_log(&r, "sda: device node name whitelisted");
}

static void devices_need_both_parts(void **state)
{
	struct filter_result r;
	(void)state;

	add(&cfg.blacklist, RULE_DEVICE, "^DGC", "LUNZ");
	add(&cfg.blacklist, RULE_DEVICE, "OnlyVendor", NULL);
	add(&cfg.blacklist, RULE_DEVICE, NULL, "OnlyProduct");
	add(&cfg.blacklist, RULE_DEVICE, "Acme", "!Good");
	r = filter_device(&cfg, "DGC", "LUNZ");
	assert_int_equal(r.verdict, FILTER_BLACKLISTED);
	expect_log(&r, "sda: (DGC:LUNZ) vendor/product blacklisted");
	r = filter_device(&cfg, "DGC", "RAID 5");
	assert_int_equal(r.verdict, FILTER_NONE);
	r = filter_device(&cfg, "xDGC", "LUNZ");
	assert_int_equal(r.verdict, FILTER_NONE);
	r = filter_device(&cfg, "OnlyVendor", "any");
	assert_int_equal(r.verdict, FILTER_BLACKLISTED);
	r = filter_device(&cfg, "any", "OnlyProduct");
	assert_int_equal(r.verdict, FILTER_BLACKLISTED);
	r = filter_device(&cfg, "Acme", "Good");
	assert_int_equal(r.verdict, FILTER_NONE);
	r = filter_device(&cfg, "Acme", "Bad");
	assert_int_equal(r.verdict, FILTER_BLACKLISTED);
	add(&cfg.exceptions, RULE_DEVICE, "DGC", "LUNZ");
	r = filter_device(&cfg, "DGC", "LUNZ");
	assert_int_equal(r.verdict, FILTER_WHITELISTED);
	expect_log(&r, "sda: (DGC:LUNZ) vendor/product whitelisted");
}

static void wwids_and_protocols(void **state)
{
	struct filter_result r;
	(void)state;

	add(&cfg.blacklist, RULE_WWID, ".*", NULL);
	add(&cfg.exceptions, RULE_WWID, "^3600", NULL);
	add(&cfg.blacklist, RULE_PROTOCOL, "scsi:(sas|ata)", NULL);
	r = filter_wwid(&cfg, "35000");
	expect_log(&r, "sda: wwid 35000 blacklisted");
	r = filter_wwid(&cfg, "3600");
	assert_int_equal(r.verdict, FILTER_WHITELISTED);
	expect_log(&r, "sda: wwid 3600 whitelisted");
	r = filter_protocol(&cfg, PROTO_SCSI_SAS);
	expect_log(&r, "sda: protocol scsi:sas blacklisted");
	r = filter_protocol(&cfg, PROTO_NVME_TCP);
	assert_int_equal(r.verdict, FILTER_NONE);
	/* an exception of one criterion says nothing about another */
	r = filter_devnode(&cfg, "3600");
	assert_int_equal(r.verdict, FILTER_BLACKLISTED);
}

static void properties(void **state)
{
	static struct udev_prop list[] = { { (char *)"DEVTYPE", (char *)"disk" },
					   { (char *)"ID_BUS", (char *)"scsi" },
					   { (char *)"ID_SERIAL", (char *)"3600" },
					   { (char *)"ID_WWN", (char *)"0x6" } };
	struct udev_props p = { .list = list, .n = 4, .initialized = true };
	struct filter_result r = filter_property(&cfg, &p, "ID_SERIAL");
	(void)state;

	assert_int_equal(r.verdict, FILTER_WHITELISTED);
	expect_log(&r, "sda: udev property ID_WWN whitelisted");
	p.n = 3; /* no ID_WWN: has its WWID, but nothing that is whitelisted */
	r = filter_property(&cfg, &p, "ID_SERIAL");
	assert_int_equal(r.verdict, FILTER_PROPERTY_MISSING);
	assert_true(filter_blocks(&r));
	assert_null(r.rule);
	expect_log(&r, "sda: blacklisted, udev property missing");
	/* udev did not read the device, or is not asked at all */
	p.n = 2;
	r = filter_property(&cfg, &p, "ID_SERIAL");
	assert_int_equal(r.verdict, FILTER_NONE);
	p.n = 3;
	r = filter_property(&cfg, &p, "");
	assert_int_equal(r.verdict, FILTER_NONE);
	r = filter_property(&cfg, &p, NULL);
	assert_int_equal(r.verdict, FILTER_NONE);
	/* the first property that any rule speaks of decides */
	add(&cfg.blacklist, RULE_PROPERTY, "ID_BUS", NULL);
	p.n = 4;
	r = filter_property(&cfg, &p, "ID_SERIAL");
	expect_log(&r, "sda: udev property ID_BUS blacklisted");
	p.n = 0;
	r = filter_property(&cfg, &p, "ID_SERIAL");
	assert_int_equal(r.verdict, FILTER_NONE);
}

static void log_is_safe_for_terminals(void **state)
{
	struct filter_result r;
	TEXT sb = TEXT_INIT;
	(void)state;

	add(&cfg.blacklist, RULE_WWID, ".*", NULL);
	r = filter_wwid(&cfg, "3\x1b[2J");
	assert_true(filter_log(&r, "sda", NULL, NULL, NULL, &sb));
	assert_string_equal(sb_str(&sb), "sda: wwid 3\\x1b[2J blacklisted");
	sb_clear(&sb);
	add(&cfg.blacklist, RULE_DEVICE, ".*", NULL);
	r = filter_device(&cfg, "\x07", "");
	assert_true(filter_log(&r, "sda", "\x07", NULL, NULL, &sb));
	assert_string_equal(sb_str(&sb), "sda: (\\x07:) vendor/product blacklisted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(builtin_devnode_rule, setup, teardown),
		cmocka_unit_test_setup_teardown(devices_need_both_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(wwids_and_protocols, setup, teardown),
		cmocka_unit_test_setup_teardown(properties, setup, teardown),
		cmocka_unit_test_setup_teardown(log_is_safe_for_terminals, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
