/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parser's parts on their own: text tools, places, tables, value types, rules, layers, trees.
 * Whole configurations are tested by tests/conf.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/model/hwtable.h"
#include "parser/arena.h"
#include "parser/config.h"
#include "parser/dump.h"
#include "parser/features.h"
#include "parser/kwtype.h"
#include "parser/rules.h"
#include "parser/strbuf.h"
#include "parser/tree.h"

static void test_arena(void **state)
{
	struct arena *a = arena_new();
	unsigned int cap = 0;
	int *list = NULL;

	(void)state;
	for (unsigned int i = 0; i < 10000; i++) {
		list = arena_grow(a, list, i, &cap, sizeof(*list));
		list[i] = (int)i;
	}
	assert_int_equal(list[0], 0);
	assert_int_equal(list[9999], 9999);
	assert_int_equal((uintptr_t)arena_alloc(a, 1) % 16, 0);
	assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
	assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
	assert_true(arena_used(a) > 40000);
	arena_free(a);
	arena_free(NULL);
}

static void test_safe_text(void **state)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	(void)state;
	sb_add_safe(&sb, "a\x1b[1m\t\x7f\xc3\xa4\xc2\x9b\xff\xe2\x82\xac\xed\xa0\x80\xf0\x9f\x98");
	assert_string_equal(sb_str(&sb), "a\\x1b[1m\\x09\\x7f\xc3\xa4\\xc2\\x9b\\xff\xe2\x82\xac"
					 "\\xed\\xa0\\x80\\xf0\\x9f\\x98");
}

static struct srcfile *file_of(const char *text, size_t len)
{
	struct srcfile *f;

	assert_int_equal(srcfile_from_mem("t", text, len, &f), 0);
	return f;
}

static void test_places(void **state)
{
	struct srcfile *f = file_of("ab\r\n\ncd", 7);
	size_t len;

	(void)state;
	assert_int_equal(srcfile_pos(f, 0).line, 1);
	assert_int_equal(srcfile_pos(f, 3).column, 4);
	assert_int_equal(srcfile_pos(f, 4).line, 2);
	assert_int_equal(srcfile_pos(f, 6).line, 3);
	assert_int_equal(srcfile_pos(f, 6).column, 2);
	assert_memory_equal(srcfile_line(f, 1, &len), "ab", 2);
	assert_int_equal(len, 2);
	srcfile_line(f, 2, &len);
	assert_int_equal(len, 0);
	srcfile_line(f, 4, &len);
	assert_int_equal(len, 0);
	srcfile_free(f);
	assert_int_equal(srcfile_read("/", NULL, &f), -EISDIR);
	assert_int_equal(srcfile_read("/nowhere/at/all", NULL, &f), -ENOENT);
	assert_int_equal(srcfile_read("/dev/null", NULL, &f), -EINVAL);
}

static void test_table_is_sound(void **state)
{
	(void)state;
	for (enum kw_id kw = KW_NONE + 1; kw < KW__MAX; kw++) {
		const struct kwdef *def = kw_get(kw);
		bool somewhere = false;

		for (enum section s = SEC_ROOT; s < SEC__MAX; s++) {
			somewhere |= def->at[s] != 0;
			if (def->at[s])
				assert_int_equal(kw_find(s, def->name), def->removed ? 0 : kw);
		}
		assert_true(somewhere);
		assert_non_null(def->since);
		assert_non_null(def->brief);
		assert_true(def->min <= def->max);
		assert_true(def->type || def->opens || def->removed);
		if (def->alias_of)
			assert_int_not_equal(kw_resolve(kw), kw);
		if (def->successor)
			assert_int_not_equal(kw_find_any(def->successor), KW_NONE);
	}
	for (enum section s = SEC_ROOT; s < SEC__MAX; s++) {
		const enum kw_id *o = kw_order(s);

		assert_true(o[0] != KW_NONE);
		for (; o[0] && o[1]; o++)
			assert_true(kw_get(o[0])->at[s] < kw_get(o[1])->at[s]);
	}
}

