/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * features.h - the words of a "features" value: "2 pg_init_retries 50".
 */
#ifndef MP_FEATURES_H
#define MP_FEATURES_H

#include <stdbool.h>

struct arena;

/* Is @word one of them (after the count)? */
bool features_have(const char *features, const char *word);

/*
 * @features without the first @word and with a count that fits; in @a. Where it does not have the
 * word, or has no count, @features itself.
 */
const char *features_without(const char *features, const char *word, struct arena *a);

#endif
