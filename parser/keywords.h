/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keywords.h - what is known of each keyword of multipath.conf: one row of keywords.def.
 *
 * Everything that knows a keyword is a loop over this table. A new keyword is one new row (and a
 * consumer of its value), nothing else.
 */
#ifndef MP_KEYWORDS_H
#define MP_KEYWORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kwtype;

/* Places where a keyword can stand. SEC_ROOT holds the section names. */
enum section {
	SEC_ROOT,
	SEC_DEFAULTS,
	SEC_BLACKLIST,
	SEC_BLACKLIST_DEVICE,
	SEC_EXCEPTIONS,
	SEC_EXCEPTIONS_DEVICE,
	SEC_DEVICES,
	SEC_DEVICE,
	SEC_OVERRIDES,
	SEC_PROTOCOL,
	SEC_MULTIPATHS,
	SEC_MULTIPATH,
	SEC__MAX
};

/* Every word of every vocabulary, from vocab.def; VW_NUMBER and VW_STRING are not words. */
enum vocab_word {
	VW_NONE,
	VW_NUMBER,
	VW_STRING,
#define VOCAB_WORD(id, text) VW_##id,
#include "parser/vocab.def"
#undef VOCAB_WORD
	VW__MAX
};

/* KW_failback and so on, in the order of keywords.def. */
enum kw_id {
	KW_NONE,
#define KW(name, ...) KW_##name,
#include "parser/keywords.def"
#undef KW
	KW__MAX
};

/*
 * A keyword's life: releases are text such as "0.4.9"; NULL where it does not apply.
 * since[s] overrides since for one section.
 */
struct kwdef {
	const char *name;
	const struct kwtype *type; /* NULL: a section */
	uint8_t at[SEC__MAX]; /* place in the print order of each section; 0: not allowed there */
	const char *def;      /* built-in default as text, NULL: unset */
	const char *since;
	const char *since_in[SEC__MAX];
	const char *deprecated; /* first release that warns or ignores it */
	const char *removed;	/* first release that does not know it */
	const char *successor;	/* the keyword (or words) to use instead, NULL: none */
	bool same_value;	/* the successor takes the same value: only the name changed */
	const char *useless;  /* why it does nothing although it is read, NULL: it does something */
	const char *alias_of; /* another spelling of this keyword (checker -> path_checker) */
	const char *unit;     /* "s", "ms", "KiB", ... for people; NULL: none */
	int64_t min, max;     /* of numbers; both 0: no limits of its own */
	bool repeat;	      /* may stand several times in a section (devnode, wwid, ...) */
	bool ignored;	      /* known, accepted and without effect; def is what is used instead */
	bool zero_unset;      /* 0 is accepted and means "not set" */
	bool braced;	      /* multipath-tools opens the section even where its '{' is missing */
	enum section opens;   /* the section this keyword opens; SEC_ROOT: none */
	const char *brief;    /* one line for people */
};

const struct kwdef *kw_get(enum kw_id id);

/* Exact, case-sensitive look-up among the keywords (and aliases) allowed in @s; KW_NONE: none. */
enum kw_id kw_find(enum section s, const char *name);

/* The same without a section, removed keywords included: the first row of that name. */
enum kw_id kw_find_any(const char *name);

/* A section @name is allowed in, SEC__MAX: none (removed keywords are in none). */
enum section kw_home(const char *name);

/* The keyword allowed in @s that is nearest to @name by edit distance, or KW_NONE. */
enum kw_id kw_nearest(enum section s, const char *name);

/*
 * Edits (insert, delete, change, swap neighbours) from @a to @b; UINT_MAX where they are more than
 * @most or one of the texts is too long.
 */
unsigned int text_distance(const char *a, const char *b, unsigned int most);

/* The keyword that @kw is another spelling of, else @kw itself. */
enum kw_id kw_resolve(enum kw_id kw);

/*
 * Keywords of @s in print order, sections among them, removed and ignored ones and aliases not.
 * The array ends with KW_NONE and is static.
 */
const enum kw_id *kw_order(enum section s);

const char *section_name(enum section s); /* "defaults", "device", ...; SEC_ROOT: "" */
const char *section_path(enum section s); /* "defaults", "devices/device", ... */
const char *vocab_text(enum vocab_word w);

/* Releases as text, "0.9.10" after "0.9.9": less than, equal to, greater than 0. */
int release_compare(const char *a, const char *b);

/* The release that brought @kw to section @s. */
const char *kw_since(enum kw_id kw, enum section s);

#endif
