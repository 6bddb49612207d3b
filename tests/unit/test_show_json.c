// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/topo.h"

#include "core/engine/show.h"
#include "core/model/pgpolicy.h"

static struct map *sample_map(struct topology *t, const char *alias, unsigned int base)
{
	struct map *m = topo_map(t, alias, "36001405abc");

	for (unsigned int i = 0; i < 2; i++) {
		char name[8] = { 's', 'd', (char)('a' + base + i) };
		struct path *p = topo_path(t, name, 8, 16 * (base + i));

		topo_hcil(p, 2, 0, (int)i, 1);
		topo_prio(p, i ? 10 : 50);
		topo_set_str(t, &p->props, KW_path_checker, "tur");
		strcpy(p->dev.vendor, "LIO-ORG");
		strcpy(p->dev.product, "store");
		strcpy(p->dev.rev, "4.0");
		strcpy(p->dev.tgt_node_name, "iqn.2026-01.org.example:t1");
		strcpy(p->dev.host_adapter, "127.0.0.1");
		p->dm = DMP_ACTIVE;
		map_add_path(t, m, p);
	}
	m->features = "1 queue_if_no_path";
	m->hwhandler = "1 alua";
	m->has_dm = true;
	m->dm.minor = 3;
	m->stat_map_loads = 1;
	topo_set_word(t, &m->props, KW_failback, VW_immediate);
	topo_set_num(t, &m->props, KW_no_path_retry, 12);
	pg_build(t, m, VW_failover, false, "service-time 0");
	m->groups[0].state = PG_ACTIVE;
	m->groups[1].state = PG_ENABLED;
	return m;
}

/* The body of a map at level 2 (6 blanks). */
static const char body[] = "      \"name\" : \"mpatha\",\n"
			   "      \"uuid\" : \"36001405abc\",\n"
			   "      \"sysfs\" : \"dm-3\",\n"
			   "      \"failback\" : \"immediate\",\n"
			   "      \"queueing\" : \"12 chk\",\n"
			   "      \"paths\" : 2,\n"
			   "      \"write_prot\" : \"rw\",\n"
			   "      \"dm_st\" : \"active\",\n"
			   "      \"features\" : \"1 queue_if_no_path\",\n"
			   "      \"hwhandler\" : \"1 alua\",\n"
			   "      \"action\" : \"\",\n"
			   "      \"path_faults\" : 0,\n"
			   "      \"vend\" : \"LIO-ORG\",\n"
			   "      \"prod\" : \"store\",\n"
			   "      \"rev\" : \"4.0\",\n"
			   "      \"switch_grp\" : 0,\n"
			   "      \"map_loads\" : 1,\n"
			   "      \"total_q_time\" : 0,\n"
			   "      \"q_timeouts\" : 0,\n"
			   "      \"path_groups\": [{\n"
			   "         \"selector\" : \"service-time 0\",\n"
			   "         \"pri\" : 50,\n"
			   "         \"dm_st\" : \"active\",\n"
			   "         \"marginal_st\" : \"normal\",\n"
			   "         \"group\" : 1,\n"
			   "         \"paths\": [{\n"
			   "            \"dev\" : \"sda\",\n"
			   "            \"dev_t\" : \"8:0\",\n"
			   "            \"dm_st\" : \"active\",\n"
			   "            \"dev_st\" : \"running\",\n"
			   "            \"chk_st\" : \"ready\",\n"
			   "            \"checker\" : \"tur\",\n"
			   "            \"pri\" : 50,\n"
			   "            \"host_wwnn\" : \"[undef]\",\n"
			   "            \"target_wwnn\" : \"iqn.2026-01.org.example:t1\",\n"
			   "            \"host_wwpn\" : \"[undef]\",\n"
			   "            \"target_wwpn\" : \"[undef]\",\n"
			   "            \"host_adapter\" : \"127.0.0.1\",\n"
			   "            \"lun_hex\" : \"0x0001000000000000\",\n"
			   "            \"marginal_st\" : \"normal\"\n"
			   "         }]\n"
			   "      },{\n"
			   "         \"selector\" : \"service-time 0\",\n"
			   "         \"pri\" : 10,\n"
			   "         \"dm_st\" : \"enabled\",\n"
			   "         \"marginal_st\" : \"normal\",\n"
			   "         \"group\" : 2,\n"
			   "         \"paths\": [{\n"
			   "            \"dev\" : \"sdb\",\n"
			   "            \"dev_t\" : \"8:16\",\n"
			   "            \"dm_st\" : \"active\",\n"
			   "            \"dev_st\" : \"running\",\n"
			   "            \"chk_st\" : \"ready\",\n"
			   "            \"checker\" : \"tur\",\n"
			   "            \"pri\" : 10,\n"
			   "            \"host_wwnn\" : \"[undef]\",\n"
			   "            \"target_wwnn\" : \"iqn.2026-01.org.example:t1\",\n"
			   "            \"host_wwpn\" : \"[undef]\",\n"
			   "            \"target_wwpn\" : \"[undef]\",\n"
			   "            \"host_adapter\" : \"127.0.0.1\",\n"
			   "            \"lun_hex\" : \"0x0001000000000000\",\n"
			   "            \"marginal_st\" : \"normal\"\n"
			   "         }]\n"
			   "      }]\n";

