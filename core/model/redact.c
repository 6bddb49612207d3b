/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of pairs (what it was, what it becomes), each in every form it can stand in, sorted by
 * length; an index by the first two bytes makes a search one look-up at most bytes. Replacements come
 * from a keyed stream; a pair whose new text is already somebody's text is drawn again.
 */
#include "core/model/redact.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

struct form {
	uint8_t *from, *to;
	size_t len;
	bool word;
	uint32_t next; /* in its bucket, longest first */
};

struct redactor {
	uint64_t s[2];
	struct form *list;
	uint32_t n, cap;
	uint32_t bucket[65536];
};

struct redactor *redact_new(const uint8_t key[16])
{
	struct redactor *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	memcpy(r->s, key, sizeof(r->s));
	r->s[0] |= 1; /* never all zero */
	memset(r->bucket, 0xff, sizeof(r->bucket));
	return r;
}

void redact_free(struct redactor *r)
{
	if (!r)
		return;
	for (uint32_t i = 0; i < r->n; i++) {
		free(r->list[i].from);
		free(r->list[i].to);
	}
	free(r->list);
	free(r);
}

/* xorshift128+ */
static unsigned int draw(struct redactor *r, unsigned int below)
{
	uint64_t a = r->s[0], b = r->s[1];

	r->s[0] = b;
	a ^= a << 23;
	r->s[1] = a ^ b ^ (a >> 18) ^ (b >> 5);
	return (unsigned int)(((r->s[1] + b) >> 24) % below);
}

static uint32_t *bucket_of(struct redactor *r, const uint8_t *bytes)
{
	return &r->bucket[bytes[0] << 8 | bytes[1]];
}

static const struct form *find(struct redactor *r, const uint8_t *bytes, size_t len)
{
	for (uint32_t i = *bucket_of(r, bytes); i != NONE; i = r->list[i].next)
		if (r->list[i].len == len && !memcmp(r->list[i].from, bytes, len))
			return &r->list[i];
	return NULL;
}

/* Takes @from and @to over. */
static void put(struct redactor *r, uint8_t *from, uint8_t *to, size_t len, bool word)
{
	uint32_t *at;

	if (r->n == r->cap) {
		uint32_t cap = r->cap ? 2 * r->cap : 64;
		struct form *list = realloc(r->list, cap * sizeof(*list));

		if (!list)
			abort(); /* half a redaction must not be written */
		r->list = list;
		r->cap = cap;
	}
	at = bucket_of(r, from);
	while (*at != NONE && r->list[*at].len > len)
		at = &r->list[*at].next;
	r->list[r->n] = (struct form){ from, to, len, word, *at };
	*at = r->n++;
}

static void *copy(const void *bytes, size_t len)
{
	void *p = malloc(len ? len : 1);

	if (!p)
		abort();
	memcpy(p, bytes, len);
	return p;
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static bool all_hex(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (hex_value(s[i]) < 0)
			return false;
	return true;
}

static void scramble(struct redactor *r, char *s, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	bool is_hex = len >= 8 && all_hex(s, len);

	for (size_t i = is_hex ? 1 : 0; i < len; i++) {
		if (is_hex)
			s[i] = isupper((unsigned char)s[i]) ? "ABCDEF"[draw(r, 6)]
							    : hex[draw(r, 16)];
		else if (isdigit((unsigned char)s[i]))
			s[i] = (char)('0' + draw(r, 10));
		else if (islower((unsigned char)s[i]))
			s[i] = (char)('a' + draw(r, 26));
		else if (isupper((unsigned char)s[i]))
			s[i] = (char)('A' + draw(r, 26));
	}
}

static bool is_new_text(struct redactor *r, const char *s, size_t len)
{
	if (find(r, (const uint8_t *)s, len))
		return false;
	for (uint32_t i = 0; i < r->n; i++)
		if (r->list[i].len == len && !memcmp(r->list[i].to, s, len))
			return false;
	return true;
}

/* "0123" as the two bytes 01 23. */
static uint8_t *raw_of(const char *hex, size_t len)
{
	uint8_t *out = copy(hex, len);

	for (size_t i = 0; i < len / 2; i++)
		out[i] = (uint8_t)(hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
	return out;
}

/* Its characters as a hex dump has them. */
static uint8_t *dump_of(const char *s, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t *out = malloc(2 * len);

	if (!out)
		abort();
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = (uint8_t)hex[(unsigned char)s[i] >> 4];
		out[2 * i + 1] = (uint8_t)hex[s[i] & 0xf];
	}
	return out;
}

static void add(struct redactor *r, const char *secret, bool word)
{
	size_t len = strlen(secret);
	char *to;

	if (len < (word ? 3 : REDACT_LEAST) || find(r, (const uint8_t *)secret, len))
		return;
	to = copy(secret, len);
	for (unsigned int tries = 0; tries < 64; tries++) {
		memcpy(to, secret, len);
		scramble(r, to, len);
		if (is_new_text(r, to, len))
			break;
	}
	put(r, copy(secret, len), copy(to, len), len, word);
	if (!word)
		put(r, dump_of(secret, len), dump_of(to, len), 2 * len, false);
	if (!word && len >= 16 && len % 2 == 0 && all_hex(secret, len))
		put(r, raw_of(secret, len), raw_of(to, len), len / 2, false);
	free(to);
}

void redact_add(struct redactor *r, const char *secret)
{
	add(r, secret, false);
}

void redact_add_word(struct redactor *r, const char *secret)
{
	add(r, secret, true);
}

static bool stands_alone(const char *bytes, size_t len, size_t at, size_t n)
{
	return (!at || !isalnum((unsigned char)bytes[at - 1])) &&
	       (at + n == len || !isalnum((unsigned char)bytes[at + n]));
}

static const struct form *longest(struct redactor *r, const char *bytes, size_t len, size_t at)
{
	const uint8_t *b = (const uint8_t *)bytes + at;

	for (uint32_t i = *bucket_of(r, b); i != NONE; i = r->list[i].next) {
		const struct form *f = &r->list[i];

		if (f->len <= len - at && !memcmp(f->from, b, f->len) &&
		    (!f->word || stands_alone(bytes, len, at, f->len)))
			return f;
	}
	return NULL;
}

void redact_apply(struct redactor *r, char *bytes, size_t len)
{
	for (size_t at = 0; at + 1 < len;) {
		const struct form *f = longest(r, bytes, len, at);

		if (f)
			memcpy(bytes + at, f->to, f->len);
		at += f ? f->len : 1;
	}
}

/* SPC-6 7.7.6: association and type in byte 1, the length in byte 3 of each designator. */
void redact_add_vpd83(struct redactor *r, const uint8_t *page, size_t len)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t at = 4; at + 4 <= len && at + 4 + page[at + 3] <= len;
	     at += 4u + page[at + 3]) {
		const uint8_t *d = page + at + 4;
		unsigned int type = page[at + 1] & 0xf, n = page[at + 3];
		char text[2 * 255 + 1];
		bool binary = type == 2 || type == 3;

		if (type > 3 && type != 8)
			continue;
		for (unsigned int i = 0; i < n; i++) {
			if (binary) {
				text[2 * i] = hex[d[i] >> 4];
				text[2 * i + 1] = hex[d[i] & 0xf];
			} else {
				text[i] = (char)d[i];
			}
		}
		text[binary ? 2 * n : n] = '\0';
		/* of a vendor's text the vendor itself is no secret */
		redact_add(r, type == 1 && n > 8 ? text + 8 : text);
	}
}