/* A word that cannot be written would be a word nobody can set. */
static void test_words_are_used(void **state)
{
	(void)state;
	for (enum vocab_word w = VW_STRING + 1; w < VW__MAX; w++) {
		bool found = false;

		for (enum vocab_list list = VL_none + 1; list < VL__MAX; list++) {
			const struct vocab_entry *e = vocab_find(list, vocab_text(w));

			found |= e && e->word == w;
		}
		assert_true(found);
	}
}

static void test_diag_names(void **state)
{
	(void)state;
	for (enum diag_id id = DIAG_NONE + 1; id < DIAG__MAX; id++) {
		const struct diag_def *def = diag_def(id);

		assert_int_equal(strspn(def->name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
				 strlen(def->name));
		assert_non_null(def->text);
		for (enum diag_id other = DIAG_NONE + 1; other < id; other++)
			assert_string_not_equal(diag_def(other)->name, def->name);
	}
}

static void test_nearest(void **state)
{
	(void)state;
	assert_int_equal(kw_nearest(SEC_DEFAULTS, "pollong_interval"), KW_polling_interval);
	assert_int_equal(kw_nearest(SEC_ROOT, "default"), KW_defaults);
	assert_int_equal(kw_nearest(SEC_MULTIPATH, "wiwd"), KW_wwid);
	assert_int_equal(kw_nearest(SEC_DEFAULTS, "zzzzzzzzz"), KW_NONE);
	assert_int_equal(
		kw_nearest(SEC_DEFAULTS, "a_name_that_is_far_too_long_to_be_compared_at_all"),
		KW_NONE);
	assert_int_equal(kw_home("alias"), SEC_MULTIPATH);
	assert_int_equal(kw_home("udev_dir"), SEC__MAX);
	assert_string_equal(kw_since(KW_vendor, SEC_DEVICE), "0.4.5");
	assert_string_equal(kw_since(KW_prio, SEC_MULTIPATH), "0.5.0");
}

static int no_user(const char *name, uint32_t *ret_id)
{
	if (strcmp(name, "oracle"))
		return -ENOENT;
	*ret_id = 54321;
	return 0;
}

static int some_group(const char *name, uint32_t *ret_id)
{
	if (strcmp(name, "dba"))
		return -ENOENT;
	*ret_id = 8;
	return 0;
}

struct value_case {
	enum kw_id kw;
	const char *text;
	const char *printed; /* NULL: not set */
	enum diag_id said;   /* DIAG_NONE: nothing */
};

static const struct value_case value_cases[] = {
	{ KW_user_friendly_names, "yes", "\"yes\"", DIAG_NONE },
	{ KW_user_friendly_names, "1", "\"yes\"", DIAG_NONE },
	{ KW_user_friendly_names, "true", NULL, DIAG_invalid_value },
	{ KW_path_grouping_policy, "group_by_priority", "\"group_by_prio\"", DIAG_value_tail },
	{ KW_path_grouping_policy, "group_by_tpg", "\"group_by_tpg\"", DIAG_NONE },
	{ KW_path_grouping_policy, " failover", NULL, DIAG_invalid_value },
	{ KW_no_path_retry, "0", "\"fail\"", DIAG_NONE },
	{ KW_no_path_retry, " 5", "5", DIAG_NONE },
	{ KW_no_path_retry, "-1", "1", DIAG_too_small },
	{ KW_no_path_retry, "99999999999999999999", "2147483647", DIAG_too_large },
	{ KW_failback, "0", NULL, DIAG_zero_unset },
	{ KW_failback, "immediate ", NULL, DIAG_invalid_value },
	{ KW_fast_io_fail_tmo, "0", "0", DIAG_NONE },
	{ KW_fast_io_fail_tmo, "00", "1", DIAG_too_small },
	{ KW_fast_io_fail_tmo, "off", "\"off\"", DIAG_NONE },
	{ KW_dev_loss_tmo, "-1", "\"infinity\"", DIAG_value_wraps },
	{ KW_dev_loss_tmo, "4294967295", "\"infinity\"", DIAG_NONE },
	{ KW_dev_loss_tmo, "4294967297", "1", DIAG_value_wraps },
	{ KW_dev_loss_tmo, "600s", "600", DIAG_value_tail },
	{ KW_dev_loss_tmo, "x", NULL, DIAG_invalid_value },
	{ KW_mode, "0644", "0644", DIAG_NONE },
	{ KW_mode, "0999", "00", DIAG_value_tail },
	{ KW_mode, "1777", NULL, DIAG_invalid_value },
	{ KW_uid, "oracle", "0152061", DIAG_NONE },
	{ KW_uid, "nobody", NULL, DIAG_invalid_value },
	{ KW_gid, "dba", "010", DIAG_NONE },
	{ KW_gid, "oracle", "0152061", DIAG_NONE },
	{ KW_polling_interval, "0", NULL, DIAG_invalid_value },
	{ KW_polling_interval, "ten", NULL, DIAG_invalid_value },
	{ KW_polling_interval, "+5", NULL, DIAG_invalid_value },
	{ KW_polling_interval, "536870912", NULL, DIAG_invalid_value },
	{ KW_polling_interval, " 7 ", "7", DIAG_NONE },
	{ KW_path_selector, "round-robin 0", "\"round-robin 0\"", DIAG_NONE },
	{ KW_path_selector, "round-robin", NULL, DIAG_missing_count },
	{ KW_path_selector, "round-robin 1", NULL, DIAG_wrong_count },
	{ KW_features, "2 pg_init_retries 50", "\"2 pg_init_retries 50\"", DIAG_NONE },
	{ KW_features, "", NULL, DIAG_missing_count },
	{ KW_alias, "a b", "\"a b\"", DIAG_NONE },
	{ KW_alias, "a\"b", "\"a\"\"b\"", DIAG_NONE },
	{ KW_alias, "a/b", NULL, DIAG_slash },
	{ KW_flush_on_last_del, "no", "\"unused\"", DIAG_deprecated_value },
	{ KW_flush_on_last_del, "never", "\"never\"", DIAG_NONE },
	{ KW_find_multipaths, "0", "\"off\"", DIAG_NONE },
	{ KW_marginal_pathgroups, "fpin", "\"fpin\"", DIAG_NONE },
	{ KW_reservation_key, "file", "\"file\"", DIAG_NONE },
	{ KW_reservation_key, "0X00Ab:aptpl", "0xab:aptpl", DIAG_NONE },
	{ KW_reservation_key, "ffffffffffffffff", "0xffffffffffffffff", DIAG_NONE },
	{ KW_reservation_key, "12345678901234567", NULL, DIAG_bad_reservation_key },
	{ KW_reservation_key, "0x", NULL, DIAG_bad_reservation_key },
	{ KW_uid_attrs, " sd:A   dasd:B", "\"sd:A dasd:B\"", DIAG_NONE },
	{ KW_uid_attrs, "sd:A x", "\"sd:A\"", DIAG_uid_attrs_record },
	{ KW_max_fds, "max", "\"max\"", DIAG_NONE },
	{ KW_max_retries, "9", "5", DIAG_too_large },
	{ KW_type, "scsi:fcp", "\"scsi:fcp\"", DIAG_NONE },
	{ KW_type, "scsi:", NULL, DIAG_invalid_value },
	{ KW_vpd_vendor, "hp3par", "\"hp3par\"", DIAG_NONE },
	{ KW_uxsock_timeout, "1000", "4000", DIAG_too_small },
	{ KW_find_multipaths_timeout, "-10", "-10", DIAG_NONE },
};

static void test_values(void **state)
{
	const struct kwuserdb users = { .user = no_user, .group = some_group };

	(void)state;
	for (size_t i = 0; i < sizeof(value_cases) / sizeof(value_cases[0]); i++) {
		const struct value_case *v = &value_cases[i];
		__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
		struct arena *a = arena_new();
		struct diag_sink *diags = diag_sink_new(a);
		struct kwcontext c = { .kw = v->kw, .a = a, .diags = diags, .users = &users };
		struct kwval val;
		enum kwresult r = kw_parse(&c, v->text, &val);

		if (r == KWR_SET)
			kw_print(v->kw, &val, &sb);
		assert_int_equal(r == KWR_SET, v->printed != NULL);
		assert_string_equal(sb_str(&sb), v->printed ? v->printed : "");
		if (r == KWR_SET)
			assert_true(kw_equal(v->kw, &val, &val));
		assert_int_equal(diag_count(diags) ? diag_at(diags, 0)->id : DIAG_NONE, v->said);
		arena_free(a);
	}
}

static void test_syntax(void **state)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	(void)state;
	kw_syntax(KW_failback, &sb);
	assert_string_equal(sb_str(&sb), "manual|immediate|followover|0..2147483647 (s)");
	sb_clear(&sb);
	kw_syntax(KW_max_retries, &sb);
	assert_string_equal(sb_str(&sb), "off|0|1..5");
	sb_clear(&sb);
	kw_syntax(KW_mode, &sb);
	assert_string_equal(sb_str(&sb), "0..0777 (octal)");
}

