/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection is in one of four states: reading a command, ready (its command waits for its turn),
 * called (the daemon works on it), writing the reply. Only reading listens for input, so whatever a
 * client sends ahead stays in the kernel. One timer per connection has the deadline of its state.
 *
 * Commands do not run where they are read: they queue by user, and a timer that is due at once takes
 * them up, root's first, then one of each user in turn, until a budget of time is spent; the rest
 * comes with the next turn. So a thousand connections that all ask for everything cost the loop
 * no more per turn than one does.
 *
 * A user's connections are kept in the order of their last activity: the one that has been silent
 * the longest gives way when there are too many.
 */
#include "daemon/ctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/engine/log.h"
#include "core/host/clock.h"
#include "core/host/ctlsock.h"
#include "daemon/ctl_listen.h"
#include "daemon/loop.h"

#define ACCEPTS_PER_TURN 256
#define WORK_BUDGET_NS	 (2 * NSEC_PER_MSEC)
#define SEND_PER_TURN	 (256u << 10)
#define ACCEPT_RETRY_NS	 (100 * NSEC_PER_MSEC)
#define LOG_EVERY_NS	 (10 * NSEC_PER_SEC)

enum client_state { READING, READY, CALLED, WRITING };

TAILQ_HEAD(client_list, client);
TAILQ_HEAD(peer_list, peer);
LIST_HEAD(call_list, call);

/* A user id with connections or calls. */
struct peer {
	TAILQ_ENTRY(peer) list, turn;
	bool has_turn;
	uid_t uid;
	unsigned int clients, calls;
	size_t unread;
	struct client_list by_activity; /* the longest silent one first */
	struct client_list ready;
};

struct client {
	struct ctl *ctl;
	struct peer *peer;
	TAILQ_ENTRY(client) by_activity, ready;
	int fd;
	enum client_state state;
	struct loop_source *source;
	struct loop_timer deadline;
	struct call *call; /* CALLED */
	size_t got;	   /* bytes of length and command that are in */
	size_t len;
	char text[CTL_COMMAND_MAX + 1];
	char *out; /* WRITING */
	size_t out_len, out_sent;
};

struct call {
	struct ctl_call pub;
	LIST_ENTRY(call) list;
	struct ctl *ctl; /* NULL: the server is gone */
	struct peer *peer;
	struct client *client; /* NULL: gone, or told "timeout" */
	char text[];
};

struct listener {
	struct ctl *ctl;
	struct ctl_socket sock;
	struct loop_source *source;
	struct loop_timer retry;
};

struct ctl {
	struct loop *loop;
	void (*command)(void *ctx, struct ctl_call *call);
	void *ctx;
	int (*peer_uid)(int fd, uid_t *ret_uid);
	int64_t timeout_ns;
	struct listener listeners[CTL_LISTENERS];
	unsigned int n_listeners;
	int spare_fd; /* given up for a moment when no other is left, -1: none */
	struct peer_list peers;
	struct peer_list turns; /* those with commands that are ready */
	struct call_list calls;
	struct loop_timer work;
	unsigned int max_root, max_others, max_uid; /* connections */
	int64_t quiet_until;			    /* of the log */
	unsigned int unsaid;
	struct ctl_stats stats;
};

static const struct clock kernel_clock;

/* What hostile clients make us say is said once in a while, and how often it was not. */
static void say(struct ctl *c, uid_t uid, const char *what)
{
	int64_t now = loop_now(c->loop);

	if (now < c->quiet_until) {
		c->unsaid++;
		return;
	}
	if (c->unsaid)
		mlog(1, "control socket: %s (uid %u; %u more messages since the last)", what,
		     (unsigned int)uid, c->unsaid);
	else
		mlog(1, "control socket: %s (uid %u)", what, (unsigned int)uid);
	c->quiet_until = now + LOG_EVERY_NS;
	c->unsaid = 0;
}

/* Users */

static struct peer *peer_find(struct ctl *c, uid_t uid)
{
	struct peer *p;

