/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Driver of the configuration tests: reads files as `multipath -t` would and prints the result.
 *
 *	confdump [-b] [-d DIR] [-i] [-k] [-n] [-q] [-r] [-v LEVEL] [-w FILE] [FILE]
 *
 * -b: no built-in rows
 * -d: conf.d directory
 * -i: diagnostics as "line:column id: text [suggestion]" in place of multipath-tools' words
 * -k: only print a dictionary for libFuzzer
 * -n: native NVMe multipathing
 * -q: no dump
 * -r: print so that it can be read again (uid and gid in decimal)
 * -v: log level
 * -w: the device sections of FILE are the built-in rows (another release's `multipath -t`)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/model/hwtable.h"
#include "parser/arena.h"
#include "parser/diag.h"
#include "parser/dump.h"
#include "parser/kwtype.h"
#include "parser/strbuf.h"

static void print_id(const struct diag *d, struct strbuf *out)
{
	struct srcpos pos = srcloc_start(d->loc);

	sb_printf(out, "%u:%u %s: ", pos.line, pos.column, diag_def(d->id)->name);
	diag_text(d, out);
	if (d->suggestion)
		sb_printf(out, " [%s]", d->suggestion);
	for (unsigned int i = 0; i < d->n_notes; i++)
		sb_printf(out, " (%u: %s)", srcloc_start(d->note[i].loc).line, d->note[i].text);
}

static void print_diags(const struct config *c, int level, bool ids)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	for (unsigned int i = 0; i < diag_count(c->diags); i++) {
		const struct diag *d = diag_at(c->diags, i);
		const struct diag_def *def = diag_def(d->id);

		sb_clear(&sb);
		if (ids && !def->echo)
			print_id(d, &sb);
		else if (ids || def->level > level || def->on_use || !diag_legacy(d, &sb))
			continue;
		fprintf(stderr, "%s\n", sb_str(&sb));
	}
}

/* The device sections of @from as texts in @a. */
static const struct config_row *rows_of(const struct config *from, struct arena *a)
{
	struct config_row *rows = arena_alloc(a, (from->devices.n + 1) * sizeof(*rows));

	for (unsigned int i = 0; i < from->devices.n; i++) {
		const struct layer *l = from->devices.list[i];
		struct config_set *set = arena_alloc(a, (l->n + 1) * sizeof(*set));

		for (unsigned int j = 0; j < l->n; j++) {
			const struct kwval *v = &l->set[j].val;

			set[j].kw = l->set[j].kw;
			if (v->word == VW_NUMBER)
				set[j].text = arena_printf(a, "%lld", (long long)v->num);
			else
				set[j].text = v->word == VW_STRING ? v->str : vocab_text(v->word);
		}
		rows[i].set = set;
	}
	return rows;
}

static void print_dictionary(void)
{
	const struct vocab_entry *e;

	for (enum kw_id kw = KW_NONE + 1; kw < KW__MAX; kw++)
		printf("\"%s\"\n", kw_get(kw)->name);
	for (enum vocab_list list = VL_none + 1; list < VL__MAX; list++) {
		for (e = vocab_next(list, NULL); e; e = vocab_next(list, e))
			printf("\"%s\"\n", e->text);
	}
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	struct config_sources src = { .root = "", .builtin = hwtable_rows() };
	bool ids = false, quiet = false, fatal;
	struct config *c, *other = NULL;
	struct arena *a = arena_new();
	struct dump_options opt = { .reread = false };
	int option, level = 2;

	while ((option = getopt(argc, argv, "bd:iknqrv:w:")) != -1) {
		switch (option) {
		case 'b':
			src.builtin = NULL;
			break;
		case 'd':
			src.dir = optarg;
			break;
		case 'i':
			ids = src.check_regex = true;
			break;
		case 'k':
			print_dictionary();
			return 0;
		case 'n':
			src.nvme_native = true;
			break;
		case 'q':
			quiet = true;
			break;
		case 'r':
			opt.reread = true;
			break;
		case 'v':
			level = atoi(optarg);
			break;
		case 'w':
			if (config_load(&(struct config_sources){ .root = "", .file = optarg },
					&other) < 0)
				return 3;
			src.builtin = rows_of(other, a);
			break;
		default:
			return 2;
		}
	}
	src.file = optind < argc ? argv[optind] : "";
	if (config_load(&src, &c) < 0)
		return 3;
	print_diags(c, level, ids);
	if (!c->fatal && !quiet) {
		dump_config(c, &opt, &sb);
		fwrite(sb_str(&sb), 1, sb.len, stdout);
	}
	fatal = c->fatal;
	config_free(c);
	config_free(other);
	arena_free(a);
	return fatal ? 1 : 0;
}