static void test_features(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_true(features_have("1 queue_if_no_path", "queue_if_no_path"));
	assert_false(features_have("queue_if_no_path", "queue_if_no_path"));
	assert_false(features_have("1 queue_if_no_path_x", "queue_if_no_path"));
	assert_string_equal(features_without("1 q", "q", a), "0");
	assert_string_equal(features_without("3 a q c", "q", a), "2 a c");
	assert_string_equal(features_without("2 a q", "q", a), "1 a");
	assert_string_equal(features_without("2 a b", "q", a), "2 a b");
	arena_free(a);
}

static void test_layer(void **state)
{
	struct arena *a = arena_new();
	struct layer *x = layer_new(a, LAYER_DEVICE, SRCLOC_NONE);
	struct layer *y = layer_new(a, LAYER_BUILTIN_DEV, SRCLOC_NONE);
	struct kwval one = { .word = VW_NUMBER, .num = 1 }, two = { .word = VW_NUMBER, .num = 2 };

	(void)state;
	layer_set(x, a, KW_rr_min_io, one, SRCLOC_NONE);
	layer_set(x, a, KW_rr_min_io, two, SRCLOC_NONE);
	layer_set(y, a, KW_rr_min_io, one, SRCLOC_NONE);
	layer_set(y, a, KW_rr_min_io_rq, one, SRCLOC_NONE);
	layer_inherit(x, a, y);
	assert_int_equal(x->n, 2);
	assert_int_equal(layer_get(x, KW_rr_min_io)->val.num, 2);
	assert_ptr_equal(layer_get(x, KW_rr_min_io_rq)->layer, y);
	assert_null(layer_get(x, KW_failback));
	layer_unset(x, KW_rr_min_io);
	layer_unset(x, KW_failback);
	assert_null(layer_get(x, KW_rr_min_io));
	assert_int_equal(layer_get(x, KW_rr_min_io_rq)->val.num, 1);
	arena_free(a);
}