	TAILQ_FOREACH(p, &c->peers, list)
	if (p->uid == uid)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->uid = uid;
	TAILQ_INIT(&p->by_activity);
	TAILQ_INIT(&p->ready);
	if (uid == 0)
		TAILQ_INSERT_HEAD(&c->peers, p, list);
	else
		TAILQ_INSERT_TAIL(&c->peers, p, list);
	return p;
}

static void peer_release(struct ctl *c, struct peer *p)
{
	if (p->clients || p->calls)
		return;
	TAILQ_REMOVE(&c->peers, p, list);
	free(p);
}

static void peer_queue(struct ctl *c, struct peer *p)
{
	if (p->has_turn)
		return;
	p->has_turn = true;
	if (p->uid == 0)
		TAILQ_INSERT_HEAD(&c->turns, p, turn);
	else
		TAILQ_INSERT_TAIL(&c->turns, p, turn);
	loop_timer_after(c->loop, &c->work, 0);
}

static void peer_unqueue(struct ctl *c, struct peer *p)
{
	if (p->has_turn)
		TAILQ_REMOVE(&c->turns, p, turn);
	p->has_turn = false;
}

/* Clients */

static void out_drop(struct client *cl)
{
	cl->peer->unread -= cl->out_len;
	cl->ctl->stats.unread -= cl->out_len;
	free(cl->out);
	cl->out = NULL;
	cl->out_len = cl->out_sent = 0;
}

static void client_close(struct client *cl)
{
	struct ctl *c = cl->ctl;
	struct peer *p = cl->peer;

	loop_remove(cl->source);
	loop_timer_clear(&cl->deadline);
	close(cl->fd);
	if (cl->call)
		cl->call->client = NULL;
	if (cl->state == READY)
		TAILQ_REMOVE(&p->ready, cl, ready);
	if (TAILQ_EMPTY(&p->ready))
		peer_unqueue(c, p);
	TAILQ_REMOVE(&p->by_activity, cl, by_activity);
	out_drop(cl);
	p->clients--;
	c->stats.clients--;
	c->stats.others -= p->uid != 0;
	free(cl);
	peer_release(c, p);
}

static void client_drop(struct client *cl, const char *why)
{
	cl->ctl->stats.dropped++;
	say(cl->ctl, cl->peer->uid, why);
	client_close(cl);
}

static void client_active(struct client *cl)
{
	TAILQ_REMOVE(&cl->peer->by_activity, cl, by_activity);
	TAILQ_INSERT_TAIL(&cl->peer->by_activity, cl, by_activity);
}

/* Whom the daemon works for stays; of the others the longest silent one. */
static struct client *evictable(struct peer *p)
{
	struct client *cl;

	TAILQ_FOREACH(cl, &p->by_activity, by_activity)
	if (cl->state == READING || cl->state == WRITING)
		return cl;
	return NULL;
}

static bool evict(struct peer *p)
{
	struct client *cl = evictable(p);

	if (!cl)
		return false;
	cl->ctl->stats.refused++;
	say(cl->ctl, p->uid, "too many connections, the longest idle one is closed");
	client_close(cl);
	return true;
}

/* The user with the most connections, who is not root. */
static struct peer *greediest(struct ctl *c)
{
	struct peer *p, *most = NULL;

	TAILQ_FOREACH(p, &c->peers, list)
	if (p->uid != 0 && p->clients && (!most || p->clients > most->clients))
		most = p;
	return most;
}

/* Replies */

