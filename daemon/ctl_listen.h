/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl_listen.h - where the control socket listens; for ctl.c. */
#ifndef MP_CTL_LISTEN_H
#define MP_CTL_LISTEN_H

#include <stdbool.h>
#include <sys/types.h>

struct host;

#define CTL_LISTENERS 2

struct ctl_socket {
	int fd;
	char *path; /* the file we made, NULL: none */
	dev_t dev;
	ino_t ino;
};

/* Fills @sockets (non-blocking, listening); the number of them or -errno when there is none. */
int ctl_listen(struct host *h, struct ctl_socket sockets[CTL_LISTENERS]);

/* Closes; removes the file where it is still the one we made. */
void ctl_unlisten(struct ctl_socket *s);

#endif
