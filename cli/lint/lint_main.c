/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minipath lint: options, files in, the report out. All files are read first, so that one that is
 * missing is told before anything is said of the others; then they are checked, as one
 * configuration or each alone. Nothing of the machine is needed but the files.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/conf_files.h"
#include "cli/fmt.h"
#include "cli/lint/lint.h"
#include "cli/lint/output.h"
#include "core/host/host.h"
#include "core/model/hwtable.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

enum { EXIT_CLEAN, EXIT_WARNINGS, EXIT_ERRORS, EXIT_UNREAD };

enum fix_mode { FIX_NONE, FIX_WRITE, FIX_DIFF };
enum colour_mode { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct call {
	struct arena *arena;
	const struct host_places *places;
	const char *root;
	struct lint_options opt;
	const struct lint_format *format;
	enum fix_mode fix;
	enum colour_mode colour;
	bool each, quiet;
	bool replay; /* nothing is written */
	const char *initramfs, *bindings;
	struct srcfile *bindings_file;
	struct config *initramfs_config;

	const char **names; /* of the files, as given */
	unsigned int n_names, names_cap;
	struct lint_unreads unread;
	unsigned int unread_cap;
	struct lint_result **runs;
	unsigned int n_runs, runs_cap, mended;
	struct srcfile **before; /* with --fix and --diff: the texts as they were, in order */
	unsigned int n_before, before_cap;
};

/* ---- options ---- */

enum {
	OPT_EACH = 256,
	OPT_FORMAT,
	OPT_STRICT,
	OPT_LIST,
	OPT_EXPLAIN,
	OPT_TARGET,
	OPT_FIX,
	OPT_DIFF,
	OPT_COLOUR,
	OPT_INITRAMFS,
	OPT_BINDINGS
};

/* Options as getopt and people need them; those without a long name stand for their letter. */
static const struct {
	struct option option;
	const char *shown, *text;
} options[] = {
	{ { "each", no_argument, NULL, OPT_EACH }, "    --each", "check each file alone" },
	{ { "format", required_argument, NULL, OPT_FORMAT },
	  "    --format=FORMAT",
	  "text, json, sarif, github or gcc" },
	{ { NULL, 0, NULL, 'W' }, "-W ID", "report this check as a warning" },
	{ { NULL, 0, NULL, 'W' }, "-W no-ID", "do not report it" },
	{ { NULL, 0, NULL, 'E' }, "-E ID", "report it as an error" },
	{ { "strict", no_argument, NULL, OPT_STRICT }, "    --strict", "warnings fail" },
	{ { "target-version", required_argument, NULL, OPT_TARGET },
	  "    --target-version=V",
	  "the release of multipath-tools that will read the file" },
	{ { "fix", no_argument, NULL, OPT_FIX },
	  "    --fix",
	  "mend what can be mended safely, in place" },
	{ { "diff", no_argument, NULL, OPT_DIFF }, "    --diff", "show what --fix would change" },
	{ { "initramfs", required_argument, NULL, OPT_INITRAMFS },
	  "    --initramfs=PATH",
	  "compare with the copy in an unpacked initramfs, or a file" },
	{ { "bindings", required_argument, NULL, OPT_BINDINGS },
	  "    --bindings=FILE",
	  "compare aliases with a bindings file" },
	{ { "color", required_argument, NULL, OPT_COLOUR },
	  "    --color=WHEN",
	  "auto, always or never" },
	{ { "list-checks", no_argument, NULL, OPT_LIST }, "    --list-checks", "list all checks" },
	{ { "explain", required_argument, NULL, OPT_EXPLAIN },
	  "    --explain=ID",
	  "what a check is about and how to mend it" },
	{ { "quiet", no_argument, NULL, 'q' },
	  "-q, --quiet",
	  "no diagnostics, only the last line" },
	{ { "help", no_argument, NULL, 'h' }, "-h, --help", "print this text" },
};
#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static void usage(FILE *out)
{
	fputs("Usage: minipath lint [OPTION]... [FILE]...\n"
	      "Check multipath.conf: without FILE the main file and conf.d of this machine, in "
	      "the\n"
	      "order in which multipathd reads them. Several files are one configuration; \"-\" "
	      "is\n"
	      "standard input.\n\n",
	      out);
	for (size_t i = 0; i < N_OPTIONS; i++)
		fprintf(out, "  %-24s %s\n", options[i].shown, options[i].text);
	fputs("\nA comment \"# minipath-lint: disable=ID\" is for its line, for the next "
	      "statement, "
	      "or\n"
	      "for the section that the statement opens; \"disable-file=ID\" is for the file.\n"
	      "Exit status: 0 clean, 1 warnings and --strict, 2 errors, 3 unreadable file or bad "
	      "usage.\n",
	      out);
}

static int bad(const char *what, const char *arg, const char *way_out)
{
	fprintf(stderr, "minipath lint: %s '%s'; %s\n", what, arg, way_out);
	return EXIT_UNREAD;
}

static int set_check(struct call *c, const char *arg, enum lint_set set)
{
	enum diag_id id = lint_id(arg);

	if (!id && set == LINT_WARNING && !strncmp(arg, "no-", 3)) {
		id = lint_id(arg + 3);
		set = LINT_OFF;
	}
	if (!id)
		return bad("there is no check", arg, "--list-checks shows all");
	c->opt.set[id] = (uint8_t)set;
	return -1;
}

static int list_checks(void)
{
	for (enum diag_id id = DIAG_NONE + 1; id < DIAG__MAX; id++) {
		if (lint_is_check(id))
			printf("%-26s %-8s %-4s %s\n", diag_def(id)->name,
			       severity_name(diag_def(id)->severity),
			       lint_fixable(id) ? "fix" : "-", lint_explain(id)->what);
	}
	return EXIT_CLEAN;
}

static void print_example(const char *text)
{
	const char *nl;

	for (; (nl = strchr(text, '\n')); text = nl + 1)
		printf("    %.*s\n", (int)(nl - text), text);
	printf("    %s\n", text);
}

static int explain(const char *name)
{
	enum diag_id id = lint_id(name);
	const struct lint_explain *e = lint_explain(id);

	if (!id)
		return bad("there is no check", name, "--list-checks shows all");
	printf("%s (%s)\n\n%s\n\n%s\n\nFor example:\n\n", name,
	       severity_name(diag_def(id)->severity), e->what, e->why);
	print_example(e->example);
	printf("\nTo mend it: %s\n", e->mend);
	if (lint_fixable(id) && !strstr(e->mend, "--fix"))
		puts("minipath lint --fix does it.");
	return EXIT_CLEAN;
}

static int set_format(struct call *c, const char *arg)
{
	c->format = lint_format(arg);
	if (c->format)
		return -1;
	return bad("there is no format", arg, "use text, json, sarif, github or gcc");
}

static int set_target(struct call *c, const char *arg)
{
	if (!lint_release_ok(arg))
		return bad("no release of multipath-tools that is known", arg,
			   "give it like 0.9.4, not before 0.4.5");
	c->opt.release = arg;
	return -1;
}

static int set_colour(struct call *c, const char *arg)
{
	static const char *const names[] = {
		[COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never"
	};

	for (enum colour_mode m = COLOUR_AUTO; m <= COLOUR_NEVER; m++) {
		if (!strcmp(names[m], arg)) {
			c->colour = m;
			return -1;
		}
	}
	return bad("--color cannot be", arg, "use auto, always or never");
}

/* -1: go on; otherwise the exit status. */
static int parse_one(struct call *c, int opt)
{
	switch (opt) {
	case 'W':
		return set_check(c, optarg, LINT_WARNING);
	case 'E':
		return set_check(c, optarg, LINT_ERROR);
	case OPT_FORMAT:
		return set_format(c, optarg);
	case OPT_TARGET:
		return set_target(c, optarg);
	case OPT_COLOUR:
		return set_colour(c, optarg);
	case OPT_LIST:
		return list_checks();
	case OPT_EXPLAIN:
		return explain(optarg);
	case OPT_EACH:
		c->each = true;
		break;
	case OPT_STRICT:
		c->opt.strict = true;
		break;
	case OPT_FIX:
		c->fix = c->fix == FIX_DIFF ? FIX_DIFF : FIX_WRITE;
		break;
	case OPT_DIFF:
		c->fix = FIX_DIFF;
		break;
	case OPT_INITRAMFS:
		c->initramfs = optarg;
		break;
	case OPT_BINDINGS:
		c->bindings = optarg;
		break;
	case 'q':
		c->quiet = true;
		break;
	case 'h':
		usage(stdout);
		return EXIT_CLEAN;
	default:
		fputs("Try 'minipath lint --help'.\n", stderr);
		return EXIT_UNREAD;
	}
	return -1;
}

static int parse(struct call *c, int argc, char **argv)
{
	struct option longs[N_OPTIONS + 1] = { 0 };
	unsigned int n = 0;
	int opt, status;

	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (options[i].option.name)
			longs[n++] = options[i].option;
	}
	optind = 1;
	while ((opt = getopt_long(argc, argv, "W:E:qh", longs, NULL)) != -1) {
		status = parse_one(c, opt);
		if (status >= 0)
			return status;
	}
	return -1;
}

/* ---- files ---- */

static void add_name(struct call *c, const char *name)
{
	c->names = arena_grow(c->arena, c->names, c->n_names, &c->names_cap, sizeof(*c->names));
	c->names[c->n_names++] = name;
}

static void add_unread(struct call *c, const char *name, int err)
{
	struct lint_unreads *u = &c->unread;
	__attribute__((cleanup(sb_done))) struct strbuf shown = STRBUF_INIT;

	u->list = arena_grow(c->arena, u->list, u->n, &c->unread_cap, sizeof(*u->list));
	u->list[u->n++] = (struct lint_unread){ name, err };
	sb_add_safe(&shown, name);
	fprintf(stderr, "minipath lint: %s: %s\n", sb_str(&shown),
		err == EINVAL ? "no regular file" : strerror(err));
}

/* The main file and the drop-ins below @root, as far as they are there. */
static void add_default_names(struct call *c, const char *root)
{
	struct conf_files files = { .n = 0 };
	const char *dir;
	int err = conf_files_add(&files, c->arena, root, &dir);

	for (unsigned int i = 0; i < files.n; i++)
		add_name(c, files.list[i].path);
	if (err < 0)
		add_unread(c, arena_printf(c->arena, "%s%s", root, dir), -err);
}

/* The files that can be read, as a list that ends with NULL. */
static struct srcfile **read_names(struct call *c, const char **names, unsigned int n)
{
	struct srcfile **texts = arena_alloc(c->arena, (n + 1) * sizeof(*texts));
	unsigned int got = 0;

