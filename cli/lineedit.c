/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The line is bytes of UTF-8; the cursor moves by characters, each taken to be one column wide (names
 * of commands and maps are). A line longer than the screen slides under its prompt, so that it never
 * wraps. Sequences of the terminal are collected until they are whole and looked up in a table.
 */
#include "cli/lineedit.h"

#include <stdlib.h>
#include <string.h>

#include "parser/strbuf.h"

#define CTRL(c)	       ((c)&0x1f)
#define ESC	       0x1b
#define DEL	       0x7f
#define MAX_CANDIDATES 80

void line_start(struct lineedit *l)
{
	l->buf[0] = '\0';
	l->len = l->pos = l->view = l->n_esc = 0;
	l->at = l->n_history;
	l->tab = false;
}

static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t char_before(const struct lineedit *l, size_t pos)
{
	do
		pos -= pos > 0;
	while (pos && continues(l->buf[pos]));
	return pos;
}

static size_t char_after(const struct lineedit *l, size_t pos)
{
	do
		pos += pos < l->len;
	while (pos < l->len && continues(l->buf[pos]));
	return pos;
}

static void cut(struct lineedit *l, size_t from, size_t to)
{
	memmove(l->buf + from, l->buf + to, l->len - to + 1);
	l->len -= to - from;
	l->pos = from;
}

static void insert(struct lineedit *l, const char *text, size_t n)
{
	if (l->len + n > LINE_MAX_BYTES)
		return;
	memmove(l->buf + l->pos + n, l->buf + l->pos, l->len - l->pos + 1);
	memcpy(l->buf + l->pos, text, n);
	l->len += n;
	l->pos += n;
}

/* Keys */

static void key_left(struct lineedit *l)
{
	l->pos = char_before(l, l->pos);
}

static void key_right(struct lineedit *l)
{
	l->pos = char_after(l, l->pos);
}

static void key_home(struct lineedit *l)
{
	l->pos = 0;
}

static void key_end(struct lineedit *l)
{
	l->pos = l->len;
}

static void key_backspace(struct lineedit *l)
{
	cut(l, char_before(l, l->pos), l->pos);
}

static void key_delete(struct lineedit *l)
{
	cut(l, l->pos, char_after(l, l->pos));
}

static void key_kill(struct lineedit *l)
{
	cut(l, l->pos, l->len);
}

static void key_kill_before(struct lineedit *l)
{
	cut(l, 0, l->pos);
}

static void key_kill_word(struct lineedit *l)
{
	size_t from = l->pos;

	while (from && l->buf[from - 1] == ' ')
		from--;
	while (from && l->buf[from - 1] != ' ')
		from--;
	cut(l, from, l->pos);
}

static void show_history(struct lineedit *l, unsigned int at)
{
	if (l->at == l->n_history)
		memcpy(l->kept, l->buf, l->len + 1);
	l->at = at;
	strcpy(l->buf, at == l->n_history ? l->kept : l->history[at]);
	l->len = l->pos = strlen(l->buf);
}

static void key_up(struct lineedit *l)
{
	if (l->at)
		show_history(l, l->at - 1);
}

static void key_down(struct lineedit *l)
{
	if (l->at < l->n_history)
		show_history(l, l->at + 1);
}

static const struct {
	unsigned char ctrl; /* the single byte, 0: none */
	const char *seq;    /* what follows ESC, NULL: none */
	void (*fn)(struct lineedit *l);
} keys[] = {
	{ CTRL('A'), "[H", key_home },
	{ 0, "OH", key_home },
	{ 0, "[1~", key_home },
	{ CTRL('E'), "[F", key_end },
	{ 0, "OF", key_end },
	{ 0, "[4~", key_end },
	{ CTRL('B'), "[D", key_left },
	{ 0, "OD", key_left },
	{ CTRL('F'), "[C", key_right },
	{ 0, "OC", key_right },
	{ CTRL('P'), "[A", key_up },
	{ 0, "OA", key_up },
	{ CTRL('N'), "[B", key_down },
	{ 0, "OB", key_down },
	{ CTRL('H'), NULL, key_backspace },
	{ DEL, NULL, key_backspace },
	{ 0, "[3~", key_delete },
	{ CTRL('K'), NULL, key_kill },
	{ CTRL('U'), NULL, key_kill_before },
	{ CTRL('W'), NULL, key_kill_word },
};

static bool single_key(struct lineedit *l, unsigned char c)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].ctrl == c) {
			keys[i].fn(l);
			return true;
		}
	return false;
}

