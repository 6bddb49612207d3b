/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verbs.h - the commands of the control socket as words: parsing, error texts, help and completion
 * by the one table verbs.def (behaviour.md 7.3).
 */
#ifndef MP_VERBS_H
#define MP_VERBS_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/ctl.h"

struct strbuf;

enum word {
#define WORD(id, name, alias, param, since) W_##id,
#include "daemon/verbs.def"
	W__N
};

#define VERB_WORDS 4 /* the longest row */

struct verb {
	bool root; /* only root may */
	enum word words[VERB_WORDS];
	unsigned int n;
};

/* A command taken apart. */
struct verb_cmd {
	const struct verb *verb; /* its row */
	const char *param[W__N]; /* by word; NULL where the row has none. In @text. */
	char text[CTL_COMMAND_MAX + 2];
};

/*
 * 0, or why there is no such command; @text (shorter than CTL_COMMAND_MAX) as it came:
 * -ESRCH the last word is unknown; -EINVAL another one is, or it is ambiguous; -ENODATA the words
 * are known, but no row has them, or a parameter is missing; -ENOMEM there are no words at all.
 */
int verb_parse(const char *text, struct verb_cmd *ret_cmd);

bool verb_has(const struct verb_cmd *cmd, enum word w);

/* The reply to a command that verb_parse() refused with @err. */
void verb_error(int err, const char *text, struct strbuf *out);

/* The version line, "CLI commands reference:" and a line for each row. */
void verb_help(struct strbuf *out);

const struct verb *verb_rows(unsigned int *ret_n);
const char *word_name(enum word w);  /* "list" */
const char *word_alias(enum word w); /* "show"; NULL: none */
bool word_has_param(enum word w);

/*
 * The words that may stand where the text before a cursor ends, in the place of its last, half
 * written word; an alias only where that is what is being written. Pointers to static text, at most @max of them. *ret_start: where that word begins.
 */
unsigned int verb_complete(const char *text, const char **ret_words, unsigned int max,
			   size_t *ret_start);

#endif
