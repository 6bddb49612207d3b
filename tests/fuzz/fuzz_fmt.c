/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text (see lines.h) through `minipath fmt`: what it lays out means what it meant (its effective dump is the
 * same) and is laid out already; what it refuses comes with a reason; the difference leads from the
 * one to the other.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/fmt.h"
#include "core/model/hwtable.h"
#include "parser/config.h"
#include "parser/dump.h"
#include "parser/srcfile.h"
#include "tests/fuzz/lines.h"
#include "tests/fuzz/users.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

/* What all runs start from; bare is without hardware table. */
static struct config_base *with_arrays, *bare;

static void dump(const void *bytes, size_t len, const struct config_base *base, struct strbuf *out)
{
	struct config_sources src = { .root = "", .file = "fuzz", .users = &users, .base = base };
	struct config *c;

	assert(srcfile_from_mem("fuzz", bytes, len, &src.text) == 0);
	assert(config_load(&src, &c) == 0);
	dump_config(c, NULL, out);
	config_free(c);
}

struct text {
	const char *p, *end;
};

/* The next line with its line end (which the last one may lack). */
static struct text next_line(struct text *t)
{
	const char *nl = memchr(t->p, '\n', (size_t)(t->end - t->p));
	struct text line = { .p = t->p, .end = nl ? nl + 1 : t->end };

	assert(line.p < line.end);
	t->p = line.end;
	return line;
}

static bool same_line(struct text a, struct text b)
{
	return a.end - a.p == b.end - b.p && !memcmp(a.p, b.p, (size_t)(a.end - a.p));
}

/* What patch(1) does: @from with the hunks of @diff. */
static void apply(struct text from, struct text diff, struct strbuf *out)
{
	unsigned int start, line = 1;
	struct text d, l;

	next_line(&diff);
	next_line(&diff);
	while (diff.p < diff.end) {
		d = next_line(&diff);
		if (sscanf(d.p, "@@ -%u,", &start) == 1 && *d.p == '@') {
			for (; line < start; line++) {
				l = next_line(&from);
				sb_addn(out, l.p, (size_t)(l.end - l.p));
			}
			continue;
		}
		if (*d.p == '\\')
			continue;
		if (*d.p != '+') {
			l = next_line(&from);
			line++;
			assert(*d.p == '-' || same_line((struct text){ d.p + 1, d.end }, l));
		}
		if (*d.p != '-')
			sb_addn(out, d.p + 1, (size_t)(d.end - d.p - 1));
	}
	sb_addn(out, from.p, (size_t)(from.end - from.p));
}

static void check_diff(const struct fmt *f, const struct srcfile *from)
{
	__attribute__((cleanup(sb_done))) struct strbuf diff = STRBUF_INIT, new = STRBUF_INIT;
	size_t len;
	const char *bytes = srcfile_bytes(from, &len);

	fmt_diff(f, from, "fuzz", &diff);
	apply((struct text){ bytes, bytes + len },
	      (struct text){ sb_str(&diff), sb_str(&diff) + diff.len }, &new);
	assert(new.len == f->out.len && !memcmp(sb_str(&new), sb_str(&f->out), new.len));
}

/* fmt_text() compares what both mean before it says "changed"; here the judge is another one. */
static void check_meaning(const struct fmt *f, const struct strbuf *text,
			  const struct config_base *base)
{
	__attribute__((cleanup(sb_done))) struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;

	dump(sb_str(text), text->len, base, &before);
	dump(sb_str(&f->out), f->out.len, base, &after);
	assert(!strcmp(sb_str(&before), sb_str(&after)));
}

static void check_stable(const struct fmt *f, const struct fmt_reading *how)
{
	__attribute__((cleanup(fmt_done))) struct fmt again = { 0 };
	struct srcfile *src;

	assert(srcfile_from_mem("again", sb_str(&f->out), f->out.len, &src) == 0);
	assert(fmt_text(src, how, &again) == 0);
	assert(again.result == FMT_SAME);
	srcfile_free(src);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	__attribute__((cleanup(fmt_done))) struct fmt f = { 0 };
	struct fmt_reading how = { .users = &users };
	struct srcfile *src;

	if (!bare) {
		with_arrays = config_base_new(hwtable_rows());
		bare = config_base_new(NULL);
	}
	how.base = bare;
	make_text(data, len, &text);
	assert(srcfile_from_mem("fuzz", sb_str(&text), text.len, &src) == 0);
	assert(fmt_text(src, &how, &f) == 0);
	switch (f.result) {
	case FMT_REFUSED:
		assert(f.why.len && !strstr(sb_str(&f.why), "please report"));
		break;
	case FMT_CHANGED:
		check_diff(&f, src);
		if (len % 4 == 0)
			check_meaning(&f, &text, len % 16 ? bare : with_arrays);
		check_stable(&f, &how);
		break;
	case FMT_SAME:
		assert(f.out.len == text.len);
		break;
	}
	srcfile_free(src);
	return 0;
}
