/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diagnostics for people: place, severity, text and id on one line, below it the source line with
 * the words underlined. The line comes from the text in memory, so this works for pipes as well.
 * What could drive a terminal is shown as \xNN, and the underline is as wide as what is shown.
 * Of very long lines only the part around the place is shown.
 */
#include <string.h>

#include "cli/lint/output.h"
#include "parser/strbuf.h"

#define SHOWN_BEFORE 80
#define SHOWN_MAX    160

#define BOLD	"1"
#define RED	"1;31"
#define MAGENTA "1;35"
#define CYAN	"1;36"
#define GREEN	"1;32"

const char *severity_name(enum severity s)
{
	static const char *const names[] = {
		[SEV_NOTE] = "note", [SEV_WARNING] = "warning", [SEV_ERROR] = "error"
	};
	return names[s];
}

static const char *severity_colour(enum severity s)
{
	return s == SEV_ERROR ? RED : s == SEV_WARNING ? MAGENTA : CYAN;
}

static void paint(bool colour, const char *code, struct strbuf *out)
{
	if (colour)
		sb_printf(out, "\033[%sm", code);
}

static void plain(bool colour, struct strbuf *out)
{
	if (colour)
		sb_add(out, "\033[0m");
}

static bool is_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Columns that @shown takes: UTF-8 sequences count once. */
static size_t width(const char *shown)
{
	size_t n = 0;

	for (; *shown; shown++)
		n += !is_tail(*shown);
	return n;
}

/*
 * One character of the source as it is shown: tabs stay tabs. Returns its length in bytes.
 */
static size_t show_char(const char *p, size_t room, struct strbuf *text, struct strbuf *mark,
			char fill)
{
	__attribute__((cleanup(sb_done))) struct strbuf part = STRBUF_INIT;
	char raw[5] = "";
	size_t n = 1;

	if (*p == '\t') {
		sb_addc(text, '\t');
		sb_addc(mark, fill == ' ' ? '\t' : fill);
		return 1;
	}
	while (n < 4 && n < room && is_tail(p[n]) && (unsigned char)p[0] >= 0xc2)
		n++;
	memcpy(raw, p, n);
	if (*p)
		sb_add_safe(&part, raw);
	else
		sb_add(&part, "\\x00");
	sb_add(text, sb_str(&part));
	sb_fill(mark, fill, width(sb_str(&part)));
	return n;
}

static void show_line(const struct lint_report *r, struct srcloc loc, const char *colour,
		      struct strbuf *out)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT, mark = STRBUF_INIT;
	struct srcpos pos = srcloc_start(loc);
	size_t len, start = pos.column - 1, end = start + (loc.end - loc.start), from = 0, i;
	const char *line = srcfile_line(loc.file, pos.line, &len);
	bool caret = true;

	if (start > len)
		start = len;
	if (end > len)
		end = len;
	if (start > SHOWN_BEFORE && len > SHOWN_MAX)
		from = start - SHOWN_BEFORE;
	while (from && from < len && is_tail(line[from]))
		from--;
	for (i = from; i < len && i - from < SHOWN_MAX;) {
		bool in = i >= start && i < end;

		i += show_char(line + i, len - i, &text, &mark, in && caret ? '^' : in ? '~' : ' ');
		caret = caret && !in;
	}
	if (caret)
		sb_addc(&mark, '^');
	while (mark.len && (mark.buf[mark.len - 1] == ' ' || mark.buf[mark.len - 1] == '\t'))
		mark.buf[--mark.len] = '\0';
	sb_printf(out, "%5u | %s%s%s\n      | ", pos.line, from ? "..." : "", sb_str(&text),
		  i < len ? "..." : "");
	sb_add(out, from ? "   " : "");
	paint(r->colour, colour, out);
	sb_add(out, sb_str(&mark));
	plain(r->colour, out);
	sb_addc(out, '\n');
}

static void show_place(const struct lint_report *r, struct srcloc loc, struct strbuf *out)
{
	struct srcpos pos = srcloc_start(loc);

	if (!loc.file)
		return;
	paint(r->colour, BOLD, out);
	sb_add_safe(out, srcfile_name(loc.file));
	sb_printf(out, ":%u:%u:", pos.line, pos.column);
	plain(r->colour, out);
	sb_addc(out, ' ');
}

static void show_severity(const struct lint_report *r, enum severity s, struct strbuf *out)
{
	paint(r->colour, severity_colour(s), out);
	sb_printf(out, "%s:", severity_name(s));
	plain(r->colour, out);
	sb_addc(out, ' ');
}

static void show_suggestion(const struct lint_report *r, const struct diag *d, struct strbuf *out)
{
	if (!d->suggestion)
		return;
	sb_add(out, "      = ");
	paint(r->colour, GREEN, out);
	sb_add(out, "help:");
	plain(r->colour, out);
	sb_add(out, d->exact ? " did you mean " : " ");
	sb_add_safe(out, d->suggestion);
	sb_add(out, d->exact ? "?\n" : "\n");
}

