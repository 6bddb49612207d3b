/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkdoc - what is written about keywords, made from the tables the programs are made of.
 *
 *	mkdoc man PROSE TEMPLATE	the template with the facts put in
 *	mkdoc check PROSE		keywords without prose and prose without keyword; exit 1
 *	mkdoc all-defaults		the defaults section with every built-in value
 *	mkdoc agree FILE...		where device sections contradict the hardware table; exit 1
 *	mkdoc words LIST		a vocabulary, a word a line
 *	mkdoc keywords			every keyword, a name a line
 *
 * PROSE is roff text in paragraphs, each after a line "= ID" (the id of the keyword's row). In it
 * and in TEMPLATE, a line "@words LIST" stands for a vocabulary; TEMPLATE may hold "@sections",
 * "@settings", "@ignored" and "@removed" too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fmt.h"
#include "core/model/hwtable.h"
#include "daemon/verbs.h"
#include "parser/arena.h"
#include "parser/kwtype.h"
#include "parser/srcfile.h"

static const char *const ids[KW__MAX] = {
#define KW(id, ...)	     [KW_##id] = #id,
#define KW_AS(id, text, ...) [KW_##id] = #id,
#include "parser/keywords.def"
#undef KW
};

static const char *const lists[VL__MAX] = {
#define VOCAB_LIST(id) [VL_##id] = #id,
#include "parser/vocab.def"
};

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "mkdoc: %s: %s\n", what, why);
	exit(1);
}

static struct srcfile *read_source(const char *path)
{
	struct srcfile *f;
	int err = srcfile_read(path, NULL, &f);

	if (err < 0)
		die(path, strerror(-err));
	return f;
}

static bool is_gone(enum kw_id kw)
{
	return kw_get(kw)->removed != NULL;
}

/* ---- prose ---- */

struct prose {
	struct srcfile *file;
	unsigned int first[KW__MAX], end[KW__MAX]; /* lines; 0: none */
};

static enum kw_id find_id(const char *text, size_t len)
{
	for (enum kw_id kw = KW_NONE + 1; kw < KW__MAX; kw++) {
		if (strlen(ids[kw]) == len && !memcmp(ids[kw], text, len))
			return kw;
	}
	return KW_NONE;
}

/* Returns how many of its headings are no keyword's. */
static int read_prose(const char *path, struct prose *p)
{
	enum kw_id kw = KW_NONE;
	const char *line;
	size_t len;
	int strange = 0;

	memset(p, 0, sizeof(*p));
	p->file = read_source(path);
	for (unsigned int n = 1; line = srcfile_line(p->file, n, &len), len || *line; n++) {
		if (len < 2 || memcmp(line, "= ", 2)) {
			if (kw && len)
				p->end[kw] = n + 1;
			continue;
		}
		kw = find_id(line + 2, len - 2);
		if (!kw || p->first[kw]) {
			fprintf(stderr, "%s:%u: no keyword, or a second time: %.*s\n", path, n,
				(int)len - 2, line + 2);
			strange++;
		}
		p->first[kw] = p->end[kw] = n + 1;
	}
	return strange;
}

static int check_prose(const char *path)
{
	struct prose p;
	int bad = read_prose(path, &p);

	for (enum kw_id kw = KW_NONE + 1; kw < KW__MAX; kw++) {
		if (is_gone(kw) || p.end[kw] > p.first[kw])
			continue;
		fprintf(stderr, "%s: nothing is written about %s\n", path, ids[kw]);
		bad++;
	}
	srcfile_free(p.file);
	return bad != 0;
}

/* ---- roff ---- */

/* Text as it is: no escape, no hyphenation of options, no request at its start. */
static void put_text(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++) {
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else if (*s == '|')
			fputs("|\\:", stdout); /* a line may be broken here */
		else
			putchar(*s);
	}
}

static void put_bold(const char *s)
{
	fputs("\\fB", stdout);
	put_text(s);
	fputs("\\fR", stdout);
}

/* Names of a vocabulary and of words that types accept, each once. */
static void put_words(const char *list)
{
	const struct vocab_entry *e = NULL;
	enum vocab_list l = VL_none + 1;
	const char *comma = "";

	while (l < VL__MAX && strcmp(lists[l], list))
		l++;
	if (l == VL__MAX)
		die(list, "no such vocabulary");
	while ((e = vocab_next(l, e))) {
		fputs(comma, stdout);
		put_bold(e->text);
		comma = ",\n";
	}
	fputs(".\n", stdout);
}

