/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `minipath status`: options, one look at the host, an exit status. The whole answer is built before
 * a byte of it is printed, and a guard ends the program where even the looking hangs: what is printed
 * is whole, or there is nothing but a status of 3.
 */
#include "cli/status.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "core/engine/log.h"
#include "core/host/fdio.h"
#include "core/host/term.h"
#include "core/model/hwtable.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

#define TIMEOUT_S    8
#define WATCH_S	     2
#define GRACE_MS     700 /* for what is not waiting for devices */
#define COLUMNS	     80
#define BASELINE_MAX (16u << 20)

static const struct {
	const char *option, *text;
} usage_rows[] = {
	{ "--maps=NAME,...", "look at these maps only (aliases or WWIDs)" },
	{ "--expect=[NAME=]N", "every map, or map NAME, must have N paths; may be repeated" },
	{ "--baseline=FILE", "maps must be as they were learnt" },
	{ "--learn", "write the maps as they are now to the baseline FILE first" },
	{ "--warning=PCT:", "WARNING below that part of the expected paths (100:)" },
	{ "--critical=PCT:", "CRITICAL below that part (50:)" },
	{ "--timeout=SECONDS", "answer within that time, whatever hangs (8)" },
	{ "--format=FORMAT", "text, json, nagios or openmetrics" },
	{ "--output=FILE", "put the answer in place of FILE, whole or not at all" },
	{ "--watch, --watch=SECONDS", "look again and again (2), until interrupted" },
	{ "-h, --help", "print this help" },
};

static void usage(FILE *out)
{
	fprintf(out, "Usage: minipath status [OPTION]...\n\n");
	for (size_t i = 0; i < sizeof(usage_rows) / sizeof(usage_rows[0]); i++)
		fprintf(out, "  %-24s %s\n", usage_rows[i].option, usage_rows[i].text);
	fprintf(out, "\nExit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN or wrong usage.\n");
}

/* --- options --------------------------------------------------------------------------------- */

enum {
	OPT_MAPS = 256,
	OPT_EXPECT,
	OPT_BASELINE,
	OPT_LEARN,
	OPT_WARNING,
	OPT_CRITICAL,
	OPT_TIMEOUT,
	OPT_FORMAT,
	OPT_OUTPUT,
	OPT_WATCH
};

struct parser {
	struct status_args *a;
	struct arena *arena;
	struct health_expect *expect;
	unsigned int cap_expect;
};

static int complain(const char *option, const char *value, const char *why)
{
	fprintf(stderr, "minipath status: %s %s: %s\n", option, value, why);
	return -EINVAL;
}

static int number(const char *text, unsigned long max, unsigned int *ret)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || v > max)
		return -EINVAL;
	*ret = (unsigned int)v;
	return 0;
}

static void set_maps(struct parser *p, const char *text)
{
	const char **list = arena_alloc(p->arena, (strlen(text) + 2) * sizeof(*list));
	unsigned int n = 0;

	for (; *text; text += strspn(text, ",")) {
		size_t len = strcspn(text, ",");

		if (len)
			list[n++] = arena_strndup(p->arena, text, len);
		text += len;
	}
	p->a->ask.maps = list;
}

static int set_expect(struct parser *p, const char *text)
{
	const char *eq = strrchr(text, '=');
	struct health_expect x = { 0 };

	if (number(eq ? eq + 1 : text, 65536, &x.paths))
		return complain("--expect", text, "give N or NAME=N");
	if (eq)
		x.name = arena_strndup(p->arena, text, (size_t)(eq - text));
	p->expect = arena_grow(p->arena, p->expect, p->a->ask.n_expect, &p->cap_expect,
			       sizeof(*p->expect));
	p->expect[p->a->ask.n_expect++] = x;
	p->a->ask.expect = p->expect;
	return 0;
}

static int set_percent(const char *option, const char *text, double *ret)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || strcmp(end, ":") || !(v >= 0 && v <= 100))
		return complain(option, text, "give a percentage and a colon, as in 50:");
	*ret = v;
	return 0;
}

static int set_timeout(struct status_args *a, const char *text)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end || !(v > 0 && v <= 3600))
		return complain("--timeout", text, "give seconds, at most 3600");
	a->timeout_ns = (int64_t)(v * NSEC_PER_SEC);
	return 0;
}

