/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two names, either is enough. A socket file that nobody listens on is what a killed daemon left
 * behind: it is removed; one that answers belongs to a running daemon and stays. The abstract name
 * may be taken by anybody who came first: that costs the name, not the start.
 */
#include "daemon/ctl_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/engine/log.h"
#include "core/host/ctlsock.h"
#include "core/host/host.h"
#include "daemon/ctl.h"

#define FIRST_PASSED_FD 3
#define BACKLOG		4096 /* the kernel's own limit is usually no more */

static bool nobody_listens(const struct sockaddr_un *sa, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool dead;

	if (fd < 0)
		return false;
	dead = connect(fd, (const struct sockaddr *)sa, len) && errno == ECONNREFUSED;
	close(fd);
	return dead;
}

static int bind_at(int fd, const char *name, const struct sockaddr_un *sa, socklen_t len)
{
	if (!bind(fd, (const struct sockaddr *)sa, len))
		return 0;
	if (errno != EADDRINUSE || *name == '@' || !nobody_listens(sa, len))
		return -errno;
	if (unlink(name) || bind(fd, (const struct sockaddr *)sa, len))
		return -errno;
	return 0;
}

/* Who may connect is decided per command, by the peer's user id. */
static int socket_file(struct ctl_socket *s, const char *name)
{
	struct stat st;

	if (chmod(name, 0666) || lstat(name, &st))
		return -errno;
	s->path = strdup(name);
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	return s->path ? 0 : -ENOMEM;
}

static int listen_at(const char *name, struct ctl_socket *ret_socket)
{
	struct ctl_socket s = { .fd = -1 };
	struct sockaddr_un sa;
	socklen_t len;
	int r = ctl_address(name, &sa, &len);

	if (r < 0)
		return r;
	s.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s.fd < 0)
		return -errno;
	r = bind_at(s.fd, name, &sa, len);
	if (r == 0 && *name != '@')
		r = socket_file(&s, name);
	if (r == 0 && listen(s.fd, BACKLOG))
		r = -errno;
	if (r < 0)
		ctl_unlisten(&s);
	else
		*ret_socket = s;
	return r;
}

int ctl_listen(struct host *h, struct ctl_socket sockets[CTL_LISTENERS])
{
	const char *env = getenv("MULTIPATH_SOCKET_NAME");
	const char *names[CTL_LISTENERS] = { host_places()->socket_path,
					     host_places()->socket_abstract };
	int n = 0, err = 0;

	if (env && *env) {
		names[0] = env;
		names[1] = NULL;
	} else if (h->replay) {
		return 0;
	}
	for (int i = 0; i < CTL_LISTENERS && names[i]; i++) {
		int r = listen_at(names[i], &sockets[n]);

		if (r == 0) {
			n++;
			continue;
		}
		err = r;
		mlog(1, "%s: cannot listen: %s", names[i], strerror(-r));
	}
	return n ? n : err;
}

void ctl_unlisten(struct ctl_socket *s)
{
	struct stat st;

	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	if (s->path && !lstat(s->path, &st) && st.st_dev == s->dev && st.st_ino == s->ino)
		unlink(s->path);
	free(s->path);
	s->path = NULL;
}

static bool is_listener(int fd)
{
	int domain = 0, type = 0, accepts = 0;
	socklen_t len = sizeof(int);

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) && domain == AF_UNIX &&
	       !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) && type == SOCK_STREAM &&
	       !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &len) && accepts;
}

static long env_number(const char *name)
{
	const char *s = getenv(name);
	char *end;
	long n = s ? strtol(s, &end, 10) : 0;

	return s && *s && !*end ? n : 0;
}

int ctl_passed_fds(int fds[2])
{
	long pid = env_number("LISTEN_PID"), n = env_number("LISTEN_FDS");

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (pid != getpid() || n <= 0)
		return 0;
	if (n > CTL_LISTENERS)
		return -EINVAL;
	for (int i = 0; i < n; i++) {
		int fd = FIRST_PASSED_FD + i;

		if (!is_listener(fd))
			return -EINVAL;
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) || fcntl(fd, F_SETFL, O_NONBLOCK))
			return -errno;
		fds[i] = fd;
	}
	return (int)n;
}
