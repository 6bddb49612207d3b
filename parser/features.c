/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Features are kept as the text they were written as; only a word that is taken out changes it,
 * and then as little as can be: the count, and the word with the blanks behind it.
 */
#include "parser/features.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "parser/arena.h"

static const char *skip_blanks(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static const char *skip_word(const char *s)
{
	while (*s && !isspace((unsigned char)*s))
		s++;
	return s;
}

static const char *find_word(const char *features, const char *word)
{
	const char *p = skip_blanks(skip_word(skip_blanks(features)));
	size_t n = strlen(word);

	for (; *p; p = skip_blanks(skip_word(p))) {
		if ((size_t)(skip_word(p) - p) == n && !strncmp(p, word, n))
			return p;
	}
	return NULL;
}

bool features_have(const char *features, const char *word)
{
	return find_word(features, word) != NULL;
}

const char *features_without(const char *features, const char *word, struct arena *a)
{
	const char *at = find_word(features, word);
	const char *rest, *words;
	char *end;
	unsigned long n;
	size_t before;

	if (!at)
		return features;
	n = strtoul(features, &end, 10);
	if (end == features || !n)
		return features;
	if (n == 1)
		return "0";
	words = skip_blanks(end);
	rest = skip_blanks(at + strlen(word));
	before = (size_t)(at - words);
	/* a blank that stood before the last word would be left over */
	while (!*rest && before && isspace((unsigned char)words[before - 1]))
		before--;
	return arena_printf(a, "%lu %.*s%s", n - 1, (int)before, words, rest);
}