static void put_line(const char *line, size_t len)
{
	char list[64];

	if (len > 7 && len < sizeof(list) && !memcmp(line, "@words ", 7)) {
		memcpy(list, line + 7, len - 7);
		list[len - 7] = '\0';
		put_words(list);
		return;
	}
	fwrite(line, 1, len, stdout);
	putchar('\n');
}

static void put_prose(const struct prose *p, enum kw_id kw)
{
	const char *line;
	size_t len;

	for (unsigned int n = p->first[kw]; n < p->end[kw]; n++) {
		line = srcfile_line(p->file, n, &len);
		if (len)
			put_line(line, len);
		else
			fputs(".sp\n", stdout);
	}
}

/* ---- facts ---- */

static void put_since(enum kw_id kw)
{
	const struct kwdef *def = kw_get(kw);

	printf(" \\fISince\\fR %s", def->since);
	for (enum section s = SEC_ROOT; s < SEC__MAX; s++) {
		if (def->at[s] && def->since_in[s])
			printf(", in %s %s", section_path(s), def->since_in[s]);
	}
	putchar('.');
}

static void put_places(enum kw_id kw)
{
	const char *comma = "";

	printf("\\fIIn\\fR ");
	for (enum section s = SEC_ROOT; s < SEC__MAX; s++) {
		if (!kw_get(kw)->at[s])
			continue;
		printf("%s%s", comma, s == SEC_ROOT ? "the top level" : section_path(s));
		comma = ", ";
	}
	putchar('.');
}

static void put_default(enum kw_id kw)
{
	const struct kwdef *def = kw_get(kw);

	if (!def->type || def->alias_of || !def->at[SEC_DEFAULTS])
		return;
	fputs(" \\fIDefault\\fR ", stdout);
	if (!def->def)
		fputs("not set", stdout);
	else if (!*def->def)
		fputs("\\(dq\\(dq", stdout);
	else
		put_text(def->def);
	putchar('.');
}

static void put_fate(enum kw_id kw)
{
	const struct kwdef *def = kw_get(kw);

	if (def->deprecated)
		printf(" \\fIDeprecated\\fR since %s%s%s.", def->deprecated,
		       def->successor ? ", in favour of " : "",
		       def->successor ? def->successor : "");
	if (def->zero_unset)
		fputs(" 0 means: not set.", stdout);
	if (def->repeat && def->type)
		fputs(" May stand more than once.", stdout);
}

static void put_facts(enum kw_id kw)
{
	fputs(".br\n", stdout);
	put_places(kw);
	put_default(kw);
	put_since(kw);
	put_fate(kw);
	putchar('\n');
}

static void put_keyword(const struct prose *p, enum kw_id kw)
{
	__attribute__((cleanup(sb_done))) struct strbuf syntax = STRBUF_INIT;

	fputs(".TP\n", stdout);
	put_bold(kw_get(kw)->name);
	if (kw_get(kw)->type && !kw_get(kw)->ignored) {
		kw_syntax(kw, &syntax);
		fputs(" \\fI", stdout);
		put_text(sb_str(&syntax));
		fputs("\\fR", stdout);
	}
	putchar('\n');
	put_prose(p, kw);
	put_facts(kw);
}

static void put_settings(const struct prose *p, bool ignored)
{
	for (enum kw_id kw = KW_NONE + 1; kw < KW__MAX; kw++) {
		const struct kwdef *def = kw_get(kw);

		if (def->type && def->ignored == ignored && !is_gone(kw))
			put_keyword(p, kw);
	}
}

static void put_removed(void)
{
	for (enum kw_id kw = KW_NONE + 1; kw < KW__MAX; kw++) {
		const struct kwdef *def = kw_get(kw);

		if (!def->removed)
			continue;
		fputs(".TP\n", stdout);
		put_bold(def->name);
		putchar('\n');
		put_text(def->brief);
		printf("; %s to %s, gone with the latter.", def->since, def->removed);
		if (def->successor)
			printf(" Use %s.", def->successor);
		putchar('\n');
	}
}

