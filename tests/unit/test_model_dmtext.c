// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/topo.h"

#include <errno.h>

#include "core/model/dmtext.h"
#include "core/model/pgpolicy.h"

/* Lines of real kernels (6.1 to 6.12), table and status of one map each. */
static const struct sample {
	const char *what, *table, *status, *features, *hwhandler, *selector;
	unsigned int groups, paths, next, minio;
} samples[] = {
	{ "service-time", "0 1 alua 2 1 service-time 0 1 2 8:0 1 1 service-time 0 1 2 8:16 1 1 ",
	  "2 1 0 0 2 1 E 0 1 2 8:0 A 0 0 1 E 0 1 2 8:16 A 0 0 1 ", "0", "1 alua", "service-time 0",
	  2, 2, 1, 1 },
	{ "round-robin", "1 queue_if_no_path 0 1 1 round-robin 0 2 1 8:16 1000 8:32 1000 ",
	  "2 0 0 0 1 1 A 0 2 0 8:16 A 0 8:32 F 3 ", "1 queue_if_no_path", "0", "round-robin 0", 1,
	  2, 1, 1000 },
	{ "queue-length", "2 queue_mode bio 0 1 1 queue-length 0 2 1 259:1 7 259:2 7 ",
	  "2 0 0 0 1 1 A 0 2 1 259:1 A 0 12 259:2 A 1 0 ", "2 queue_mode bio", "0",
	  "queue-length 0", 1, 2, 1, 7 },
	/* this selector tells its own arguments, in the status too, and no repeat count */
	{ "historical-service-time", "0 0 1 1 historical-service-time 2 512 0 2 1 8:16 0 8:32 0 ",
	  "2 0 0 0 1 1 A 2 512 0 2 3 8:16 A 0 100 2 0 8:32 A 0 90 0 1 ", "0", "0",
	  "historical-service-time 2 512 0", 1, 2, 1, 0 },
	{ "io-affinity", "0 0 1 1 io-affinity 0 2 1 8:16 0f 8:32 f0 ",
	  "2 0 0 0 1 1 A 0 2 1 8:16 A 0 4 8:32 A 0 0 ", "0", "0", "io-affinity 0", 1, 2, 1, 0 },
	{ "handler with arguments and long features",
	  "5 queue_if_no_path pg_init_retries 50 pg_init_delay_msecs 200 3 emc 1 0 2 2 "
	  "service-time 0 1 2 8:0 1 1 service-time 0 1 2 65:16 1 1 ",
	  "2 0 4 1 1 2 2 D 0 1 2 8:0 F 9 0 1 A 0 1 2 65:16 A 0 3 1 ",
	  "5 queue_if_no_path pg_init_retries 50 pg_init_delay_msecs 200", "3 emc 1 0",
	  "service-time 0", 2, 2, 2, 1 },
	{ "no groups", "0 0 0 0 ", "2 0 0 0 0 0 ", "0", "0", NULL, 0, 0, 0, 0 },
	{ "a group without paths", "0 0 1 1 service-time 0 0 2 ", "2 0 0 0 1 1 E 0 0 2 ", "0", "0",
	  "service-time 0", 1, 0, 1, 0 },
};
#define N_SAMPLES (sizeof(samples) / sizeof(samples[0]))

static void real_lines(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < N_SAMPLES; i++) {
		const struct sample *s = &samples[i];
		TOPO *t = topology_new(NULL);
		struct map *m = topo_map(t, "mpatha", "36001");

		print_message("# %s\n", s->what);
		assert_int_equal(dm_table_parse(t, m, s->table), 0);
		assert_string_equal(m->features, s->features);
		assert_string_equal(m->hwhandler, s->hwhandler);
		assert_int_equal(m->n_groups, s->groups);
		assert_int_equal(m->n_paths, s->paths);
		assert_int_equal(t->n_paths, s->paths);
		assert_int_equal(m->next_group, s->next);
		assert_int_equal(m->minio, s->minio);
		if (s->selector)
			assert_string_equal(m->selector, s->selector);
		assert_int_equal(dm_status_parse(m, s->status), 0);
	}
}

