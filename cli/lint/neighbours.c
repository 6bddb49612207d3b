/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other readers. lvm2 reads the blacklist's WWIDs with a line reader of its own, which we follow:
 * a line with "blacklist" and '{' opens, any '}' closes, lines with "wwid" count, a line is 512
 * bytes, and a first digit 1, 2 or 3 is cut off before the WWID is compared. And the copy of the
 * configuration in an initramfs: both are printed as they take effect, and the prints compared.
 */
#include <stdio.h>
#include <string.h>

#include "cli/lint/check.h"
#include "parser/arena.h"
#include "parser/dump.h"
#include "parser/strbuf.h"

#define LVM2_LINE 512
#define LVM2_WWID 8

static bool line_has(const struct lint_line *l, char c)
{
	return memchr(srcfile_bytes(l->file, &(size_t){ 0 }) + l->line->start, c,
		      l->line->end - l->line->start) != NULL;
}

/* A '.' alone is none: it stands in WWIDs such as eui.0025385b71b0e1d5, which lvm2 takes rightly. */
static bool is_expression(const char *text)
{
	return *text == '!' || strpbrk(text, "^$[](){}*+?|\\");
}

static void tell_lvm2(struct lint *x, const struct lint_line *l)
{
	const char *text = l->value + strspn(l->value, "\"");

	if (!x->lvm2.open) {
		line_tell(x, l, x->lvm2.closed_early ? DIAG_lvm2_block_end : DIAG_lvm2_brace,
			  l->value_loc, l->value, NULL, NULL);
		return;
	}
	if (l->line->end - l->line->start > LVM2_LINE)
		line_tell(x, l, DIAG_lvm2_line_cut, l->value_loc, NULL, NULL, NULL);
	if (is_expression(text))
		line_tell(x, l, DIAG_lvm2_regex, l->value_loc, l->value, NULL, NULL);
	else if (strlen(text) - (*text >= '1' && *text <= '3') < LVM2_WWID)
		line_tell(x, l, DIAG_lvm2_short, l->value_loc, l->value, NULL, NULL);
}

void check_lvm2(struct lint *x, const struct lint_line *l)
{
	struct lint_lvm2 *v = &x->lvm2;
	bool blacklist = l->section == SEC_ROOT && l->kw == KW_blacklist;

	if (blacklist) {
		v->open = line_has(l, '{') && !line_has(l, '}');
		v->closed_early = false;
	} else if (l->section == SEC_BLACKLIST && l->kw == KW_wwid_rule && l->value[0]) {
		tell_lvm2(x, l);
	} else if (v->open && l->line->n_tokens && line_has(l, '}')) {
		v->open = false;
		v->closed_early = l->section != SEC_BLACKLIST;
	}
}

/* ---- initramfs ---- */

static size_t line_len(const char *s)
{
	return strcspn(s, "\n");
}

static const char *next_line(const char *s)
{
	s += line_len(s);
	return *s ? s + 1 : s;
}

static const char *shown_line(struct lint *x, const char *s)
{
	s += strspn(s, "\t");
	return *s ? arena_strndup(x->a, s, line_len(s)) : "the end";
}

/* The keyword whose section the line at @end of the print @s is in: the last one that opened. */
static const char *where(struct lint *x, const char *s, const char *end)
{
	const char *found = "";

	for (; s < end && *s; s = next_line(s)) {
		if (*s != '\t' && *s != '}')
			found = s;
	}
	return arena_strndup(x->a, found, strcspn(found, " \n"));
}

void check_initramfs(struct lint *x)
{
	__attribute__((cleanup(sb_done))) struct strbuf live = STRBUF_INIT, copy = STRBUF_INIT;
	struct srcloc loc = SRCLOC_NONE;
	const char *a, *b;

	if (x->cfg->n_files)
		loc = loc_range(x->cfg->files[0], 0, 0);
	if (x->opt->initramfs_missing)
		lint_tell(x, DIAG_initramfs_missing, loc, x->opt->initramfs, NULL, NULL);
	if (!x->opt->initramfs_config)
		return;
	dump_config(x->cfg, NULL, &live);
	dump_config(x->opt->initramfs_config, NULL, &copy);
	a = sb_str(&live);
	b = sb_str(&copy);
	while (*a && line_len(a) == line_len(b) && !strncmp(a, b, line_len(a))) {
		a = next_line(a);
		b = next_line(b);
	}
	if (*a || *b)
		lint_tell(x, DIAG_initramfs_differs, loc, x->opt->initramfs,
			  where(x, sb_str(&live), a),
			  arena_printf(x->a, "here it is %s, there %s", shown_line(x, a),
				       shown_line(x, b)));
}
