/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recursive descent with a limit of depth. A reader is a cursor and a word of failure: the first
 * thing that does not fit ends it, as half an answer is worse than none.
 */
#include "core/model/jsontext.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/arena.h"
#include "parser/strbuf.h"

#define DEPTH_MAX 32

struct reader {
	struct arena *a;
	const char *at;
	unsigned int depth;
	bool bad;
};

static struct json *fail(struct reader *r)
{
	r->bad = true;
	return NULL;
}

static char peek(struct reader *r)
{
	r->at += strspn(r->at, " \t\r\n");
	return *r->at;
}

static bool take(struct reader *r, char c)
{
	if (peek(r) != c)
		return false;
	r->at++;
	return true;
}

static struct json *value_new(struct reader *r, enum json_kind kind)
{
	struct json *v = arena_alloc(r->a, sizeof(*v));

	v->kind = kind;
	return v;
}

/* Four hex digits; -1: they are none. */
static int hex4(const char *s)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *d = s[i] ? strchr(digits, s[i]) : NULL;

		if (!d)
			return -1;
		v = v << 4 | (int)(d - digits < 16 ? d - digits : d - digits - 6);
	}
	return v;
}

static void put_utf8(struct strbuf *out, unsigned int c)
{
	if (c < 0x80) {
		sb_addc(out, (char)c);
	} else if (c < 0x800) {
		sb_addc(out, (char)(0xc0 | c >> 6));
		sb_addc(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		sb_addc(out, (char)(0xe0 | c >> 12));
		sb_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		sb_addc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		sb_addc(out, (char)(0xf0 | c >> 18));
		sb_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		sb_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		sb_addc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* After "\u": one code point, two escapes where it is a surrogate pair. */
static bool escape_unicode(struct reader *r, struct strbuf *out)
{
	int hi = hex4(r->at), lo;

	if (hi < 0)
		return false;
	r->at += 4;
	if (hi < 0xd800 || hi > 0xdfff) {
		put_utf8(out, (unsigned int)hi);
		return true;
	}
	lo = hi < 0xdc00 && r->at[0] == '\\' && r->at[1] == 'u' ? hex4(r->at + 2) : -1;
	if (lo < 0xdc00 || lo > 0xdfff)
		return false;
	r->at += 6;
	put_utf8(out, 0x10000u + ((unsigned int)(hi - 0xd800) << 10) + (unsigned int)(lo - 0xdc00));
	return true;
}

static bool escape(struct reader *r, struct strbuf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char c = *r->at;
	const char *at = c ? strchr(from, c) : NULL;

	if (!c)
		return false;
	r->at++;
	if (c == 'u')
		return escape_unicode(r, out);
	if (at)
		sb_addc(out, to[at - from]);
	return at != NULL;
}

static const char *read_string(struct reader *r)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;

	if (!take(r, '"')) {
		fail(r);
		return NULL;
	}
	while (*r->at != '"') {
		bool fits = (unsigned char)*r->at >= ' ';

		if (fits && *r->at == '\\') {
			r->at++;
			fits = escape(r, &text);
		} else if (fits) {
			sb_addc(&text, *r->at++);
		}
		if (!fits) {
			fail(r);
			return NULL;
		}
	}
	r->at++;
	return arena_strdup(r->a, sb_str(&text));
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)? */
static struct json *read_number(struct reader *r)
{
	const char *start = r->at, *p = start + (*start == '-');
	size_t digits = strspn(p, "0123456789"), n;
	struct json *v;

	if (!digits || (digits > 1 && *p == '0'))
		return fail(r);
	p += digits;
	if (*p == '.') {
		n = strspn(p + 1, "0123456789");
		if (!n)
			return fail(r);
		p += n + 1;
	}
	if (*p == 'e' || *p == 'E') {
		p += 1 + (p[1] == '+' || p[1] == '-');
		n = strspn(p, "0123456789");
		if (!n)
			return fail(r);
		p += n;
	}
	v = value_new(r, JSON_NUMBER);
	v->num = strtoll(start, NULL, 10);
	r->at = p;
	return v;
}

static struct json *read_word(struct reader *r)
{
	static const struct {
		const char *text;
		enum json_kind kind;
		int num;
	} words[] = {
		{ "null", JSON_NULL, 0 },
		{ "true", JSON_BOOL, 1 },
		{ "false", JSON_BOOL, 0 },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i].text);
		struct json *v;

		if (strncmp(r->at, words[i].text, n))
			continue;
		r->at += n;
		v = value_new(r, words[i].kind);
		v->num = words[i].num;
		return v;
	}
	return fail(r);
}

static struct json *read_value(struct reader *r);

static struct json *read_members(struct reader *r, enum json_kind kind, char end)
{
	struct json *v = value_new(r, kind), **tail = &v->first;

	if (take(r, end))
		return v;
	do {
		const char *key = kind == JSON_OBJECT ? read_string(r) : NULL;

		if (kind == JSON_OBJECT && (!key || !take(r, ':')))
			return fail(r);
		*tail = read_value(r);
		if (!*tail)
			return NULL;
		(*tail)->key = key;
		tail = &(*tail)->next;
	} while (take(r, ','));
	return take(r, end) ? v : fail(r);
}

static struct json *read_value(struct reader *r)
{
	struct json *v;
	char c = peek(r);

	if (c == '"') {
		const char *s = read_string(r);

		if (!s)
			return NULL;
		v = value_new(r, JSON_STRING);
		v->str = s;
		return v;
	}
	if (c == '-' || (c >= '0' && c <= '9'))
		return read_number(r);
	if (c != '{' && c != '[')
		return read_word(r);
	if (++r->depth > DEPTH_MAX)
		return fail(r);
	r->at++;
	v = read_members(r, c == '{' ? JSON_OBJECT : JSON_LIST, c == '{' ? '}' : ']');
	r->depth--;
	return v;
}

int json_parse(struct arena *a, const char *text, const struct json **ret_value)
{
	struct reader r = { .a = a, .at = text };
	const struct json *v = read_value(&r);

	if (!v || r.bad || peek(&r))
		return -EBADMSG;
	*ret_value = v;
	return 0;
}

const struct json *json_get(const struct json *o, const char *key)
{
	if (!o || o->kind != JSON_OBJECT)
		return NULL;
	for (const struct json *m = o->first; m; m = m->next)
		if (!strcmp(m->key, key))
			return m;
	return NULL;
}

const char *json_str(const struct json *o, const char *key, const char *otherwise)
{
	const struct json *v = json_get(o, key);

	return v && v->kind == JSON_STRING ? v->str : otherwise;
}

int64_t json_num(const struct json *o, const char *key, int64_t otherwise)
{
	const struct json *v = json_get(o, key);

	return v && v->kind == JSON_NUMBER ? v->num : otherwise;
}
