// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bindings are kept as an array in the order of the file (alias length, then strcmp), which is also
 * the order of user friendly names, so the lowest free one is found by walking once. A second array
 * of the same entries, ordered by WWID, answers the other question. A binding is one allocation.
 * The wwids file is edited as text: foreign lines and comments stay as they are.
 */
#include "core/model/alias.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/path.h"
#include "parser/config.h"
#include "parser/strbuf.h"

static const char bindings_header[] =
	"# Multipath bindings, Version : 1.0\n"
	"# NOTE: this file is automatically maintained by the multipath program.\n"
	"# You should not need to edit this file in normal circumstances.\n"
	"#\n"
	"# Format:\n"
	"# alias wwid\n"
	"#\n";

static const char wwids_header[] =
	"# Multipath wwids, Version : 1.0\n"
	"# NOTE: This file is automatically maintained by multipath and multipathd.\n"
	"# You should not need to edit this file in normal circumstances.\n"
	"#\n"
	"# Valid WWIDs:\n";

struct binding {
	const char *alias, *wwid; /* both in text */
	char text[];
};

struct bindings {
	struct binding **by_alias, **by_wwid;
	unsigned int n, cap;
};

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return true;
	return false;
}

bool alias_usable(const char *alias)
{
	static const char *const taken[] = { "", ".", "..", "control" };

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(alias, taken[i]) == 0)
			return false;
	return strlen(alias) < WWID_MAX && !strchr(alias, '/') && !has_control(alias);
}

static bool wwid_storable(const char *wwid)
{
	return wwid[0] && strlen(wwid) < WWID_MAX && !strchr(wwid, '/') && !has_control(wwid);
}

/* The order of aliases: shorter first. */
static int alias_cmp(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	return la != lb ? (la < lb ? -1 : 1) : strcmp(a, b);
}

static int wwid_cmp(const struct binding *a, const struct binding *b)
{
	int r = strcmp(a->wwid, b->wwid);

	return r ? r : alias_cmp(a->alias, b->alias);
}

struct bindings *bindings_new(void)
{
	return calloc(1, sizeof(struct bindings));
}

void bindings_free(struct bindings *b)
{
	if (!b)
		return;
	for (unsigned int i = 0; i < b->n; i++)
		free(b->by_alias[i]);
	free(b->by_alias);
	free(b->by_wwid);
	free(b);
}

