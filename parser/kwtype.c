/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The value types. Most are "some words, or a number in a range": parse_word() and parse_number()
 * do those from the type's list and the keyword's row; the rest have quirks of their own. Numbers
 * come in three strictnesses, as multipath-tools reads them with three different functions:
 * parse_number() (whole text), parse_interval() (a digit first), scan_u32() (any tail is ignored).
 */
#include "parser/kwtype.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/arena.h"
#include "parser/strbuf.h"

static const struct vocab_entry entries[] = {
#define VOCAB_SPELL(list, input, id)  { VL_##list, input, VW_##id, NULL },
#define VOCAB_NAME(list, text, since) { VL_##list, text, VW_NONE, since },
#include "parser/vocab.def"
	{ VL_none, NULL, VW_NONE, NULL },
};

const struct vocab_entry *vocab_next(enum vocab_list list, const struct vocab_entry *prev)
{
	const struct vocab_entry *e = prev ? prev + 1 : entries;

	while (e->text && e->list != list)
		e++;
	return e->text ? e : NULL;
}

const struct vocab_entry *vocab_find(enum vocab_list list, const char *text)
{
	const struct vocab_entry *e = NULL;

	while ((e = vocab_next(list, e))) {
		if (!strcmp(e->text, text))
			return e;
	}
	return NULL;
}

struct diag *kw_diag(struct kwcontext *c, enum diag_id id, const char *a1, const char *a2,
		     const char *a3)
{
	struct diag *d = c->diags ? diag_add(c->diags, id, c->loc, a1, a2, a3, NULL) : NULL;

	if (d)
		d->line = c->line;
	return d;
}

static const char *kw_name(const struct kwcontext *c)
{
	return kw_get(c->kw)->name;
}

static enum kwresult invalid(struct kwcontext *c, const char *text)
{
	__attribute__((cleanup(sb_done))) struct strbuf valid = STRBUF_INIT;

	if (c->diags) {
		kw_syntax(c->kw, &valid);
		kw_diag(c, DIAG_invalid_value, kw_name(c), text, sb_str(&valid));
	}
	return KWR_INVALID;
}

static struct kwval word_val(enum vocab_word w)
{
	return (struct kwval){ .word = w };
}

static struct kwval num_val(int64_t n)
{
	return (struct kwval){ .word = VW_NUMBER, .num = n };
}

static struct kwval str_val(const char *s)
{
	return (struct kwval){ .word = VW_STRING, .str = s };
}

/* ---- words and numbers ---- */

static bool parse_word(const struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	const struct vocab_entry *e = vocab_find(kw_get(c->kw)->type->words, text);

	if (e)
		*ret_val = word_val(e->word);
	return e != NULL;
}

/* @n held within the keyword's range, saying so where it was outside. */
static int64_t cap(struct kwcontext *c, int64_t n)
{
	const struct kwdef *def = kw_get(c->kw);
	int64_t limit = n < def->min ? def->min : def->max;
	char text[24];

	if (n >= def->min && n <= def->max)
		return n;
	snprintf(text, sizeof(text), "%" PRId64, limit);
	kw_diag(c, n < def->min ? DIAG_too_small : DIAG_too_large, def->name, text, NULL);
	return limit;
}

static enum kwresult set_number(struct kwcontext *c, int64_t n, struct kwval *ret_val)
{
	const struct kwdef *def = kw_get(c->kw);

	if (n == 0 && def->zero_unset) {
		kw_diag(c, DIAG_zero_unset, def->name, NULL, NULL);
		return KWR_UNSET;
	}
	*ret_val = num_val(n);
	return KWR_SET;
}

static bool only_blanks(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return !*s;
}

static enum kwresult parse_number(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	char *end;
	long long n;

	n = strtoll(text, &end, 10);
	if (end == text || !only_blanks(end))
		return invalid(c, text);
	return set_number(c, cap(c, n), ret_val);
}

static enum kwresult parse_words(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	const struct kwtype *type = kw_get(c->kw)->type;

	if (parse_word(c, text, ret_val))
		return KWR_SET;
	if (type->zero_ok && !strcmp(text, "0"))
		return set_number(c, 0, ret_val);
	return type->numbers ? parse_number(c, text, ret_val) : invalid(c, text);
}

/*
 * Times that the checker loop divides by. Unlike multipath-tools 0.14.3, which crashes or hangs on
 * them, what is no number of seconds from min to max is refused and the old value stays.
 */