/* A byte of a sequence that ESC began: "[" parameters letter, or "O" letter. */
static void sequence_key(struct lineedit *l, unsigned char c)
{
	const char *seq = (const char *)l->esc + 1;
	size_t n = l->n_esc;
	bool whole = n >= 2 && c >= '@' && c <= '~';

	if (n + 1 >= sizeof(l->esc) || (n == 1 && c != '[' && c != 'O')) {
		l->n_esc = 0;
		return;
	}
	l->esc[l->n_esc++] = c;
	if (!whole)
		return;
	l->esc[l->n_esc] = '\0';
	l->n_esc = 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].seq && !strcmp(keys[i].seq, seq))
			keys[i].fn(l);
}

/* Completion */

static size_t common_start(const char *const *words, unsigned int n)
{
	size_t len = strlen(words[0]);

	for (unsigned int i = 1; i < n; i++) {
		size_t k = 0;

		while (k < len && words[i][k] == words[0][k])
			k++;
		len = k;
	}
	return len;
}

/* What all candidates share is filled in; where that is nothing more, a second Tab shows them. */
static void key_tab(struct lineedit *l, struct strbuf *extra)
{
	char before[LINE_MAX_BYTES + 1];
	const char *words[MAX_CANDIDATES];
	size_t start, begun, common;
	unsigned int n;

	memcpy(before, l->buf, l->pos);
	before[l->pos] = '\0';
	n = l->complete ? l->complete(before, words, MAX_CANDIDATES, &start) : 0;
	if (!n)
		return;
	begun = l->pos - start;
	common = common_start(words, n);
	if (common > begun)
		insert(l, words[0] + begun, common - begun);
	if (n == 1)
		insert(l, " ", 1);
	else if (common == begun && l->tab)
		for (unsigned int i = 0; i < n; i++)
			sb_printf(extra, "%s%s", words[i], i + 1 < n ? "  " : "\n");
}

static void text_key(struct lineedit *l, unsigned char c)
{
	if (c >= ' ')
		insert(l, (const char *)&c, 1);
}

enum line_event line_key(struct lineedit *l, unsigned char c, struct strbuf *extra)
{
	bool tab = c == '\t';

	if (l->n_esc) {
		sequence_key(l, c);
	} else if (c == '\r' || c == '\n') {
		return LINE_DONE;
	} else if (c == CTRL('C')) {
		return LINE_CANCEL;
	} else if (c == CTRL('L')) {
		return LINE_CLEAR;
	} else if (c == CTRL('D')) {
		if (!l->len)
			return LINE_END;
		key_delete(l);
	} else if (c == ESC) {
		l->esc[l->n_esc++] = c;
	} else if (tab) {
		key_tab(l, extra);
	} else if (!single_key(l, c)) {
		text_key(l, c);
	}
	l->tab = tab;
	return LINE_MORE;
}

/* Display */

static size_t columns(const struct lineedit *l, size_t from, size_t to)
{
	size_t n = 0;

	for (; from < to; from = char_after(l, from))
		n++;
	return n;
}

void line_draw(struct lineedit *l, const char *prompt, unsigned int width, struct strbuf *out)
{
	size_t used =
		strlen(prompt) + 1; /* the last column stays free: the cursor may stand there */
	size_t room = width > used ? width - used : 1, end;

	if (l->pos < l->view)
		l->view = l->pos;
	while (columns(l, l->view, l->pos) > room)
		l->view = char_after(l, l->view);
	for (end = l->pos; end < l->len && columns(l, l->view, end) < room;)
		end = char_after(l, end);
	sb_printf(out, "\r%s", prompt);
	sb_addn(out, l->buf + l->view, end - l->view);
	sb_add(out, "\033[K");
	if (end > l->pos)
		sb_printf(out, "\033[%zuD", columns(l, l->pos, end));
}

void line_remember(struct lineedit *l)
{
	char *copy;

	if (!l->len || (l->n_history && !strcmp(l->history[l->n_history - 1], l->buf)))
		return;
	copy = strdup(l->buf);
	if (!copy)
		return;
	if (l->n_history == LINE_HISTORY) {
		free(l->history[0]);
		memmove(l->history, l->history + 1, (LINE_HISTORY - 1) * sizeof(l->history[0]));
		l->n_history--;
	}
	l->history[l->n_history++] = copy;
}

void line_done(struct lineedit *l)
{
	while (l->n_history)
		free(l->history[--l->n_history]);
}
