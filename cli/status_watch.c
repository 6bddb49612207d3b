/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The status again and again. On a terminal each look replaces the one before; a line that was not
 * there before is marked. Else looks follow one another,
 * in JSON one object a line. Nothing of the terminal is changed that Ctrl-C would have to put back.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/status.h"
#include "core/host/host.h"
#include "core/host/term.h"
#include "parser/strbuf.h"

#define CLEAR	"\033[H\033[2J"
#define MARK_ON "\033[1m* "
#define MARK_OF "\033[0m"

static bool has_line(const char *text, const char *line, size_t len)
{
	for (const char *at = text; at && *at;) {
		size_t n = strcspn(at, "\n");

		if (n == len && !strncmp(at, line, len))
			return true;
		at += n + (at[n] == '\n');
	}
	return false;
}

static void put_line(struct strbuf *out, const char *line, size_t len, bool marked)
{
	sb_add(out, marked ? MARK_ON : "  ");
	sb_addn(out, line, len);
	sb_add(out, marked ? MARK_OF "\n" : "\n");
}

/* At most @rows lines; what is left out is counted. @before NULL: the first look, nothing is new. */
static void put_lines(struct strbuf *out, const char *text, const char *before, unsigned int rows)
{
	unsigned int left = 0;

	for (const char *at = text; *at;) {
		size_t n = strcspn(at, "\n");

		if (rows > 1) {
			put_line(out, at, n, before && n && !has_line(before, at, n));
			rows--;
		} else {
			left++;
		}
		at += n + (at[n] == '\n');
	}
	if (left)
		sb_printf(out, "  ... %u more lines\n", left);
}

static void put_time(struct strbuf *out, const struct status_args *a)
{
	char text[32] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(text, sizeof(text), "%F %T", &tm);
	sb_printf(out, "minipath status, every %u s, %s\n\n", a->watch, text);
}

static void draw(const struct status_args *a, const char *text, const char *before,
		 unsigned int rows)
{
	__attribute__((cleanup(sb_done))) struct strbuf screen = STRBUF_INIT;

	sb_add(&screen, CLEAR);
	put_time(&screen, a);
	put_lines(&screen, text, before, rows > 4 ? rows - 3 : 1);
	fputs(sb_str(&screen), stdout);
}

int status_watch(struct host *h, const struct status_args *a)
{
	__attribute__((cleanup(sb_done))) struct strbuf before = STRBUF_INIT;
	bool first = true;

	for (;;) {
		__attribute__((cleanup(sb_done))) struct strbuf now = STRBUF_INIT;
		struct timespec pause = { .tv_sec = a->watch };
		unsigned int rows = 24, columns = 80;
		bool screen = !term_size(STDOUT_FILENO, &rows, &columns);
		enum health_level level = status_look(h, a, columns - 2, &now);

		if (a->format == STATUS_JSON || !screen)
			fputs(sb_str(&now), stdout);
		else
			draw(a, sb_str(&now), first ? NULL : sb_str(&before), rows);
		if (fflush(stdout))
			return health_exit(level);
		first = false;
		sb_clear(&before);
		sb_add(&before, sb_str(&now));
		nanosleep(&pause, NULL);
	}
}