static void status_is_stored(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "mpatha", "36001");
	const struct sample *s = &samples[5];
	struct path *known = topo_path(t, "sda", 8, 0);
	(void)state;

	assert_int_equal(dm_table_parse(t, m, s->table), 0);
	assert_int_equal(m->groups[0].state, PG_UNDEF);
	assert_int_equal(dm_status_parse(m, s->status), 0);
	assert_ptr_equal(m->groups[0].paths[0], known);
	assert_ptr_equal(known->map, m);
	assert_ptr_equal(known->group, &m->groups[0]);
	assert_true(known->in_table);
	assert_int_equal(m->groups[0].state, PG_DISABLED);
	assert_int_equal(m->groups[1].state, PG_ACTIVE);
	assert_int_equal(known->dm, DMP_FAILED);
	assert_int_equal(known->failures, 9);
	assert_int_equal(t->paths[1]->dm, DMP_ACTIVE);
	assert_int_equal(t->paths[1]->failures, 0);
	assert_int_equal(t->paths[1]->dev.devno, makedev(65, 16));
	assert_string_equal(t->paths[1]->dev.name, "");
	assert_int_equal(m->next_group, 2);
}

static void bad_tables_change_nothing(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"x",
		"-1",
		"0",
		"0 0",
		"0 0 1",
		"0 0 1 2 service-time 0 0 1",
		"0 0 1 1",
		"0 0 1 1 service-time",
		"0 0 1 1 service-time 0",
		"0 0 1 1 service-time 0 1",
		"0 0 1 1 service-time 0 1 1",
		"0 0 1 1 service-time 0 1 1 8:0",
		"0 0 1 1 service-time 0 2 1 8:0 1",
		"0 0 1 1 service-time 0 1 2 8:0 1",
		"0 0 1 1 service-time 1 1 1 8:0 1",
		"0 0 1 1 service-time 0 1 1 8:0 1 extra",
		"0 0 1 1 service-time 0 1 1 /dev/sda 1",
		"0 0 1 1 service-time 0 1 1 8 1",
		"0 0 1 1 service-time 0 1 1 8: 1",
		"0 0 1 1 service-time 0 1 1 :0 1",
		"0 0 1 1 service-time 0 1 1 8:0x 1",
		"0 0 1 1 service-time 0 1 1 99999999999:0 1",
		"0 0 4294967295 1 service-time 0 1 1 8:0 1",
		"0 0 1 1 service-time 0 4294967295 1 8:0 1",
		"0 0 1 1 service-time 0 1 4294967295 8:0 1",
		"0 0 1 1 service-time 4294967295 1 1 8:0 1",
		"4294967295 a",
		"4294967296 a",
		"18446744073709551617 a 0 0 0",
		"2 queue_if_no_path 0 0 0",
	};
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "mpatha", "36001"), before;
	(void)state;

	assert_int_equal(dm_table_parse(t, m, samples[0].table), 0);
	before = *m;
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(dm_table_parse(t, m, bad[i]), -EINVAL);
		assert_memory_equal(m, &before, sizeof(before));
		assert_int_equal(t->n_paths, 2);
	}
}

/* The text ends where an allocation ends, so that ASan sees any step past it. */
static char *exact(const char *s, size_t len)
{
	char *copy = test_malloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

/* Advisory of 2026: "dm table with missing path arguments was read past its end". */
static void advisory_dm_table_with_missing_path_arguments(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < N_SAMPLES; i++)
		for (size_t len = 0; len + 1 < strlen(samples[i].table); len++) {
			TOPO *t = topology_new(NULL);
			struct map *m = topo_map(t, "mpatha", "36001");
			char *cut = exact(samples[i].table, len);
			int r = dm_table_parse(t, m, cut);

			/* a number that lost its last digit may still make a line */
			assert_true(r == 0 || r == -EINVAL);
			if (samples[i].table[len] == ' ')
				assert_int_equal(r, -EINVAL);
			test_free(cut);
		}
}

static void truncated_and_lying_statuses(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < N_SAMPLES; i++) {
		TOPO *t = topology_new(NULL);
		struct map *m = topo_map(t, "mpatha", "36001");

		assert_int_equal(dm_table_parse(t, m, samples[i].table), 0);
		for (size_t len = 0; len + 1 < strlen(samples[i].status); len++) {
			char *cut = exact(samples[i].status, len);
			int r = dm_status_parse(m, cut);

			if (samples[i].status[len] == ' ')
				assert_true(r == -EINVAL || r == -ESTALE);
			test_free(cut);
		}
	}
}

