/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket's server without a daemon behind it, for tests of its clients: the daemon's
 * loop, ctl and verbs, with answers of its own. Runs without root.
 *
 *	server SOCKET [TIMEOUT_MS]	listens, prints "ready", serves until its standard input ends
 *
 * show daemon, show maps	at once
 * show topology		4 MiB
 * show config			after 300 ms
 * show devices			never
 * show status			what the server counts, as JSON
 * reconfigure (root)		"ok"
 * A client whose own end is bound to "@uid-N-..." counts as user N, any other as user 1000.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/engine/log.h"
#include "core/host/host.h"
#include "daemon/ctl.h"
#include "daemon/loop.h"
#include "daemon/verbs.h"
#include "parser/strbuf.h"

#define BIG_BYTES (4u << 20)

struct server {
	struct host host;
	struct loop *loop;
	struct ctl *ctl;
	char *big;
	struct later *waiting;
};

/* An answer that comes later. */
struct later {
	struct later *next, **prev;
	struct ctl_call *call;
	struct loop_timer timer;
};

static int uid_by_name(int fd, uid_t *ret_uid)
{
	struct sockaddr_un sa = { 0 };
	socklen_t len = sizeof(sa);
	unsigned int uid = 1000;

	if (getpeername(fd, (struct sockaddr *)&sa, &len))
		return -errno;
	if (len > sizeof(sa.sun_family) + 1 && !sa.sun_path[0])
		sscanf(sa.sun_path + 1, "uid-%u-", &uid);
	*ret_uid = uid;
	return 0;
}

static void answer_now(void *ctx)
{
	struct later *l = ctx;

	loop_timer_clear(&l->timer);
	ctl_answer(l->call, 0, "late\n");
	*l->prev = l->next;
	if (l->next)
		l->next->prev = l->prev;
	free(l);
}

static void answer_later(struct server *s, struct ctl_call *call, int64_t ns)
{
	struct later *l = calloc(1, sizeof(*l));

	l->call = call;
	l->timer = (struct loop_timer){ .fn = answer_now, .ctx = l };
	l->next = s->waiting;
	l->prev = &s->waiting;
	if (l->next)
		l->next->prev = &l->next;
	s->waiting = l;
	loop_timer_after(s->loop, &l->timer, ns);
}

static void answer_stats(struct server *s, struct ctl_call *call)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	struct ctl_stats c;
	struct loop_stats l;

	ctl_stats(s->ctl, &c);
	loop_stats(s->loop, &l);
	sb_printf(&out,
		  "{\"clients\": %u, \"others\": %u, \"calls\": %u, \"unread\": %zu, "
		  "\"commands\": %" PRIu64 ", \"timeouts\": %" PRIu64 ", \"dropped\": %" PRIu64
		  ", \"refused\": %" PRIu64 ", \"longest_ms\": %.3f, \"turns\": %" PRIu64
		  ", \"sleeps\": %" PRIu64 "}\n",
		  c.clients, c.others, c.calls, c.unread, c.commands, c.timeouts, c.dropped,
		  c.refused, (double)l.longest_ns / NSEC_PER_MSEC, l.turns, l.sleeps);
	ctl_answer(call, 0, sb_str(&out));
}

static void on_command(void *ctx, struct ctl_call *call)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	struct server *s = ctx;
	struct verb_cmd cmd;
	int r = verb_parse(call->text, &cmd);

	if (r < 0) {
		verb_error(r, call->text, &out);
		ctl_answer(call, r, sb_str(&out));
	} else if (cmd.verb->root && !call->root) {
		ctl_answer(call, -EPERM, NULL);
	} else if (verb_has(&cmd, W_TOPOLOGY)) {
		ctl_answer(call, 0, s->big);
	} else if (verb_has(&cmd, W_CONFIG)) {
		answer_later(s, call, 300 * NSEC_PER_MSEC);
	} else if (verb_has(&cmd, W_STATUS)) {
		answer_stats(s, call);
	} else if (verb_has(&cmd, W_DAEMON)) {
		ctl_answer(call, 0, "pid 1 running\n");
	} else if (verb_has(&cmd, W_DEVICES)) {
		answer_later(s, call, 3600 * NSEC_PER_SEC);
	} else {
		ctl_answer(call, cmd.param[W_MAP] ? -ENODEV : 0, NULL);
	}
}

static void on_input(void *ctx, uint32_t events)
{
	struct server *s = ctx;
	char c;

	(void)events;
	if (read(STDIN_FILENO, &c, 1) <= 0)
		loop_stop(s->loop);
}

int main(int argc, char **argv)
{
	struct server s = { .host.replay = true };
	struct ctl_options opt = { .peer_uid = uid_by_name,
				   .timeout_ms = argc > 2 ? (unsigned int)atoi(argv[2]) : 4000 };
	struct loop_source *input;

	if (argc < 2 || setenv("MULTIPATH_SOCKET_NAME", argv[1], 1))
		return 2;
	log_verbosity(1);
	s.big = malloc(BIG_BYTES + 1);
	memset(s.big, 'x', BIG_BYTES);
	s.big[BIG_BYTES] = '\0';
	if (loop_new(&s.host.clock, &s.loop) ||
	    ctl_new(s.loop, &s.host, &opt, on_command, &s, &s.ctl) ||
	    loop_add(s.loop, STDIN_FILENO, EPOLLIN, on_input, &s, &input))
		return 1;
	printf("ready\n");
	fflush(stdout);
	loop_run(s.loop);
	ctl_free(s.ctl);
	while (s.waiting)
		answer_now(s.waiting);
	loop_free(s.loop);
	free(s.big);
	return 0;
}