static int set_format(struct status_args *a, const char *text)
{
	static const char *const words[] = {
		[STATUS_TEXT] = "text",
		[STATUS_JSON] = "json",
		[STATUS_NAGIOS] = "nagios",
		[STATUS_OPENMETRICS] = "openmetrics",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], text)) {
			a->format = (enum status_format)i;
			return 0;
		}
	return complain("--format", text, "text, json, nagios or openmetrics");
}

static int set_watch(struct status_args *a, const char *text)
{
	a->watch = WATCH_S;
	if (text && (number(text, 86400, &a->watch) || !a->watch))
		return complain("--watch", text, "give seconds");
	return 0;
}

static int option(struct parser *p, int c, const char *value)
{
	switch (c) {
	case OPT_MAPS:
		set_maps(p, value);
		return 0;
	case OPT_EXPECT:
		return set_expect(p, value);
	case OPT_BASELINE:
		p->a->baseline = value;
		return 0;
	case OPT_LEARN:
		p->a->learn = true;
		return 0;
	case OPT_WARNING:
		return set_percent("--warning", value, &p->a->ask.warning);
	case OPT_CRITICAL:
		return set_percent("--critical", value, &p->a->ask.critical);
	case OPT_TIMEOUT:
		return set_timeout(p->a, value);
	case OPT_FORMAT:
		return set_format(p->a, value);
	case OPT_OUTPUT:
		p->a->output = value;
		return 0;
	case OPT_WATCH:
		return set_watch(p->a, value);
	default:
		usage(stderr);
		return -EINVAL;
	}
}

static int check_together(const struct status_args *a)
{
	if (a->learn && !a->baseline)
		fprintf(stderr, "minipath status: --learn needs --baseline=FILE\n");
	else if (a->watch && (a->format == STATUS_NAGIOS || a->format == STATUS_OPENMETRICS ||
			      a->output || a->learn))
		fprintf(stderr, "minipath status: --watch is for the formats text and json, "
				"without --output and --learn\n");
	else
		return 0;
	return -EINVAL;
}

/* 0; 1: help was printed; -EINVAL: said what is wrong. */
static int parse(struct parser *p, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "maps", required_argument, NULL, OPT_MAPS },
		{ "expect", required_argument, NULL, OPT_EXPECT },
		{ "baseline", required_argument, NULL, OPT_BASELINE },
		{ "learn", no_argument, NULL, OPT_LEARN },
		{ "warning", required_argument, NULL, OPT_WARNING },
		{ "critical", required_argument, NULL, OPT_CRITICAL },
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ "output", required_argument, NULL, OPT_OUTPUT },
		{ "watch", optional_argument, NULL, OPT_WATCH },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c, r;

	optind = 1;
	opterr = 1;
	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			return 1;
		}
		r = option(p, c, optarg);
		if (r)
			return r;
	}
	if (optind < argc)
		return complain("argument", argv[optind], "there is none; maps go with --maps");
	return check_together(p->a);
}

/* --- one look -------------------------------------------------------------------------------- */

/* The configuration; where there is none that can be used, the built-in values, and @ret_bad. */
static struct config *load_config(struct host *h, bool *ret_bad)
{
	static const char *const none[] = { NULL };
	struct config_sources src = { .root = "", .files = none, .builtin = hwtable_rows() };
	struct config *cfg;

	log_verbosity(0);
	*ret_bad = engine_load_config(h, 0, CONFIG_FOR_QUERY, &cfg) != 0;
	if (*ret_bad && config_load(&src, &cfg))
		return NULL;
	return cfg;
}

static int read_baseline(struct arena *a, const char *path, struct health_baseline *ret)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	unsigned int line;
	int r = file_slurp(AT_FDCWD, path, BASELINE_MAX, &text, NULL);

	if (r) {
		fprintf(stderr, "minipath status: %s: %s\n", path, strerror(-r));
		return r;
	}
	r = health_baseline_parse(a, text, ret, &line);
	if (r)
		fprintf(stderr, "minipath status: %s:%u: not a line of a baseline\n", path, line);
	return r;
}

static int write_baseline(const struct health *h, const char *path)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	int r;

	if (h->seen->blind) {
		fprintf(stderr, "minipath status: %s: nothing learnt: %s\n", path, h->seen->blind);
		return -ENODATA;
	}
	health_baseline_print(h, &text);
	r = output_replace(path, sb_str(&text));
	if (r)
		fprintf(stderr, "minipath status: %s: %s\n", path, strerror(-r));
	return r;
}