static struct config *load_with(const char *text, const struct config_row *rows)
{
	struct config_sources src = { .root = "", .file = "t", .builtin = rows };
	struct config *c;

	src.text = file_of(text, strlen(text));
	assert_int_equal(config_load(&src, &c), 0);
	return c;
}

/* Writes the @nr-th word over @letters into @buf: all of length 0, then 1, and so on. */
static void nth_text(unsigned int nr, const char *letters, char *buf)
{
	unsigned int base = (unsigned int)strlen(letters);

	for (; nr; nr = (nr - 1) / base)
		*buf++ = letters[(nr - 1) % base];
	*buf = '\0';
}

/* Every expression of up to five of these signs, compared as a text or not, says what regexec() does. */
static void test_rules_as_texts(void **state)
{
	unsigned int compiled = 0;
	char pattern[8], text[8], why[64];

	(void)state;
	for (unsigned int i = 0; i < 9331; i++) {
		struct rule r = { .kind = RULE_WWID };
		struct rules list = { .list = &r, .n = 1 };
		regex_t re;

		nth_text(i, "^$.*ab", pattern);
		if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB)) {
			assert_int_not_equal(rule_set_pattern(&r, pattern, why, sizeof(why)), 0);
			continue;
		}
		assert_int_equal(rule_set_pattern(&r, pattern, why, sizeof(why)), 0);
		compiled += r.test.compiled;
		for (unsigned int k = 0; k < 31; k++) {
			nth_text(k, "ab", text);
			if (rule_matches(&r, text, NULL) != !regexec(&re, text, 0, NULL, 0))
				fail_msg("\"%s\" and \"%s\"", pattern, text);
		}
		regfree(&re);
		rules_done(&list);
	}
	assert_in_range(compiled, 1000, 9000);
}

