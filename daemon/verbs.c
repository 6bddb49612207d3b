/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command is a list of words, some followed by a parameter; it is the row that has exactly these
 * words in this order. Words may be shortened to what no other word of multipath-tools begins with;
 * words of ours are considered only where none of theirs fits.
 */
#include "daemon/verbs.h"

#include <errno.h>
#include <string.h>

#include "core/engine/version.h"
#include "parser/strbuf.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BLANKS	 " \t\n\r\f\v"

enum since { THEIRS, OURS };
enum who { ANYBODY, ROOT };

static const struct {
	const char *name, *alias;
	bool param;
	enum since since;
} words[W__N] = {
#define WORD(id, name, alias, param, since) { name, alias, param, since },
#include "daemon/verbs.def"
};

#define LENGTH(...) (sizeof((enum word[]){ __VA_ARGS__ }) / sizeof(enum word))

static const struct verb verbs[] = {
#define VERB(who, fn, ...) { (who) == ROOT, { __VA_ARGS__ }, LENGTH(__VA_ARGS__) },
#include "daemon/verbs.def"
};

const struct verb *verb_rows(unsigned int *ret_n)
{
	*ret_n = COUNT(verbs);
	return verbs;
}

const char *word_name(enum word w)
{
	return words[w].name;
}

const char *word_alias(enum word w)
{
	return words[w].alias;
}

bool word_has_param(enum word w)
{
	return words[w].param;
}

static bool starts(const char *word, const char *with)
{
	return word && !strncmp(word, with, strlen(with));
}

static bool is_word(enum word w, const char *text)
{
	return !strcmp(words[w].name, text) || (words[w].alias && !strcmp(words[w].alias, text));
}

/* The one word of @since that @text begins; W__N: none, or more than one. */
static enum word find_short(const char *text, enum since since)
{
	enum word found = W__N;

	for (enum word w = 0; w < W__N; w++) {
		if (words[w].since != since ||
		    !(starts(words[w].name, text) || starts(words[w].alias, text)))
			continue;
		if (found != W__N)
			return W__N;
		found = w;
	}
	return found;
}

static bool begins_theirs(const char *text)
{
	for (enum word w = 0; w < W__N; w++)
		if (words[w].since == THEIRS &&
		    (starts(words[w].name, text) || starts(words[w].alias, text)))
			return true;
	return false;
}

static enum word find_word(const char *text)
{
	for (enum word w = 0; w < W__N; w++)
		if (is_word(w, text))
			return w;
	return find_short(text, begins_theirs(text) ? THEIRS : OURS);
}

/*
 * The next word of *@src, copied with its NUL to *@dst: up to a blank or a quote, or what stands
 * between double quotes. NULL: no more. Never writes more than it has read, and one byte.
 */
static const char *next_token(const char **src, char **dst)
{
	const char *s = *src + strspn(*src, BLANKS), *token = *dst;
	bool quoted = *s == '"';
	size_t n;

	if (!*s)
		return NULL;
	s += quoted;
	n = strcspn(s, quoted ? "\"" : BLANKS "\"");
	memcpy(*dst, s, n);
	(*dst)[n] = '\0';
	*dst += n + 1;
	s += n;
	*src = quoted && *s ? s + 1 : s;
	return token;
}

static bool at_end(const char *src)
{
	return !src[strspn(src, BLANKS)];
}

static const struct verb *find_verb(const enum word *list, unsigned int n)
{
	for (unsigned int i = 0; i < COUNT(verbs); i++)
		if (verbs[i].n == n && !memcmp(verbs[i].words, list, n * sizeof(*list)))
			return &verbs[i];
	return NULL;
}

bool verb_has(const struct verb_cmd *cmd, enum word w)
{
	for (unsigned int i = 0; i < cmd->verb->n; i++)
		if (cmd->verb->words[i] == w)
			return true;
	return false;
}

