/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one mutable global of the house: how talkative we are and where the words go. A message is
 * built whole and written by one call, so lines of several processes do not mix.
 */
#include "core/engine/log.h"

#include <stdatomic.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "core/host/clock.h"
#include "core/host/host.h"
#include "core/host/logsink.h"
#include "parser/strbuf.h"

static struct {
	atomic_int level; /* read by every thread, and set by the one that reads a configuration */
	enum log_sink sink;
	const char *ident;
	struct logsink *syslog, *err; /* NULL: not open */
} conf = { .level = 2, .sink = LOG_TO_STDERR };

/* "<27>Nov 25 09:00:00 multipathd: text", as syslogd and journald take it (RFC 3164). */
static void head_syslog(struct strbuf *line, int level)
{
	int priority = level + 3 > LOG_DEBUG ? LOG_DEBUG : level + 3;
	time_t now = time(NULL);
	char when[32] = "";
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%h %e %T", &tm);
	sb_printf(line, "<%d>%s %s: ", LOG_DAEMON | priority, when, conf.ident ? conf.ident : "");
}

static void head_stderr(struct strbuf *line)
{
	int64_t now = clock_mono(&(struct clock){ 0 });

	if (conf.sink == LOG_TO_STDERR)
		sb_printf(line, "%lld.%06lld | ", (long long)(now / NSEC_PER_SEC),
			  (long long)(now % NSEC_PER_SEC / 1000));
}

static size_t lost_text(char *buf, size_t len, unsigned long n, bool to_syslog)
{
	__attribute__((cleanup(sb_done))) struct strbuf line = STRBUF_INIT;
	int r;

	if (to_syslog)
		head_syslog(&line, 1);
	else
		head_stderr(&line);
	r = snprintf(buf, len, "%s%lu messages were lost: nobody took them%s", sb_str(&line), n,
		     to_syslog ? "" : "\n");
	return r < 0 ? 0 : (size_t)r < len ? (size_t)r : len - 1;
}

static size_t lost_syslog(char *buf, size_t len, unsigned long n)
{
	return lost_text(buf, len, n, true);
}

static size_t lost_stderr(char *buf, size_t len, unsigned long n)
{
	return lost_text(buf, len, n, false);
}

static void open_syslog(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/log", host_places()->dev_dir);
	if (!conf.syslog)
		logsink_datagram(path, lost_syslog, &conf.syslog);
}

void log_setup(enum log_sink sink, const char *ident)
{
	conf.sink = sink;
	conf.ident = ident;
	if (sink == LOG_TO_SYSLOG)
		open_syslog();
}

void log_never_wait(void)
{
	if (conf.sink != LOG_TO_SYSLOG && !conf.err)
		logsink_fd(STDERR_FILENO, lost_stderr, &conf.err);
}

void log_reset(void)
{
	if (conf.syslog)
		logsink_reset(conf.syslog);
}

void log_close(void)
{
	logsink_free(conf.syslog);
	logsink_free(conf.err);
	conf.syslog = conf.err = NULL;
}

void log_verbosity(int level)
{
	atomic_store_explicit(&conf.level, level, memory_order_relaxed);
}

int log_level(void)
{
	return atomic_load_explicit(&conf.level, memory_order_relaxed);
}

bool log_shows(int level)
{
	return level <= log_level();
}

static void write_line(struct strbuf *line)
{
	size_t done = 0;

	sb_addc(line, '\n');
	if (conf.err) {
		logsink_write(conf.err, line->buf, line->len);
		return;
	}
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
	if (conf.sink == LOG_TO_SYSLOG)
		head_syslog(&line, level);
	else
		head_stderr(&line);
	sb_add_safe(&line, sb_str(&raw));
	if (conf.sink != LOG_TO_SYSLOG)
		write_line(&line);
	else if (conf.syslog)
		logsink_write(conf.syslog, sb_str(&line), line.len);
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
	head_syslog(&line, 1);
	sb_add_safe(&line, sb_str(&raw));
	open_syslog();
	if (conf.syslog)
		logsink_write(conf.syslog, sb_str(&line), line.len);
}