static bool send_some(struct client *cl)
{
	size_t end = cl->out_sent + SEND_PER_TURN;

	while (cl->out_sent < cl->out_len && cl->out_sent < end) {
		ssize_t n = send(cl->fd, cl->out + cl->out_sent, cl->out_len - cl->out_sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		cl->out_sent += (size_t)n;
	}
	return true;
}

static void client_read_next(struct client *cl)
{
	cl->state = READING;
	cl->got = 0;
	loop_timer_clear(&cl->deadline);
	if (loop_modify(cl->source, EPOLLIN))
		client_close(cl);
}

static void client_write(struct client *cl)
{
	size_t before = cl->out_sent;

	if (!send_some(cl)) {
		client_close(cl);
		return;
	}
	if (cl->out_sent == cl->out_len) {
		out_drop(cl);
		client_active(cl);
		client_read_next(cl);
		return;
	}
	if (cl->out_sent > before || !loop_timer_running(&cl->deadline)) {
		client_active(cl);
		loop_timer_after(cl->ctl->loop, &cl->deadline, CTL_STALLED_NS);
	}
	if (loop_modify(cl->source, EPOLLOUT))
		client_close(cl);
}

/* More than a user may leave unread: the connection that has taken nothing for the longest goes. */
static void unread_bound(struct peer *p, const struct client *newest)
{
	size_t max = p->uid ? CTL_UID_UNREAD : CTL_ROOT_UNREAD;
	struct client *cl = TAILQ_FIRST(&p->by_activity);

	while (cl && p->unread > max) {
		struct client *next = TAILQ_NEXT(cl, by_activity);

		if (cl != newest && cl->state == WRITING)
			client_drop(cl, "too much of its replies unread, dropped");
		cl = next;
	}
}

static char *frame(const char *text, size_t *ret_len)
{
	size_t len = strlen(text) + 1;
	char *out;

	if (len > CTL_REPLY_MAX) {
		text = "fail\n";
		len = strlen(text) + 1;
	}
	out = malloc(sizeof(len) + len);
	if (!out)
		return NULL;
	memcpy(out, &len, sizeof(len));
	memcpy(out + sizeof(len), text, len);
	*ret_len = sizeof(len) + len;
	return out;
}

static void client_reply(struct client *cl, const char *text)
{
	loop_timer_clear(&cl->deadline);
	cl->call = NULL;
	cl->state = WRITING;
	cl->out = frame(text, &cl->out_len);
	if (!cl->out) {
		client_drop(cl, "no memory for its reply, dropped");
		return;
	}
	cl->peer->unread += cl->out_len;
	cl->ctl->stats.unread += cl->out_len;
	unread_bound(cl->peer, cl);
	client_write(cl);
}

/* Commands */

static const char *status_text(int status)
{
	switch (-status) {
	case 0:
		return "ok\n";
	case EPERM:
		return "fail\npermission deny: need to be root\n";
	case ETIMEDOUT:
		return "fail\ntimeout\n";
	case EBUSY:
		return "fail\nmap or partition in use\n";
	case ENODEV:
		return "fail\ndevice not found\n";
	default:
		return "fail\n";
	}
}

static void call_close(struct call *call)
{
	LIST_REMOVE(call, list);
	call->ctl->stats.calls--;
	call->peer->calls--;
	peer_release(call->ctl, call->peer);
}

void ctl_answer(struct ctl_call *pub, int status, const char *text)
{
	struct call *call = (struct call *)pub; /* its first member */
	struct client *cl = call->client;

	if (call->ctl)
		call_close(call);
	if (cl)
		client_reply(cl, text && *text ? text : status_text(status));
	free(call); /* @text may be the call's own */
}

static struct call *call_new(struct client *cl)
{
	struct call *call = malloc(sizeof(*call) + cl->len + 1);

	if (!call)
		return NULL;
	memcpy(call->text, cl->text, cl->len);
	call->text[cl->len] = '\0';
	call->pub = (struct ctl_call){ .uid = cl->peer->uid,
				       .root = cl->peer->uid == 0,
				       .text = call->text };
	call->ctl = cl->ctl;
	call->peer = cl->peer;
	call->client = cl;
	LIST_INSERT_HEAD(&cl->ctl->calls, call, list);
	cl->ctl->stats.calls++;
	cl->peer->calls++;
	return call;
}

/* The client may be gone when this returns. */
static void client_call(struct client *cl)
{
	struct ctl *c = cl->ctl;
	struct call *call = NULL;

	cl->state = CALLED;
	if (cl->peer->uid == 0 || cl->peer->calls < CTL_UID_CALLS)
		call = call_new(cl);
	if (!call) {
		client_reply(cl, status_text(-ETIMEDOUT));
		return;
	}
	cl->call = call;
	c->stats.commands++;
	if (loop_modify(cl->source, EPOLLHUP))
		client_close(cl);
	c->command(c->ctx, &call->pub);
}

static bool work_one(struct ctl *c)
{
	struct peer *p = TAILQ_FIRST(&c->turns);
	struct client *cl;

	if (!p)
		return false;
	peer_unqueue(c, p);
	cl = TAILQ_FIRST(&p->ready);
	TAILQ_REMOVE(&p->ready, cl, ready);
	if (!TAILQ_EMPTY(&p->ready))
		peer_queue(c, p);
	client_call(cl);
	return true;
}

static void work(void *ctx)
{
	struct ctl *c = ctx;
	int64_t end = clock_mono(&kernel_clock) + WORK_BUDGET_NS;

	while (work_one(c) && clock_mono(&kernel_clock) < end)
		;
	if (TAILQ_EMPTY(&c->turns))
		loop_timer_clear(&c->work);
	else
		loop_timer_after(c->loop, &c->work, 0);
}

/* What is in is asleep until its turn: a client that has sent its command and gone still meant it. */
static void client_ready(struct client *cl)
{
	struct ctl *c = cl->ctl;

	cl->state = READY;
	TAILQ_INSERT_TAIL(&cl->peer->ready, cl, ready);
	loop_timer_after(c->loop, &cl->deadline, c->timeout_ns);
	peer_queue(c, cl->peer);
	loop_modify(cl->source, 0);
}

/* The next bytes of the length or of the command: > 0, 0 at the end, -errno. */
static ssize_t read_part(struct client *cl)
{
	size_t head = sizeof(cl->len);
	ssize_t n;

	if (cl->got < head)
		n = recv(cl->fd, (char *)&cl->len + cl->got, head - cl->got, MSG_DONTWAIT);
	else
		n = recv(cl->fd, cl->text + (cl->got - head), head + cl->len - cl->got,
			 MSG_DONTWAIT);
	return n < 0 ? -errno : n;
}

static void client_read(struct client *cl)
{
	ssize_t n;

	while ((n = read_part(cl)) > 0 || n == -EINTR) {
		if (n < 0)
			continue;
		cl->got += (size_t)n;
		if (cl->got < sizeof(cl->len))
			continue;
		if (cl->len == 0 || cl->len > CTL_COMMAND_MAX) {
			client_drop(cl, "invalid command length");
			return;
		}
		if (cl->got == sizeof(cl->len) + cl->len) {
			client_active(cl);
			client_ready(cl);
			return;
		}
	}
	if (n != -EAGAIN) {
		client_close(cl);
		return;
	}
	if (!cl->got)
		return;
	client_active(cl);
	if (!loop_timer_running(&cl->deadline))
		loop_timer_after(cl->ctl->loop, &cl->deadline, cl->ctl->timeout_ns);
}

static void on_client(void *ctx, uint32_t events)
{
	struct client *cl = ctx;

	(void)events;
	if (cl->state == READING)
		client_read(cl);
	else if (cl->state == WRITING)
		client_write(cl);
	else
		client_close(cl); /* hung up while the daemon works for it */
}

/* The kernel calls a socket writable when most of its queue has been read; a slow reader may have
 * made room all the same. */
static void client_stalled(struct client *cl)
{
	size_t before = cl->out_sent;

	if (send_some(cl) && cl->out_sent == before)
		client_drop(cl, "does not read its reply, dropped");
	else
		client_write(cl);
}

static void on_deadline(void *ctx)
{
	struct client *cl = ctx;

	switch (cl->state) {
	case READING:
		client_drop(cl, "half a command, dropped");
		return;
	case WRITING:
		client_stalled(cl);
		return;
	case READY:
		TAILQ_REMOVE(&cl->peer->ready, cl, ready);
		if (TAILQ_EMPTY(&cl->peer->ready))
			peer_unqueue(cl->ctl, cl->peer);
		break;
	case CALLED:
		cl->call->client = NULL;
		break;
	}
	cl->ctl->stats.timeouts++;
	client_reply(cl, status_text(-ETIMEDOUT));
}

/* Connections */

static int socket_uid(int fd, uid_t *ret_uid)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return -errno;
	*ret_uid = cred.uid;
	return 0;
}

