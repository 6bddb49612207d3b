/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keywords: what became of them, release by release. The binder knows the table as of our own
 * release; here the same rows are held against the release the user has.
 */
#include <stdio.h>
#include <string.h>

#include "cli/lint/check.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

/* The line as a comment, with the reason behind it where there is room. */
static void comment_out(struct lint *x, const struct lint_line *l, const struct diag *d,
			const char *why, bool changes)
{
	uint32_t end = l->line->n_tokens ? l->line->token[l->line->n_tokens - 1].end : 0;
	bool opens = l->line->kind == LINE_SECTION;

	for (unsigned int i = 0; i < l->line->n_tokens; i++)
		opens |= l->line->token[i].kind == TOKEN_OPEN ||
			 l->line->token[i].kind == TOKEN_CLOSE;
	if (opens || l->line->flags || l->line->end - l->line->start > 800)
		return;
	lint_edit(x, d, l->file, l->name_loc.start, l->name_loc.start, "# ", changes);
	lint_edit(x, d, l->file, end, end, arena_printf(x->a, " # %s", why), changes);
}

void check_removed(struct lint *x, const struct lint_line *l)
{
	struct diag *gone = line_find(x, l, DIAG_removed_keyword), *d;
	const struct kwdef *def = kw_get(kw_find_any(l->name)), *found;

	if (!gone)
		return;
	if (lint_before(x, def->removed)) {
		diag_drop(gone);
		return;
	}
	if (!def->same_value) {
		if (def->successor)
			diag_suggest(x->diags, gone, false, "use \"%s\"", def->successor);
		comment_out(
			x, l, gone,
			def->successor
				? arena_printf(x->a, "gone since multipath-tools %s: see %s",
					       def->removed, def->successor)
				: arena_printf(x->a, "gone since multipath-tools %s", def->removed),
			false);
		return;
	}
	diag_drop(gone);
	d = line_tell(x, l, DIAG_renamed_keyword, l->name_loc, l->name, def->successor,
		      def->removed);
	diag_suggest(x->diags, d, true, "%s", def->successor);
	found = kw_get(kw_find(l->section, def->successor));
	if (found && (found->opens || l->line->kind != LINE_SECTION))
		lint_edit(x, d, l->file, l->name_loc.start, l->name_loc.end, def->successor, true);
}

void check_ignored(struct lint *x, const struct lint_line *l)
{
	struct diag *d = line_find(x, l, DIAG_ignored_keyword);
	const struct kwdef *def = kw_get(l->kw);

	if (!d)
		d = line_find(x, l, DIAG_ignored_again);
	if (!d)
		return;
	if (lint_before(x, def->deprecated)) {
		diag_drop(d);
		return;
	}
	if (def->successor)
		diag_suggest(x->diags, d, false, "use \"%s\"", def->successor);
	comment_out(x, l, d,
		    arena_printf(x->a, "without effect since multipath-tools %s", def->deprecated),
		    false);
}

/* All sections that allow @name: "defaults, devices/device or overrides". */
static const char *homes(struct lint *x, const char *name)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	enum section last = SEC_ROOT;

	for (enum section s = SEC_ROOT; s < SEC__MAX; s++) {
		if (!kw_find(s, name))
			continue;
		if (last)
			sb_printf(&sb, "%s%s", sb.len ? ", " : "", section_path(last));
		last = s;
	}
	sb_printf(&sb, "%s%s", sb.len ? " or " : "", section_path(last));
	return arena_strdup(x->a, sb_str(&sb));
}

/* Sections of the top level may stand again; multipath-tools warns, and adds them up. */
void check_repeated_section(struct lint *x, const struct lint_line *l)
{
	const struct kwdef *def = kw_get(l->kw);
	struct diag *d;

	if (!def || !def->opens || l->section != SEC_ROOT)
		return;
	if (line_drop(x, l, DIAG_duplicate_keyword)) {
		d = line_tell(x, l, DIAG_repeated_section, l->name_loc, l->name, NULL, NULL);
		diag_note(x->diags, d, x->root[def->opens], "the section before this one");
	}
	x->root[def->opens] = l->name_loc;
}

/* A section in a section: the one around it was not closed, most of the time. */
void check_misplaced(struct lint *x, const struct lint_line *l)
{
	struct diag *d = line_find(x, l, DIAG_misplaced_keyword);

	if (!d)
		return;
	if (kw_home(l->name) != SEC_ROOT)
		d->arg[2] = homes(x, l->name);
	else if (l->bound->depth && !d->n_notes)
		diag_note(x->diags, d, l->bound->opened, "this section is still open");
}

void check_deprecated(struct lint *x, const struct lint_line *l)
{
	struct diag *d = line_find(x, l, DIAG_deprecated_keyword);
	const struct kwdef *def = kw_get(l->kw);

	if (!d)
		return;
	if (lint_before(x, def->deprecated))
		diag_drop(d);
	else
		diag_suggest(x->diags, d, false, "use \"%s\"", def->successor);
}

/* A note; a warning for releases that warn themselves. */
void check_ineffective(struct lint *x, const struct lint_line *l)
{
	const struct kwdef *def = kw_get(l->kw);
	const char *deprecated = "";
	struct diag *d;

	if (!def || !def->useless)
		return;
	if (x->opt->release && def->deprecated && !lint_before(x, def->deprecated))
		deprecated = arena_printf(x->a, "; deprecated since multipath-tools %s",
					  def->deprecated);
	d = line_tell(x, l, DIAG_ineffective_keyword, l->name_loc, l->name, def->useless,
		      deprecated);
	if (d && *deprecated)
		d->severity = SEV_WARNING;
}

void check_keyword_alias(struct lint *x, const struct lint_line *l)
{
	const struct kwdef *def = kw_get(l->kw);
	struct diag *d;

	if (!def || !def->alias_of)
		return;
	d = line_tell(x, l, DIAG_keyword_alias, l->name_loc, l->name, def->alias_of, NULL);
	diag_suggest(x->diags, d, true, "%s", def->alias_of);
	lint_edit(x, d, l->file, l->name_loc.start, l->name_loc.end, def->alias_of, false);
}

void check_keyword_too_new(struct lint *x, const struct lint_line *l)
{
	const struct kwdef *def = kw_get(l->kw);
	const char *since = def ? kw_since(l->kw, l->section) : NULL;
	const char *where = "";

	/* an old name of it was used, which that release knows */
	if (!since || strcmp(def->name, l->name) || !lint_before(x, since))
		return;
	if (l->section != SEC_ROOT)
		where = arena_printf(x->a, " in the %s section", section_name(l->section));
	line_tell(x, l, DIAG_keyword_too_new, l->name_loc, l->name, where, since);
}
