/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text (see lines.h) through lint and fix. Properties: every place is inside its file and every record renders in all formats; what
 * is mended without effect keeps the effective configuration; what is mended stays mended.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lint/lint.h"
#include "cli/lint/output.h"
#include "core/model/hwtable.h"
#include "parser/dump.h"
#include "parser/srcfile.h"
#include "tests/fuzz/lines.h"
#include "tests/fuzz/users.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

#define BINDINGS "mpatha 3600a098038303053442b463045727654\n"

/* ---- properties ---- */

static void check_loc(struct srcloc loc)
{
	size_t len;

	if (!loc.file)
		return;
	srcfile_bytes(loc.file, &len);
	assert(loc.start <= loc.end && loc.end <= len + 1);
}

/* Printing is much of the work: one input of three prints, one format; SARIF lists all checks: seldom. */
static void print_report(struct lint_result *r, unsigned int choice)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	const struct lint_report report = { .runs = &r, .n_runs = 1 };
	const struct lint_format *f = &lint_formats[choice % 5];

	if (strcmp(f->name, "sarif") ? choice % 3 == 0 : choice == 2)
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

static bool is_written(void *ctx, const struct layer *row)
{
	(void)ctx;
	return row->kind != LAYER_BUILTIN_DEV;
}

static void dump(const struct lint_result *r, struct strbuf *out)
{
	const struct dump_options opt = { .reread = true, .keep_device = is_written };

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

/*
 * None that was mended is left, and only diagnostics that say so change the configuration: where
 * there are both kinds, check_neutral() parts them. *r becomes the result of the mended text.
 */
static void check_edits(struct lint_result **r, const struct lint_options *opt)
{
	__attribute__((cleanup(sb_done))) struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
	unsigned int effects = 0, mended = 0;

	for (unsigned int i = 0; i < (*r)->n_edits; i++)
		effects += (*r)->edits[i].changes;
	if (effects && effects < (*r)->n_edits)
		check_neutral(*r, opt);
	if (!effects)
		dump(*r, &before);
	assert(lint_mend(r, opt, &mended) == 0);
	check_report(*r);
	assert(mended && !(*r)->n_edits);
	if (effects)
		return;
	dump(*r, &after);
	assert(!strcmp(sb_str(&before), sb_str(&after)));
}

/* What the input says beside its text. */
static struct lint_options make_options(const unsigned char *data, size_t len)
{
	static const char *const releases[] = { NULL, "0.4.9", "0.9.4", "0.15.0" };
	static struct lint_known *with_arrays, *bare;
	unsigned int bits = len && data[0] >= 0x80 ? data[0] : (unsigned int)len;

	if (!bare) {
		with_arrays = lint_known_new(hwtable_rows());
		bare = lint_known_new(NULL);
	}
	return (struct lint_options){ .known = bits & 0x70 ? bare : with_arrays,
				      .users = &users,
				      .release = releases[bits & 3],
				      .strict = bits >> 2 & 1,
				      .bindings = bits & 8 ? BINDINGS : NULL,
				      .bindings_name = "bindings" };
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	const struct lint_options opt = make_options(data, len);
	struct srcfile *texts[2] = { NULL, NULL };
	struct lint_result *r;

	make_text(data, len, &text);
	assert(srcfile_from_mem("fuzz", sb_str(&text), text.len, &texts[0]) == 0);
	run(texts, &opt, &r);
	print_report(r, len > 1 ? data[len - 1] : 0);
	if (r->n_edits)
		check_edits(&r, &opt);
	lint_free(r);
	return 0;
}