static enum kwresult parse_interval(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	const struct kwdef *def = kw_get(c->kw);
	const char *p = text;
	char *end;
	long long n;

	while (isspace((unsigned char)*p))
		p++;
	if (!isdigit((unsigned char)*p))
		return invalid(c, text);
	n = strtoll(p, &end, 10);
	if (!only_blanks(end) || n < def->min || n > def->max)
		return invalid(c, text);
	return set_number(c, n, ret_val);
}

/* What sscanf() makes of @text: false where there is no number at its start. */
static bool scan_u32(struct kwcontext *c, const char *text, int base, uint32_t *ret_num)
{
	unsigned long n;
	char *end, shown[24];

	n = strtoul(text, &end, base);
	if (end == text)
		return false;
	*ret_num = (uint32_t)n;
	snprintf(shown, sizeof(shown), base == 8 ? "%" PRIo32 : "%" PRIu32, *ret_num);
	if (n != *ret_num || strchr(text, '-'))
		kw_diag(c, DIAG_value_wraps, kw_name(c), text, shown);
	else if (!only_blanks(end))
		kw_diag(c, DIAG_value_tail, kw_name(c), text, shown);
	return true;
}

static enum kwresult parse_dev_loss(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	uint32_t n;

	if (parse_word(c, text, ret_val))
		return KWR_SET;
	if (!scan_u32(c, text, 10, &n))
		return invalid(c, text);
	if (n != UINT32_MAX)
		return set_number(c, n, ret_val);
	*ret_val = word_val(VW_infinity);
	return KWR_SET;
}

static enum kwresult parse_mode(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	uint32_t n;

	if (!scan_u32(c, text, 8, &n) || n > 0777)
		return invalid(c, text);
	return set_number(c, n, ret_val);
}

/* ---- owners ---- */

static int system_user(const char *name, uint32_t *ret_id)
{
	char buf[4096];
	struct passwd pw, *found = NULL;

	if (getpwnam_r(name, &pw, buf, sizeof(buf), &found) || !found)
		return -ENOENT;
	*ret_id = pw.pw_uid;
	return 0;
}

static int system_group(const char *name, uint32_t *ret_id)
{
	char buf[16384];
	struct group gr, *found = NULL;

	if (getgrnam_r(name, &gr, buf, sizeof(buf), &found) || !found)
		return -ENOENT;
	*ret_id = gr.gr_gid;
	return 0;
}

static const struct kwuserdb system_users = { .user = system_user, .group = system_group };

static const struct kwuserdb *users(const struct kwcontext *c)
{
	return c->users ? c->users : &system_users;
}

static bool is_number(const char *s)
{
	return *s && !s[strspn(s, "0123456789")];
}

static enum kwresult parse_user(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	uint32_t id;

	if (!is_number(text) && users(c)->user(text, &id) == 0)
		return set_number(c, id, ret_val);
	if (!scan_u32(c, text, 10, &id))
		return invalid(c, text);
	return set_number(c, id, ret_val);
}

/* multipath-tools looks for gid names among the users; those that are no group still work here. */
static enum kwresult parse_group(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	uint32_t id;

	if (!is_number(text) && users(c)->group(text, &id) == 0)
		return set_number(c, id, ret_val);
	return parse_user(c, text, ret_val);
}

/* ---- text ---- */

static enum kwresult parse_string(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	*ret_val = str_val(arena_strdup(c->a, text));
	return KWR_SET;
}

static enum kwresult parse_name(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	if (!strchr(text, '/'))
		return parse_string(c, text, ret_val);
	kw_diag(c, DIAG_slash, text, NULL, NULL);
	return KWR_INVALID;
}

static enum kwresult parse_regex(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	regex_t re;
	char msg[128];
	int err;

	if (c->check_regex && strpbrk(text, "[](){}*+?|\\")) {
		err = regex_compile(&re, text, REG_EXTENDED | REG_NOSUB);
		if (err) {
			regerror(err, &re, msg, sizeof(msg));
			kw_diag(c, DIAG_useless_regex, kw_name(c), text, msg);
		} else {
			regfree(&re);
		}
	}
	return parse_string(c, text, ret_val);
}

static enum kwresult parse_protocol_type(struct kwcontext *c, const char *text,
					 struct kwval *ret_val)
{
	return vocab_find(VL_protocols, text) ? parse_string(c, text, ret_val) : invalid(c, text);
}