/* The judgement with the baseline, which is learnt from one without it first. NULL: said why. */
static const struct health *judge(struct engine *e, const struct status_args *a,
				  const struct gathered *g)
{
	struct health_baseline *base = arena_alloc(e->topo->arena, sizeof(*base));
	struct health_ask ask = a->ask;

	if (a->learn && write_baseline(health_judge(e, g, &ask), a->baseline))
		return NULL;
	if (a->baseline) {
		if (read_baseline(e->topo->arena, a->baseline, base))
			return NULL;
		ask.baseline = base;
	}
	return health_judge(e, g, &ask);
}

static void print(const struct health *h, const struct status_args *a, unsigned int columns,
		  struct strbuf *out)
{
	switch (a->format) {
	case STATUS_TEXT:
		status_text(h, columns, out);
		break;
	case STATUS_JSON:
		status_json(h, out);
		break;
	case STATUS_NAGIOS:
		status_nagios(h, &a->ask, out);
		break;
	case STATUS_OPENMETRICS:
		status_metrics(h, out);
		break;
	}
}

/* Where the answer is "cannot look", a program gets no half-filled object but the status alone. */
static bool answers_blind(enum status_format f)
{
	return f == STATUS_TEXT || f == STATUS_NAGIOS;
}

static enum health_level answer(struct engine *e, const struct status_args *a, bool bad_config,
				unsigned int columns, struct strbuf *out)
{
	struct gathered g;
	const struct health *h;

	gather(e, &g);
	if (bad_config && g.n_unseen < GATHER_UNSEEN_MAX)
		g.unseen[g.n_unseen++] = "multipath.conf: it cannot be used, see minipath lint";
	h = judge(e, a, &g);
	if (!h)
		return HEALTH_UNKNOWN;
	if (g.blind && !answers_blind(a->format))
		fprintf(stderr, "minipath status: %s\n", g.blind);
	else
		print(h, a, columns, out);
	return h->level;
}

enum health_level status_look(struct host *h, const struct status_args *a, unsigned int columns,
			      struct strbuf *out)
{
	struct engine_options opt = { .query = true, .dry_run = true };
	enum health_level level;
	struct engine *e;
	bool bad_config;
	struct config *cfg = load_config(h, &bad_config);

	opt.deadline_ns = clock_mono(&h->clock) + a->timeout_ns;
	e = cfg ? engine_new(h, cfg, &opt) : NULL;
	if (!e)
		return HEALTH_UNKNOWN;
	level = answer(e, a, bad_config, columns, out);
	engine_free(e);
	return level;
}

/* --- the program ----------------------------------------------------------------------------- */

static int put_out(const struct status_args *a, const struct strbuf *text)
{
	int r;

	if (!a->output) {
		fputs(sb_str(text), stdout);
		return 0;
	}
	if (!text->len)
		return 0; /* nothing to say: an old answer stays, and its age tells */
	r = output_replace(a->output, sb_str(text));
	if (r)
		fprintf(stderr, "minipath status: %s: %s\n", a->output, strerror(-r));
	return r;
}

static int run(struct host *h, const struct status_args *a)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	unsigned int rows, columns = COLUMNS;
	enum health_level level;

	if (term_size(1, &rows, &columns) || columns < 40)
		columns = COLUMNS;
	level = status_look(h, a, columns, &out);
	if (put_out(a, &out))
		level = HEALTH_UNKNOWN;
	return health_exit(level);
}

static void guard(const struct status_args *a)
{
	static const char late[] = "MULTIPATH UNKNOWN: the host could not be looked at in time\n";
	int ms = (int)(a->timeout_ns / NSEC_PER_MSEC) + GRACE_MS;

	if (a->watch)
		guard_start();
	else
		guard_start_until(ms, a->format == STATUS_NAGIOS && !a->output ? late : NULL,
				  health_exit(HEALTH_UNKNOWN));
}

int status_main(struct host *h, int argc, char **argv)
{
	struct status_args a = { .timeout_ns = TIMEOUT_S * NSEC_PER_SEC,
				 .ask = { .warning = 100, .critical = 50 } };
	struct parser p = { .a = &a, .arena = arena_new() };
	int r = parse(&p, argc, argv), status = health_exit(HEALTH_UNKNOWN);

	log_setup(LOG_TO_STDERR_PLAIN, "minipath status");
	if (r > 0)
		status = 0;
	if (!r) {
		if (!h->replay)
			guard(&a);
		status = a.watch ? status_watch(h, &a) : run(h, &a);
	}
	arena_free(p.arena);
	if (!h->jobs || !jobs_running(h->jobs))
		host_free(h);
	return status;
}