int verb_parse(const char *text, struct verb_cmd *ret_cmd)
{
	struct verb_cmd c = { 0 };
	enum word list[VERB_WORDS];
	unsigned int n = 0;
	char *dst = ret_cmd->text;
	const char *token;
	bool missing = false;

	while ((token = next_token(&text, &dst))) {
		enum word w = find_word(token);

		if (w == W__N)
			return at_end(text) ? -ESRCH : -EINVAL;
		if (words[w].param) {
			c.param[w] = next_token(&text, &dst);
			missing |= !c.param[w];
		}
		if (n < VERB_WORDS)
			list[n] = w;
		n++;
	}
	if (!n)
		return -ENOMEM;
	if (!missing && n <= VERB_WORDS)
		c.verb = find_verb(list, n);
	if (!c.verb)
		return -ENODATA;
	memcpy(ret_cmd->param, c.param, sizeof(c.param));
	ret_cmd->verb = c.verb;
	return 0;
}

static void put_word(enum word w, struct strbuf *out)
{
	sb_printf(out, " %s", words[w].name);
	if (words[w].alias)
		sb_printf(out, "|%s", words[w].alias);
	if (words[w].param)
		sb_printf(out, " $%s", words[w].name);
}

void verb_help(struct strbuf *out)
{
	sb_add(out, COMPAT_VERSION "\nCLI commands reference:\n");
	for (unsigned int i = 0; i < COUNT(verbs); i++) {
		for (unsigned int k = 0; k < verbs[i].n; k++)
			put_word(verbs[i].words[k], out);
		sb_addc(out, '\n');
	}
}

void verb_error(int err, const char *text, struct strbuf *out)
{
	size_t n = strlen(text);
	const char *what = err == -ESRCH     ? "not found"
			   : err == -ENODATA ? "Missing argument"
			   : err == -ENOMEM  ? "Not enough memory"
					     : NULL;

	sb_add(out, "fail\n");
	if (!what)
		return;
	while (n && strchr(BLANKS, text[n - 1]))
		n--;
	sb_addn(out, text, n);
	sb_printf(out, ": %s\n", what);
	verb_help(out);
}

/* Completion */

static unsigned int offer(const char *word, const char *begun, const char **ret_words,
			  unsigned int n, unsigned int max)
{
	if (!starts(word, begun))
		return n;
	for (unsigned int i = 0; i < n; i++)
		if (!strcmp(ret_words[i], word))
			return n;
	if (n < max)
		ret_words[n++] = word;
	return n;
}

static unsigned int offer_next(const enum word *list, unsigned int k, const char *begun,
			       const char **ret_words, unsigned int max)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < COUNT(verbs); i++) {
		enum word next;

		if (verbs[i].n <= k || memcmp(verbs[i].words, list, k * sizeof(*list)))
			continue;
		next = verbs[i].words[k];
		n = offer(starts(words[next].name, begun) ? words[next].name : words[next].alias,
			  begun, ret_words, n, max);
	}
	return n;
}

unsigned int verb_complete(const char *text, const char **ret_words, unsigned int max,
			   size_t *ret_start)
{
	const char *begin = text, *token;
	char buf[CTL_COMMAND_MAX + 2], *dst = buf;
	enum word list[VERB_WORDS];
	unsigned int k = 0;

	if (strlen(text) >= CTL_COMMAND_MAX)
		return 0;
	for (;;) {
		text += strspn(text, BLANKS);
		if (!text[strcspn(text,
				  BLANKS)]) /* the word the cursor is at, which may be empty */
			break;
		token = next_token(&text, &dst);
		if (k == VERB_WORDS || (list[k] = find_word(token)) == W__N)
			return 0;
		if (words[list[k++]].param && (at_end(text) || !next_token(&text, &dst) || !*text))
			return 0;
	}
	*ret_start = (size_t)(text - begin);
	return offer_next(list, k, text, ret_words, max);
}
