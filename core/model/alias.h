/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alias.h - names of maps: the bindings file, allocation of user friendly names, the wwids file.
 *
 * All pure: text in, table; table, text out. The engine reads, locks and replaces the files.
 * File forms: behaviour.md 5.3 and 5.4. What would break a line is refused with -EINVAL: a binding
 * whose alias is no map name or whose alias or WWID holds a blank or '#', a WWID with '/' or control
 * characters anywhere.
 */
#ifndef MP_ALIAS_H
#define MP_ALIAS_H

#include <stdbool.h>
#include <stddef.h>

struct strbuf;
struct config;

/*
 * Alias -> WWID, sorted by alias length, then strcmp. An alias stands once. A file may name several
 * aliases for one WWID: all are kept (their names stay taken), the first by the order counts.
 */
struct bindings;

struct bindings *bindings_new(void);
void bindings_free(struct bindings *b);

/* Called for each line that cannot be used; @level is multipath-tools' verbosity level. @text has no
 * control characters. */
typedef void (*bindings_report)(void *ctx, int level, const char *text);

/* Add the lines of a bindings file. Lines that conflict are reported and left out; aliases that
 * multipath.conf (@cfg, may be NULL) gives to another WWID likewise. */
void bindings_parse(struct bindings *b, const char *text, const struct config *cfg,
		    bindings_report report, void *ctx);

/* The whole file, header included. */
void bindings_print(const struct bindings *b, struct strbuf *out);

const char *bindings_alias(const struct bindings *b, const char *wwid);
const char *bindings_wwid(const struct bindings *b, const char *alias);
/* 0 also where this very binding is there; -EEXIST: alias or WWID is bound otherwise; -EINVAL. */
int bindings_add(struct bindings *b, const char *alias, const char *wwid);
bool bindings_remove(struct bindings *b, const char *wwid);

/* The lowest free @prefix + letters (a..z, aa..): not bound, and @taken() says no. 0 or -ENOSPC. */
int bindings_allocate(const struct bindings *b, const char *prefix,
		      bool (*taken)(void *ctx, const char *alias), void *ctx, char *out,
		      size_t len);

/* Number <-> letters of user friendly names: 1 = a, 26 = z, 27 = aa; -EINVAL for other text. */
void alias_from_number(const char *prefix, unsigned int nr, char *out, size_t len);
int alias_to_number(const char *prefix, const char *alias, unsigned int *ret_nr);

/* Can this text be a map name? Not empty, shorter than WWID_MAX, no '/', no control characters, none
 * of the names that /dev/mapper has a use for ("control", ".", ".."). */
bool alias_usable(const char *alias);

/* wwids file; @text NULL: there is none. Each edit gives the whole new text, which the caller frees;
 * where there is nothing to change (1) *ret_text is untouched. */
bool wwids_has(const char *text, const char *wwid);
int wwids_add(const char *text, const char *wwid, char **ret_text);    /* 1: was there already */
int wwids_remove(const char *text, const char *wwid, char **ret_text); /* 1: was not there */
int wwids_fresh(const char *const *wwids, char **ret_text);	       /* NULL-terminated list */

#endif
