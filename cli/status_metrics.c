/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metrics for Prometheus' textfile collector. A table of families; each is written whole, HELP and
 * TYPE once, then its samples. States are statesets: a sample for every state, 0 or 1, so that a
 * series never ends when a state changes. Their TYPE says gauge: the text parser of Prometheus and of
 * node_exporter's textfile collector knows neither "stateset" nor "info" and refuses the whole file.
 * The node_dmmultipath_* names are those of node_exporter's own dmmultipath collector, used where the
 * meaning is the same.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/status.h"
#include "parser/strbuf.h"

static void put_label(struct strbuf *out, const char *key, const char *value)
{
	__attribute__((cleanup(sb_done))) struct strbuf safe = STRBUF_INIT;

	sb_add_safe(&safe, value);
	sb_printf(out, "%s=\"", key);
	for (const char *s = sb_str(&safe); *s; s++) {
		if (*s == '"' || *s == '\\')
			sb_addc(out, '\\');
		sb_addc(out, *s);
	}
	sb_addc(out, '"');
}

/* Labels that every metric of a map has. */
static void put_map_labels(struct strbuf *out, const struct health_map *m)
{
	__attribute__((cleanup(sb_done))) struct strbuf sysfs = STRBUF_INIT;

	put_label(out, "device", m->name);
	sb_addc(out, ',');
	if (m->map)
		status_field(SHOW_MAP, &(struct show_obj){ .map = m->map }, 'd', &sysfs);
	put_label(out, "sysfs_name", sb_str(&sysfs));
}

static void put_sample(struct strbuf *out, const char *family, const struct health_map *m,
		       uint64_t value)
{
	sb_printf(out, "%s{", family);
	put_map_labels(out, m);
	sb_printf(out, "} %" PRIu64 "\n", value);
}

/* --- samples of one map or one path; each family has one of these ---------------------------- */

static void info(const char *family, const struct health_map *m, struct strbuf *out)
{
	if (!m->map)
		return;
	sb_printf(out, "%s{", family);
	put_map_labels(out, m);
	sb_addc(out, ',');
	put_label(out, "uuid", m->map->wwid);
	sb_add(out, "} 1\n");
}

static void active(const char *family, const struct health_map *m, struct strbuf *out)
{
	put_sample(out, family, m, m->map && !m->map->dm.suspended);
}

static void size_bytes(const char *family, const struct health_map *m, struct strbuf *out)
{
	if (m->map)
		put_sample(out, family, m, m->map->size * 512);
}

static void paths(const char *family, const struct health_map *m, struct strbuf *out)
{
	put_sample(out, family, m, m->paths);
}

static void usable(const char *family, const struct health_map *m, struct strbuf *out)
{
	put_sample(out, family, m, m->usable);
}

static void pending(const char *family, const struct health_map *m, struct strbuf *out)
{
	put_sample(out, family, m, m->pending);
}

static void expected(const char *family, const struct health_map *m, struct strbuf *out)
{
	put_sample(out, family, m, m->expected);
}

static void map_level(const char *family, const struct health_map *m, struct strbuf *out)
{
	for (enum health_level l = HEALTH_OK; l <= HEALTH_CRITICAL; l++) {
		sb_printf(out, "%s{", family);
		put_map_labels(out, m);
		sb_addc(out, ',');
		put_label(out, family, health_word(l));
		sb_printf(out, "} %d\n", m->level == l);
	}
}

static void open_path(const char *family, const struct health_map *m, const struct path *p,
		      struct strbuf *out)
{
	sb_printf(out, "%s{", family);
	put_map_labels(out, m);
	sb_addc(out, ',');
	put_label(out, "path", p->dev.name);
}

static void path_usable(const char *family, const struct health_map *m, struct strbuf *out)
{
	for (unsigned int i = 0; m->map && i < m->map->n_paths; i++) {
		open_path(family, m, m->map->paths[i], out);
		sb_printf(out, "} %d\n", health_usable(m->map->paths[i]));
	}
}

static void path_checker(const char *family, const struct health_map *m, struct strbuf *out)
{
	static const enum path_state states[] = { PATH_UP,	 PATH_GHOST, PATH_PENDING,
						  PATH_DOWN,	 PATH_SHAKY, PATH_DELAYED,
						  PATH_UNCHECKED };

	for (unsigned int i = 0; m->map && i < m->map->n_paths; i++) {
		const struct path *p = m->map->paths[i];
		const char *is = path_state_shown(p->state);

		for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++) {
			const char *state = path_state_shown(states[s]);

			open_path(family, m, p, out);
			sb_addc(out, ',');
			put_label(out, family, state);
			sb_printf(out, "} %d\n", !strcmp(state, is));
		}
	}
}

static const struct {
	const char *name, *help;
	void (*samples)(const char *family, const struct health_map *m, struct strbuf *out);
} families[] = {
	{ "node_dmmultipath_device_info", "Non-numeric information about a multipath device.",
	  info },
	{ "node_dmmultipath_device_active",
	  "Whether the device-mapper device is active (1) or suspended (0).", active },
	{ "node_dmmultipath_device_size_bytes", "Size of the multipath device in bytes.",
	  size_bytes },
	{ "node_dmmultipath_device_paths", "Paths that the table of the device lists.", paths },
	{ "minipath_device_paths_usable",
	  "Paths whose checker says ready, ghost or pending and that device-mapper has active.",
	  usable },
	{ "minipath_device_paths_pending", "Usable paths that have not answered yet.", pending },
	{ "minipath_device_paths_expected",
	  "Paths the device should have, as told, learnt or listed.", expected },
	{ "minipath_device_status", "Judgement on the device, one series for each level.",
	  map_level },
	{ "minipath_path_usable", "Whether the path is usable.", path_usable },
	{ "minipath_path_checker", "What the path's checker says, one series for each state.",
	  path_checker },
};

/* --- the host -------------------------------------------------------------------------------- */

static void open_family(struct strbuf *out, const char *name, const char *help)
{
	sb_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void put_host(const struct health *h, struct strbuf *out)
{
	open_family(out, "minipath_status", "Judgement on the host, one series for each level.");
	for (enum health_level l = HEALTH_OK; l <= HEALTH_CRITICAL; l++)
		sb_printf(out, "minipath_status{minipath_status=\"%s\"} %d\n", health_word(l),
			  h->level == l);
	open_family(out, "minipath_daemon", "State of multipathd, one series for each state.");
	for (enum daemon_state s = DAEMON_UNSEEN; s <= DAEMON_GARBLED; s++)
		sb_printf(out, "minipath_daemon{minipath_daemon=\"%s\"} %d\n", daemon_state_word(s),
			  h->seen->daemon == s);
	open_family(out, "minipath_devices", "Multipath devices that were looked at.");
	sb_printf(out, "minipath_devices %u\n", h->n);
	open_family(out, "minipath_devices_degraded", "Multipath devices that are not OK.");
	sb_printf(out, "minipath_devices_degraded %u\n", h->degraded);
}

void status_metrics(const struct health *h, struct strbuf *out)
{
	put_host(h, out);
	for (size_t f = 0; h->n && f < sizeof(families) / sizeof(families[0]); f++) {
		open_family(out, families[f].name, families[f].help);
		for (unsigned int i = 0; i < h->n; i++)
			families[f].samples(families[f].name, &h->map[i], out);
	}
	sb_add(out, "# EOF\n");
}