static void show_diag(const struct lint_report *r, const struct diag *d, struct strbuf *out)
{
	show_place(r, d->loc, out);
	show_severity(r, d->severity, out);
	diag_text(d, out);
	sb_printf(out, " [%s]\n", diag_def(d->id)->name);
	if (d->loc.file)
		show_line(r, d->loc, severity_colour(d->severity), out);
	show_suggestion(r, d, out);
	for (unsigned int i = 0; i < d->n_notes; i++) {
		show_place(r, d->note[i].loc, out);
		show_severity(r, SEV_NOTE, out);
		sb_add_safe(out, d->note[i].text);
		sb_addc(out, '\n');
		if (d->note[i].loc.file)
			show_line(r, d->note[i].loc, severity_colour(SEV_NOTE), out);
	}
}

static void print_text(const struct lint_report *r, struct strbuf *out)
{
	for (unsigned int i = 0; i < r->n_runs; i++) {
		for (unsigned int j = 0; j < r->runs[i]->n; j++)
			show_diag(r, r->runs[i]->list[j], out);
	}
}

static const char *plural(unsigned int n)
{
	return n == 1 ? "" : "s";
}

void lint_summary(const struct lint_report *r, struct strbuf *out)
{
	unsigned int count[SEV_ERROR + 1] = { 0 }, files = 0;

	for (unsigned int i = 0; i < r->n_runs; i++) {
		for (enum severity s = SEV_NOTE; s <= SEV_ERROR; s++)
			count[s] += r->runs[i]->count[s];
		files += r->runs[i]->cfg->n_files;
	}
	if (r->mended)
		sb_printf(out, "%u mended, ", r->mended);
	sb_printf(out, "%u error%s, %u warning%s, %u note%s in %u file%s", count[SEV_ERROR],
		  plural(count[SEV_ERROR]), count[SEV_WARNING], plural(count[SEV_WARNING]),
		  count[SEV_NOTE], plural(count[SEV_NOTE]), files, plural(files));
	if (r->unread.n)
		sb_printf(out, ", %u not read", r->unread.n);
	sb_addc(out, '\n');
}

/* ---- lines that programs read ---- */

static void print_gcc(const struct lint_report *r, struct strbuf *out)
{
	for (unsigned int i = 0; i < r->n_runs; i++) {
		for (unsigned int j = 0; j < r->runs[i]->n; j++) {
			const struct diag *d = r->runs[i]->list[j];
			struct srcpos pos = srcloc_start(d->loc);

			sb_add_safe(out, d->loc.file ? srcfile_name(d->loc.file) : "minipath");
			sb_printf(out, ":%u:%u: %s: ", pos.line, pos.column,
				  severity_name(d->severity));
			diag_text(d, out);
			sb_printf(out, " [%s]\n", diag_def(d->id)->name);
		}
	}
}

/* GitHub's commands: these characters would end a property or the line. */
static void github_escape(const char *s, bool property, struct strbuf *out)
{
	for (; *s; s++) {
		if (*s == '%' || *s == '\r' || *s == '\n' || (property && (*s == ':' || *s == ',')))
			sb_printf(out, "%%%02X", (unsigned char)*s);
		else
			sb_addc(out, *s);
	}
}

static void github_diag(const struct diag *d, struct strbuf *out)
{
	static const char *const command[] = {
		[SEV_NOTE] = "notice", [SEV_WARNING] = "warning", [SEV_ERROR] = "error"
	};
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT, file = STRBUF_INIT;
	struct srcpos pos = srcloc_start(d->loc);

	sb_add_safe(&file, d->loc.file ? srcfile_name(d->loc.file) : "");
	diag_text(d, &text);
	sb_printf(&text, " [%s]", diag_def(d->id)->name);
	if (d->suggestion) {
		sb_add(&text, d->exact ? "; did you mean " : "; ");
		sb_add_safe(&text, d->suggestion);
		sb_add(&text, d->exact ? "?" : "");
	}
	sb_printf(out, "::%s file=", command[d->severity]);
	github_escape(sb_str(&file), true, out);
	sb_printf(out, ",line=%u,col=%u::", pos.line, pos.column);
	github_escape(sb_str(&text), false, out);
	sb_addc(out, '\n');
}

static void github_unread(const struct lint_unread *u, struct strbuf *out)
{
	sb_add(out, "::error file=");
	github_escape(u->name, true, out);
	sb_add(out, "::cannot be read: ");
	github_escape(strerror(u->err), false, out);
	sb_addc(out, '\n');
}

static void print_github(const struct lint_report *r, struct strbuf *out)
{
	for (unsigned int i = 0; i < r->n_runs; i++) {
		for (unsigned int j = 0; j < r->runs[i]->n; j++)
			github_diag(r->runs[i]->list[j], out);
	}
	for (unsigned int i = 0; i < r->unread.n; i++)
		github_unread(&r->unread.list[i], out);
}

const struct lint_format lint_formats[] = {
	{ "text", print_text, true },	 { "json", print_json, false },
	{ "sarif", print_sarif, false }, { "github", print_github, true },
	{ "gcc", print_gcc, true },	 { NULL, NULL, false },
};

const struct lint_format *lint_format(const char *name)
{
	for (const struct lint_format *f = lint_formats; f->name; f++) {
		if (!strcmp(f->name, name))
			return f;
	}
	return NULL;
}