/* Is there room for one more of @uid, or can some be made? */
static bool make_room(struct ctl *c, struct peer *p)
{
	struct peer *most;

	if (p->uid == 0)
		return p->clients < c->max_root || evict(p);
	if (p->clients >= c->max_uid)
		return evict(p);
	if (c->stats.others < c->max_others)
		return true;
	most = greediest(c);
	return most && most != p && evict(most);
}

static struct client *client_new(struct ctl *c, struct peer *p, int fd)
{
	struct client *cl = calloc(1, sizeof(*cl));

	if (!cl)
		return NULL;
	cl->ctl = c;
	cl->peer = p;
	cl->fd = fd;
	cl->state = READING;
	cl->deadline = (struct loop_timer){ .fn = on_deadline, .ctx = cl };
	if (loop_add(c->loop, fd, EPOLLIN, on_client, cl, &cl->source)) {
		free(cl);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&p->by_activity, cl, by_activity);
	p->clients++;
	c->stats.clients++;
	c->stats.others += p->uid != 0;
	return cl;
}

int ctl_adopt(struct ctl *c, int fd)
{
	struct peer *p = NULL;
	uid_t uid;

	if (c->peer_uid(fd, &uid) == 0)
		p = peer_find(c, uid);
	if (p) {
		p->calls++; /* making room must not take this user away */
		if (make_room(c, p) && client_new(c, p, fd)) {
			p->calls--;
			return 0;
		}
		p->calls--;
		say(c, uid, "too many connections, one is refused");
		peer_release(c, p);
	}
	c->stats.refused++;
	close(fd);
	return -EAGAIN;
}

