/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * logsink.h - a place for log lines that never makes its writer wait.
 *
 * A pipe whose reader has stopped, a terminal that is held, a log daemon that is busy: the line is
 * dropped and counted, and the first line that can be written again is preceded by one that says how
 * many were lost. Lines arrive whole and in order. For all threads. SIGPIPE is to be ignored.
 */
#ifndef MP_LOGSINK_H
#define MP_LOGSINK_H

#include <stddef.h>

struct logsink;

/* Put into @buf what says that @n lines were lost; returns its length. */
typedef size_t (*logsink_lost)(char *buf, size_t len, unsigned long n);

/* @fd stays the caller's, and as it is: others may share it (a terminal with its shell). 0 or -errno. */
int logsink_fd(int fd, logsink_lost lost, struct logsink **ret_sink);

/* Datagrams to the socket @path (syslogd), one a line; it need not be there yet. */
int logsink_datagram(const char *path, logsink_lost lost, struct logsink **ret_sink);

void logsink_free(struct logsink *s); /* NULL is fine */

void logsink_write(struct logsink *s, const char *line, size_t len);

/* Connect anew with the next line. */
void logsink_reset(struct logsink *s);

#endif
