// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bindings and wwids files of any text. A table that was read must print as a file that reads as
 * the same table without a word of complaint; edits of a wwids file must do what they say.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/alias.h"
#include "parser/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void no_report(void *ctx, int level, const char *text)
{
	(void)level;
	for (; *text; text++)
		if ((unsigned char)*text < ' ')
			abort();
	if (ctx)
		abort();
}

static void bindings(const char *text)
{
	__attribute__((cleanup(sb_done))) struct strbuf one = STRBUF_INIT, two = STRBUF_INIT;
	struct bindings *b = bindings_new(), *c = bindings_new();
	int must_be_silent;
	char name[128];

	bindings_parse(b, text, NULL, no_report, NULL);
	bindings_print(b, &one);
	bindings_parse(c, sb_str(&one), NULL, no_report, &must_be_silent);
	bindings_print(c, &two);
	if (strcmp(sb_str(&one), sb_str(&two)) != 0)
		abort();
	if (bindings_allocate(b, "mpath", NULL, NULL, name, sizeof(name)) ||
	    bindings_wwid(b, name) || (!bindings_alias(b, "W") && bindings_add(b, name, "W")))
		abort();
	bindings_remove(b, "W");
	if (bindings_alias(b, "W"))
		abort();
	bindings_free(b);
	bindings_free(c);
}

static void wwids(const char *text)
{
	char *added = NULL, *removed = NULL;
	int r = wwids_add(text, "W", &added);

	if (r < 0 || !wwids_has(r ? text : added, "W"))
		abort();
	if (wwids_remove(r ? text : added, "W", &removed) || wwids_has(removed, "W"))
		abort();
	if (strlen(removed) != strlen(r ? text : added))
		abort();
	free(added);
	free(removed);
	added = NULL;
	if (wwids_add("", text, &added) == 0 && !wwids_has(added, text))
		abort();
	free(added);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	bindings(text);
	wwids(text);
	free(text);
	return 0;
}