static void test_rules(void **state)
{
	struct config *c = load_with("blacklist {\n"
				     "wwid \"^36\"\nwwid \"!abc\"\nwwid \"\\!x\"\n"
				     "device {\nvendor \"^IBM\"\nproduct \"!^2145\"\n}\n"
				     "device {\nproduct \"LUNZ\"\n}\ndevice {\n}\n}\n",
				     NULL);
	const struct rule *r = c->blacklist.list;

	(void)state;
	assert_int_equal(c->blacklist.n, 6); /* with the built-in devnode rule */
	assert_true(rule_matches(&r[0], "360", NULL));
	assert_false(rule_matches(&r[0], "136", NULL));
	assert_true(rule_matches(&r[1], "xyz", NULL));
	assert_false(rule_matches(&r[1], "zabcz", NULL));
	assert_true(rule_matches(&r[2], "a!x", NULL));
	assert_false(rule_matches(&r[2], "ax", NULL));
	assert_int_equal(r[3].kind, RULE_DEVICE);
	assert_true(rule_matches(&r[3], "IBM", "1750"));
	assert_false(rule_matches(&r[3], "IBM", "2145"));
	assert_false(rule_matches(&r[3], "EMC", "1750"));
	assert_true(rule_matches(&r[4], "DGC", "LUNZ"));
	assert_false(rule_matches(&r[4], "DGC", NULL));
	assert_false(r[4].builtin);
	assert_true(r[5].builtin);
	assert_true(rule_matches(&r[5], "loop0", NULL));
	assert_false(rule_matches(&r[5], "nvme0n1", NULL));
	config_free(c);
}

static void test_bounded_regex(void **state)
{
	regex_t re;

	(void)state;
	assert_int_equal(regex_compile(&re, "a{2,3}(b{1,9}){1,9}", REG_EXTENDED), 0);
	regfree(&re);
	assert_int_equal(regex_compile(&re, "((a{1,255}){1,255}){1,255}", REG_EXTENDED),
			 REG_ESPACE);
	assert_int_not_equal(regex_compile(&re, "*", REG_EXTENDED), 0);
}

static void test_config_questions(void **state)
{
	struct config *c =
		load_with("defaults {\nmax_polling_interval 3\nuser_friendly_names yes\n}\n"
			  "multipaths {\nmultipath {\nwwid b\nalias x\n}\n"
			  "multipath {\nwwid a\nalias x\n}\nmultipath {\nwwid c\n}\n}\n",
			  hwtable_rows());

	(void)state;
	assert_int_equal(config_num(c, KW_polling_interval, -1), 1);
	assert_int_equal(config_num(c, KW_max_polling_interval, -1), 3);
	assert_int_equal(config_num(c, KW_checker_timeout, -1), -1);
	assert_true(config_yes(c, KW_user_friendly_names));
	assert_false(config_yes(c, KW_reassign_maps));
	assert_int_equal(c->devices.n, 137);
	assert_int_equal(c->devices.list[0]->kind, LAYER_BUILTIN_DEV);
	assert_string_equal(layer_str(config_multipath(c, "a"), KW_alias), "x");
	assert_null(layer_str(config_multipath(c, "b"), KW_alias));
	assert_non_null(config_multipath(c, "c"));
	assert_null(config_multipath(c, "d"));
	assert_null(config_multipath(c, ""));
	assert_false(c->fatal);
	config_free(c);
}

static bool keep_ibm(void *ctx, const struct layer *row)
{
	return !strcmp(layer_str(row, KW_vendor), ctx);
}

