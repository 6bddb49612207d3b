/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctlsock.h - a client's side of multipathd's socket (behaviour.md 7.2): a native size_t length,
 * then that many bytes, NUL included, in both directions. The pathname socket is tried first, then
 * the abstract one; MULTIPATH_SOCKET_NAME replaces both. An answer is whole or an error.
 */
#ifndef MP_CTLSOCK_H
#define MP_CTLSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

struct host;

#define CTL_REPLY_MAX (32u << 20)
#define CTL_CONNECT_S 2

/* The address of @name: a path, or "@name" in the abstract name space, whose length counts no final
 * NUL. -ENAMETOOLONG. */
int ctl_address(const char *name, struct sockaddr_un *ret_sa, socklen_t *ret_len);

/* A connected socket (the caller closes it), or -errno: no daemon answers. Always -ENOENT in
 * replay. -EAGAIN: the daemon is there, but its queue
 * was full for CTL_CONNECT_S seconds. */
int ctl_connect(struct host *h);

/* One command and its reply, at most @timeout_ms for both. *ret_reply is the caller's to free(). */
int ctl_command(int fd, const char *command, int timeout_ms, char **ret_reply);

/* Does anybody listen there? (In replay: was the daemon recorded as running?) */
bool ctl_listens(struct host *h);

/*
 * Connect, ask one command, close. In replay the answer is the recorded file cmds/COMMAND (blanks as
 * '-'), whose text may be "error EXXX"; -ENODATA: the recording does not say.
 */
int ctl_ask(struct host *h, const char *command, int timeout_ms, char **ret_reply);

#endif
