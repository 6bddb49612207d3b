/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One object on one line; its schema is dist/status.schema.json. */
#include "cli/status.h"
#include "core/engine/show.h"
#include "parser/strbuf.h"

static void put_text(struct strbuf *out, const char *key, const char *text)
{
	sb_printf(out, "\"%s\":", key);
	sb_add_json(out, text);
	sb_addc(out, ',');
}

static void put_number(struct strbuf *out, const char *key, unsigned int n)
{
	sb_printf(out, "\"%s\":%u,", key, n);
}

static void put_field(struct strbuf *out, enum show_kind kind, const struct show_obj *o,
		      const char *key, char letter)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;

	status_field(kind, o, letter, &text);
	put_text(out, key, sb_str(&text));
}

static void put_problems(struct strbuf *out, const struct health_problem *p, unsigned int n)
{
	sb_add(out, "\"problems\":[");
	for (unsigned int i = 0; i < n; i++) {
		sb_add(out, i ? ",{" : "{");
		put_text(out, "level", health_word(p[i].level));
		put_text(out, "id", health_id_word(p[i].id));
		sb_add(out, "\"text\":");
		sb_add_json(out, p[i].text);
		sb_addc(out, '}');
	}
	sb_addc(out, ']');
}

static unsigned int group_of(const struct map *m, const struct path *p)
{
	for (unsigned int g = 0; g < m->n_groups; g++)
		if (p->group == &m->groups[g])
			return g + 1;
	return 0;
}

static void put_path(struct strbuf *out, const struct map *m, const struct path *p)
{
	static const struct {
		const char *key;
		char letter;
	} fields[] = { { "dev", 'd' },	 { "dev_t", 'D' },  { "hcil", 'i' },
		       { "dm_st", 't' }, { "chk_st", 'T' }, { "dev_st", 'o' } };
	const struct show_obj o = { .path = p };

	sb_addc(out, '{');
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		put_field(out, SHOW_PATH, &o, fields[i].key, fields[i].letter);
	sb_printf(out, "\"group\":%u,\"usable\":%s}", group_of(m, p),
		  health_usable(p) ? "true" : "false");
}

static void put_map(struct strbuf *out, const struct health_map *m)
{
	const struct show_obj o = { .map = m->map };

	sb_addc(out, '{');
	put_text(out, "name", m->name);
	put_text(out, "uuid", m->wwid);
	if (m->map)
		put_field(out, SHOW_MAP, &o, "sysfs", 'd');
	else
		sb_add(out, "\"sysfs\":null,");
	put_text(out, "level", health_word(m->level));
	put_number(out, "paths", m->paths);
	put_number(out, "usable", m->usable);
	put_number(out, "pending", m->pending);
	put_number(out, "expected", m->expected);
	put_problems(out, m->problem, m->n_problems);
	sb_add(out, ",\"path_list\":[");
	for (unsigned int i = 0; m->map && i < m->map->n_paths; i++) {
		sb_add(out, i ? "," : "");
		put_path(out, m->map, m->map->paths[i]);
	}
	sb_add(out, "]}");
}

void status_json(const struct health *h, struct strbuf *out)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;

	status_counts(h, &text);
	sb_add(out, "{\"version\":1,");
	put_text(out, "level", health_word(h->level));
	put_text(out, "summary", sb_str(&text));
	put_text(out, "source", gather_source_word(h->seen->source));
	put_text(out, "daemon", daemon_state_word(h->seen->daemon));
	sb_add(out, "\"counts\":{");
	put_number(out, "maps", h->n);
	put_number(out, "degraded", h->degraded);
	put_number(out, "dead", h->dead);
	put_number(out, "paths", h->paths);
	put_number(out, "usable", h->usable);
	put_number(out, "pending", h->pending);
	sb_printf(out, "\"expected\":%u},", h->expected);
	put_problems(out, h->problem, h->n_problems);
	sb_add(out, ",\"unseen\":[");
	for (unsigned int i = 0; i < h->seen->n_unseen; i++) {
		sb_add(out, i ? "," : "");
		sb_add_json(out, h->seen->unseen[i]);
	}
	sb_add(out, "],\"maps\":[");
	for (unsigned int i = 0; i < h->n; i++) {
		sb_add(out, i ? "," : "");
		put_map(out, &h->map[i]);
	}
	sb_add(out, "]}\n");
}
