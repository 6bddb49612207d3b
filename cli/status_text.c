/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For people: one line that says how things are, a table of the maps, and below each map that is not
 * well what its bad paths say. Names come from configurations and devices: they are escaped.
 */
#include <stdio.h>
#include <string.h>

#include "cli/output.h"
#include "cli/status.h"
#include "parser/strbuf.h"

#define NAME_WIDTH 33 /* a WWID of the usual kind fits */

void status_field(enum show_kind kind, const struct show_obj *o, char letter, struct strbuf *out)
{
	show_field(kind, letter)->text(o, out);
}

static const char *plural(unsigned int n)
{
	return n == 1 ? "" : "s";
}

void status_counts(const struct health *h, struct strbuf *out)
{
	if (h->seen->blind)
		sb_add_safe(out, h->seen->blind);
	else if (!h->n)
		sb_add(out, "no multipath maps");
	else
		sb_printf(out, "%u map%s, %u of %u path%s usable", h->n, plural(h->n), h->usable,
			  h->expected, plural(h->expected));
}

void status_path_words(const struct path *p, struct strbuf *out)
{
	const struct show_obj o = { .path = p };

	sb_add(out, "checker ");
	status_field(SHOW_PATH, &o, 'T', out);
	sb_add(out, ", dm ");
	status_field(SHOW_PATH, &o, 't', out);
	sb_add(out, ", device ");
	status_field(SHOW_PATH, &o, 'o', out);
}

static size_t name_width(const struct health *h)
{
	size_t most = strlen("MAP");

	for (unsigned int i = 0; i < h->n; i++) {
		__attribute__((cleanup(sb_done))) struct strbuf name = STRBUF_INIT;

		sb_add_safe(&name, h->map[i].name);
		if (name.len > most)
			most = name.len;
	}
	return most > NAME_WIDTH ? NAME_WIDTH : most;
}

static void put_problems(const struct health_map *m, struct strbuf *out)
{
	for (unsigned int i = 0; i < m->n_problems; i++)
		sb_printf(out, "%s%s", i ? "; " : "", m->problem[i].text);
}

static void put_row(const struct health_map *m, size_t width, unsigned int columns,
		    struct strbuf *out)
{
	__attribute__((cleanup(sb_done))) struct strbuf row = STRBUF_INIT, what = STRBUF_INIT;
	char paths[32];

	sb_add_safe(&row, m->name);
	if (row.len > width) {
		sb_add(out, sb_str(&row));
		sb_addc(out, '\n');
		sb_clear(&row);
	}
	sb_fill(&row, ' ', width - row.len);
	snprintf(paths, sizeof(paths), "%u/%u", m->usable, m->expected);
	sb_printf(&row, "  %-5s  %-8s", paths, health_word(m->level));
	put_problems(m, &what);
	if (what.len)
		sb_addc(&row, ' ');
	else
		while (row.len && row.buf[row.len - 1] == ' ')
			row.buf[--row.len] = '\0';
	sb_add(out, sb_str(&row));
	output_wrap(out, sb_str(&what), (unsigned int)row.len, (unsigned int)width + 18, columns);
}

static void put_path(const struct path *p, struct strbuf *out)
{
	__attribute__((cleanup(sb_done))) struct strbuf hcil = STRBUF_INIT, devt = STRBUF_INIT;
	const struct show_obj o = { .path = p };

	status_field(SHOW_PATH, &o, 'i', &hcil);
	status_field(SHOW_PATH, &o, 'D', &devt);
	sb_printf(out, "  %-8s %-10s %-7s ", p->dev.name, sb_str(&hcil), sb_str(&devt));
	status_path_words(p, out);
	sb_addc(out, '\n');
}

static void put_map(const struct health_map *m, size_t width, unsigned int columns,
		    struct strbuf *out)
{
	put_row(m, width, columns, out);
	for (unsigned int i = 0; m->map && i < m->map->n_paths; i++) {
		const struct path *p = m->map->paths[i];

		if (!health_usable(p) || p->state == PATH_PENDING)
			put_path(p, out);
	}
}

void status_text(const struct health *h, unsigned int columns, struct strbuf *out)
{
	size_t width = name_width(h);

	sb_printf(out, "%s: ", health_word(h->level));
	status_counts(h, out);
	sb_addc(out, '\n');
	for (unsigned int i = 0; i < h->n_problems; i++)
		if (h->problem[i].id != HEALTH_BLIND)
			sb_printf(out, "%s: %s\n", health_word(h->problem[i].level),
				  h->problem[i].text);
	if (h->n) {
		sb_add(out, "\nMAP");
		sb_fill(out, ' ', width - 3);
		sb_add(out, "  PATHS  LEVEL    WHAT\n");
	}
	for (unsigned int i = 0; i < h->n; i++)
		put_map(&h->map[i], width, columns, out);
	if (h->seen->n_unseen)
		sb_addc(out, '\n');
	for (unsigned int i = 0; i < h->seen->n_unseen; i++) {
		sb_add(out, "not seen: ");
		sb_add_safe(out, h->seen->unseen[i]);
		sb_addc(out, '\n');
	}
}