static enum kwresult parse_policy(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	const struct vocab_entry *e = NULL;

	while ((e = vocab_next(VL_policy, e))) {
		size_t n = strlen(e->text);

		if (strncmp(text, e->text, n))
			continue;
		if (text[n])
			kw_diag(c, DIAG_value_tail, kw_name(c), text, e->text);
		*ret_val = word_val(e->word);
		return KWR_SET;
	}
	return invalid(c, text);
}

static enum kwresult parse_flush(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	struct kwval val;

	if (!parse_word(c, text, &val))
		return invalid(c, text);
	if (strcmp(text, vocab_text(val.word)))
		kw_diag(c, DIAG_deprecated_value, kw_name(c), text, vocab_text(val.word));
	*ret_val = val;
	return KWR_SET;
}

/* ---- counted arguments ---- */

static const char *skip_blanks(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static const char *skip_word(const char *s)
{
	while (*s && !isspace((unsigned char)*s))
		s++;
	return s;
}

/* @count points to the count; words behind it have to be as many as it says. */
static enum kwresult check_count(struct kwcontext *c, const char *text, const char *count,
				 struct kwval *ret_val)
{
	const char *p = skip_blanks(count), *end = skip_word(p);
	char said[24], got[24];
	long n, found = 0;
	char *after;

	n = strtol(p, &after, 10);
	if (after == p || after != end || n < 0 || n > INT_MAX) {
		kw_diag(c, DIAG_missing_count, kw_name(c), NULL, NULL);
		return KWR_INVALID;
	}
	for (p = skip_blanks(end); *p; p = skip_blanks(skip_word(p)))
		found++;
	if (found == n)
		return parse_string(c, text, ret_val);
	snprintf(said, sizeof(said), "%ld", n);
	snprintf(got, sizeof(got), "%ld", found);
	kw_diag(c, DIAG_wrong_count, kw_name(c), said, got);
	return KWR_INVALID;
}

static enum kwresult parse_counted(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	return check_count(c, text, text, ret_val);
}

static enum kwresult parse_selector(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	return check_count(c, text, skip_word(skip_blanks(text)), ret_val);
}

/* "sd:ID_SERIAL dasd:ID_UID": records that are none are left out. */
static enum kwresult parse_uid_attrs(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	__attribute__((cleanup(sb_done))) struct strbuf good = STRBUF_INIT, bad = STRBUF_INIT;
	bool failed = false;

	for (const char *p = skip_blanks(text), *end; *p; p = skip_blanks(end)) {
		const char *colon;

		end = skip_word(p);
		colon = memchr(p, ':', (size_t)(end - p));
		if (colon && colon > p && colon + 1 < end) {
			if (good.len)
				sb_addc(&good, ' ');
			sb_addn(&good, p, (size_t)(end - p));
			continue;
		}
		sb_clear(&bad);
		sb_addn(&bad, p, (size_t)(end - p));
		kw_diag(c, DIAG_uid_attrs_record, sb_str(&bad), NULL, NULL);
		failed = true;
	}
	if (failed)
		kw_diag(c, DIAG_uid_attrs_again, text, NULL, NULL);
	if (!good.len)
		return KWR_UNSET;
	return parse_string(c, sb_str(&good), ret_val);
}

static enum kwresult bad_key(struct kwcontext *c, const char *text)
{
	kw_diag(c, DIAG_bad_reservation_key, text, c->line_text ? c->line_text : text, NULL);
	return KWR_FATAL;
}

/* Hex digits, "0x" before them or not, ":aptpl" behind them or not; the flag goes to str. */
static enum kwresult parse_reservation_key(struct kwcontext *c, const char *text,
					   struct kwval *ret_val)
{
	const char *p = text;
	size_t n;

	if (parse_word(c, text, ret_val))
		return KWR_SET;
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	n = strspn(p, "0123456789abcdefABCDEF");
	if (n < 1 || n > 16 || (p[n] && p[n] != ':'))
		return bad_key(c, text);
	*ret_val = num_val((int64_t)strtoull(p, NULL, 16));
	if (!strcmp(p + n, ":aptpl"))
		ret_val->str = "aptpl";
	else if (p[n])
		kw_diag(c, DIAG_value_tail, kw_name(c), text, "a key without flags");
	return KWR_SET;
}

/* ---- printing and comparing ---- */

void kw_quote(const char *s, struct strbuf *out)
{
	const char *q;

	sb_addc(out, '"');
	while ((q = strchr(s, '"'))) {
		sb_addn(out, s, (size_t)(q - s + 1));
		sb_addc(out, '"');
		s = q + 1;
	}
	sb_add(out, s);
	sb_addc(out, '"');
}

static void print_any(const struct kwval *val, struct strbuf *out)
{
	if (val->word == VW_NUMBER)
		sb_printf(out, "%" PRId64, val->num);
	else
		kw_quote(val->word == VW_STRING ? val->str : vocab_text(val->word), out);
}

static void print_octal(const struct kwval *val, struct strbuf *out)
{
	sb_printf(out, "0%" PRIo64, (uint64_t)val->num);
}

static void print_reservation_key(const struct kwval *val, struct strbuf *out)
{
	if (val->word != VW_NUMBER) {
		print_any(val, out);
		return;
	}
	sb_printf(out, "0x%" PRIx64, (uint64_t)val->num);
	if (val->str)
		sb_printf(out, ":%s", val->str);
}

static bool equal_any(const struct kwval *a, const struct kwval *b)
{
	if (a->word != b->word || a->num != b->num || !a->str != !b->str)
		return false;
	return !a->str || !strcmp(a->str, b->str);
}

/* ---- what can be written ---- */

static void add_choice(struct strbuf *out, const char *s)
{
	if (out->len)
		sb_addc(out, '|');
	sb_add(out, s);
}

/* Canonical words first, then other spellings of them, then numbers. */
static void syntax_any(enum kw_id kw, struct strbuf *out)
{
	__attribute__((cleanup(sb_done))) struct strbuf all = STRBUF_INIT;
	const struct kwdef *def = kw_get(kw);
	const struct vocab_entry *e = NULL;

	while ((e = vocab_next(def->type->words, e)))
		add_choice(&all, e->text);
	if (def->type->numbers) {
		if (def->type->zero_ok && !def->type->words)
			add_choice(&all, "0");
		if (def->type->zero_ok && def->type->words)
			sb_add(&all, "|0");
		add_choice(&all, "");
		sb_printf(&all, "%" PRId64 "..%" PRId64, def->min, def->max);
	}
	sb_add(out, all.len ? sb_str(&all) : def->type->name);
}

static void syntax_octal(enum kw_id kw, struct strbuf *out)
{
	sb_printf(out, "0..0%" PRIo64 " (octal)", (uint64_t)kw_get(kw)->max);
}

static void syntax_name(enum kw_id kw, struct strbuf *out)
{
	sb_add(out, kw_get(kw)->type->name);
}

#define TEXT_TYPE(id, parse_fn, text)                                                              \
	const struct kwtype kt_##id = { .name = text,                                              \
					.parse = parse_fn,                                         \
					.print = print_any,                                        \
					.equal = equal_any,                                        \
					.syntax = syntax_name }
