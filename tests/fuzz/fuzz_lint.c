/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes through lint and fix. The input is lines: two bytes choose a line's shape and keyword
 * from the keyword table, the rest is text; or, where the first byte says so, the bytes as they
 * are. Properties: every place is inside its file and every record renders in all formats; what
 * is mended without effect keeps the effective configuration; what is mended stays mended.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lint/lint.h"
#include "cli/lint/output.h"
#include "core/model/hwtable.h"
#include "parser/dump.h"
#include "parser/kwtype.h"
#include "parser/srcfile.h"
#include "parser/strbuf.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static int one_user(const char *name, uint32_t *ret_id)
{
	if (strcmp(name, "root"))
		return -ENOENT;
	*ret_id = 0;
	return 0;
}

static const struct kwuserdb users = { .user = one_user, .group = one_user };

/* ---- input ---- */

/* "%k" is a keyword, "%w" a word of the vocabulary, "%t" the text that follows in the input. */
static const char *const shapes[] = {
	"%t",
	"\t%k %t",
	"\t%k %w",
	"\t%k \"%t\"",
	"%k {",
	"}",
	"%k",
	"{",
	"\t%k = %w",
	"\t%k=%t",
	"\t%k %w,",
	"\t%k \"%w\", # %t",
	"\t%k '%t'",
	"\t%k \xe2\x80\x9c%w\xe2\x80\x9d",
	"%k { %k %w }",
	"\t%k %w %t\r",
	"\t%k # minipath-lint: disable=%t",
	"\xef\xbb\xbf%k {",
	"},",
	"defaults {",
	"multipaths {\n\tmultipath {\n\t\twwid %t",
	"devices {\n\tdevice {\n\t\tvendor %t\n\t\tproduct %w",
	"blacklist {\n\twwid %t",
	"blacklist_exceptions {\n\tdevnode %t",
	"overrides\n{\n\tprotocol\n\t{\n\t\ttype %w",
	"\t}\n}",
};

static const char *nth_word(unsigned int n)
{
	const struct vocab_entry *e = NULL;
	enum vocab_list list = 1 + n % (VL__MAX - 1);

	for (n = n / VL__MAX + 1; n--;) {
		const struct vocab_entry *next = vocab_next(list, e);

		if (!next)
			break;
		e = next;
	}
	return e ? e->text : "1";
}

struct input {
	const unsigned char *p, *end;
};

static unsigned int take(struct input *in)
{
	return in->p < in->end ? *in->p++ : 0;
}

static void add_text(struct input *in, struct strbuf *out)
{
	unsigned int n = take(in) % 24;

	while (n-- && in->p < in->end)
		sb_addc(out, (char)*in->p++);
}

static void add_line(struct input *in, struct strbuf *out)
{
	const char *s = shapes[take(in) % (sizeof(shapes) / sizeof(shapes[0]))];

	for (; *s; s++) {
		if (*s != '%') {
			sb_addc(out, *s);
			continue;
		}
		s++;
		if (*s == 'k')
			sb_add(out, kw_get(1 + take(in) % (KW__MAX - 1))->name);
		else if (*s == 'w')
			sb_add(out, nth_word(take(in)));
		else
			add_text(in, out);
	}
	sb_addc(out, '\n');
}

static void make_text(const unsigned char *data, size_t len, struct strbuf *out)
{
	struct input in = { data + 1, data + len };

	if (!len || data[0] & 1) {
		sb_addn(out, data, len);
		return;
	}
	while (in.p < in.end)
		add_line(&in, out);
}

/* ---- properties ---- */

static void check_loc(struct srcloc loc)
{
	size_t len;

	if (!loc.file)
		return;
	srcfile_bytes(loc.file, &len);
	assert(loc.start <= loc.end && loc.end <= len + 1);
}

/* Printing is most of the work, so an input prints one format; SARIF lists all checks: seldom. */
static void print_report(struct lint_result *r, unsigned int choice)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	const struct lint_report report = { .runs = &r, .n_runs = 1 };
	const struct lint_format *f = &lint_formats[choice % 5];

	if (strcmp(f->name, "sarif") || choice % 16 == 2)
		f->print(&report, &sb);
}

static void check_report(const struct lint_result *r)
{
	for (unsigned int i = 0; i < r->n; i++) {
		assert(lint_is_check(r->list[i]->id));
		check_loc(r->list[i]->loc);
		for (unsigned int j = 0; j < r->list[i]->n_notes; j++)
			check_loc(r->list[i]->note[j].loc);
	}
}

static void dump(const struct lint_result *r, struct strbuf *out)
{
	const struct dump_options opt = { .reread = true };

	dump_config(r->cfg, &opt, out);
}

static void run(struct srcfile *const *texts, const struct lint_options *opt,
		struct lint_result **ret)
{
	assert(lint_run(texts, opt, ret) == 0);
	check_report(*ret);
}

/* Repairs that say nothing of an effect have none. */
static void check_neutral(const struct lint_result *r, const struct lint_options *opt)
{
	__attribute__((cleanup(sb_done))) struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
	struct srcfile **texts;
	unsigned int mended = 0;
	struct lint_result *again;

	assert(lint_fixed_texts(r, true, &texts, &mended) == 0);
	run(texts, opt, &again);
	free(texts);
	dump(r, &before);
	dump(again, &after);
	assert(!strcmp(sb_str(&before), sb_str(&after)));
	lint_free(again);
}

/* Only diagnostics that say so change the configuration, and none that was mended is left. */
static void check_fix(const void *text, size_t len, const struct lint_result *r,
		      const struct lint_options *opt)
{
	__attribute__((cleanup(sb_done))) struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
	struct srcfile *texts[2] = { NULL, NULL };
	struct lint_result *fixed;
	unsigned int mended;
	bool changes = false;

	assert(srcfile_from_mem("fuzz", text, len, &texts[0]) == 0);
	assert(lint_fix(texts, opt, &fixed, &mended) == 0);
	check_report(fixed);
	assert(fixed->n_edits == 0);
	for (unsigned int i = 0; i < r->n_edits; i++)
		changes |= r->edits[i].changes;
	if (!changes) {
		dump(r, &before);
		dump(fixed, &after);
		assert(!strcmp(sb_str(&before), sb_str(&after)));
	}
	lint_free(fixed);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static const char *const releases[] = { NULL, "0.4.9", "0.9.4", "0.15.0" };
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	struct lint_options opt = { .users = &users };
	struct srcfile *texts[2] = { NULL, NULL };
	struct lint_result *r;

	if (len) {
		opt.release = releases[data[0] >> 1 & 3];
		opt.strict = data[0] >> 3 & 1;
		opt.bare = (data[0] & 0xe0) != 0;
		if (data[0] & 16)
			opt.bindings = "mpatha 3600a098038303053442b463045727654\n";
		opt.bindings_name = "bindings";
	}
	make_text(data, len, &text);
	assert(srcfile_from_mem("fuzz", sb_str(&text), text.len, &texts[0]) == 0);
	run(texts, &opt, &r);
	print_report(r, len > 1 ? data[len - 1] : 0);
	if (r->n_edits) {
		check_neutral(r, &opt);
		check_fix(sb_str(&text), text.len, r, &opt);
	}
	lint_free(r);
	return 0;
}
