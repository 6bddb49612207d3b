/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mending is making the edits that checks recorded. Two diagnostics may want the same bytes: the
 * first in the file gets them, the other waits for the next round, in which the mended text is
 * checked anew. All edits of one diagnostic are made or none.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lint/lint.h"
#include "parser/strbuf.h"

struct choice {
	const struct lint_edit *edit;
	bool *dropped; /* shared by the edits of one diagnostic */
	unsigned int seq;
	bool leads; /* the first edit of its diagnostic */
};

static int by_place(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;

	if (x->edit->file != y->edit->file)
		return x->edit->file < y->edit->file ? -1 : 1;
	if (x->edit->start != y->edit->start)
		return x->edit->start < y->edit->start ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* An edit that begins within the one before it loses; so do the others of its diagnostic. */
static void drop_overlaps(struct choice *c, unsigned int n)
{
	const struct lint_edit *last = NULL;

	for (unsigned int i = 0; i < n; i++) {
		const struct lint_edit *e = c[i].edit;

		if (*c[i].dropped)
			continue;
		if (last && last->file == e->file &&
		    (e->start < last->end || (e->start == last->start && e->end == last->end)))
			*c[i].dropped = true;
		else
			last = e;
	}
}

/* The edits that are made, in order. *ret_flags is what they point into. */
static int choose(const struct lint_result *r, bool neutral_only, struct choice **ret_list,
		  unsigned int *ret_n, bool **ret_flags)
{
	struct choice *list = calloc(r->n_edits + 1, sizeof(*list));
	bool *flags = calloc(r->n_edits + 1, sizeof(*flags));
	unsigned int n = 0, diag = 0;

	if (!list || !flags) {
		free(list);
		free(flags);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < r->n_edits; i++) {
		if (i && r->edits[i].diag != r->edits[i - 1].diag)
			diag++;
		if (neutral_only && r->edits[i].changes)
			flags[diag] = true;
		list[n++] = (struct choice){ &r->edits[i], &flags[diag], i,
					     !i || r->edits[i].diag != r->edits[i - 1].diag };
	}
	qsort(list, n, sizeof(*list), by_place);
	drop_overlaps(list, n);
	*ret_list = list;
	*ret_n = n;
	*ret_flags = flags;
	return 0;
}

static int edited(const struct srcfile *f, const struct choice *c, unsigned int n,
		  struct srcfile **ret_file)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	size_t len, at = 0;
	const char *bytes = srcfile_bytes(f, &len);

	for (unsigned int i = 0; i < n; i++) {
		const struct lint_edit *e = c[i].edit;

		if (e->file != f || *c[i].dropped)
			continue;
		sb_addn(&sb, bytes + at, e->start - at);
		sb_add(&sb, e->text);
		at = e->end;
	}
	sb_addn(&sb, bytes + at, len - at);
	return srcfile_from_mem(srcfile_name(f), sb_str(&sb), sb.len, ret_file);
}

static void free_texts(struct srcfile **list)
{
	for (struct srcfile **f = list; f && *f; f++)
		srcfile_free(*f);
	free(list);
}

/* How many diagnostics have edits that are made. */
static unsigned int count_made(const struct choice *c, unsigned int n)
{
	unsigned int made = 0;

	for (unsigned int i = 0; i < n; i++)
		made += c[i].leads && !*c[i].dropped;
	return made;
}

int lint_fixed_texts(const struct lint_result *r, bool neutral_only, struct srcfile ***ret_texts,
		     unsigned int *mended)
{
	struct srcfile **texts = calloc(r->cfg->n_files + 1, sizeof(*texts));
	struct choice *list = NULL;
	unsigned int n;
	bool *flags = NULL;
	int err = texts ? choose(r, neutral_only, &list, &n, &flags) : -ENOMEM;

	for (unsigned int i = 0; !err && i < r->cfg->n_files; i++)
		err = edited(r->cfg->files[i], list, n, &texts[i]);
	if (!err)
		*mended += count_made(list, n);
	free(list);
	free(flags);
	if (err < 0) {
		free_texts(texts);
		return err;
	}
	*ret_texts = texts;
	return 0;
}

int lint_mend(struct lint_result **r, const struct lint_options *opt, unsigned int *mended)
{
	for (int round = 0; round < LINT_ROUNDS && (*r)->n_edits; round++) {
		struct srcfile **texts;
		int err = lint_fixed_texts(*r, false, &texts, mended);

		lint_free(*r);
		*r = NULL;
		if (err < 0)
			return err;
		err = lint_run(texts, opt, r);
		free(texts);
		if (err < 0)
			return err;
	}
	return 0;
}