TEXT_TYPE(string, parse_string, "text");
TEXT_TYPE(path, parse_string, "absolute path");
TEXT_TYPE(name, parse_name, "text without a slash");
TEXT_TYPE(regex, parse_regex, "regular expression");
TEXT_TYPE(rule, parse_string, "regular expression");
TEXT_TYPE(uid_attrs, parse_uid_attrs, "device:PROPERTY ...");
TEXT_TYPE(selector, parse_selector, "name, count of arguments, arguments");
TEXT_TYPE(counted, parse_counted, "count of arguments, arguments");

#define WORD_TYPE(id, parse_fn, text, ...)                                                         \
	const struct kwtype kt_##id = { .name = text,                                              \
					.words = VL_##id,                                          \
					.parse = parse_fn,                                         \
					.print = print_any,                                        \
					.equal = equal_any,                                        \
					.syntax = syntax_any,                                      \
					__VA_ARGS__ }
WORD_TYPE(yes_no, parse_words, "yes or no");
WORD_TYPE(rr_weight, parse_words, "word");
WORD_TYPE(log_checker_err, parse_words, "word");
WORD_TYPE(find_multipaths, parse_words, "word");
WORD_TYPE(auto_resize, parse_words, "word");
WORD_TYPE(vpd_vendor, parse_words, "word");
WORD_TYPE(policy, parse_policy, "word");
WORD_TYPE(flush, parse_flush, "word");
WORD_TYPE(marginal_pathgroups, parse_words, "word");
WORD_TYPE(failback, parse_words, "word or number", .numbers = true);
WORD_TYPE(no_path_retry, parse_words, "word or number", .numbers = true);
WORD_TYPE(max_fds, parse_words, "word or number", .numbers = true);
WORD_TYPE(off_int, parse_words, "word or number", .numbers = true, .zero_ok = true);
WORD_TYPE(no_int, parse_words, "word or number", .numbers = true);
WORD_TYPE(dev_loss, parse_dev_loss, "word or number", .numbers = true);

