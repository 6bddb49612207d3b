/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sdnotify.h - telling the service manager how we are (sd_notify(3)), without libsystemd: datagrams
 * to the socket that NOTIFY_SOCKET names, and a sign of life for its watchdog.
 */
#ifndef MP_SDNOTIFY_H
#define MP_SDNOTIFY_H

struct loop;
struct sdnotify;

/*
 * Takes NOTIFY_SOCKET ("/path" or "@abstract"), WATCHDOG_USEC and WATCHDOG_PID out of the environment,
 * so that children do not speak for us. Without a socket every call below does nothing. Where the
 * watchdog is asked for, WATCHDOG=1 goes out at half its time, as long as the loop turns. -errno: the
 * socket cannot be used (the daemon goes on without).
 */
int sdnotify_new(struct loop *l, struct sdnotify **ret_notify);
void sdnotify_free(struct sdnotify *n); /* NULL is fine; it is below, too */

void sdnotify_ready(struct sdnotify *n);
void sdnotify_reloading(struct sdnotify *n); /* with MONOTONIC_USEC, as Type=notify-reload wants */
void sdnotify_stopping(struct sdnotify *n);
void sdnotify_errno(struct sdnotify *n, int err);
void sdnotify_status(struct sdnotify *n, const char *text);

#endif