static void test_dump_options(void **state)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	struct config *c = load_with("devices {\ndevice {\nvendor V\nproduct P\n}\n}\n"
				     "multipaths {\nmultipath {\nwwid w1\n}\n}\n",
				     hwtable_rows());
	const struct dump_map maps[] = { { "w1", "one" }, { "w2", "two" }, { "w3", NULL } };
	const struct dump_options opt = {
		.keep_device = keep_ibm, .ctx = (char[]){ "V" }, .maps = maps, .n_maps = 3
	};

	(void)state;
	dump_config(c, &opt, &sb);
	assert_non_null(strstr(sb_str(&sb),
			       "\ndevices {\n\tdevice {\n\t\tvendor \"V\"\n"
			       "\t\tproduct \"P\"\n\t}\n}\noverrides {\n}\n"
			       "multipaths {\n\tmultipath {\n\t\twwid \"w1\"\n\t}\n"
			       "\tmultipath {\n\t\twwid \"w2\"\n\t\t# alias \"two\"\n\t}\n"
			       "\tmultipath {\n\t\twwid \"w3\"\n\t}\n}\n"));
	config_free(c);
}

static void test_tree(void **state)
{
	static const char text[] =
		"# top\ndevices {\n\tdevice { # x\n\t\tvendor \"a\"\"b\" rest\n\t}\n"
		"}\n\n{ }\nlast";
	struct srcfile *f = file_of(text, sizeof(text) - 1);
	struct arena *a = arena_new();
	struct tree *t;

	(void)state;
	assert_int_equal(tree_parse(f, &t), 0);
	assert_int_equal(t->n_lines, 9);
	assert_int_equal(t->lines[0].line.kind, LINE_BLANK);
	assert_int_equal(t->lines[0].line.comment, 0);
	assert_int_equal(t->lines[1].line.kind, LINE_SECTION);
	assert_int_equal(t->lines[1].line.comment, t->lines[1].line.end);
	assert_int_equal(text[t->lines[2].line.comment], '#');
	assert_int_equal(t->lines[3].line.kind, LINE_SETTING);
	assert_int_equal(t->lines[3].line.n_tokens, 3);
	assert_string_equal(token_text(f, &t->lines[3].line.token[1], a), "a\"b");
	assert_int_equal(t->lines[3].parent, 2);
	assert_int_equal(t->lines[3].depth, 2);
	assert_int_equal(t->lines[4].depth, 1);
	assert_int_equal(t->lines[5].parent, -1);
	assert_int_equal(t->lines[7].line.kind, LINE_OPEN);
	assert_int_equal(t->lines[8].line.kind, LINE_WORD);
	assert_true(t->complete);
	tree_free(t);
	arena_free(a);
	srcfile_free(f);
}

static void test_no_endless_file(void **state)
{
	size_t len = (size_t)SOURCE_MAX_LINES + 10;
	struct config_sources src = { .root = "", .file = "t" };
	char *text = malloc(len);
	struct config *c;

	(void)state;
	memset(text, '\n', len);
	src.text = file_of(text, len);
	free(text);
	assert_int_equal(config_load(&src, &c), 0);
	assert_true(c->fatal);
	assert_int_equal(diag_at(c->diags, 0)->id, DIAG_too_many_lines);
	config_free(c);
}

static void test_no_endless_diagnostics(void **state)
{
	size_t lines = DIAG_MAX + 10;
	char *text = malloc(2 * lines + 1);
	struct config *c;

	(void)state;
	for (size_t i = 0; i < lines; i++)
		memcpy(text + 2 * i, "{\n", 2);
	text[2 * lines] = '\0';
	c = load_with(text, NULL);
	free(text);
	assert_int_equal(diag_count(c->diags), DIAG_MAX + 1);
	assert_int_equal(diag_at(c->diags, DIAG_MAX)->id, DIAG_too_many_problems);
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_safe_text),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_table_is_sound),
		cmocka_unit_test(test_words_are_used),
		cmocka_unit_test(test_diag_names),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_features),
		cmocka_unit_test(test_layer),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_rules_as_texts),
		cmocka_unit_test(test_bounded_regex),
		cmocka_unit_test(test_config_questions),
		cmocka_unit_test(test_dump_options),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_no_endless_file),
		cmocka_unit_test(test_no_endless_diagnostics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
