/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection a session. When a reply does not come in time it may still come later, as if it
 * were the answer to the next command: the connection is given up and the next command gets a new
 * one.
 */
#include "cli/mpd_client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/lineedit.h"
#include "core/host/ctlsock.h"
#include "daemon/verbs.h"
#include "parser/strbuf.h"

#define PROMPT "multipathd> "

int mpd_join(char *const *words, int n, char *buf, size_t len)
{
	size_t at = 0;

	for (int i = 0; i < n; i++) {
		const char *quote = strchr(words[i], ' ') ? "\"" : "";
		int w = snprintf(buf + at, len - at, "%s%s%s ", quote, words[i], quote);

		if (w < 0 || (size_t)w >= len - at)
			return -E2BIG;
		at += (size_t)w;
	}
	if (at + 2 > len)
		return -E2BIG;
	memcpy(buf + at, "\n", 2);
	return 0;
}

static int no_daemon(void)
{
	fprintf(stderr, "ERROR: failed to connect to multipathd\n");
	return 1;
}

static void receive_failed(FILE *out, int err)
{
	if (err == -ETIMEDOUT)
		fprintf(out, "timeout receiving packet\n");
	else
		fprintf(out, "error %d receiving packet\n", err);
}

static bool failed(const char *reply)
{
	return !strncmp(reply, "fail", 4) && (!reply[4] || reply[4] == '\n');
}

int mpd_command(struct host *h, const char *command, int timeout_ms)
{
	int fd = ctl_connect(h), r;
	char *reply;
	bool bad;

	if (fd < 0)
		return no_daemon();
	r = ctl_command(fd, command, timeout_ms, &reply);
	close(fd);
	if (r < 0) {
		receive_failed(stdout, r); /* where clients look for it */
		return 1;
	}
	bad = failed(reply);
	fputs(bad && reply[4] && reply[5] ? reply + 5 : reply, stdout);
	free(reply);
	return bad;
}

/* Sessions */

struct session {
	struct host *h;
	int fd; /* -1: to be connected anew */
	int timeout_ms;
};

static void hang_up(struct session *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static bool is_end(const char *line)
{
	return !strcmp(line, "quit") || !strcmp(line, "exit");
}

/* 0, or -errno: there is no daemon to go on with. */
static int run_line(struct session *s, const char *line)
{
	char *reply;
	int r;

	if (s->fd < 0)
		s->fd = ctl_connect(s->h);
	if (s->fd < 0)
		return s->fd;
	r = ctl_command(s->fd, line, s->timeout_ms, &reply);
	if (r < 0) {
		receive_failed(stderr, r);
		hang_up(s);
		return 0;
	}
	fputs(reply, stdout);
	fflush(stdout);
	free(reply);
	return 0;
}

static char *trim(char *line)
{
	size_t n;

	line += strspn(line, " \t");
	n = strlen(line);
	while (n && strchr(" \t\r\n", line[n - 1]))
		n--;
	line[n] = '\0';
	return line;
}

static int plain_session(struct session *s)
{
	char *line = NULL;
	size_t cap = 0;
	int r = 0;

	while (r == 0 && getline(&line, &cap, stdin) >= 0) {
		char *text = trim(line);

		if (is_end(text))
			break;
		if (*text)
			r = run_line(s, text);
	}
	free(line);
	return r;
}

static void write_out(const struct strbuf *out)
{
	fputs(sb_str(out), stdout);
	fflush(stdout);
}

static unsigned int screen_width(void)
{
	const char *env = getenv("COLUMNS");
	int n = env ? atoi(env) : 0;

	return n > 0 ? (unsigned int)n : 80;
}

/* One line with the terminal in raw mode. */
static enum line_event edit_line(struct lineedit *l)
{
	enum line_event ev = LINE_MORE;
	unsigned char c;

	line_start(l);
	for (;;) {
		__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT,
								extra = STRBUF_INIT;

		line_draw(l, PROMPT, screen_width(), &out);
		write_out(&out);
		if (read(STDIN_FILENO, &c, 1) != 1)
			return LINE_END;
		ev = line_key(l, c, &extra);
		if (extra.len)
			printf("\r\n%s", sb_str(&extra));
		if (ev == LINE_CLEAR)
			printf("\033[H\033[2J");
		else if (ev != LINE_MORE)
			return ev;
	}
}

/* Keys come one by one and unechoed; output is as always. Commands run in the usual mode, so that
 * Ctrl-C ends a wait for the daemon. */
static int terminal_session(struct session *s)
{
	struct termios usual, raw;
	struct lineedit l = { .complete = verb_complete };
	enum line_event ev = LINE_MORE;
	int r = 0;

	if (tcgetattr(STDIN_FILENO, &usual))
		return plain_session(s);
	raw = usual;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
	while (r == 0 && ev != LINE_END) {
		char *text;

		tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
		ev = edit_line(&l);
		tcsetattr(STDIN_FILENO, TCSADRAIN, &usual);
		putchar('\n');
		if (ev != LINE_DONE)
			continue;
		line_remember(&l);
		text = trim(l.buf);
		if (is_end(text))
			break;
		if (*text)
			r = run_line(s, text);
	}
	line_done(&l);
	return r;
}

int mpd_session(struct host *h, int timeout_ms)
{
	struct session s = { .h = h, .timeout_ms = timeout_ms };
	int r;

	s.fd = ctl_connect(h);
	if (s.fd < 0)
		return no_daemon();
	r = isatty(STDIN_FILENO) ? terminal_session(&s) : plain_session(&s);
	hang_up(&s);
	return r < 0 ? no_daemon() : 0;
}