/* Every number of a line replaced by another: never a crash, never an endless loop. */
static void every_number_lies(void **state)
{
	static const char *const lies[] = {
		"0", "1", "2", "3", "9", "1000", "4294967295", "-1", ""
	};
	(void)state;

	for (unsigned int i = 0; i < N_SAMPLES; i++) {
		const char *lines[] = { samples[i].table, samples[i].status };
		TOPO *t = topology_new(NULL);
		struct map *m = topo_map(t, "mpatha", "36001");

		assert_int_equal(dm_table_parse(t, m, samples[i].table), 0);
		for (unsigned int l = 0; l < 2; l++)
			for (const char *p = lines[l]; *p; p += strcspn(p, " ") + 1)
				for (unsigned int k = 0; k < sizeof(lies) / sizeof(lies[0]); k++) {
					TEXT sb = TEXT_INIT;
					char *line;

					sb_addn(&sb, lines[l], (size_t)(p - lines[l]));
					sb_add(&sb, lies[k]);
					sb_add(&sb, p + strcspn(p, " "));
					line = exact(sb_str(&sb), sb.len);
					if (l)
						dm_status_parse(m, line);
					else
						dm_table_parse(topology_add_map(t) ? t : NULL,
							       t->maps[t->n_maps - 1], line);
					test_free(line);
				}
	}
}

static void status_of_another_table_is_stale(void **state)
{
	static const char *const stale[] = {
		"2 0 0 0 1 1 E 0 1 2 8:0 A 0 0 1 ",
		"2 0 0 0 2 1 E 0 2 2 8:0 A 0 0 1 8:16 A 0 0 1 E 0 1 2 8:16 A 0 0 1 ",
		"2 0 0 0 2 1 E 0 1 2 8:0 A 0 0 1 E 0 1 2 8:32 A 0 0 1 ",
	};
	TOPO *t = topology_new(NULL);
	struct map *m = topo_map(t, "mpatha", "36001");
	(void)state;

	assert_int_equal(dm_table_parse(t, m, samples[0].table), 0);
	for (unsigned int i = 0; i < sizeof(stale) / sizeof(stale[0]); i++)
		assert_int_equal(dm_status_parse(m, stale[i]), -ESTALE);
	assert_int_equal(dm_status_parse(m, "2 0 0 0 2 1 X 0 1 2 8:0 A 0 0 1 "), -EINVAL);
	assert_int_equal(dm_status_parse(m, "2 0 0 0 2 1 E 0 1 2 8:0 Z 0 0 1 "), -EINVAL);
	assert_int_equal(dm_status_parse(m, "2 0 0 0 2 3 E 0 1 2 8:0 A 0 0 1 "), -EINVAL);
	/* nothing of these was stored */
	assert_int_equal(m->groups[0].state, PG_UNDEF);
	assert_int_equal(t->paths[0]->dm, DMP_UNDEF);
}

static struct map *two_paths(struct topology *t, enum vocab_word policy, const char *selector)
{
	struct map *m = topo_map(t, "mpatha", "36001");

	for (unsigned int i = 0; i < 2; i++) {
		struct path *p = topo_path(t, i ? "sdb" : "sda", 8, 16 * i);

		topo_prio(p, i ? 10 : 50);
		map_add_path(t, m, p);
	}
	pg_build(t, m, policy, false, selector);
	return m;
}

static void expect_table(const struct map *m, const char *want)
{
	TEXT sb = TEXT_INIT;

	assert_int_equal(dm_table_print(m, &sb), 0);
	assert_string_equal(sb_str(&sb), want);
}

static void tables_are_written_as_multipath_tools_does(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = two_paths(t, VW_failover, "service-time 0");
	(void)state;

	expect_table(m, "0 0 2 1 service-time 0 1 1 8:0 1 service-time 0 1 1 8:16 1");
	m->features = "1 queue_if_no_path";
	m->hwhandler = "1 alua";
	m->best_group = 2;
	expect_table(m, "1 queue_if_no_path 1 alua 2 2 service-time 0 1 1 8:0 1 "
			"service-time 0 1 1 8:16 1");
	m->best_group = 0; /* no usable path: the kernel wants a number all the same */
	topo_set_num(t, &m->props, KW_rr_min_io_rq, 4);
	topo_set_num(t, &m->props, KW_rr_min_io, 100);
	expect_table(m, "1 queue_if_no_path 1 alua 2 1 service-time 0 1 1 8:0 4 "
			"service-time 0 1 1 8:16 4");
	pg_build(t, m, VW_multibus, false, "round-robin 0");
	topo_set_word(t, &m->props, KW_rr_weight, VW_priorities);
	expect_table(m, "1 queue_if_no_path 1 alua 1 1 round-robin 0 2 1 8:0 200 8:16 40");
	topo_set_word(t, &m->props, KW_rr_weight, VW_uniform);
	pg_build(t, m, VW_multibus, false, "historical-service-time 0");
	expect_table(m, "1 queue_if_no_path 1 alua 1 1 historical-service-time 0 2 1 8:0 4 8:16 4");
	pg_build(t, m, VW_multibus, false, "queue-length 0");
	m->features = "3 queue_if_no_path queue_mode bio";
	/* 0.15.0: bio-based has no hardware handler, which the kernel would refuse; rr_min_io */
	expect_table(m, "3 queue_if_no_path queue_mode bio 0 1 1 queue-length 0 2 1 8:0 100 8:16 "
			"100");
}

