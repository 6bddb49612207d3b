/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as /etc/multipath.conf: no crash, every place inside its file, texts that render, and
 * what is printed prints the same when it is read again.
 */
#include <assert.h>
#include <string.h>

#include "core/model/hwtable.h"
#include "parser/diag.h"
#include "parser/dump.h"
#include "parser/kwtype.h"
#include "parser/srcfile.h"
#include "parser/strbuf.h"
#include "parser/tree.h"
#include "tests/fuzz/users.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static struct config *load(const void *bytes, size_t len, bool builtin)
{
	struct config_sources src = { .root = "", .file = "fuzz", .users = &users };
	struct config *c;

	src.builtin = builtin ? hwtable_rows() : NULL;
	src.check_regex = true;
	assert(srcfile_from_mem("fuzz", bytes, len, &src.text) == 0);
	assert(config_load(&src, &c) == 0);
	return c;
}

static void check_loc(struct srcloc loc)
{
	size_t len;

	if (!loc.file)
		return;
	srcfile_bytes(loc.file, &len);
	assert(loc.start <= loc.end && loc.end <= len + 1);
	assert(srcloc_start(loc).line >= 1);
}

static void check_diags(const struct config *c)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	for (unsigned int i = 0; i < diag_count(c->diags); i++) {
		const struct diag *d = diag_at(c->diags, i);

		check_loc(d->loc);
		for (unsigned int j = 0; j < d->n_notes; j++)
			check_loc(d->note[j].loc);
		sb_clear(&sb);
		diag_text(d, &sb);
		assert(sb.len);
		diag_legacy(d, &sb);
	}
}

/* Lines longer than multipath-tools reads cannot come back as they were. */
static bool lines_fit(const char *s)
{
	for (const char *nl; (nl = strchr(s, '\n')); s = nl + 1) {
		if (nl - s >= 1023)
			return false;
	}
	return true;
}

static void check_tree(const void *bytes, size_t len)
{
	struct srcfile *f;
	struct tree *t;
	uint32_t end = 0;

	assert(srcfile_from_mem("tree", bytes, len, &f) == 0);
	assert(tree_parse(f, &t) == 0);
	for (unsigned int i = 0; i < t->n_lines; i++) {
		const struct line *l = &t->lines[i].line;

		assert(l->start >= end && l->end >= l->start && l->end <= len);
		assert(l->comment >= l->start && l->comment <= l->end);
		end = l->end;
		for (unsigned int j = 0; j < l->n_tokens; j++)
			assert(l->token[j].start >= l->start && l->token[j].end <= l->comment);
		assert(t->lines[i].parent < (int)i);
	}
	tree_free(t);
	srcfile_free(f);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	__attribute__((cleanup(sb_done))) struct strbuf one = STRBUF_INIT, two = STRBUF_INIT;
	bool builtin = len && data[0] == 'B';
	struct config *c = load(data, len, builtin), *again;
	const struct dump_options opt = { .reread = true };

	check_tree(data, len);
	check_diags(c);
	dump_config(c, &opt, &one);
	if (!c->fatal && lines_fit(sb_str(&one))) {
		again = load(sb_str(&one), one.len, builtin);
		assert(!again->fatal);
		dump_config(again, &opt, &two);
		assert(!strcmp(sb_str(&one), sb_str(&two)));
		config_free(again);
	}
	config_free(c);
	return 0;
}
