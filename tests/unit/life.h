/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of the daemon's decisions: a configuration out of text, rules, steps as text. */
#ifndef TEST_LIFE_H
#define TEST_LIFE_H

#include <stdlib.h>

#include "tests/unit/topo.h"

#include "core/model/life.h"
#include "parser/config.h"
#include "parser/srcfile.h"

#define SEC 1000000000LL
#define MS  1000000LL

static inline struct config *life_config(const char *text)
{
	struct config_sources src = { .root = "", .file = "multipath.conf" };
	struct config *cfg;

	assert_int_equal(srcfile_from_mem("multipath.conf", text, strlen(text), &src.text), 0);
	assert_int_equal(config_load(&src, &cfg), 0);
	assert_false(cfg->fatal);
	return cfg;
}

/* The same, of lines in the defaults section. */
static inline struct config *life_defaults(const char *lines)
{
	TEXT sb = TEXT_INIT;

	sb_printf(&sb, "defaults {\n%s}\n", lines);
	return life_config(sb_str(&sb));
}

/* Notes up to @level, one a line. */
static inline void life_notes(const struct notes *n, int level, struct strbuf *out)
{
	for (unsigned int i = 0; i < n->n; i++)
		if (n->list[i].level <= level)
			sb_printf(out, "%d %s\n", n->list[i].level, n->list[i].text);
}

static inline void expect_notes(const struct notes *n, const char *want)
{
	TEXT sb = TEXT_INIT;

	life_notes(n, 2, &sb);
	assert_string_equal(sb_str(&sb), want);
}

#endif