static enum kw_id opener(enum section s)
{
	for (enum kw_id kw = KW_NONE + 1; kw < KW__MAX; kw++) {
		if (kw_get(kw)->opens == s && !is_gone(kw))
			return kw;
	}
	return KW_NONE;
}

static void put_sections(const struct prose *p)
{
	for (enum section s = SEC_ROOT + 1; s < SEC__MAX; s++) {
		const char *comma = "Keywords:\n";

		fputs(".TP\n", stdout);
		put_bold(section_path(s));
		putchar('\n');
		put_prose(p, opener(s));
		fputs(".br\n", stdout);
		for (const enum kw_id *kw = kw_order(s); *kw; kw++) {
			fputs(comma, stdout);
			put_bold(kw_get(*kw)->name);
			comma = ",\n";
		}
		fputs(".\n", stdout);
	}
}

static int make_man(const char *prose_path, const char *template_path)
{
	struct srcfile *f = read_source(template_path);
	const char *line;
	struct prose p;
	size_t len;

	if (read_prose(prose_path, &p))
		return 1;
	for (unsigned int n = 1; line = srcfile_line(f, n, &len), len || *line; n++) {
		if (len == 9 && !memcmp(line, "@sections", 9))
			put_sections(&p);
		else if (len == 9 && !memcmp(line, "@settings", 9))
			put_settings(&p, false);
		else if (len == 8 && !memcmp(line, "@ignored", 8))
			put_settings(&p, true);
		else if (len == 8 && !memcmp(line, "@removed", 8))
			put_removed();
		else
			put_line(line, len);
	}
	srcfile_free(p.file);
	srcfile_free(f);
	return 0;
}

/* ---- every default ---- */

static void add_default(enum kw_id kw, struct strbuf *out)
{
	__attribute__((cleanup(sb_done))) struct strbuf syntax = STRBUF_INIT;
	const struct kwdef *def = kw_get(kw);

	kw_syntax(kw, &syntax);
	sb_printf(out, "\n# %s\n", def->brief);
	if (!def->def) {
		sb_printf(out, "# not set; %s takes: %s\n", def->name, sb_str(&syntax));
		return;
	}
	sb_printf(out, "# takes: %s\n%s ", sb_str(&syntax), def->name);
	kw_quote(def->def, out);
	sb_addc(out, '\n');
}

static int make_defaults(void)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	__attribute__((cleanup(fmt_done))) struct fmt f = { 0 };
	struct srcfile *src;

	sb_add(&sb,
	       "# Every setting of the defaults section, with the value it has when nothing is "
	       "written.\n# Copy the lines you want to change; a copy of the whole file "
	       "changes nothing.\n# Left out are settings that are deprecated or do nothing.\n"
	       "# What is known of storage arrays is printed by: multipath -t\n#\n"
	       "# Made by `make all-defaults` from the keyword table.\n\ndefaults {\n");
	for (const enum kw_id *kw = kw_order(SEC_DEFAULTS); *kw; kw++) {
		if (!kw_get(*kw)->deprecated)
			add_default(*kw, &sb);
	}
	sb_add(&sb, "}\n");
	if (srcfile_from_mem("all-defaults.conf", sb_str(&sb), sb.len, &src) < 0 ||
	    fmt_text(src, &(struct fmt_reading){ 0 }, &f) < 0 || f.result != FMT_CHANGED)
		die("all-defaults", "cannot be laid out");
	fputs(sb_str(&f.out), stdout);
	srcfile_free(src);
	return 0;
}

/* ---- device sections and the hardware table ---- */

static struct config *load(const char *path, const struct config_row *rows)
{
	const char *const files[] = { path, NULL };
	struct config_sources src = { .root = "", .builtin = rows };
	struct config *c;

	src.files = path ? files : files + 1;
	if (config_load(&src, &c) < 0)
		die(path ? path : "tables", "out of memory");
	return c;
}

static bool same_key(const struct layer *a, const struct layer *b, enum kw_id kw)
{
	const char *x = layer_str(a, kw), *y = layer_str(b, kw);

	return x && y && !strcmp(x, y);
}