const struct kwtype kt_int = { .name = "number",
			       .numbers = true,
			       .parse = parse_number,
			       .print = print_any,
			       .equal = equal_any,
			       .syntax = syntax_any };
const struct kwtype kt_interval = { .name = "number",
				    .numbers = true,
				    .parse = parse_interval,
				    .print = print_any,
				    .equal = equal_any,
				    .syntax = syntax_any };
const struct kwtype kt_mode = { .name = "octal number",
				.parse = parse_mode,
				.print = print_octal,
				.equal = equal_any,
				.syntax = syntax_octal };
const struct kwtype kt_user = { .name = "user name or number",
				.parse = parse_user,
				.print = print_octal,
				.equal = equal_any,
				.syntax = syntax_name };
const struct kwtype kt_group = { .name = "group name or number",
				 .parse = parse_group,
				 .print = print_octal,
				 .equal = equal_any,
				 .syntax = syntax_name };
const struct kwtype kt_protocol_type = { .name = "protocol",
					 .words = VL_protocols,
					 .parse = parse_protocol_type,
					 .print = print_any,
					 .equal = equal_any,
					 .syntax = syntax_any };
const struct kwtype kt_reservation_key = { .name = "hex number, :aptpl behind it or not, or file",
					   .words = VL_reservation_key,
					   .parse = parse_reservation_key,
					   .print = print_reservation_key,
					   .equal = equal_any,
					   .syntax = syntax_name };

/* ---- by keyword ---- */

enum kwresult kw_parse(struct kwcontext *c, const char *text, struct kwval *ret_val)
{
	return kw_get(c->kw)->type->parse(c, text, ret_val);
}

void kw_print(enum kw_id kw, const struct kwval *val, struct strbuf *out)
{
	kw_get(kw)->type->print(val, out);
}

bool kw_equal(enum kw_id kw, const struct kwval *a, const struct kwval *b)
{
	return kw_get(kw)->type->equal(a, b);
}

void kw_syntax(enum kw_id kw, struct strbuf *out)
{
	const struct kwdef *def = kw_get(kw);

	def->type->syntax(kw, out);
	if (def->unit)
		sb_printf(out, " (%s)", def->unit);
}

/* ---- regular expressions ---- */

#define REPEAT_MAX 4096 /* states that nested repetitions may multiply to */

/* What one repetition multiplies by; *p stands at its sign and is moved to its end. */
static unsigned long repeat_factor(const char *start, const char **p)
{
	const char *at = *p;
	unsigned long n = 0;

	if (*at == '+') /* of a group or of a repetition: what is in it stands there twice */
		return at > start && strchr(")+*?}", at[-1]) ? 2 : 1;
	for (at++; isdigit((unsigned char)*at) || *at == ','; at++) {
		unsigned long m = isdigit((unsigned char)*at) ? strtoul(at, NULL, 10) : 0;

		n = m > n ? m : n;
	}
	*p = at - 1;
	return *at == '}' && n > 1 ? n : 1;
}

/*
 * The C library expands x{m,n} to n copies of x and x+ to two, and nested ones multiply: a line of
 * 30 bytes can ask for all memory. The product over the whole text bounds every nesting in it.
 */
static bool repeats_too_much(const char *pattern)
{
	unsigned long product = 1;

	for (const char *p = pattern; *p; p++) {
		unsigned long n;

		if (*p == '\\' && p[1]) {
			p++;
			continue;
		}
		if (*p != '{' && *p != '+')
			continue;
		n = repeat_factor(pattern, &p);
		product = n > REPEAT_MAX ? n : product * n;
		if (product > REPEAT_MAX)
			return true;
	}
	return false;
}

int regex_compile(regex_t *re, const char *pattern, int flags)
{
	memset(re, 0, sizeof(*re));
	if (repeats_too_much(pattern))
		return REG_ESPACE;
	return regcomp(re, pattern, flags);
}
