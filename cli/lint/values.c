/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values. The keyword's type has refused or bent what it could not take; here the likely reason is
 * named and the nearest right value suggested. Names that the program takes unseen (checkers,
 * prioritizers, ...) are looked up in the vocabulary.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lint/check.h"
#include "core/model/alias.h"
#include "core/model/path.h"
#include "parser/arena.h"

static const struct kwtype *type_of(const struct lint_line *l)
{
	return kw_get(l->kw)->type;
}

/* ---- numbers ---- */

static bool is_numeric(const struct kwtype *t)
{
	return t->numbers || t == &kt_mode || t == &kt_user || t == &kt_group;
}

/* "600s", "10 %", "5sec", "30,": the length of the number in front, 0: it is something else. */
static size_t number_before_unit(const char *s)
{
	size_t n = strspn(s, "0123456789"), rest;

	if (!n || !s[n])
		return 0;
	rest = n + strspn(s + n, " \t");
	if (!isalpha((unsigned char)s[rest]) && s[rest] != '%')
		return 0;
	return strspn(s + rest, "0123456789.,") ? 0 : n;
}

void check_trailing_unit(struct lint *x, const struct lint_line *l)
{
	struct diag *was = line_find(x, l, DIAG_invalid_value), *d;
	size_t n = number_before_unit(l->value);
	bool read = false;

	if (!n || !is_numeric(type_of(l)))
		return;
	if (!was) {
		was = line_find(x, l, DIAG_value_tail);
		read = true;
	}
	if (!was)
		return;
	diag_drop(was);
	d = line_tell(x, l, DIAG_trailing_unit, l->value_loc, kw_get(l->kw)->name, l->value,
		      read ? "is read without it" : "is refused");
	if (!d)
		return;
	d->severity = was->severity;
	diag_suggest(x->diags, d, true, "%.*s", (int)n, l->value);
}

static bool has_words(enum vocab_list list)
{
	return list != VL_none;
}

void check_not_a_number(struct lint *x, const struct lint_line *l)
{
	struct diag *was = line_find(x, l, DIAG_invalid_value);

	if (!was || !is_numeric(type_of(l)) || has_words(type_of(l)->words) || !l->value[0] ||
	    !l->value[strspn(l->value, "+-0123456789")])
		return;
	diag_drop(was);
	line_tell(x, l, DIAG_not_a_number, l->value_loc, kw_get(l->kw)->name, l->value,
		  was->arg[2]);
}

void check_value_prefix(struct lint *x, const struct lint_line *l)
{
	struct diag *was = line_find(x, l, DIAG_value_tail), *d;

	if (!was || type_of(l) != &kt_policy)
		return;
	diag_drop(was);
	d = line_tell(x, l, DIAG_value_prefix, l->value_loc, kw_get(l->kw)->name, l->value,
		      was->arg[2]);
	diag_suggest(x->diags, d, true, "%s", was->arg[2]);
}

/* Words of other languages for yes and no. */
static const char *yes_or_no(const char *s)
{
	static const char *const yes[] = { "on", "true", "enable", "enabled", "y" };
	static const char *const no[] = { "off", "false", "disable", "disabled", "n" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (!strcasecmp(s, yes[i]))
			return vocab_text(VW_yes);
		if (!strcasecmp(s, no[i]))
			return vocab_text(VW_no);
	}
	return NULL;
}

void check_nearest_word(struct lint *x, const struct lint_line *l)
{
	struct diag *d = line_find(x, l, DIAG_invalid_value);
	enum vocab_list words = type_of(l)->words;
	const char *near = NULL;

	if (!d || !has_words(words))
		return;
	if (words == VL_yes_no)
		near = yes_or_no(l->value);
	if (!near)
		near = vocab_nearest(words, l->value);
	if (near && strlen(near) > 1)
		diag_suggest(x->diags, d, true, "%s", near);
}

