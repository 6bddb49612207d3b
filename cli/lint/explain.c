/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The texts of explain.def by id, and which checks --fix can mend.
 */
#include "cli/lint/lint.h"

static const struct lint_explain texts[DIAG__MAX] = {
#define EXPLAIN(id, what_, why_, example_, mend_)                                                  \
	[DIAG_##id] = { .what = what_, .why = why_, .example = example_, .mend = mend_ },
#include "cli/lint/explain.def"
#undef EXPLAIN
};

const struct lint_explain *lint_explain(enum diag_id id)
{
	return id > DIAG_NONE && id < DIAG__MAX && texts[id].what ? &texts[id] : NULL;
}

bool lint_fixable(enum diag_id id)
{
	switch (id) {
	case DIAG_brace_next_line:
	case DIAG_typographic_quotes:
	case DIAG_equals_sign:
	case DIAG_stray_comma:
	case DIAG_crlf:
	case DIAG_utf8_bom:
	case DIAG_removed_keyword:
	case DIAG_ignored_keyword:
	case DIAG_renamed_keyword:
	case DIAG_keyword_alias:
		return true;
	default:
		return false;
	}
}
