// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The JSON of multipathd, version 0.1. Each kind of object is a table of keys in their order with
 * the wildcard whose text is the value; objects nest as maps, path groups, paths. The blanks are
 * part of the contract: "key" : value for scalars, "key": [{ for lists, three blanks per level.
 */
#include "core/engine/show.h"

#include <string.h>

#include "core/engine/show_fields.h"
#include "parser/strbuf.h"

#define INDENT	 3
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A scalar: its key, its wildcard, and whether its text stands in quotes. */
struct member {
	const char *key;
	char letter;
	bool quoted;
};

static const struct member map_members[] = {
	{ "name", 'n', true },	      { "uuid", 'w', true },	   { "sysfs", 'd', true },
	{ "failback", 'F', true },    { "queueing", 'Q', true },   { "paths", 'N', false },
	{ "write_prot", 'r', true },  { "dm_st", 't', true },	   { "features", 'f', true },
	{ "hwhandler", 'h', true },   { "action", 'A', true },	   { "path_faults", '0', false },
	{ "vend", 'v', true },	      { "prod", 'p', true },	   { "rev", 'e', true },
	{ "switch_grp", '1', false }, { "map_loads", '2', false }, { "total_q_time", '3', false },
	{ "q_timeouts", '4', false },
};

static const struct member group_members[] = {
	{ "selector", 's', true },
	{ "pri", 'p', false },
	{ "dm_st", 't', true },
	{ "marginal_st", 'M', true },
};

static const struct member path_members[] = {
	{ "dev", 'd', true },	    { "dev_t", 'D', true },	  { "dm_st", 't', true },
	{ "dev_st", 'o', true },    { "chk_st", 'T', true },	  { "checker", 'c', true },
	{ "pri", 'p', false },	    { "host_wwnn", 'N', true },	  { "target_wwnn", 'n', true },
	{ "host_wwpn", 'R', true }, { "target_wwpn", 'r', true }, { "host_adapter", 'a', true },
	{ "lun_hex", 'L', true },   { "marginal_st", 'M', true },
};

static void put_indent(struct strbuf *out, unsigned int level)
{
	sb_fill(out, ' ', (size_t)INDENT * level);
}

/* The scalars of one object, each line ending in a comma but the last where @last. */
static void put_members(struct strbuf *out, enum show_kind kind, const struct show_obj *o,
			const struct member *members, unsigned int n, unsigned int level, bool last)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;

	for (unsigned int i = 0; i < n; i++) {
		sb_clear(&text);
		show_field(kind, members[i].letter)->text(o, &text);
		put_indent(out, level);
		sb_printf(out, "\"%s\" : ", members[i].key);
		if (members[i].quoted)
			sb_add_json(out, sb_str(&text));
		else
			sb_add(out, sb_str(&text));
		sb_add(out, last && i + 1 == n ? "\n" : ",\n");
	}
}

/* `"key": [{`, or the whole of an empty list. */
static void open_list(struct strbuf *out, const char *key, bool empty, unsigned int level)
{
	put_indent(out, level);
	sb_printf(out, empty ? "\"%s\": []\n" : "\"%s\": [{\n", key);
}

/* Between two elements, or after the last. */
static void close_element(struct strbuf *out, bool last, unsigned int level)
{
	put_indent(out, level);
	sb_add(out, last ? "}]\n" : "},{\n");
}

static void put_path(struct strbuf *out, const struct path *p, unsigned int level)
{
	put_members(out, SHOW_PATH, &(struct show_obj){ .path = p }, path_members,
		    COUNT(path_members), level, true);
}

static void put_group(struct strbuf *out, const struct pathgroup *g, unsigned int nr,
		      unsigned int level)
{
	put_members(out, SHOW_GROUP, &(struct show_obj){ .group = g }, group_members,
		    COUNT(group_members), level, false);
	put_indent(out, level);
	sb_printf(out, "\"group\" : %u,\n", nr);
	open_list(out, "paths", !g->n, level);
	for (unsigned int i = 0; i < g->n; i++) {
		put_path(out, g->paths[i], level + 1);
		close_element(out, i + 1 == g->n, level);
	}
}

static void put_map(struct strbuf *out, const struct map *m, unsigned int level)
{
	put_members(out, SHOW_MAP, &(struct show_obj){ .map = m }, map_members, COUNT(map_members),
		    level, false);
	open_list(out, "path_groups", !m->n_groups, level);
	for (unsigned int i = 0; i < m->n_groups; i++) {
		put_group(out, &m->groups[i], i + 1, level + 1);
		close_element(out, i + 1 == m->n_groups, level);
	}
}

static void put_versions(struct strbuf *out)
{
	sb_add(out, "{\n   \"major_version\": 0,\n   \"minor_version\": 1,\n");
}

void show_maps_json(const struct topology *t, struct strbuf *out)
{
	put_versions(out);
	open_list(out, "maps", !t->n_maps, 1);
	for (unsigned int i = 0; i < t->n_maps; i++) {
		put_map(out, t->maps[i], 2);
		close_element(out, i + 1 == t->n_maps, 1);
	}
	sb_add(out, "}\n");
}

void show_map_json(const struct map *m, struct strbuf *out)
{
	put_versions(out);
	put_indent(out, 1);
	sb_add(out, "\"map\":{\n");
	put_map(out, m, 2);
	put_indent(out, 1);
	sb_add(out, "}\n}\n");
}