	for (unsigned int i = 0; i < n; i++) {
		int err = srcfile_read(names[i], NULL, &texts[got]);

		if (err < 0)
			add_unread(c, names[i], -err);
		else
			got++;
	}
	texts[got] = NULL;
	return texts;
}

/* ---- what the files are compared with ---- */

static void read_bindings(struct call *c, bool own_files)
{
	const char *path = c->bindings;
	int err;

	if (!path && own_files)
		path = arena_printf(c->arena, "%s%s/bindings", c->root, c->places->state_dir);
	if (!path)
		return;
	err = srcfile_read(path, NULL, &c->bindings_file);
	if (!err) {
		c->opt.bindings = srcfile_bytes(c->bindings_file, &(size_t){ 0 });
		c->opt.bindings_name = path;
	} else if (c->bindings) {
		add_unread(c, path, -err);
	}
}

/* @c->initramfs is a copy of the main file, or the folder an image was unpacked to. */
static int read_initramfs(struct call *c)
{
	struct call copy = { .arena = c->arena, .places = c->places };
	struct config_sources src = { .root = "", .base = lint_known_base(c->opt.known) };
	struct stat st;
	int err;

	if (!c->initramfs)
		return 0;
	c->opt.initramfs = c->initramfs;
	if (stat(c->initramfs, &st) < 0) {
		add_unread(c, c->initramfs, errno);
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		add_default_names(&copy, c->initramfs);
	else
		add_name(&copy, c->initramfs);
	if (!copy.n_names) {
		c->opt.initramfs_missing = true;
		return 0;
	}
	src.texts = read_names(c, copy.names, copy.n_names);
	err = config_load(&src, &c->initramfs_config);
	c->opt.initramfs_config = c->initramfs_config;
	return err;
}

/* ---- runs ---- */

/* Keep the texts as they are, for --fix and --diff. */
static int keep_texts(struct call *c, struct srcfile *const *texts)
{
	for (; *texts; texts++) {
		size_t len;
		const char *bytes = srcfile_bytes(*texts, &len);
		int err;

		c->before = arena_grow(c->arena, c->before, c->n_before, &c->before_cap,
				       sizeof(*c->before));
		err = srcfile_from_mem(srcfile_name(*texts), bytes, len, &c->before[c->n_before]);
		if (err < 0)
			return err;
		c->n_before++;
	}
	return 0;
}

static int run_texts(struct call *c, struct srcfile *const *texts)
{
	struct lint_result *r;
	int err = c->fix == FIX_NONE ? 0 : keep_texts(c, texts);

	if (!err)
		err = lint_run(texts, &c->opt, &r);
	if (!err && c->fix != FIX_NONE)
		err = lint_mend(&r, &c->opt, &c->mended);
	if (err < 0)
		return err;
	c->runs = arena_grow(c->arena, c->runs, c->n_runs, &c->runs_cap, sizeof(*c->runs));
	c->runs[c->n_runs++] = r;
	return 0;
}

static int run_all(struct call *c)
{
	struct srcfile **texts = read_names(c, c->names, c->n_names);
	int err = 0;

	if (!c->each)
		return run_texts(c, texts);
	for (; *texts; texts++) {
		struct srcfile *one[2] = { *texts, NULL };

		if (err)
			srcfile_free(*texts);
		else
			err = run_texts(c, one);
	}
	return err;
}

/* ---- mending ---- */

static int write_text(const struct call *c, const struct srcfile *old, const struct srcfile *now)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	size_t len, old_len;
	const char *text = srcfile_bytes(now, &len), *was = srcfile_bytes(old, &old_len);
	const char *name = srcfile_name(old);
	int err;

	if (!strcmp(name, "-")) { /* a filter: the mended text goes out, the report to stderr */
		fwrite(text, 1, len, stdout);
		return 0;
	}
	if (len == old_len && !memcmp(text, was, len))
		return 0;
	sb_addn(&sb, text, len);
	err = c->replay ? -EROFS : fmt_write(name, old, &sb);
	if (err == -ESTALE)
		fprintf(stderr, "minipath lint: %s changed while it was checked; try again\n",
			name);
	else if (err < 0)
		fprintf(stderr, "minipath lint: %s could not be written: %s; it is as it was\n",
			name, strerror(-err));
	return err;
}

/* Write the mended texts, or show the difference. */
static int deliver(struct call *c, struct strbuf *diff)
{
	unsigned int at = 0;
	int err = 0, failed = 0;

	for (unsigned int i = 0; i < c->n_runs && c->fix != FIX_NONE; i++) {
		const struct config *cfg = c->runs[i]->cfg;

		for (unsigned int j = 0; j < cfg->n_files; j++, at++) {
			const struct srcfile *old = c->before[at], *now = cfg->files[j];
			size_t a_len, b_len;
			const char *a = srcfile_bytes(old, &a_len);
			const char *b = srcfile_bytes(now, &b_len);

			if (c->fix == FIX_DIFF)
				lint_diff(srcfile_name(old), a, a_len, b, b_len, diff);
			else
				err = write_text(c, old, now);
			failed = err ? err : failed;
		}
	}
	return failed;
}

/* ---- the report ---- */

static bool want_colour(const struct call *c)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (c->colour != COLOUR_AUTO)
		return c->colour == COLOUR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

static bool reads_stdin(const struct call *c)
{
	for (unsigned int i = 0; i < c->n_names; i++) {
		if (!strcmp(c->names[i], "-"))
			return true;
	}
	return false;
}

static void report(struct call *c)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	const struct lint_report r = { .runs = c->runs,
				       .n_runs = c->n_runs,
				       .unread = c->unread,
				       .colour = want_colour(c),
				       .mended = c->fix == FIX_WRITE ? c->mended : 0 };

