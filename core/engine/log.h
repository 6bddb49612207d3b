/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - messages for people, on standard error or to syslog, in multipath-tools' form
 * ("SSSS.UUUUUU | text", CLOCK_MONOTONIC). Levels are multipath-tools' verbosity: 0 errors,
 * 1 warnings, 2 notices, 3 information, 4 debugging; a message shows when the verbosity reaches it.
 * The object comes first: "sda: ...". Control characters are shown as \xNN.
 */
#ifndef MP_LOG_H
#define MP_LOG_H

#include <stdbool.h>

enum log_sink { LOG_TO_STDERR, LOG_TO_STDERR_PLAIN, LOG_TO_SYSLOG };

void log_setup(enum log_sink sink, const char *ident);
/* From now on no message waits for its reader: what cannot be written at once is dropped, and how many
 * were is said later (core/host/logsink.h). To syslog it is always so. */
void log_never_wait(void);
void log_reset(void); /* connect to syslogd anew */
void log_close(void); /* at the end */
void log_verbosity(int level);
int log_level(void);
bool log_shows(int level);

void mlog(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* For the system's log alone, whatever the sink: what a program that reads our standard error must
 * not take for a failure of its query. A warning; shows from verbosity 1 on. */
void log_aside(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
