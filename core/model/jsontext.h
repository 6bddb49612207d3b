/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jsontext.h - reading JSON (RFC 8259): a text is taken whole or not at all.
 *
 * For answers of multipathd, ours or multipath-tools'; the latter does not escape names, so a name
 * with a quote makes a text that is no JSON and is refused. Values live in the arena.
 */
#ifndef MP_JSONTEXT_H
#define MP_JSONTEXT_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_LIST, JSON_OBJECT };

struct json {
	enum json_kind kind;
	const char *key;    /* of a member of an object */
	const char *str;    /* JSON_STRING: without escapes; a NUL in it ends it */
	int64_t num;	    /* JSON_NUMBER: its whole part; JSON_BOOL: 0 or 1 */
	struct json *first; /* JSON_LIST, JSON_OBJECT */
	struct json *next;  /* in the list or object it belongs to */
};

/* 0; -EBADMSG: no JSON text, cut short, more than one value, or nested deeper than 32. */
int json_parse(struct arena *a, const char *text, const struct json **ret_value);

/* A member of an object, NULL: it has none of that name, or is no object. */
const struct json *json_get(const struct json *o, const char *key);
/* Its text, or @otherwise where it is absent or no string. */
const char *json_str(const struct json *o, const char *key, const char *otherwise);
int64_t json_num(const struct json *o, const char *key, int64_t otherwise);

#endif
