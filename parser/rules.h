/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.h - making the rules of blacklist and blacklist_exceptions (struct rules in config.h).
 */
#ifndef MP_RULES_H
#define MP_RULES_H

#include "parser/config.h"

/* More rules than this in one list are refused: each holds a compiled expression. */
#define RULES_MAX 65536

/* A new rule at the end, without a pattern yet; NULL: RULES_MAX is reached. */
struct rule *rules_add(struct rules *r, struct arena *a, enum rule_kind kind, struct srcloc loc);

/*
 * Give @r its pattern (RULE_DEVICE: vendor) or product. @text is kept, not copied. Returns 0 or
 * an error of regcomp() with @ret_msg (at least 1 byte) filled; then the rule is as before.
 */
int rule_set_pattern(struct rule *r, const char *text, char *ret_msg, size_t size);
int rule_set_product(struct rule *r, const char *text, char *ret_msg, size_t size);

/*
 * Add the rule that @row, a device section, asks for with product_blacklist, which it has. A full
 * list stays as it is. Returns 0, or an error of regcomp() with @ret_msg filled and nothing added.
 */
int rules_add_product(struct rules *r, struct arena *a, const struct layer *row, char *ret_msg,
		      size_t size);

/* Drop rules that say nothing and those whose texts stood before. */
void rules_dedup(struct rules *r);

/* Frees what the C library allocated for the expressions; the list lives in the arena. */
void rules_done(struct rules *r);

#endif