/* Position of the first entry that is not before @alias. */
static unsigned int alias_pos(const struct bindings *b, const char *alias)
{
	unsigned int lo = 0, hi = b->n;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (alias_cmp(b->by_alias[mid]->alias, alias) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Position of the first entry of by_wwid that is not before @key (alias "": the WWID's first). */
static unsigned int wwid_pos(const struct bindings *b, const struct binding *key)
{
	unsigned int lo = 0, hi = b->n;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (wwid_cmp(b->by_wwid[mid], key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const char *bindings_alias(const struct bindings *b, const char *wwid)
{
	unsigned int i = wwid_pos(b, &(struct binding){ .alias = "", .wwid = wwid });

	return i < b->n && strcmp(b->by_wwid[i]->wwid, wwid) == 0 ? b->by_wwid[i]->alias : NULL;
}

const char *bindings_wwid(const struct bindings *b, const char *alias)
{
	unsigned int i = alias_pos(b, alias);

	return i < b->n && strcmp(b->by_alias[i]->alias, alias) == 0 ? b->by_alias[i]->wwid : NULL;
}

static int bindings_grow(struct bindings *b)
{
	unsigned int cap = b->cap ? 2 * b->cap : 64;
	struct binding **p;

	if (b->n < b->cap)
		return 0;
	p = reallocarray(b->by_alias, cap, sizeof(*p));
	if (!p)
		return -ENOMEM;
	b->by_alias = p;
	p = reallocarray(b->by_wwid, cap, sizeof(*p));
	if (!p)
		return -ENOMEM;
	b->by_wwid = p;
	b->cap = cap;
	return 0;
}

static void put_at(struct binding **list, unsigned int n, unsigned int pos, struct binding *e)
{
	memmove(&list[pos + 1], &list[pos], (n - pos) * sizeof(*list));
	list[pos] = e;
}

/* The alias is not bound yet. */
static int insert(struct bindings *b, const char *alias, const char *wwid)
{
	size_t la = strlen(alias) + 1, lw = strlen(wwid) + 1;
	struct binding *e;

	if (bindings_grow(b))
		return -ENOMEM;
	e = malloc(sizeof(*e) + la + lw);
	if (!e)
		return -ENOMEM;
	e->alias = memcpy(e->text, alias, la);
	e->wwid = memcpy(e->text + la, wwid, lw);
	put_at(b->by_alias, b->n, alias_pos(b, alias), e);
	put_at(b->by_wwid, b->n, wwid_pos(b, e), e);
	b->n++;
	return 0;
}

/* Would this pair come back from a line of the file? */
static bool binding_storable(const char *alias, const char *wwid)
{
	return alias_usable(alias) && wwid_storable(wwid) && !strpbrk(alias, " #") &&
	       !strpbrk(wwid, " #");
}

int bindings_add(struct bindings *b, const char *alias, const char *wwid)
{
	const char *bound;

	if (!binding_storable(alias, wwid))
		return -EINVAL;
	bound = bindings_wwid(b, alias);
	if (bound)
		return strcmp(bound, wwid) == 0 ? 0 : -EEXIST;
	if (bindings_alias(b, wwid))
		return -EEXIST;
	return insert(b, alias, wwid);
}

bool bindings_remove(struct bindings *b, const char *wwid)
{
	unsigned int kept = 0, kept_wwid = 0, n = b->n;

	for (unsigned int i = 0; i < n; i++)
		if (strcmp(b->by_wwid[i]->wwid, wwid) != 0)
			b->by_wwid[kept_wwid++] = b->by_wwid[i];
	for (unsigned int i = 0; i < n; i++) {
		struct binding *e = b->by_alias[i];

		if (strcmp(e->wwid, wwid) == 0)
			free(e);
		else
			b->by_alias[kept++] = e;
	}
	b->n = kept;
	return kept < n;
}

void bindings_print(const struct bindings *b, struct strbuf *out)
{
	sb_add(out, bindings_header);
	for (unsigned int i = 0; i < b->n; i++)
		sb_printf(out, "%s %s\n", b->by_alias[i]->alias, b->by_alias[i]->wwid);
}

/* Aliases that multipath.conf gives, by name; of equal ones the first in the file. */
struct given {
	const char *alias, *wwid;
	unsigned int nr;
};

static int given_cmp(const void *a, const void *b)
{
	const struct given *x = a, *y = b;
	int r = strcmp(x->alias, y->alias);

	return r ? r : (x->nr > y->nr) - (x->nr < y->nr);
}

struct given_list {
	struct given *list;
	unsigned int n;
};

static void given_done(struct given_list *g)
{
	free(g->list);
}

static struct given_list given_aliases(const struct config *cfg)
{
	struct given_list g = { 0 };

	if (!cfg || !cfg->multipaths.n)
		return g;
	g.list = calloc(cfg->multipaths.n, sizeof(*g.list));
	for (unsigned int i = 0; g.list && i < cfg->multipaths.n; i++) {
		const char *alias = layer_str(cfg->multipaths.list[i], KW_alias);
		const char *wwid = layer_str(cfg->multipaths.list[i], KW_wwid);

		if (alias && wwid)
			g.list[g.n++] = (struct given){ alias, wwid, i };
	}
	if (g.n)
		qsort(g.list, g.n, sizeof(*g.list), given_cmp);
	return g;
}

static const char *given_wwid(const struct given_list *g, const char *alias)
{
	unsigned int lo = 0, hi = g->n;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (strcmp(g->list[mid].alias, alias) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < g->n && strcmp(g->list[lo].alias, alias) == 0 ? g->list[lo].wwid : NULL;
}

/* A run over the lines of a bindings file. */
struct bindings_reader {
	struct bindings *b;
	struct given_list given;
	bindings_report report;
	void *ctx;
	unsigned int line;
};

/* Texts of reports: %1 alias, %2 WWID or what else the line holds, %3 the other WWID, %L line. */
static void report_line(const struct bindings_reader *r, int level, const char *text,
			const char *a1, const char *a2, const char *a3)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	const char *const args[] = { a1, a2, a3 };

	if (!r->report)
		return;
	for (; *text; text++)
		if (*text != '%')
			sb_addc(&sb, *text);
		else if (*++text == 'L')
			sb_printf(&sb, "%u", r->line);
		else
			sb_add_safe(&sb, args[*text - '1']);
	r->report(r->ctx, level, sb_str(&sb));
}

/* Cut the next blank-separated word out of *pos; "" at the end of the line. */
static char *cut_word(char **pos)
{
	char *word = *pos + strspn(*pos, " \t\r");

	*pos = word + strcspn(word, " \t\r");
	if (**pos)
		*(*pos)++ = '\0';
	return word;
}

static void read_binding(struct bindings_reader *r, const char *alias, const char *wwid)
{
	const char *other = given_wwid(&r->given, alias);

	if (other && strcmp(other, wwid) != 0) {
		report_line(r, 0,
			    "ERROR: alias \"%1\" for WWID %2 in bindings file on line %L conflicts "
			    "with multipath.conf entry for %3",
			    alias, wwid, other);
		return;
	}
	other = bindings_wwid(r->b, alias);
	if (!other)
		insert(r->b, alias, wwid);
	else if (strcmp(other, wwid) == 0)
		report_line(r, 2, "duplicate line for alias %1 in bindings file on line %L", alias,
			    wwid, "");
	else
		report_line(r, 0,
			    "ERROR: multiple bindings for alias \"%1\" in bindings file on line "
			    "%L, discarding binding to WWID %2",
			    alias, wwid, "");
}

static void read_line(struct bindings_reader *r, char *line)
{
	char *alias, *wwid;

	r->line++;
	line[strcspn(line, "#")] = '\0';
	alias = cut_word(&line);
	if (!*alias)
		return;
	wwid = cut_word(&line);
	line += strspn(line, " \t\r");
	if (!*wwid)
		report_line(r, 0, "invalid line %L in bindings file, missing WWID", "", "", "");
	else if (*line)
		report_line(r, 0, "invalid line %L in bindings file, extra args \"%1\"", line, "",
			    "");
	else if (!binding_storable(alias, wwid))
		report_line(r, 0,
			    "invalid line %L in bindings file, cannot bind alias \"%1\" to WWID "
			    "\"%2\"",
			    alias, wwid, "");
	else
		read_binding(r, alias, wwid);
}

void bindings_parse(struct bindings *b, const char *text, const struct config *cfg,
		    bindings_report report, void *ctx)
{
	__attribute__((cleanup(sb_done))) struct strbuf line = STRBUF_INIT;
	__attribute__((cleanup(given_done))) struct given_list given = given_aliases(cfg);
	struct bindings_reader r = { .b = b, .given = given, .report = report, .ctx = ctx };

	if (strncmp(text, bindings_header, sizeof(bindings_header) - 1) == 0)
		text += sizeof(bindings_header) - 1;
	while (*text) {
		size_t len = strcspn(text, "\n");

		sb_clear(&line);
		sb_addn(&line, text, len);
		if (line.buf)
			read_line(&r, line.buf);
		else
			r.line++;
		text += len + (text[len] == '\n');
	}
}

void alias_from_number(const char *prefix, unsigned int nr, char *out, size_t len)
{
	char letters[16], *p = letters + sizeof(letters);

	*--p = '\0';
	for (; nr; nr = (nr - 1) / 26)
		*--p = (char)('a' + (nr - 1) % 26);
	snprintf(out, len, "%s%s", prefix, p);
}

int alias_to_number(const char *prefix, const char *alias, unsigned int *ret_nr)
{
	size_t skip = strlen(prefix);
	uint64_t nr = 0;

	if (strncmp(alias, prefix, skip) != 0 || !alias[skip])
		return -EINVAL;
	for (const char *p = alias + skip; *p; p++) {
		if (*p < 'a' || *p > 'z')
			return -EINVAL;
		nr = nr * 26 + (uint64_t)(*p - 'a' + 1);
		if (nr > INT_MAX)
			return -EINVAL;
	}
	*ret_nr = (unsigned int)nr;
	return 0;
}

int bindings_allocate(const struct bindings *b, const char *prefix,
		      bool (*taken)(void *ctx, const char *alias), void *ctx, char *out, size_t len)
{
	unsigned int i = 0, nr, bound = 0;
	char name[WWID_MAX];

	if (strlen(prefix) + 8 > sizeof(name))
		return -ENOSPC;
	for (nr = 1; nr < INT_MAX; nr++) {
		/* Numbers of bound names only grow along the array. */
		while (i < b->n && bound < nr) {
			unsigned int seen;

			if (alias_to_number(prefix, b->by_alias[i++]->alias, &seen) == 0)
				bound = seen;
		}
		if (bound == nr)
			continue;
		alias_from_number(prefix, nr, name, sizeof(name));
		if (taken && taken(ctx, name))
			continue;
		if (strlen(name) >= len)
			return -ENOSPC;
		memcpy(out, name, strlen(name) + 1);
		return 0;
	}
	return -ENOSPC;
}

/* The line "/WWID/" of @text from @from on, or NULL. */
static const char *wwids_line(const char *text, const char *wwid)
{
	size_t len = strlen(wwid);

	while (*text) {
		if (text[0] == '/' && strncmp(text + 1, wwid, len) == 0 && text[1 + len] == '/')
			return text;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return NULL;
}

bool wwids_has(const char *text, const char *wwid)
{
	return text && wwid_storable(wwid) && wwids_line(text, wwid);
}

int wwids_add(const char *text, const char *wwid, char **ret_text)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	if (!wwid_storable(wwid))
		return -EINVAL;
	if (wwids_has(text, wwid))
		return 1;
	sb_add(&sb, text && *text ? text : wwids_header);
	if (sb.buf && sb.buf[sb.len - 1] != '\n')
		sb_addc(&sb, '\n');
	sb_printf(&sb, "/%s/\n", wwid);
	*ret_text = sb_take(&sb);
	return 0;
}

int wwids_remove(const char *text, const char *wwid, char **ret_text)
{
	const char *line;
	char *copy;

	if (!wwid_storable(wwid))
		return -EINVAL;
	if (!wwids_has(text, wwid))
		return 1;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	for (line = copy; (line = wwids_line(line, wwid)); line++)
		copy[line - copy] = '#';
	*ret_text = copy;
	return 0;
}

int wwids_fresh(const char *const *wwids, char **ret_text)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;
	int left_out = 0;

	sb_add(&sb, wwids_header);
	for (; *wwids; wwids++)
		if (wwid_storable(*wwids))
			sb_printf(&sb, "/%s/\n", *wwids);
		else
			left_out++;
	*ret_text = sb_take(&sb);
	return left_out;
}