/*
 * No descriptor is left: the spare one makes a moment's room, so that the queue keeps moving. Root's
 * connection stays, in place of another's.
 */
static int accept_last(struct ctl *c, int listener)
{
	struct peer *most;
	uid_t uid = (uid_t)-1;
	int fd;

	if (c->spare_fd < 0)
		return -EMFILE;
	close(c->spare_fd);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0 &&
	    (c->peer_uid(fd, &uid) || uid != 0 || !(most = greediest(c)) || !evict(most))) {
		c->stats.refused++;
		say(c, uid, "no descriptor is left, a connection is refused");
		close(fd);
		fd = -ECONNABORTED;
	}
	c->spare_fd = eventfd(0, EFD_CLOEXEC);
	return fd;
}

static int accept_one(struct ctl *c, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		return fd;
	if (errno == EMFILE || errno == ENFILE)
		return accept_last(c, listener);
	return -errno;
}

static void on_listener(void *ctx, uint32_t events)
{
	struct listener *ls = ctx;

	(void)events;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		int fd = accept_one(ls->ctl, ls->sock.fd);

		if (fd >= 0)
			ctl_adopt(ls->ctl, fd);
		else if (fd == -EAGAIN)
			return;
		else if (fd != -EINTR && fd != -ECONNABORTED) {
			loop_modify(ls->source, 0);
			loop_timer_after(ls->ctl->loop, &ls->retry, ACCEPT_RETRY_NS);
			return;
		}
	}
}

static void listen_again(void *ctx)
{
	struct listener *ls = ctx;

	if (ls->ctl->spare_fd < 0)
		ls->ctl->spare_fd = eventfd(0, EFD_CLOEXEC);
	if (loop_modify(ls->source, EPOLLIN))
		loop_timer_after(ls->ctl->loop, &ls->retry, ACCEPT_RETRY_NS);
}

/* The server */

static int find_sockets(struct host *h, const struct ctl_options *opt,
			struct ctl_socket socks[CTL_LISTENERS])
{
	unsigned int n = opt->n_fds < CTL_LISTENERS ? opt->n_fds : CTL_LISTENERS;