/* A comment on the setting's line or the one above that speaks of what is built in. */
static bool says_why(struct srcloc loc)
{
	unsigned int line = srcloc_start(loc).line;
	size_t len;

	for (unsigned int n = line > 1 ? line - 1 : line; n <= line; n++) {
		const char *p = srcfile_line(loc.file, n, &len);
		const char *hash = memchr(p, '#', len);

		if (hash && memmem(hash, len - (size_t)(hash - p), "built-in", 8))
			return true;
	}
	return false;
}

static bool agrees(const struct layer *mine, const struct layer *row)
{
	bool fine = true;

	for (unsigned int i = 0; i < mine->n; i++) {
		const struct setting *set = &mine->set[i], *built = layer_get(row, set->kw);

		if ((built && kw_equal(set->kw, &set->val, &built->val)) || says_why(set->loc))
			continue;
		printf("%s:%u: %s is not what is built in, and no comment says why\n",
		       srcfile_name(set->loc.file), srcloc_start(set->loc).line,
		       kw_get(set->kw)->name);
		fine = false;
	}
	return fine;
}

static bool check_device(const struct layer *mine, const struct config *rows)
{
	for (unsigned int i = 0; i < rows->devices.n; i++) {
		const struct layer *row = rows->devices.list[i];

		if (same_key(mine, row, KW_vendor) && same_key(mine, row, KW_product))
			return agrees(mine, row);
	}
	if (says_why(layer_get(mine, KW_vendor)->loc))
		return true;
	printf("%s:%u: no built-in row has this vendor and product, and no comment says so\n",
	       srcfile_name(mine->loc.file), srcloc_start(mine->loc).line);
	return false;
}

static int check_agreement(char **files)
{
	struct config *rows = load(NULL, hwtable_rows()), *c;
	int bad = 0;

	for (; *files; files++) {
		c = load(*files, NULL);
		for (unsigned int i = 0; i < c->devices.n; i++)
			bad |= !check_device(c->devices.list[i], rows);
		config_free(c);
	}
	config_free(rows);
	return bad;
}

/* ---- lists ---- */

static int print_words(const char *list)
{
	for (enum vocab_list l = VL_none + 1; l < VL__MAX; l++) {
		if (strcmp(lists[l], list))
			continue;
		for (const struct vocab_entry *e = NULL; (e = vocab_next(l, e));)
			puts(e->text);
		return 0;
	}
	die(list, "no such vocabulary");
}

static int print_keywords(void)
{
	for (enum kw_id kw = KW_NONE + 1; kw < KW__MAX; kw++) {
		if (kw_find_any(kw_get(kw)->name) == kw)
			puts(kw_get(kw)->name);
	}
	return 0;
}

/* The daemon's commands, one a line, as people type them. @troff: as a list. */
static int print_verbs(bool troff)
{
	unsigned int n;
	const struct verb *v = verb_rows(&n);

	for (unsigned int i = 0; i < n; i++) {
		printf("%s%s", troff && i ? ".br\n" : "", troff ? "\\fB" : "");
		for (unsigned int k = 0; k < v[i].n; k++) {
			enum word w = v[i].words[k];

			printf("%s%s", k ? " " : "", w == W_LIST ? word_alias(w) : word_name(w));
			if (word_has_param(w))
				printf(troff ? " \\fI%s\\fB" : " %s", word_name(w));
		}
		printf(troff ? "\\fR\n" : "\n");
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 4 && !strcmp(what, "man"))
		return make_man(argv[2], argv[3]);
	if (argc == 3 && !strcmp(what, "check"))
		return check_prose(argv[2]);
	if (argc == 2 && !strcmp(what, "all-defaults"))
		return make_defaults();
	if (argc > 2 && !strcmp(what, "agree"))
		return check_agreement(argv + 2);
	if (argc == 3 && !strcmp(what, "words"))
		return print_words(argv[2]);
	if (argc == 2 && !strcmp(what, "keywords"))
		return print_keywords();
	if (argc == 2 && !strcmp(what, "verbs"))
		return print_verbs(false);
	if (argc == 2 && !strcmp(what, "man-verbs"))
		return print_verbs(true);
	fprintf(stderr, "Usage: mkdoc man PROSE TEMPLATE | check PROSE | all-defaults | "
			"agree FILE... | words LIST | keywords | verbs | man-verbs\n");
	return 1;
}
