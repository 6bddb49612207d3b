/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin convention of Nagios and Icinga: one line with performance data behind a '|', long text
 * below. A '|' or a newline in a name would end the text early, "'" and '=' break a label: the first
 * two are escaped, the others written as the convention has them (monitoring-plugins guidelines).
 */
#include <string.h>

#include "cli/status.h"
#include "parser/strbuf.h"

#define NAMED_MOST 3 /* maps that the first line names */

static void put_plain(struct strbuf *out, const char *text)
{
	__attribute__((cleanup(sb_done))) struct strbuf safe = STRBUF_INIT;

	sb_add_safe(&safe, text);
	for (const char *s = sb_str(&safe); *s; s++)
		if (*s == '|')
			sb_add(out, "\\x7c");
		else
			sb_addc(out, *s);
}

static void put_label(struct strbuf *out, const char *name)
{
	__attribute__((cleanup(sb_done))) struct strbuf plain = STRBUF_INIT;

	put_plain(&plain, name);
	for (const char *s = sb_str(&plain); *s; s++)
		if (*s == '=')
			sb_add(out, "\\x3d");
		else if (*s == '\'')
			sb_add(out, "''");
		else
			sb_addc(out, *s);
}

static void put_problems(struct strbuf *out, const struct health_map *m)
{
	put_plain(out, m->name);
	sb_add(out, ": ");
	for (unsigned int i = 0; i < m->n_problems; i++)
		sb_printf(out, "%s%s", i ? ", " : "", m->problem[i].text);
}

/* The worst maps first: all of one level, then all of the next. */
static void put_worst(const struct health *h, struct strbuf *out)
{
	unsigned int named = 0;

	for (enum health_level l = HEALTH_CRITICAL; l > HEALTH_OK; l--)
		for (unsigned int i = 0; i < h->n; i++) {
			if (h->map[i].level != l || named++ >= NAMED_MOST)
				continue;
			put_problems(out, &h->map[i]);
			sb_add(out, "; ");
		}
	if (named > NAMED_MOST)
		sb_printf(out, "and %u more; ", named - NAMED_MOST);
	for (unsigned int i = 0; i < h->n_problems; i++)
		if (h->problem[i].id != HEALTH_BLIND)
			sb_printf(out, "%s; ", h->problem[i].text);
}

static void put_value(struct strbuf *out, const char *label, unsigned int value, unsigned int max)
{
	sb_printf(out, " '%s'=%u;;;0;", label, value);
	if (max)
		sb_printf(out, "%u", max);
}

/* The least number of paths that is not below @percent of @expected. */
static unsigned int least(double percent, unsigned int expected)
{
	double exact = percent * expected / 100.0;
	unsigned int n = (unsigned int)exact;

	return n + (exact - n > 1e-9);
}

static void put_data(const struct health *h, const struct health_ask *ask, struct strbuf *out)
{
	put_value(out, "maps", h->n, 0);
	put_value(out, "maps_degraded", h->degraded, h->n);
	put_value(out, "maps_without_path", h->dead, h->n);
	put_value(out, "paths_expected", h->expected, 0);
	put_value(out, "paths_usable", h->usable, h->expected);
	put_value(out, "paths_pending", h->pending, h->expected);
	for (unsigned int i = 0; i < h->n; i++) {
		const struct health_map *m = &h->map[i];

		sb_add(out, " '");
		put_label(out, m->name);
		sb_printf(out, " usable'=%u;%u:;%u:;0;%u", m->usable,
			  least(ask->warning, m->expected), least(ask->critical, m->expected),
			  m->expected);
	}
}

static void put_map_lines(const struct health_map *m, struct strbuf *out)
{
	sb_printf(out, "[%s] ", health_word(m->level));
	put_plain(out, m->name);
	sb_printf(out, ": %u of %u paths usable", m->usable, m->expected);
	for (unsigned int i = 0; i < m->n_problems; i++)
		if (m->problem[i].id != HEALTH_FEWER_PATHS)
			sb_printf(out, ", %s", m->problem[i].text);
	sb_addc(out, '\n');
	for (unsigned int i = 0; m->map && i < m->map->n_paths; i++) {
		const struct path *p = m->map->paths[i];

		if (health_usable(p) && p->state != PATH_PENDING)
			continue;
		sb_add(out, "  ");
		put_plain(out, p->dev.name);
		sb_add(out, ": ");
		status_path_words(p, out);
		sb_addc(out, '\n');
	}
}

void status_nagios(const struct health *h, const struct health_ask *ask, struct strbuf *out)
{
	__attribute__((cleanup(sb_done))) struct strbuf counts = STRBUF_INIT;

	sb_printf(out, "MULTIPATH %s: ", health_word(h->level));
	put_worst(h, out);
	status_counts(h, &counts);
	put_plain(out, sb_str(&counts));
	if (!h->seen->blind) {
		sb_add(out, " |");
		put_data(h, ask, out);
	}
	sb_addc(out, '\n');
	for (unsigned int i = 0; i < h->n; i++)
		put_map_lines(&h->map[i], out);
	for (unsigned int i = 0; i < h->seen->n_unseen; i++) {
		sb_add(out, "not seen: ");
		put_plain(out, h->seen->unseen[i]);
		sb_addc(out, '\n');
	}
}
