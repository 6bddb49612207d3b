/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing text. Capacity doubles; there is always room for the NUL. Out of memory ends the
 * program, as with the arena: no caller could do better than say so.
 */
#include "parser/strbuf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void sb_room(struct strbuf *sb, size_t more)
{
	size_t cap = sb->cap ? sb->cap : 64;
	char *buf;

	if (sb->cap - sb->len > more)
		return;
	while (cap - sb->len <= more && cap <= SIZE_MAX / 2)
		cap *= 2;
	buf = cap - sb->len > more ? realloc(sb->buf, cap) : NULL;
	if (!buf) {
		fputs("out of memory\n", stderr);
		abort();
	}
	buf[sb->len] = '\0';
	sb->buf = buf;
	sb->cap = cap;
}

void sb_done(struct strbuf *sb)
{
	free(sb->buf);
	*sb = (struct strbuf)STRBUF_INIT;
}

void sb_clear(struct strbuf *sb)
{
	sb->len = 0;
	if (sb->buf)
		sb->buf[0] = '\0';
}

void sb_addn(struct strbuf *sb, const void *p, size_t n)
{
	if (!n)
		return;
	sb_room(sb, n);
	memcpy(sb->buf + sb->len, p, n);
	sb->len += n;
	sb->buf[sb->len] = '\0';
}

void sb_add(struct strbuf *sb, const char *s)
{
	sb_addn(sb, s, strlen(s));
}

void sb_addc(struct strbuf *sb, char c)
{
	sb_room(sb, 1);
	sb->buf[sb->len++] = c;
	sb->buf[sb->len] = '\0';
}

void sb_fill(struct strbuf *sb, char c, size_t n)
{
	sb_room(sb, n);
	memset(sb->buf + sb->len, c, n);
	sb->len += n;
	sb->buf[sb->len] = '\0';
}

void sb_vprintf(struct strbuf *sb, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n > 0) {
		sb_room(sb, (size_t)n);
		vsnprintf(sb->buf + sb->len, (size_t)n + 1, fmt, again);
		sb->len += (size_t)n;
	}
	va_end(again);
}

void sb_printf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(sb, fmt, ap);
	va_end(ap);
}

const char *sb_str(const struct strbuf *sb)
{
	return sb->buf ? sb->buf : "";
}

char *sb_take(struct strbuf *sb)
{
	char *s;

	sb_room(sb, 0);
	s = sb->buf;
	*sb = (struct strbuf)STRBUF_INIT;
	return s;
}

static bool is_cont(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/*
 * Length of the UTF-8 sequence at @p that may be shown as it is, 0 where there is none. Overlong
 * forms, surrogates and the C1 controls (0x80 to 0x9f, which some terminals obey) are none.
 */
static size_t utf8_len(const unsigned char *p)
{
	if (p[0] < 0x80)
		return p[0] >= 0x20 && p[0] != 0x7f;
	if (p[0] >= 0xc2 && p[0] <= 0xdf && is_cont(p[1]))
		return p[0] == 0xc2 && p[1] < 0xa0 ? 0 : 2;
	if ((p[0] & 0xf0) == 0xe0 && is_cont(p[1]) && is_cont(p[2])) {
		if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f))
			return 0;
		return 3;
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4 && is_cont(p[1]) && is_cont(p[2]) && is_cont(p[3])) {
		if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
			return 0;
		return 4;
	}
	return 0;
}

void sb_add_safe(struct strbuf *sb, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	while (*p) {
		size_t n = utf8_len(p);

		if (n)
			sb_addn(sb, p, n);
		else
			sb_printf(sb, "\\x%02x", *p);
		p += n ? n : 1;
	}
}

/* A byte or two that cannot stand as they are. Returns how many. */
static size_t add_json_odd(struct strbuf *sb, const unsigned char *p)
{
	if (p[0] < 0x20 || p[0] == 0x7f) {
		sb_printf(sb, "\\u%04x", p[0]);
		return 1;
	}
	if (p[0] == 0xc2 && is_cont(p[1])) { /* a C1 control */
		sb_printf(sb, "\\u%04x", p[1]);
		return 2;
	}
	sb_printf(sb, "\\\\x%02x", p[0]);
	return 1;
}

void sb_add_json(struct strbuf *sb, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	sb_addc(sb, '"');
	while (*p) {
		size_t n = utf8_len(p);

		if (*p == '"' || *p == '\\')
			sb_addc(sb, '\\');
		if (n)
			sb_addn(sb, p, n);
		p += n ? n : add_json_odd(sb, p);
	}
	sb_addc(sb, '"');
}
