/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connected datagram socket. A message that does not go at once is dropped: the manager's queue
 * is full, and nobody waits for it here.
 */
#include "daemon/sdnotify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/host/clock.h"
#include "core/host/ctlsock.h"
#include "daemon/loop.h"

#define NSEC_PER_USEC 1000

struct sdnotify {
	struct loop *loop;
	int fd;		     /* -1: nobody to tell */
	int64_t watchdog_ns; /* between two signs of life */
	struct loop_timer watchdog;
};

static void tell(struct sdnotify *n, const char *text)
{
	if (n && n->fd >= 0)
		send(n->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int open_socket(const char *name, int *ret_fd)
{
	struct sockaddr_un sa;
	socklen_t len;
	int r, fd;

	if (*name != '/' && *name != '@')
		return -EAFNOSUPPORT;
	r = ctl_address(name, &sa, &len);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&sa, len)) {
		r = -errno;
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

/* Microseconds between signs of life that the manager wants of this very process; 0: none. */
static int64_t watchdog_usec(void)
{
	const char *pid = getenv("WATCHDOG_PID"), *usec = getenv("WATCHDOG_USEC");

	if (pid && strtol(pid, NULL, 10) != getpid())
		return 0;
	return usec ? strtoll(usec, NULL, 10) : 0;
}

static void alive(void *ctx)
{
	struct sdnotify *n = ctx;

	tell(n, "WATCHDOG=1");
	loop_timer_after(n->loop, &n->watchdog, n->watchdog_ns);
}

int sdnotify_new(struct loop *l, struct sdnotify **ret_notify)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sdnotify *n = calloc(1, sizeof(*n));
	int r = 0;

	if (!n)
		return -ENOMEM;
	n->loop = l;
	n->fd = -1;
	n->watchdog = (struct loop_timer){ .fn = alive, .ctx = n };
	n->watchdog_ns = watchdog_usec() * NSEC_PER_USEC / 2;
	if (name && *name)
		r = open_socket(name, &n->fd);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	if (r < 0) {
		free(n);
		return r;
	}
	if (n->fd >= 0 && n->watchdog_ns > 0)
		alive(n);
	*ret_notify = n;
	return 0;
}

void sdnotify_free(struct sdnotify *n)
{
	if (!n)
		return;
	loop_timer_clear(&n->watchdog);
	if (n->fd >= 0)
		close(n->fd);
	free(n);
}

void sdnotify_ready(struct sdnotify *n)
{
	tell(n, "READY=1");
}

void sdnotify_reloading(struct sdnotify *n)
{
	const struct clock kernel = { 0 };
	char text[80];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		 (int64_t)(clock_mono(&kernel) / NSEC_PER_USEC));
	tell(n, text);
}

void sdnotify_stopping(struct sdnotify *n)
{
	tell(n, "STOPPING=1");
}

void sdnotify_errno(struct sdnotify *n, int err)
{
	char text[32];

	snprintf(text, sizeof(text), "ERRNO=%d", err);
	tell(n, text);
}

void sdnotify_status(struct sdnotify *n, const char *status)
{
	char text[128];

	snprintf(text, sizeof(text), "STATUS=%s", status);
	tell(n, text);
}
