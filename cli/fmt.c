/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minipath fmt: one layout for everybody's multipath.conf. Each file is taken for itself; what
 * becomes of one does not touch the others, and the exit status is the worst of all. The layout is
 * made in memory (fmt_layout.c) and only then shown, compared or written.
 */
#include "cli/fmt.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/conf_files.h"
#include "core/host/host.h"
#include "parser/arena.h"
#include "parser/config.h"
#include "parser/srcfile.h"

enum { EXIT_FINE, EXIT_WOULD_CHANGE, EXIT_REFUSED, EXIT_TROUBLE };

struct options {
	bool check, diff;
	bool replay; /* nothing is written */
	struct fmt_reading how;
};

static const struct {
	struct option option;
	const char *text;
} options[] = {
	{ { "check", no_argument, NULL, 'c' }, "write nothing; exit 1 where a file would change" },
	{ { "diff", no_argument, NULL, 'd' }, "write nothing; print what would change" },
	{ { "help", no_argument, NULL, 'h' }, "print this text" },
};
#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static void usage(FILE *out)
{
	fputs("Usage: minipath fmt [OPTION]... [FILE]...\n"
	      "Lay out configuration files anew without changing what they mean.\n\n",
	      out);
	for (size_t i = 0; i < N_OPTIONS; i++)
		fprintf(out, "  -%c, --%-8s %s\n", options[i].option.val, options[i].option.name,
			options[i].text);
	fputs("\nA FILE is changed in place; - is standard input, written to standard output.\n"
	      "Without FILE: the files that multipathd reads.\n"
	      "Exit status: 0 fine, 1 --check found a file that would change, 2 a file with "
	      "errors\n"
	      "that no layout is right for (it is left alone), 3 a file could not be read or "
	      "written,\n"
	      "or bad usage.\n",
	      out);
}

/* -1: go on; otherwise the exit status. */
static int parse(int argc, char **argv, struct options *o)
{
	struct option longs[N_OPTIONS + 1] = { 0 };
	int c;

	for (size_t i = 0; i < N_OPTIONS; i++)
		longs[i] = options[i].option;
	optind = 1;
	while ((c = getopt_long(argc, argv, "cdh", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->check = true;
			break;
		case 'd':
			o->diff = true;
			break;
		case 'h':
			usage(stdout);
			return EXIT_FINE;
		default:
			usage(stderr);
			return EXIT_TROUBLE;
		}
	}
	return -1;
}

static int complain(const char *name, const char *what, int err)
{
	const char *why = strerror(-err);

	if (err == -EINVAL)
		why = "it is no regular file";
	else if (err == -ESTALE)
		why = "somebody else changed it at the same time";
	fprintf(stderr, "minipath fmt: %s: %s: %s\n", name, what, why);
	return EXIT_TROUBLE;
}

static int refuse(const char *name, const struct fmt *f)
{
	fprintf(stderr, "%sminipath fmt: %s: left alone; mend this first (see minipath lint)\n",
		sb_str(&f->why), name);
	return EXIT_REFUSED;
}

static void print_bytes(const char *bytes, size_t len)
{
	fwrite(bytes, 1, len, stdout);
}

static void print_diff(const struct fmt *f, const struct srcfile *src, const char *name)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	fmt_diff(f, src, name, &sb);
	print_bytes(sb_str(&sb), sb.len);
}

static int put(const struct options *o, const char *path, const char *name,
	       const struct srcfile *src, const struct fmt *f)
{
	int err;

	if (f->result != FMT_CHANGED)
		return EXIT_FINE;
	if (o->diff)
		print_diff(f, src, name);
	else if (o->check)
		printf("%s\n", name);
	if (o->check)
		return EXIT_WOULD_CHANGE;
	if (o->diff)
		return EXIT_FINE;
	err = o->replay ? -EROFS : fmt_write(path, src, &f->out);
	return err < 0 ? complain(name, "cannot write", err) : EXIT_FINE;
}

static int finish(const struct options *o, const char *path, const char *name,
		  const struct srcfile *src, const struct fmt *f)
{
	bool filter = !strcmp(path, "-") && !o->check && !o->diff;
	size_t len;
	const char *bytes = srcfile_bytes(src, &len);

	if (f->result == FMT_REFUSED)
		return refuse(name, f);
	if (!filter)
		return put(o, path, name, src, f);
	if (f->result == FMT_CHANGED)
		print_bytes(sb_str(&f->out), f->out.len);
	else
		print_bytes(bytes, len);
	return EXIT_FINE;
}

static int format_file(const struct options *o, const char *path, const char *name)
{
	struct srcfile *src;
	struct fmt f;
	int err, status;

	err = srcfile_read(path, name, &src);
	if (err < 0)
		return complain(name, "cannot read", err);
	err = fmt_text(src, &o->how, &f);
	if (err < 0)
		status = complain(name, "cannot lay out", err);
	else
		status = finish(o, path, name, src, &f);
	fmt_done(&f);
	srcfile_free(src);
	return status;
}

static int format_list(const struct options *o, char *const *names)
{
	int worst = EXIT_FINE, status;

	for (; *names; names++) {
		status = format_file(o, *names, !strcmp(*names, "-") ? "stdin" : *names);
		worst = status > worst ? status : worst;
	}
	return worst;
}

/* ---- the files that multipathd reads ---- */

static int format_places(const struct options *o, const struct host *h, struct arena *a)
{
	struct conf_files files = { .n = 0 };
	const char *dir;
	int err = conf_files_add(&files, a, h->root, &dir), worst = EXIT_FINE, status;

	if (err < 0)
		worst = complain(dir, "cannot read", err);
	for (unsigned int i = 0; i < files.n; i++) {
		status = format_file(o, files.list[i].path, files.list[i].name);
		worst = status > worst ? status : worst;
	}
	return worst;
}

int fmt_main(struct host *h, int argc, char **argv)
{
	struct config_base *base = config_base_new(NULL);
	struct options o = { .replay = h->replay, .how = { .base = base } };
	struct arena *a = arena_new();
	int status = parse(argc, argv, &o);

	if (status < 0 && optind < argc)
		status = format_list(&o, argv + optind);
	else if (status < 0)
		status = format_places(&o, h, a);
	arena_free(a);
	config_base_free(base);
	host_free(h);
	return status;
}