static void table_corner_cases(void **state)
{
	TOPO *t = topology_new(NULL);
	struct map *m = two_paths(t, VW_multibus, "round-robin 0");
	TEXT sb = TEXT_INIT;
	(void)state;

	topo_set_word(t, &m->props, KW_rr_weight, VW_priorities);
	topo_set_num(t, &m->props, KW_rr_min_io_rq, INT32_MAX);
	t->paths[1]->has_prio = false;
	t->paths[1]->prio = 7;
	expect_table(m, "0 0 1 1 round-robin 0 2 1 8:0 2147483647 8:16 2147483647");
	topo_prio(t->paths[0], -5);
	topo_set_num(t, &m->props, KW_rr_min_io_rq, 2);
	expect_table(m, "0 0 1 1 round-robin 0 2 1 8:0 2 8:16 2");
	m->best_group = 2;
	assert_int_equal(dm_table_print(m, &sb), -EINVAL);
	m->n_groups = 0;
	expect_table(m, "0 0 0 0");
	m->n_groups = 1;
	m->best_group = 1;
	m->selector = m->groups[0].selector = NULL;
	assert_int_equal(dm_table_print(m, &sb), -EINVAL);
	assert_int_equal(sb.len, 0);
}

/* Any topology: its table, read back and written again, is the same. */
static void print_parse_print_is_a_fixed_point(void **state)
{
	static const char *const selectors[] = { "service-time 0", "round-robin 0",
						 "queue-length 0",
						 "historical-service-time 2 512 2" };
	static const char *const features[] = { "0", "1 queue_if_no_path", "2 pg_init_retries 50",
						"2 queue_mode bio",
						"3 queue_if_no_path queue_mode bio" };
	static const char *const handlers[] = { "0", "1 alua", "3 emc 1 0" };
	uint64_t seed = 20260205;
	(void)state;

	for (unsigned int round = 0; round < 2000; round++) {
		TOPO *t = topology_new(NULL), *u = topology_new(NULL);
		struct map *m = topo_map(t, "mpatha", "36001"), *n = topo_map(u, "mpatha", "36001");
		unsigned int n_paths = topo_rand(&seed, 20);
		TEXT first = TEXT_INIT, second = TEXT_INIT;

		for (unsigned int i = 0; i < n_paths; i++) {
			struct path *p = topo_path(t, "", topo_rand(&seed, 4096),
						   1 + i + 100 * topo_rand(&seed, 1000));

			topo_prio(p, (int)topo_rand(&seed, 4) * 10);
			p->state = topo_rand(&seed, 3) ? PATH_UP : PATH_DOWN;
			map_add_path(t, m, p);
		}
		m->features = features[topo_rand(&seed, 5)];
		m->hwhandler = features_bio(m->features) ? "0" : handlers[topo_rand(&seed, 3)];
		topo_set_num(t, &m->props, KW_rr_min_io, 1 + topo_rand(&seed, 1000));
		topo_set_num(t, &m->props, KW_rr_min_io_rq, 1 + topo_rand(&seed, 1000));
		n->props = m->props;
		pg_build(t, m, VW_failover + topo_rand(&seed, 6), false,
			 selectors[topo_rand(&seed, 4)]);
		assert_int_equal(dm_table_print(m, &first), 0);
		assert_int_equal(dm_table_parse(u, n, sb_str(&first)), 0);
		n->best_group = n->next_group;
		assert_int_equal(dm_table_print(n, &second), 0);
		assert_string_equal(sb_str(&first), sb_str(&second));
	}
}

