/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strbuf.h - a text that grows. Always NUL-terminated; sb_str() of an empty one is "".
 *
 *	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
 */
#ifndef MP_STRBUF_H
#define MP_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct strbuf {
	char *buf;
	size_t len, cap;
};

#define STRBUF_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

void sb_done(struct strbuf *sb); /* frees; leaves an empty strbuf */
void sb_clear(struct strbuf *sb);
void sb_add(struct strbuf *sb, const char *s);
void sb_addn(struct strbuf *sb, const void *p, size_t n);
void sb_addc(struct strbuf *sb, char c);
void sb_fill(struct strbuf *sb, char c, size_t n);
void sb_printf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sb_vprintf(struct strbuf *sb, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
const char *sb_str(const struct strbuf *sb);

/* Give the text away: the caller frees it with free(). The strbuf is empty afterwards. */
char *sb_take(struct strbuf *sb);

/* Add @s with every control character, DEL and byte that is not valid UTF-8 shown as \xNN. */
void sb_add_safe(struct strbuf *sb, const char *s);

/* Add @s as a JSON string, quotes and all. Controls are \uNNNN; a byte that is not valid UTF-8 is the
 * text \xNN. */
void sb_add_json(struct strbuf *sb, const char *s);

#endif