void check_missing_count(struct lint *x, const struct lint_line *l)
{
	struct diag *d = line_find(x, l, DIAG_missing_count);

	if (!d || type_of(l) != &kt_selector || strpbrk(l->value, " \t"))
		return;
	diag_suggest(x->diags, d, true, "\"%s 0\"", l->value);
}

/* ---- names ---- */

static void check_name(struct lint *x, const struct lint_line *l, enum vocab_list list,
		       const char *name, enum diag_id id)
{
	const struct vocab_entry *e = vocab_find(list, name);
	const char *near;
	struct diag *d;

	if (e && lint_before(x, e->since))
		line_tell(x, l, DIAG_value_too_new, l->value_loc, kw_get(l->kw)->name, name,
			  e->since);
	if (e || line_find(x, l, DIAG_typographic_quotes) || line_find(x, l, DIAG_equals_sign) ||
	    line_find(x, l, DIAG_single_quotes) || line_find(x, l, DIAG_stray_comma))
		return;
	d = line_tell(x, l, id, l->value_loc, name, vocab_all(x, list), NULL);
	near = vocab_nearest(list, name);
	if (near)
		diag_suggest(x->diags, d, true, "%s", near);
}

void check_checker(struct lint *x, const struct lint_line *l)
{
	if (kw_resolve(l->kw) == KW_path_checker)
		check_name(x, l, VL_checkers, l->value, DIAG_unknown_checker);
}

void check_prioritizer(struct lint *x, const struct lint_line *l)
{
	if (l->kw == KW_prio)
		check_name(x, l, VL_prioritizers, l->value, DIAG_unknown_prioritizer);
}

static const char *word(struct lint *x, const char *s, unsigned int nth)
{
	size_t n = 0;

	for (; *s; s += n) {
		s += strspn(s, " \t");
		n = strcspn(s, " \t");
		if (!nth--)
			break;
	}
	return arena_strndup(x->a, s, strcspn(s, " \t"));
}

void check_selector(struct lint *x, const struct lint_line *l)
{
	if (l->kw == KW_path_selector)
		check_name(x, l, VL_path_selectors, word(x, l->value, 0), DIAG_unknown_selector);
}

void check_handler(struct lint *x, const struct lint_line *l)
{
	const char *name;

	if (l->kw != KW_hardware_handler || line_find(x, l, DIAG_missing_count))
		return;
	name = word(x, l->value, 1);
	if (*name)
		check_name(x, l, VL_hardware_handlers, name, DIAG_unknown_handler);
}

void check_protocol(struct lint *x, const struct lint_line *l)
{
	const char *pattern = l->value[0] == '!' ? l->value + 1 : l->value;
	const struct vocab_entry *e = NULL;
	const char *near;
	struct diag *d;

	if (l->kw != KW_protocol || line_find(x, l, DIAG_bad_regex) ||
	    line_find(x, l, DIAG_single_quotes))
		return;
	while ((e = vocab_next(VL_protocols, e))) {
		if (regex_hits(pattern, e->text))
			return;
	}
	d = line_tell(x, l, DIAG_unknown_protocol, l->value_loc, l->value,
		      vocab_all(x, VL_protocols), NULL);
	near = vocab_nearest(VL_protocols, pattern);
	if (near)
		diag_suggest(x->diags, d, true, "%s", near);
}

/* ---- identities ---- */

static bool like_kernel_name(const char *s)
{
	static const char *const names[] = { "^sd[a-z]{1,3}[0-9]*$", "^dasd[a-z]{1,3}[0-9]*$",
					     "^nvme[0-9]+(c[0-9]+)?n[0-9]+(p[0-9]+)?$",
					     "^dm-[0-9]+$", "^vd[a-z]{1,2}[0-9]*$" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (s[0] == names[i][1] && regex_hits(names[i], s))
			return true;
	}
	return false;
}