static void features_as_lists(void **state)
{
	TOPO *t = topology_new(NULL);
	struct arena *a = t->arena;
	(void)state;

	assert_true(feature_has("1 queue_if_no_path", "queue_if_no_path"));
	assert_false(feature_has("0", "queue_if_no_path"));
	assert_false(feature_has("", "queue_if_no_path"));
	assert_false(feature_has(NULL, "queue_if_no_path"));
	assert_false(feature_has("1 queue_if_no_path2", "queue_if_no_path"));
	assert_false(feature_has("1 queue_if_no_path", ""));
	assert_true(feature_has("2 queue_mode bio", "queue_mode"));
	assert_true(feature_has("2 queue_mode bio", "queue_mode bio"));
	assert_true(feature_has("2 queue_mode  bio", "queue_mode bio"));
	assert_false(feature_has("2 queue_mode bio", "bio"));
	assert_false(feature_has("2 queue_mode rq", "queue_mode bio"));
	assert_false(feature_has("1 queue_mode", "queue_mode bio"));
	assert_true(features_bio("4 a queue_mode bio b"));
	assert_false(features_bio("0"));

	assert_string_equal(feature_add(a, "0", "queue_if_no_path"), "1 queue_if_no_path");
	assert_string_equal(feature_add(a, NULL, "queue_if_no_path"), "1 queue_if_no_path");
	assert_string_equal(feature_add(a, "1 queue_if_no_path", "queue_if_no_path"),
			    "1 queue_if_no_path");
	assert_string_equal(feature_add(a, "1 a", "queue_mode bio b"), "4 a queue_mode bio b");
	assert_string_equal(feature_remove(a, "1 queue_if_no_path", "queue_if_no_path"), "0");
	assert_string_equal(feature_remove(a, "4 a queue_mode bio b", "queue_mode"), "2 a b");
	assert_string_equal(feature_remove(a, "2 a b", "c"), "2 a b");
	assert_string_equal(feature_remove(a, "0", "c"), "0");
	assert_string_equal(feature_remove(a, "3 pg_init_retries 50 x", "pg_init_retries 50"),
			    "1 x");
}

static void features_compared(void **state)
{
	(void)state;
	assert_true(features_equal("0", "0", false));
	assert_true(features_equal("0", NULL, false));
	assert_true(features_equal("2 a b", "2 b a", false));
	assert_true(features_equal("2  a  b", "2 b a", false));
	assert_false(features_equal("2 a b", "2 b c", false));
	assert_false(features_equal("1 a", "2 a a", false));
	assert_false(features_equal("1 a", "2 a b", false));
	assert_false(features_equal("1 queue_if_no_path", "0", false));
	assert_true(features_equal("1 queue_if_no_path", "0", true));
	assert_true(features_equal("2 queue_if_no_path a", "2 a retain_attached_hw_handler", true));
	assert_false(features_equal("2 pg_init_retries 50", "2 pg_init_retries 5", true));
	assert_true(features_equal("4 pg_init_retries 50 queue_mode bio",
				   "4 queue_mode bio pg_init_retries 50", true));
	assert_false(features_equal("1 queue_mode", "2 queue_mode bio", false));
}

static void selectors_compared(void **state)
{
	(void)state;
	assert_true(selector_equal("service-time 0", "service-time 0"));
	assert_false(selector_equal("service-time 0", "round-robin 0"));
	assert_false(selector_equal("service-time 0", "service-time-2 0"));
	/* no arguments wanted: whatever the kernel has by default is right */
	assert_true(selector_equal("historical-service-time 2 512 0", "historical-service-time 0"));
	assert_true(selector_equal("historical-service-time  2 512 0 ",
				   "historical-service-time 2 512 0"));
	assert_false(
		selector_equal("historical-service-time 2 512 0", "historical-service-time 1 100"));
	assert_false(selector_equal("historical-service-time 0", "historical-service-time 1 100"));
	assert_false(selector_equal(NULL, "service-time 0"));
	assert_false(selector_equal("", "service-time 0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_lines),
		cmocka_unit_test(status_is_stored),
		cmocka_unit_test(bad_tables_change_nothing),
		cmocka_unit_test(advisory_dm_table_with_missing_path_arguments),
		cmocka_unit_test(truncated_and_lying_statuses),
		cmocka_unit_test(every_number_lies),
		cmocka_unit_test(status_of_another_table_is_stale),
		cmocka_unit_test(tables_are_written_as_multipath_tools_does),
		cmocka_unit_test(table_corner_cases),
		cmocka_unit_test(print_parse_print_is_a_fixed_point),
		cmocka_unit_test(features_as_lists),
		cmocka_unit_test(features_compared),
		cmocka_unit_test(selectors_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