static void whole_answers(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = sample_map(t, "mpatha", 0);
	TEXT sb = TEXT_INIT, want = TEXT_INIT;
	(void)state;

	show_maps_json(t, &sb);
	sb_printf(&want,
		  "{\n   \"major_version\": 0,\n   \"minor_version\": 1,\n   \"maps\": [{\n%s   "
		  "}]\n}\n",
		  body);
	assert_string_equal(sb_str(&sb), sb_str(&want));
	sb_clear(&sb);
	sb_clear(&want);
	show_map_json(m, &sb);
	sb_printf(
		&want,
		"{\n   \"major_version\": 0,\n   \"minor_version\": 1,\n   \"map\":{\n%s   }\n}\n",
		body);
	assert_string_equal(sb_str(&sb), sb_str(&want));
}

static void lists_of_several_and_of_none(void **state)
{
	TOPO *t = topology_new(NULL);
	TEXT sb = TEXT_INIT;
	struct map *m;
	(void)state;

	show_maps_json(t, &sb);
	assert_string_equal(sb_str(&sb), "{\n   \"major_version\": 0,\n   \"minor_version\": 1,\n"
					 "   \"maps\": []\n}\n");
	sample_map(t, "a", 0);
	m = sample_map(t, "b", 2);
	sb_clear(&sb);
	show_maps_json(t, &sb);
	assert_non_null(
		strstr(sb_str(&sb), "         }]\n      }]\n   },{\n      \"name\" : \"b\","));
	pg_build(t, m, VW_multibus, false, "service-time 0");
	sb_clear(&sb);
	show_map_json(m, &sb);
	assert_non_null(strstr(sb_str(&sb), "\"marginal_st\" : \"normal\"\n         },{\n"
					    "            \"dev\" : \"sdd\","));
	m->n_groups = 0;
	sb_clear(&sb);
	show_map_json(m, &sb);
	assert_non_null(strstr(sb_str(&sb), "      \"path_groups\": []\n   }\n}\n"));
	m->n_groups = 1;
	m->groups[0].n = 0;
	sb_clear(&sb);
	show_map_json(m, &sb);
	assert_non_null(strstr(sb_str(&sb), "         \"paths\": []\n      }]\n   }\n}\n"));
}

static void strings_are_escaped(void **state)
{
	static const struct {
		const char *raw, *json;
	} c[] = {
		{ "a\"b\\c", "a\\\"b\\\\c" },
		{ "\x1b[31m\n\t\x7f", "\\u001b[31m\\u000a\\u0009\\u007f" },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\xc2\x9b", "\\u009b" },
		{ "\xff\x80", "\\\\xff\\\\x80" },
		{ "\xe2\x82", "\\\\xe2\\\\x82" },
		{ "\xc3", "\\\\xc3" },
		{ "\xed\xa0\x80", "\\\\xed\\\\xa0\\\\x80" },
		{ "\xf0\x9f\x98\"", "\\\\xf0\\\\x9f\\\\x98\\\"" },
		{ "/", "/" },
	};
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "", "w");
	(void)state;

	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		TEXT sb = TEXT_INIT, want = TEXT_INIT;

		m->features = c[i].raw;
		show_map_json(m, &sb);
		sb_printf(&want, "\"features\" : \"%s\",\n", c[i].json);
		if (!strstr(sb_str(&sb), sb_str(&want)))
			assert_string_equal(sb_str(&sb), sb_str(&want));
	}
}

/* Whatever a device says, the answer stays ASCII or UTF-8 without control characters. */
static void any_bytes_stay_one_line(void **state)
{
	uint64_t seed = 42;
	(void)state;

	for (unsigned int round = 0; round < 3000; round++) {
		TOPO *t = topology_new(NULL);
		struct map *m = topo_map(t, "", "w");
		TEXT sb = TEXT_INIT;
		char raw[20] = "";
		unsigned int lines = 0, quotes = 0;

		for (unsigned int i = 0; i < sizeof(raw) - 1; i++)
			raw[i] = (char)(1 + topo_rand(&seed, 255));
		m->features = raw;
		show_map_json(m, &sb);
		for (const char *s = sb_str(&sb); *s; s++) {
			if (*s == '\\') {
				s++;
				continue;
			}
			lines += *s == '\n';
			quotes += *s == '"';
			assert_true(*s == '\n' || (unsigned char)*s >= ' ');
		}
		assert_int_equal(lines, 26);
		assert_int_equal(quotes % 2, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_answers),
		cmocka_unit_test(lists_of_several_and_of_none),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(any_bytes_stay_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
