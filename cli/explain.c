/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `minipath explain`: options, a look at the host, and two printers of what core/engine/explain.h
 * found: text for people, JSON (dist/schema/explain.schema.json) for programs.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "core/engine/explain.h"
#include "core/engine/log.h"
#include "core/engine/show.h"
#include "core/host/fdio.h"
#include "core/host/term.h"
#include "parser/strbuf.h"

#define TIMEOUT_S  8
#define GRACE_MS   2000
#define COLUMNS	   80
#define KEY_WIDTH  26
#define FILE_LIMIT (16u << 20)

enum { FOUND = 0, NOT_FOUND = 1, CANNOT_LOOK = 3 };

static const struct {
	const char *option, *text;
} usage_rows[] = {
	{ "-a, --all", "show the settings that lost as well" },
	{ "-w, --would", "every disk: would it be taken, and by which rule" },
	{ "-i, --initramfs=DIR", "compare with the files of an unpacked initramfs" },
	{ "-f, --format=FORMAT", "text or json" },
	{ "-h, --help", "print this help" },
};

struct args {
	bool losers, would, json;
	const char *name, *initramfs;
};

static void usage(FILE *out)
{
	fprintf(out, "Usage: minipath explain [OPTION]... DEVICE|WWID|ALIAS\n"
		     "       minipath explain --would [OPTION]...\n\n");
	for (size_t i = 0; i < sizeof(usage_rows) / sizeof(usage_rows[0]); i++)
		fprintf(out, "  %-20s %s\n", usage_rows[i].option, usage_rows[i].text);
	fprintf(out, "\nExit status: 0, 1 where nothing has this name, 3 where the host cannot be "
		     "looked at.\n");
}

/* 0; 1: help was printed; -EINVAL: wrong, and said. */
static int parse(struct args *a, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "would", no_argument, NULL, 'w' },
		{ "initramfs", required_argument, NULL, 'i' },
		{ "format", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	optind = opterr = 1;
	while ((c = getopt_long(argc, argv, "awi:f:h", longs, NULL)) != -1) {
		if (c == 'a')
			a->losers = true;
		else if (c == 'w')
			a->would = true;
		else if (c == 'i')
			a->initramfs = optarg;
		else if (c == 'f' && (!strcmp(optarg, "json") || !strcmp(optarg, "text")))
			a->json = !strcmp(optarg, "json");
		else if (c == 'h')
			return usage(stdout), 1;
		else
			return usage(stderr), -EINVAL;
	}
	a->name = optind < argc ? argv[optind++] : NULL;
	if (optind < argc || a->would == (a->name != NULL))
		return usage(stderr), -EINVAL;
	return 0;
}

/* --- text ------------------------------------------------------------------------------------ */

static unsigned int columns(void)
{
	unsigned int r, c;

	return term_size(STDOUT_FILENO, &r, &c) || c < 60 ? COLUMNS : c;
}

static size_t key_width(const struct explain_section *s)
{
	size_t most = 0;

	for (unsigned int i = 0; i < s->n; i++) {
		size_t n = strlen(s->item[i].key);

		if (n > most && n <= KEY_WIDTH)
			most = n;
	}
	return most;
}

/* KEY, VALUE broken at the edge, then where it came from: on the same line where that fits. */
static void put_item(struct strbuf *out, const char *key, const char *value, const char *origin,
		     size_t width, unsigned int edge)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	unsigned int indent = (unsigned int)width + 4;
	size_t len = strlen(key);

	sb_add_safe(&text, value);
	sb_add(out, "  ");
	sb_add_safe(out, key);
	if (len > width) {
		sb_addc(out, '\n');
		sb_fill(out, ' ', indent);
	} else {
		sb_fill(out, ' ', width - len + 2);
	}
	if (origin && indent + text.len + 2 + strlen(origin) <= edge) {
		sb_printf(out, "%s  ", sb_str(&text));
		sb_add_safe(out, origin);
		sb_addc(out, '\n');
		return;
	}
	output_wrap(out, sb_str(&text), indent, indent, edge);
	if (origin) {
		sb_fill(out, ' ', indent + 2);
		output_wrap(out, origin, indent + 2, indent + 2, edge);
	}
}