	for (unsigned int i = 0; i < n; i++)
		socks[i].fd = opt->fds[i];
	return n ? (int)n : ctl_listen(h, socks);
}

static int add_listeners(struct ctl *c, const struct ctl_socket *socks, int n)
{
	int err = 0;

	for (int i = 0; i < n; i++) {
		struct listener *ls = &c->listeners[c->n_listeners++];
		int r;

		*ls = (struct listener){ .ctl = c, .sock = socks[i] };
		ls->retry = (struct loop_timer){ .fn = listen_again, .ctx = ls };
		r = loop_add(c->loop, ls->sock.fd, EPOLLIN, on_listener, ls, &ls->source);
		err = err ? err : r;
	}
	return err;
}

static unsigned int at_most(rlim_t n, unsigned int max)
{
	return n < max ? (unsigned int)n : max;
}

/* A quarter of the descriptors is never a client's: devices and files need theirs. */
static void set_limits(struct ctl *c)
{
	struct rlimit fds = { .rlim_cur = 1024 };
	rlim_t share;

	getrlimit(RLIMIT_NOFILE, &fds);
	share = fds.rlim_cur / 4 * 3;
	c->max_others = at_most(share / 2, CTL_ALL_CLIENTS);
	c->max_uid = at_most(c->max_others / 3 * 2, CTL_UID_CLIENTS);
	c->max_root = at_most(share - c->max_others, CTL_ROOT_CLIENTS);
}

int ctl_new(struct loop *l, struct host *h, const struct ctl_options *opt,
	    void (*command)(void *ctx, struct ctl_call *call), void *ctx, struct ctl **ret_ctl)
{
	struct ctl_socket socks[CTL_LISTENERS] = { { .fd = -1 }, { .fd = -1 } };
	int n = find_sockets(h, opt, socks), r;
	struct ctl *c;

	if (n < 0)
		return n;
	c = calloc(1, sizeof(*c));
	if (!c) {
		for (int i = 0; i < n; i++)
			ctl_unlisten(&socks[i]);
		return -ENOMEM;
	}
	c->loop = l;
	c->command = command;
	c->ctx = ctx;
	c->peer_uid = opt->peer_uid ? opt->peer_uid : socket_uid;
	c->work = (struct loop_timer){ .fn = work, .ctx = c };
	c->spare_fd = eventfd(0, EFD_CLOEXEC);
	TAILQ_INIT(&c->peers);
	TAILQ_INIT(&c->turns);
	LIST_INIT(&c->calls);
	set_limits(c);
	ctl_set_timeout(c, opt->timeout_ms);
	r = add_listeners(c, socks, n);
	if (r < 0) {
		ctl_free(c);
		return r;
	}
	*ret_ctl = c;
	return 0;
}

void ctl_free(struct ctl *c)
{
	struct call *call;
	struct peer *p;

	if (!c)
		return;
	for (unsigned int i = 0; i < c->n_listeners; i++) {
		loop_remove(c->listeners[i].source);
		loop_timer_clear(&c->listeners[i].retry);
		ctl_unlisten(&c->listeners[i].sock);
	}
	while ((call = LIST_FIRST(&c->calls))) {
		LIST_REMOVE(call, list);
		call->ctl = NULL;
		call->client = NULL;
	}
	while ((p = TAILQ_FIRST(&c->peers))) {
		p->calls = 0;
		if (TAILQ_EMPTY(&p->by_activity))
			peer_release(c, p);
		else
			client_close(TAILQ_FIRST(&p->by_activity));
	}
	loop_timer_clear(&c->work);
	if (c->spare_fd >= 0)
		close(c->spare_fd);
	free(c);
}

void ctl_set_timeout(struct ctl *c, unsigned int timeout_ms)
{
	c->timeout_ns = timeout_ms * NSEC_PER_MSEC;
}

void ctl_stats(const struct ctl *c, struct ctl_stats *ret_stats)
{
	*ret_stats = c->stats;
}
