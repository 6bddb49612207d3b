/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mpd_client.h - talking to a running multipathd (behaviour.md 7.1): one command, or a session. */
#ifndef MP_MPD_CLIENT_H
#define MP_MPD_CLIENT_H

#include <stddef.h>

struct host;

#define MPD_CLIENT_TIMEOUT_MS 4100 /* of multipathc, where no other is given */

/* Words of a command line as one command: a blank after each, those with blanks in quotes, a newline
 * at the end. -E2BIG: longer than the daemon takes. */
int mpd_join(char *const *words, int n, char *buf, size_t len);

/* Send @command and print the reply without a leading "fail" line. The exit status. */
int mpd_command(struct host *h, const char *command, int timeout_ms);

/* Read commands from standard input and print the replies: with prompt, editing, history and
 * completion on a terminal, line by line elsewhere. `quit` or `exit` ends. The exit status. */
int mpd_session(struct host *h, int timeout_ms);

#endif