/* Why there is no such WWID; NULL: there may be. Sizes: NAA 8 or 16 bytes, EUI-64 8, 12 or 16. */
static const char *wwid_fault(const char *s, bool whole)
{
	size_t n = strlen(s), hex = n ? strspn(s + 1, "0123456789abcdefABCDEF") : 0;

	if (strpbrk(s, " \t"))
		return "it has blanks";
	if (strchr(s, '/'))
		return "it has a slash";
	if (n >= WWID_MAX)
		return "it is longer than any";
	if (like_kernel_name(s))
		return "it is the name of a kernel device";
	if (!whole || hex + 1 != n)
		return NULL;
	if (s[0] == '3' && n != 17 && n != 33)
		return "after the 3 it has to have 16 or 32 hex digits";
	if (s[0] == '2' && n != 17 && n != 25 && n != 33)
		return "after the 2 it has to have 16, 24 or 32 hex digits";
	return NULL;
}

void check_wwid(struct lint *x, const struct lint_line *l)
{
	const char *fault = NULL;
	struct diag *d;

	if (line_find(x, l, DIAG_stray_comma) || line_find(x, l, DIAG_equals_sign) ||
	    line_find(x, l, DIAG_typographic_quotes) || line_find(x, l, DIAG_single_quotes))
		return;
	if (l->kw == KW_wwid)
		fault = wwid_fault(l->value, true);
	else if (l->kw == KW_wwid_rule && regex_is_plain(l->value) && l->value[0] != '!')
		fault = wwid_fault(l->value, false);
	if (!fault)
		return;
	d = line_tell(x, l, DIAG_impossible_wwid, l->value_loc, l->value, fault, NULL);
	diag_suggest(x->diags, d, false,
		     "the WWID is what \"multipath -ll\" shows in parentheses and what "
		     "\"minipath scsi-id -g DEVICE\" prints");
}

void check_alias(struct lint *x, const struct lint_line *l)
{
	if (l->kw != KW_alias || strchr(l->value, '/') || alias_usable(l->value))
		return;
	line_tell(x, l, DIAG_unusable_alias, l->value_loc, l->value,
		  !l->value[0]			     ? "it is empty"
		  : strlen(l->value) >= WWID_MAX - 1 ? "it is too long"
						     : "the name has another use",
		  NULL);
}

void check_device_alias(struct lint *x, const struct lint_line *l)
{
	if (l->kw == KW_alias && like_kernel_name(l->value))
		line_tell(x, l, DIAG_device_alias, l->value_loc, l->value, NULL, NULL);
}

/* What udev lets stand in a name of a link. */
static bool is_safe(unsigned char c)
{
	return isalnum(c) || strchr("#+-.:=@_/", c);
}

static const char *first_unsafe(const char *s)
{
	while (*s && is_safe((unsigned char)*s))
		s++;
	return s;
}

/* Keywords that hold paths are without effect by now; it matters to releases that use them. */
void check_path(struct lint *x, const struct lint_line *l)
{
	const struct kwdef *def = kw_get(l->kw);
	char shown[48];
	const char *bad;

	if (!def || def->type != &kt_path || l->line->n_tokens < 2 ||
	    !lint_before(x, def->deprecated))
		return;
	bad = first_unsafe(l->value);
	if (l->value[0] != '/')
		snprintf(shown, sizeof(shown), "it does not start with '/'");
	else if (*bad)
		snprintf(shown, sizeof(shown), "it has the character \\x%02x", (unsigned char)*bad);
	else
		return;
	line_tell(x, l, DIAG_unsafe_path, l->value_loc, l->name, l->value, shown);
}

void check_unsafe_characters(struct lint *x, const struct lint_line *l)
{
	char shown[8];
	const char *p = l->value;

	if (type_of(l) != &kt_name)
		return;
	p = first_unsafe(p);
	if (!*p)
		return;
	snprintf(shown, sizeof(shown), "\\x%02x", (unsigned char)*p);
	line_tell(x, l, DIAG_unsafe_characters, l->value_loc, kw_get(l->kw)->name, l->value, shown);
}