	if (!c->quiet || !c->format->summary)
		c->format->print(&r, &out);
	if (c->format->summary)
		lint_summary(&r, &out);
	fwrite(sb_str(&out), 1, out.len, c->fix == FIX_WRITE && reads_stdin(c) ? stderr : stdout);
}

static int status(const struct call *c, bool failed)
{
	unsigned int warnings = 0, errors = 0;

	for (unsigned int i = 0; i < c->n_runs; i++) {
		warnings += c->runs[i]->count[SEV_WARNING];
		errors += c->runs[i]->count[SEV_ERROR];
	}
	if (failed || c->unread.n)
		return EXIT_UNREAD;
	if (errors)
		return EXIT_ERRORS;
	return warnings && c->opt.strict ? EXIT_WARNINGS : EXIT_CLEAN;
}

static int work(struct call *c)
{
	__attribute__((cleanup(sb_done))) struct strbuf diff = STRBUF_INIT;
	int err;

	if (!c->n_names)
		add_default_names(c, c->root);
	if (!c->n_names && !c->unread.n)
		fprintf(stderr, "minipath lint: there is no %s%s here, nothing is checked\n",
			c->root, c->places->config);
	err = read_initramfs(c);
	if (!err)
		err = run_all(c);
	if (err < 0) {
		fprintf(stderr, "minipath lint: %s\n", strerror(-err));
		return EXIT_UNREAD;
	}
	err = deliver(c, &diff);
	if (c->fix == FIX_DIFF)
		fwrite(sb_str(&diff), 1, diff.len, stdout);
	else
		report(c);
	return status(c, err < 0);
}

static void call_done(struct call *c)
{
	for (unsigned int i = 0; i < c->n_runs; i++)
		lint_free(c->runs[i]);
	for (unsigned int i = 0; i < c->n_before; i++)
		srcfile_free(c->before[i]);
	config_free(c->initramfs_config);
	srcfile_free(c->bindings_file);
	lint_known_free(c->opt.known);
	arena_free(c->arena);
}

int lint_main(struct host *h, int argc, char **argv)
{
	struct call c = { .format = lint_format("text"),
			  .places = host_places(),
			  .replay = h->replay,
			  .root = h->root ? h->root : "" };
	int result = parse(&c, argc, argv);

	if (result >= 0)
		return result;
	c.arena = arena_new();
	for (int i = optind; i < argc; i++)
		add_name(&c, argv[i]);
	c.opt.known = lint_known_new(hwtable_rows());
	read_bindings(&c, optind == argc);
	result = work(&c);
	call_done(&c);
	return result;
}
