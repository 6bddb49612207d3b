/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl.h - the server side of multipathd's socket (behaviour.md 7.2), on the daemon's loop.
 *
 * Both directions: a native size_t length, then that many bytes, NUL included. A connection carries
 * any number of commands; the next one is read when the reply to the last has left, so that replies
 * stay in order and a client costs at most one command and one reply of memory. Nothing here blocks,
 * whatever a client does or leaves undone.
 *
 * Limits are per user id, smaller where RLIMIT_NOFILE is (a quarter of the descriptors is left to
 * the rest of the daemon). Root's commands go first and root's connections find room when others have
 * taken theirs; among other users turns are taken user by user, not connection by connection.
 */
#ifndef MP_CTL_H
#define MP_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct ctl;
struct host;
struct loop;

#define CTL_COMMAND_MAX	 512u	     /* bytes of a command, NUL included */
#define CTL_UID_CLIENTS	 256u	     /* connections of one user who is not root */
#define CTL_ALL_CLIENTS	 1024u	     /* of all such users */
#define CTL_ROOT_CLIENTS 4096u	     /* of root */
#define CTL_UID_CALLS	 256u	     /* commands of one user taken up and not answered */
#define CTL_UID_UNREAD	 (8u << 20)  /* bytes of replies one user has not read */
#define CTL_ROOT_UNREAD	 (64u << 20) /* the same for root */
#define CTL_STALLED_NS                                                                             \
	30000000000LL /* a client that reads nothing of its reply for so long is gone */

struct ctl_options {
	unsigned int timeout_ms; /* uxsock_timeout: a command not answered by then gets "timeout" */
	const int *fds;		 /* listening sockets that systemd passed; taken over */
	unsigned int n_fds;	 /* 0: make our own */
	int (*peer_uid)(int fd, uid_t *ret_uid); /* NULL: SO_PEERCRED; tests say who they are */
};

/* A command. It is the server's until ctl_answer(), which must come exactly once for each. */
struct ctl_call {
	uid_t uid;
	bool root;
	const char *text;
};

/*
 * Listens at MULTIPATH_SOCKET_NAME where that is set, else on both sockets of host_places(); one of
 * them is enough (what is wrong with the other is logged). A recorded host listens nowhere unless
 * the variable is set. @command is called for every command, root or not; it may answer at once or
 * at any later time. It must not free the server.
 */
int ctl_new(struct loop *l, struct host *h, const struct ctl_options *opt,
	    void (*command)(void *ctx, struct ctl_call *call), void *ctx, struct ctl **ret_ctl);

/* Closes everything and removes the socket file it made. Calls still open are answered later, to
 * nobody. NULL is fine. */
void ctl_free(struct ctl *c);

/*
 * The reply is @text where it has any; else "ok" for @status 0 and "fail" with what @status (-errno)
 * has to say (behaviour.md 7.3). @text stays the caller's. The call is gone afterwards. Harmless
 * when the client went away or has been told "timeout".
 */
void ctl_answer(struct ctl_call *call, int status, const char *text);

void ctl_set_timeout(struct ctl *c, unsigned int timeout_ms);

/* Take a connected socket in as a client; closed where there is no room (-EAGAIN). */
int ctl_adopt(struct ctl *c, int fd);

/* Sockets passed by systemd (LISTEN_PID, LISTEN_FDS), at most 2 that listen: their number, 0 without
 * any, -EINVAL when something else was passed. Clears the variables. */
int ctl_passed_fds(int fds[2]);

struct ctl_stats {
	unsigned int clients, others; /* connected; of these not root */
	unsigned int calls;	      /* taken up and not answered */
	size_t unread;		      /* bytes of replies waiting for their clients */
	uint64_t commands, timeouts;
	uint64_t dropped; /* clients dropped for what they did or did not do */
	uint64_t
		refused; /* connections there was no room for, idle ones closed to make room included */
};
void ctl_stats(const struct ctl *c, struct ctl_stats *ret_stats);

#endif
