/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The baseline's text (health.h). Names and WWIDs hold no control characters, so a tab parts them
 * safely whatever else they hold; a line that does not fit makes the whole file unusable, as a check
 * that silently forgets a map is worse than one that complains.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/health.h"
#include "core/model/alias.h"
#include "core/model/wwid.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

#define HEADING "# minipath status: the maps as they were learnt (WWID, paths, mode, name)\n"

static int parse_line(struct arena *a, const char *line, size_t len, struct health_memory *ret)
{
	char *text = arena_strndup(a, line, len), *field[4], *end;
	unsigned long paths;

	if (strlen(text) != len)
		return -EINVAL;
	for (unsigned int i = 0; i < 4; i++) {
		field[i] = text;
		text = i < 3 ? strchr(text, '\t') : NULL;
		if (i < 3 && !text)
			return -EINVAL;
		if (text)
			*text++ = '\0';
	}
	if (!wwid_safe(field[0]) || !alias_usable(field[3]))
		return -EINVAL;
	paths = strtoul(field[1], &end, 10);
	if (field[1][0] < '0' || field[1][0] > '9' || *end || paths > 65536)
		return -EINVAL;
	ret->read_only = !strcmp(field[2], "ro");
	if (!ret->read_only && strcmp(field[2], "rw"))
		return -EINVAL;
	ret->wwid = field[0];
	ret->name = field[3];
	ret->paths = (unsigned int)paths;
	return 0;
}

int health_baseline_parse(struct arena *a, const char *text, struct health_baseline *ret,
			  unsigned int *ret_line)
{
	unsigned int nr = 0;

	memset(ret, 0, sizeof(*ret));
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		nr++;
		if (len && *line != '#') {
			ret->list = arena_grow(a, ret->list, ret->n, &ret->cap, sizeof(*ret->list));
			if (parse_line(a, line, len, &ret->list[ret->n])) {
				*ret_line = nr;
				return -EINVAL;
			}
			ret->n++;
		}
		line += len + (line[len] == '\n');
	}
	return 0;
}

void health_baseline_print(const struct health *h, struct strbuf *out)
{
	sb_add(out, HEADING);
	for (unsigned int i = 0; i < h->n; i++) {
		const struct health_map *m = &h->map[i];

		if (m->map)
			sb_printf(out, "%s\t%u\t%s\t%s\n", m->wwid, m->paths,
				  m->map->dm.read_only ? "ro" : "rw", m->name);
	}
}
