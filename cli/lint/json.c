/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diagnostics as JSON and as SARIF 2.1.0. Columns are bytes in JSON, as in the text format, and
 * Unicode code points in SARIF, which has to say which it counts.
 */
#include <ctype.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/lint/output.h"
#include "parser/strbuf.h"

/* Length of the UTF-8 sequence at @s, 0: it is none. */
static size_t utf8(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t n = u[0] < 0x80 ? 1 : u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;

	if (u[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
	    (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f))
		return 0;
	return n;
}

void json_string(const char *s, struct strbuf *out)
{
	sb_addc(out, '"');
	while (*s) {
		size_t n = utf8(s);

		if (*s == '"' || *s == '\\')
			sb_printf(out, "\\%c", *s);
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			sb_printf(out, "\\u%04x", (unsigned char)*s);
		else if (!n)
			sb_add(out, "\xef\xbf\xbd");
		else
			sb_addn(out, s, n);
		s += n ? n : 1;
	}
	sb_addc(out, '"');
}

static void member(const char *key, const char *text, struct strbuf *out)
{
	sb_printf(out, "\"%s\":", key);
	json_string(text, out);
}

static void message(const struct diag *d, struct strbuf *out)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	diag_text(d, &sb);
	json_string(sb_str(&sb), out);
}

static struct srcpos loc_end(struct srcloc l)
{
	return l.file ? srcfile_pos(l.file, l.end) : (struct srcpos){ 0, 0 };
}

/* ---- our own ---- */

static void place(struct srcloc loc, struct strbuf *out)
{
	struct srcpos a = srcloc_start(loc), b = loc_end(loc);

	sb_add(out, "\"file\":");
	if (loc.file)
		json_string(srcfile_name(loc.file), out);
	else
		sb_add(out, "null");
	sb_printf(out, ",\"line\":%u,\"column\":%u,\"end_line\":%u,\"end_column\":%u", a.line,
		  a.column, b.line, b.column);
}

static void json_diag(const struct diag *d, struct strbuf *out)
{
	sb_addc(out, '{');
	place(d->loc, out);
	sb_addc(out, ',');
	member("severity", severity_name(d->severity), out);
	sb_addc(out, ',');
	member("id", diag_def(d->id)->name, out);
	sb_add(out, ",\"message\":");
	message(d, out);
	sb_add(out, ",\"suggestion\":");
	if (d->suggestion)
		json_string(d->suggestion, out);
	else
		sb_add(out, "null");
	sb_add(out, ",\"notes\":[");
	for (unsigned int i = 0; i < d->n_notes; i++) {
		sb_add(out, i ? ",{" : "{");
		place(d->note[i].loc, out);
		sb_addc(out, ',');
		member("message", d->note[i].text, out);
		sb_addc(out, '}');
	}
	sb_add(out, "]}");
}

static void json_unread(const struct lint_unread *u, struct strbuf *out)
{
	sb_add(out, "{\"file\":");
	json_string(u->name, out);
	sb_add(out, ",\"line\":0,\"column\":0,\"end_line\":0,\"end_column\":0,");
	member("severity", severity_name(SEV_ERROR), out);
	sb_addc(out, ',');
	member("id", diag_def(DIAG_unreadable_file)->name, out);
	sb_addc(out, ',');
	member("message", strerror(u->err), out);
	sb_add(out, ",\"suggestion\":null,\"notes\":[]}");
}

void print_json(const struct lint_report *r, struct strbuf *out)
{
	const char *sep = "\n";

	sb_add(out, "{\"version\":1,\"diagnostics\":[");
	for (unsigned int i = 0; i < r->unread.n; i++, sep = ",\n") {
		sb_add(out, sep);
		json_unread(&r->unread.list[i], out);
	}
	for (unsigned int i = 0; i < r->n_runs; i++) {
		for (unsigned int j = 0; j < r->runs[i]->n; j++, sep = ",\n") {
			sb_add(out, sep);
			json_diag(r->runs[i]->list[j], out);
		}
	}
	sb_add(out, "\n]}\n");
}

/* ---- SARIF ---- */

/* The name as a URI reference: what has a meaning there is escaped. */
static void uri(const char *name, struct strbuf *out)
{
	sb_addc(out, '"');
	if (*name == '/')
		sb_add(out, "file://");
	for (; *name; name++) {
		if (isalnum((unsigned char)*name) || strchr("/._-~", *name))
			sb_addc(out, *name);
		else
			sb_printf(out, "%%%02X", (unsigned char)*name);
	}
	sb_addc(out, '"');
}

