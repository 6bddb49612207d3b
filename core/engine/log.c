/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one mutable global of the house: how talkative we are and where the words go. A message is
 * built whole and written by one call, so lines of several processes do not mix.
 */
#include "core/engine/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "core/host/clock.h"
#include "parser/strbuf.h"

static struct {
	int level;
	enum log_sink sink;
	const char *ident;
} conf = { 2, LOG_TO_STDERR, NULL };

void log_setup(enum log_sink sink, const char *ident)
{
	conf.sink = sink;
	conf.ident = ident;
	if (sink == LOG_TO_SYSLOG)
		openlog(ident, 0, LOG_DAEMON);
}

void log_verbosity(int level)
{
	conf.level = level;
}

int log_level(void)
{
	return conf.level;
}

bool log_shows(int level)
{
	return level <= conf.level;
}

static void write_line(struct strbuf *line)
{
	size_t done = 0;

	sb_addc(line, '\n');
	while (done < line->len) {
		ssize_t n = write(STDERR_FILENO, line->buf + done, line->len - done);

		if (n <= 0)
			return; /* nobody reads: there is no better place to say so */
		done += (size_t)n;
	}
}

void mlog(int level, const char *fmt, ...)
{
	__attribute__((cleanup(sb_done))) struct strbuf raw = STRBUF_INIT, line = STRBUF_INIT;
	va_list ap;

	if (!log_shows(level))
		return;
	va_start(ap, fmt);
	sb_vprintf(&raw, fmt, ap);
	va_end(ap);
	if (conf.sink == LOG_TO_STDERR) {
		int64_t now = clock_mono(&(struct clock){ 0 });

		sb_printf(&line, "%lld.%06lld | ", (long long)(now / NSEC_PER_SEC),
			  (long long)(now % NSEC_PER_SEC / 1000));
	}
	sb_add_safe(&line, sb_str(&raw));
	if (conf.sink == LOG_TO_SYSLOG)
		syslog(level + 3 > LOG_DEBUG ? LOG_DEBUG : level + 3, "%s", sb_str(&line));
	else
		write_line(&line);
}

void log_aside(const char *fmt, ...)
{
	__attribute__((cleanup(sb_done))) struct strbuf raw = STRBUF_INIT, line = STRBUF_INIT;
	va_list ap;

	if (!log_shows(1))
		return;
	va_start(ap, fmt);
	sb_vprintf(&raw, fmt, ap);
	va_end(ap);
	sb_add_safe(&line, sb_str(&raw));
	if (conf.sink != LOG_TO_SYSLOG)
		openlog(conf.ident, 0, LOG_DAEMON);
	syslog(LOG_WARNING, "%s", sb_str(&line));
}
