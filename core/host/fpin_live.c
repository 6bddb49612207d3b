/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Only the kernel may say that a port is marginal: the sender's address is looked at. */
#include "core/host/fpin.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define FC_EVENTS_GROUP (1u << 2)

struct fpin {
	int fd;
};

int fpin_live(struct fpin **ret_fpin)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = FC_EVENTS_GROUP };
	struct fpin *f = calloc(1, sizeof(*f));
	int r = 0;

	if (!f)
		return -ENOMEM;
	f->fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       NETLINK_SCSITRANSPORT);
	if (f->fd < 0)
		r = errno == EPROTONOSUPPORT ? -EOPNOTSUPP : -errno;
	else if (bind(f->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		r = -errno;
	if (r < 0) {
		fpin_free(f);
		return r;
	}
	*ret_fpin = f;
	return 0;
}

void fpin_free(struct fpin *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f);
}

int fpin_fd(const struct fpin *f)
{
	return f->fd;
}

ssize_t fpin_next(struct fpin *f, void *buf, size_t len)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { buf, len };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1
	};
	ssize_t n;

	do
		n = recvmsg(f->fd, &msg, MSG_DONTWAIT);
	while ((n < 0 && errno == EINTR) || (n >= 0 && from.nl_pid));
	return n < 0 ? -errno : n;
}