/* Bytes to code points: the column within its line. */
static unsigned int points(struct srcloc loc, struct srcpos pos)
{
	size_t len;
	const char *line = srcfile_line(loc.file, pos.line, &len);
	unsigned int n = 1;

	for (size_t i = 0; i + 1 < pos.column && i < len; i++)
		n += ((unsigned char)line[i] & 0xc0) != 0x80;
	return n;
}

static void sarif_location(struct srcloc loc, const char *text, struct strbuf *out)
{
	struct srcpos a = srcloc_start(loc), b = loc_end(loc);

	sb_add(out, "{\"physicalLocation\":{\"artifactLocation\":{\"uri\":");
	uri(srcfile_name(loc.file), out);
	sb_printf(out,
		  "},\"region\":{\"startLine\":%u,\"startColumn\":%u,\"endLine\":%u,"
		  "\"endColumn\":%u}}",
		  a.line, points(loc, a), b.line, points(loc, b));
	if (text) {
		sb_add(out, ",\"message\":{");
		member("text", text, out);
		sb_addc(out, '}');
	}
	sb_addc(out, '}');
}

static void sarif_text(const struct diag *d, struct strbuf *out)
{
	__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

	diag_text(d, &sb);
	if (d->suggestion)
		sb_printf(&sb, d->exact ? "; did you mean %s?" : "; %s", d->suggestion);
	json_string(sb_str(&sb), out);
}

static void sarif_result(const struct diag *d, const unsigned int *rule_index, struct strbuf *out)
{
	bool first = true;

	sb_addc(out, '{');
	member("ruleId", diag_def(d->id)->name, out);
	sb_printf(out, ",\"ruleIndex\":%u,", rule_index[d->id]);
	member("level", severity_name(d->severity), out);
	sb_add(out, ",\"message\":{\"text\":");
	sarif_text(d, out);
	sb_add(out, "},\"locations\":[");
	if (d->loc.file)
		sarif_location(d->loc, NULL, out);
	sb_addc(out, ']');
	for (unsigned int i = 0; i < d->n_notes; i++) {
		if (!d->note[i].loc.file)
			continue;
		sb_add(out, first ? ",\"relatedLocations\":[" : ",");
		first = false;
		sarif_location(d->note[i].loc, d->note[i].text, out);
	}
	sb_add(out, first ? "}" : "]}");
}

static void sarif_rule(enum diag_id id, struct strbuf *out)
{
	const struct lint_explain *e = lint_explain(id);

	sb_addc(out, '{');
	member("id", diag_def(id)->name, out);
	sb_add(out, ",\"shortDescription\":{");
	member("text", e->what, out);
	sb_add(out, "},\"fullDescription\":{");
	member("text", e->why, out);
	sb_add(out, "},\"help\":{");
	member("text", e->mend, out);
	sb_add(out, "},\"defaultConfiguration\":{");
	member("level", severity_name(diag_def(id)->severity), out);
	sb_add(out, "}}");
}

static void sarif_invocation(const struct lint_unreads *u, struct strbuf *out)
{
	sb_printf(out, "\"invocations\":[{\"executionSuccessful\":%s", u->n ? "false" : "true");
	for (unsigned int i = 0; i < u->n; i++) {
		__attribute__((cleanup(sb_done))) struct strbuf sb = STRBUF_INIT;

		sb_add(out, i ? "," : ",\"toolExecutionNotifications\":[");
		sb_printf(&sb, "%s: %s", u->list[i].name, strerror(u->list[i].err));
		sb_add(out, "{\"level\":\"error\",\"message\":{");
		member("text", sb_str(&sb), out);
		sb_add(out, "}}");
	}
	sb_add(out, u->n ? "]}]," : "}],");
}

void print_sarif(const struct lint_report *r, struct strbuf *out)
{
	unsigned int index[DIAG__MAX] = { 0 }, n = 0;
	const char *sep = "\n";

	sb_add(out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
		    "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{");
	member("name", "minipath lint", out);
	sb_addc(out, ',');
	member("version", MINIPATH_VERSION, out);
	sb_add(out, ",\"rules\":[");
	for (enum diag_id id = DIAG_NONE + 1; id < DIAG__MAX; id++) {
		if (!lint_is_check(id))
			continue;
		sb_add(out, n ? ",\n" : "\n");
		index[id] = n++;
		sarif_rule(id, out);
	}
	sb_add(out, "]}},");
	sarif_invocation(&r->unread, out);
	sb_add(out, "\"columnKind\":\"unicodeCodePoints\",\"results\":[");
	for (unsigned int i = 0; i < r->n_runs; i++) {
		for (unsigned int j = 0; j < r->runs[i]->n; j++, sep = ",\n") {
			sb_add(out, sep);
			sarif_result(r->runs[i]->list[j], index, out);
		}
	}
	sb_add(out, "\n]}]}\n");
}
