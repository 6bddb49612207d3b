/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connect waits a little where the daemon's queue is full (a crowd before us). Afterwards all is
 * non-blocking, with one deadline for the whole exchange: a daemon that hangs
 * costs the caller its time-out and nothing more. A length beyond the limit is a broken peer.
 */
#include "core/host/ctlsock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/host/fdio.h"
#include "core/host/host.h"

int ctl_address(const char *name, struct sockaddr_un *ret_sa, socklen_t *ret_len)
{
	size_t n = strlen(name);

	if (n >= sizeof(ret_sa->sun_path))
		return -ENAMETOOLONG;
	memset(ret_sa, 0, sizeof(*ret_sa));
	ret_sa->sun_family = AF_UNIX;
	memcpy(ret_sa->sun_path, name, n);
	if (*name == '@')
		ret_sa->sun_path[0] = '\0';
	else
		n++;
	*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	return 0;
}

static int connect_to(const char *name)
{
	const struct timeval patience = { .tv_sec = CTL_CONNECT_S };
	struct sockaddr_un sa;
	socklen_t len;
	int fd, r = ctl_address(name, &sa, &len);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) ||
	    connect(fd, (struct sockaddr *)&sa, len) || fcntl(fd, F_SETFL, O_NONBLOCK)) {
		int err = errno;

		close(fd);
		return -err;
	}
	return fd;
}

int ctl_connect(struct host *h)
{
	const char *env = getenv("MULTIPATH_SOCKET_NAME");
	int fd;

	if (h->replay)
		return -ENOENT;
	if (env && *env)
		return connect_to(env);
	fd = connect_to(host_places()->socket_path);
	return fd >= 0 || fd == -EAGAIN ? fd : connect_to(host_places()->socket_abstract);
}

static int wait_for(int fd, short events, int64_t deadline)
{
	int64_t left = deadline - clock_mono(&(struct clock){ 0 });
	struct pollfd p = { .fd = fd, .events = events };
	int r;

	if (left <= 0)
		return -ETIMEDOUT;
	r = poll(&p, 1, (int)(left / NSEC_PER_MSEC) + 1);
	if (r < 0 && errno != EINTR)
		return -errno;
	return 0;
}

static int transfer(int fd, void *buf, size_t len, bool out, int64_t deadline)
{
	size_t done = 0;

	while (done < len) {
		char *at = (char *)buf + done;
		ssize_t n =
			out ? send(fd, at, len - done, MSG_NOSIGNAL) : recv(fd, at, len - done, 0);
		int r;

		if (n > 0) {
			done += (size_t)n;
			continue;
		}
		if (n == 0)
			return -ECONNRESET;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		r = wait_for(fd, out ? POLLOUT : POLLIN, deadline);
		if (r)
			return r;
	}
	return 0;
}

int ctl_command(int fd, const char *command, int timeout_ms, char **ret_reply)
{
	int64_t deadline = clock_mono(&(struct clock){ 0 }) + timeout_ms * NSEC_PER_MSEC;
	size_t len = strlen(command) + 1;
	char *reply;
	int r = transfer(fd, &len, sizeof(len), true, deadline);

	if (!r)
		r = transfer(fd, (void *)(uintptr_t)command, len, true, deadline);
	if (!r)
		r = transfer(fd, &len, sizeof(len), false, deadline);
	if (r)
		return r;
	if (!len || len > CTL_REPLY_MAX)
		return -EBADMSG;
	reply = malloc(len);
	if (!reply)
		return -ENOMEM;
	r = transfer(fd, reply, len, false, deadline);
	if (!r && reply[len - 1])
		r = -EBADMSG;
	if (r) {
		free(reply);
		return r;
	}
	*ret_reply = reply;
	return 0;
}

static int recorded(struct host *h, const char *command, char **ret_reply)
{
	char path[PATH_MAX], word[32], *text;
	size_t at = (size_t)snprintf(path, sizeof(path), "%s/cmds/", h->root);
	int r;

	if (at + strlen(command) >= sizeof(path) || strchr(command, '/'))
		return -ENODATA;
	for (; *command; command++)
		path[at++] = *command == ' ' ? '-' : *command;
	path[at] = '\0';
	r = file_slurp(AT_FDCWD, path, CTL_REPLY_MAX, &text, NULL);
	if (r)
		return r == -ENOENT || r == -ENOTDIR ? -ENODATA : r;
	if (sscanf(text, "error %31s", word) == 1 && errno_by_name(word)) {
		free(text);
		return -errno_by_name(word);
	}
	*ret_reply = text;
	return 0;
}

int ctl_ask(struct host *h, const char *command, int timeout_ms, char **ret_reply)
{
	int fd, r;

	if (h->replay)
		return recorded(h, command, ret_reply);
	fd = ctl_connect(h);
	if (fd < 0)
		return fd;
	r = ctl_command(fd, command, timeout_ms, ret_reply);
	close(fd);
	return r;
}

bool ctl_listens(struct host *h)
{
	char *reply = NULL;
	int fd;

	if (h->replay) {
		fd = recorded(h, "show daemon", &reply);
		free(reply);
		return fd == 0;
	}
	fd = ctl_connect(h);
	if (fd >= 0)
		close(fd);
	return fd >= 0 || fd == -EAGAIN;
}
