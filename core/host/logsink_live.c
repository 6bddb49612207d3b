/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A descriptor that we were given is not made non-blocking: that would be so for everybody who has it.
 * A pipe or a terminal is opened once more for ourselves, a socket is asked for each message not to
 * wait, and a regular file does not. What a stream has taken of a line only in part goes first with
 * the next one.
 */
#include "core/host/logsink.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum kind { SINK_FILE, SINK_STREAM, SINK_DATAGRAM };

struct logsink {
	pthread_mutex_t lock;
	enum kind kind;
	int fd; /* -1: not connected */
	bool own_fd;
	struct sockaddr_un addr; /* SINK_DATAGRAM */
	logsink_lost lost_text;
	unsigned long lost;
	char *rest; /* of a line that was taken in part */
	size_t rest_len;
};

static struct logsink *sink_new(enum kind kind, int fd, logsink_lost lost)
{
	struct logsink *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	s->kind = kind;
	s->fd = fd;
	s->lost_text = lost;
	return s;
}

static int open_again(int fd)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int logsink_fd(int fd, logsink_lost lost, struct logsink **ret_sink)
{
	struct logsink *s;
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	s = sink_new(S_ISSOCK(st.st_mode) ? SINK_STREAM : SINK_FILE, fd, lost);
	if (!s)
		return -ENOMEM;
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)) {
		int own = open_again(fd);

		s->own_fd = own >= 0;
		s->fd = own >= 0 ? own : fd;
	}
	*ret_sink = s;
	return 0;
}

int logsink_datagram(const char *path, logsink_lost lost, struct logsink **ret_sink)
{
	struct logsink *s;

	if (strlen(path) >= sizeof(s->addr.sun_path))
		return -ENAMETOOLONG;
	s = sink_new(SINK_DATAGRAM, -1, lost);
	if (!s)
		return -ENOMEM;
	s->addr.sun_family = AF_UNIX;
	strcpy(s->addr.sun_path, path);
	*ret_sink = s;
	return 0;
}

static void disconnect(struct logsink *s)
{
	if (s->kind == SINK_DATAGRAM && s->fd >= 0) {
		close(s->fd);
		s->fd = -1;
	}
}

void logsink_free(struct logsink *s)
{
	if (!s)
		return;
	disconnect(s);
	if (s->own_fd)
		close(s->fd);
	pthread_mutex_destroy(&s->lock);
	free(s->rest);
	free(s);
}

static ssize_t send_datagram(struct logsink *s, const char *buf, size_t len)
{
	if (s->fd < 0) {
		s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (s->fd < 0)
			return -errno;
		if (connect(s->fd, (struct sockaddr *)&s->addr, sizeof(s->addr))) {
			int r = -errno;

			disconnect(s);
			return r;
		}
	}
	return send(s->fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : (ssize_t)len;
}

/* What was taken, or -errno. */
static ssize_t send_some(struct logsink *s, const char *buf, size_t len)
{
	ssize_t n;

	switch (s->kind) {
	case SINK_DATAGRAM:
		n = send_datagram(s, buf, len);
		if (n >= 0 || n == -EAGAIN || n == -EMSGSIZE)
			return n;
		disconnect(s); /* the log daemon was started anew */
		return send_datagram(s, buf, len);
	case SINK_STREAM:
		n = send(s->fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		break;
	default:
		n = write(s->fd, buf, len);
	}
	return n < 0 ? -errno : n;
}

static void keep_rest(struct logsink *s, const char *buf, size_t len)
{
	char *copy = malloc(len);

	if (copy)
		memcpy(copy, buf, len);
	free(s->rest);
	s->rest = copy;
	s->rest_len = copy ? len : 0;
}

/* Is the way free: has all of the line before been taken? */
static bool flush(struct logsink *s)
{
	ssize_t n;

	if (!s->rest_len)
		return true;
	n = send_some(s, s->rest, s->rest_len);
	if (n <= 0)
		return false;
	s->rest_len -= (size_t)n;
	memmove(s->rest, s->rest + n, s->rest_len);
	return s->rest_len == 0;
}

static bool deliver(struct logsink *s, const char *line, size_t len)
{
	ssize_t n;

	if (!flush(s))
		return false;
	n = send_some(s, line, len);
	if (n <= 0)
		return false;
	if ((size_t)n < len)
		keep_rest(s, line + n, len - (size_t)n);
	return true;
}

static void tell_lost(struct logsink *s)
{
	char text[256];
	size_t len = s->lost ? s->lost_text(text, sizeof(text), s->lost) : 0;

	if (len && deliver(s, text, len))
		s->lost = 0;
}

void logsink_write(struct logsink *s, const char *line, size_t len)
{
	pthread_mutex_lock(&s->lock);
	tell_lost(s);
	if (s->lost || !deliver(s, line, len)) /* not before the loss is told: that is the order */
		s->lost++;
	pthread_mutex_unlock(&s->lock);
}

void logsink_reset(struct logsink *s)
{
	pthread_mutex_lock(&s->lock);
	disconnect(s);
	pthread_mutex_unlock(&s->lock);
}