static void put_section(struct strbuf *out, const struct explain_section *s, unsigned int edge)
{
	size_t width = key_width(s);

	sb_printf(out, "\n%s\n", s->title);
	for (unsigned int i = 0; i < s->n; i++) {
		const struct explain_item *item = &s->item[i];

		put_item(out, item->key, item->value, item->origin, width, edge);
		for (unsigned int k = 0; k < item->n_losers; k++)
			put_item(out, "  loses:", item->losers[k].value, item->losers[k].origin,
				 width, edge);
	}
}

static void put_text(struct strbuf *out, const struct explain *x)
{
	__attribute__((cleanup(sb_done))) struct strbuf verdict = STRBUF_INIT;
	unsigned int edge = columns();

	sb_add_safe(&verdict, x->verdict);
	output_wrap(out, sb_str(&verdict), 0, 0, edge);
	for (unsigned int i = 0; i < x->n; i++)
		put_section(out, &x->section[i], edge);
	if (x->n_unseen)
		sb_addc(out, '\n');
	for (unsigned int i = 0; i < x->n_unseen; i++)
		sb_printf(out, "not seen: %s\n", x->unseen[i]);
}

static void put_would_text(struct strbuf *out, const struct explain_would *list, unsigned int n)
{
	unsigned int edge = columns();
	char head[64];

	snprintf(head, sizeof(head), "%-10s %-6s ", "DEVICE", "TAKEN");
	sb_printf(out, "%sBY WHICH RULE\n", head);
	for (unsigned int i = 0; i < n; i++) {
		__attribute__((cleanup(sb_done))) struct strbuf rule = STRBUF_INIT;
		unsigned int used;

		snprintf(head, sizeof(head), "%-10s %-6s ", list[i].device,
			 list[i].taken ? "yes" : "no");
		sb_add(out, head);
		used = (unsigned int)strlen(head);
		sb_add_safe(&rule, list[i].rule);
		if (*list[i].wwid) {
			sb_add(&rule, " (");
			sb_add_safe(&rule, list[i].wwid);
			sb_addc(&rule, ')');
		}
		output_wrap(out, sb_str(&rule), used, used, edge);
	}
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void member(struct strbuf *out, const char *key, const char *text)
{
	sb_printf(out, "\"%s\":", key);
	if (text)
		sb_add_json(out, text);
	else
		sb_add(out, "null");
}

static void json_item(struct strbuf *out, const struct explain_item *item, bool losers)
{
	sb_addc(out, '{');
	member(out, "key", item->key);
	sb_addc(out, ',');
	member(out, "value", item->value);
	sb_addc(out, ',');
	member(out, "origin", item->origin);
	if (losers) {
		sb_add(out, ",\"losers\":[");
		for (unsigned int i = 0; i < item->n_losers; i++) {
			sb_add(out, i ? "," : "");
			json_item(out, &item->losers[i], false);
		}
		sb_addc(out, ']');
	}
	sb_addc(out, '}');
}

static void put_unseen(struct strbuf *out, const char *const *unseen, unsigned int n)
{
	sb_add(out, "\"unseen\":[");
	for (unsigned int i = 0; i < n; i++) {
		sb_add(out, i ? "," : "");
		sb_add_json(out, unseen[i]);
	}
	sb_addc(out, ']');
}

static void put_json(struct strbuf *out, const struct explain *x)
{
	sb_add(out, "{\"version\":1,");
	member(out, "kind", x->kind);
	sb_addc(out, ',');
	member(out, "name", x->name);
	sb_addc(out, ',');
	member(out, "verdict", x->verdict);
	sb_add(out, ",\"sections\":[");
	for (unsigned int s = 0; s < x->n; s++) {
		sb_add(out, s ? ",{" : "{");
		member(out, "id", x->section[s].id);
		sb_addc(out, ',');
		member(out, "title", x->section[s].title);
		sb_add(out, ",\"items\":[");
		for (unsigned int i = 0; i < x->section[s].n; i++) {
			sb_add(out, i ? "," : "");
			json_item(out, &x->section[s].item[i], true);
		}
		sb_add(out, "]}");
	}
	sb_add(out, "],");
	put_unseen(out, x->unseen, x->n_unseen);
	sb_add(out, "}\n");
}

static void put_would_json(struct strbuf *out, const struct explain_would *list, unsigned int n,
			   const struct gathered *g)
{
	sb_add(out, "{\"version\":1,\"kind\":\"would\",\"disks\":[");
	for (unsigned int i = 0; i < n; i++) {
		sb_add(out, i ? ",{" : "{");
		member(out, "device", list[i].device);
		sb_addc(out, ',');
		member(out, "wwid", *list[i].wwid ? list[i].wwid : NULL);
		sb_printf(out, ",\"taken\":%s,", list[i].taken ? "true" : "false");
		member(out, "rule", list[i].rule);
		sb_addc(out, '}');
	}
	sb_add(out, "],");
	put_unseen(out, g->unseen, g->n_unseen);
	sb_add(out, "}\n");
}

/* --- the run --------------------------------------------------------------------------------- */

/* A state file of the unpacked image; "" where it has none. The caller frees it. */
static char *image_file(const char *dir, const char *name)
{
	char *path, *text = NULL;

	if (asprintf(&path, "%s%s/%s", dir, host_places()->state_dir, name) < 0)
		return NULL;
	if (file_slurp(AT_FDCWD, path, FILE_LIMIT, &text, NULL))
		text = strdup("");
	free(path);
	return text;
}

static int say(struct engine *e, const struct args *a, const struct explain_ask *ask,
	       struct strbuf *out)
{
	const struct explain *x;
	const char *device, *wwid;
	struct gathered g;

	if (explain_look(e, &g)) {
		fprintf(stderr, "minipath explain: sysfs cannot be read\n");
		return CANNOT_LOOK;
	}
	if (explain_find(e, a->name, &device, &wwid)) {
		fprintf(stderr, "minipath explain: %s: no device, map or WWID is called so\n",
			a->name);
		return NOT_FOUND;
	}
	explain_survey(e, device, wwid);
	x = device ? explain_path(e, device, ask, &g) : explain_map(e, wwid, ask, &g);
	if (!x) {
		fprintf(stderr, "minipath explain: %s: it is gone\n", a->name);
		return NOT_FOUND;
	}
	if (a->json)
		put_json(out, x);
	else
		put_text(out, x);
	return FOUND;
}

static int say_would(struct engine *e, const struct args *a, struct strbuf *out)
{
	struct explain_would *list = NULL;
	struct gathered g;
	unsigned int n;

	if (explain_look(e, &g)) {
		fprintf(stderr, "minipath explain: sysfs cannot be read\n");
		return CANNOT_LOOK;
	}
	explain_survey(e, NULL, NULL);
	n = explain_would(e, &list);
	if (a->json)
		put_would_json(out, list, n, &g);
	else
		put_would_text(out, list, n);
	for (unsigned int i = 0; !a->json && i < g.n_unseen; i++)
		sb_printf(out, "not seen: %s\n", g.unseen[i]);
	return FOUND;
}

static int run(struct host *h, const struct args *a)
{
	__attribute__((cleanup(free_text))) char *wwids = NULL, *bindings = NULL;
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	struct engine_options opt = { .query = true, .dry_run = true };
	struct explain_ask ask = { .losers = a->losers };
	struct config *cfg;
	struct engine *e;
	int status;

	log_verbosity(0);
	if (engine_load_config(h, 0, CONFIG_FOR_QUERY, &cfg))
		return CANNOT_LOOK;
	if (a->initramfs) {
		ask.initramfs_wwids = wwids = image_file(a->initramfs, "wwids");
		ask.initramfs_bindings = bindings = image_file(a->initramfs, "bindings");
	}
	opt.deadline_ns = clock_mono(&h->clock) + TIMEOUT_S * NSEC_PER_SEC;
	e = engine_new(h, cfg, &opt);
	if (!e)
		return CANNOT_LOOK;
	status = a->would ? say_would(e, a, &out) : say(e, a, &ask, &out);
	fputs(sb_str(&out), stdout);
	engine_free(e);
	return status;
}

int explain_main(struct host *h, int argc, char **argv)
{
	struct args a = { 0 };
	int r = parse(&a, argc, argv), status = r > 0 ? FOUND : CANNOT_LOOK;

	log_setup(LOG_TO_STDERR_PLAIN, "minipath explain");
	if (!r) {
		if (!h->replay)
			guard_start_until(TIMEOUT_S * 1000 + GRACE_MS, NULL, CANNOT_LOOK);
		status = run(h, &a);
	}
	if (!h->jobs || !jobs_running(h->jobs))
		host_free(h);
	return status;
}
