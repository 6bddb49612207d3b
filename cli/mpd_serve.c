/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's main: privileges, pid file, signals, and the parts put together on one loop
 * (behaviour.md 7.6). What the parts do stands in daemon/.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/multipathd.h"
#include "core/engine/log.h"
#include "core/host/host.h"
#include "core/host/process.h"
#include "daemon/ctl.h"
#include "daemon/loop.h"
#include "daemon/multipathd.h"
#include "daemon/ops.h"
#include "daemon/reply.h"
#include "daemon/sdnotify.h"

#define CTL_TIMEOUT_MS 4000 /* until the configuration says otherwise */

struct serve {
	struct host *host;
	struct loop *loop;
	struct ctl *ctl;
	struct multipathd *d;
	struct sdnotify *sd;
	struct loop_source *signals;
	int pid_fd;
	bool was_up;
};

/* --- the process ----------------------------------------------------------------------------- */

static int take_pidfile(struct serve *s)
{
	const char *path = host_places()->pidfile, *what;
	int r = process_pidfile(path, &s->pid_fd, &what);

	if (!r)
		return 0;
	if (r == -EAGAIN)
		mlog(0, "process is already running");
	else
		mlog(0, "Cannot %s pidfile [%s], error was [%s]", what, path, strerror(-r));
	mlog(1, "failed to create pidfile");
	return r;
}

static void say(int r, const char *what)
{
	if (r)
		mlog(2, "%s: %s", what, strerror(-r));
}

static void take_privileges(void)
{
	long fds;

	say(process_spare_from_oom(), "cannot be spared by the out-of-memory killer");
	say(process_max_fds(-1, &fds), "limit of open files cannot be raised");
	say(process_lock_memory(), "memory cannot be locked");
	say(process_real_time(), "no real-time priority");
}

/* --- signals, states ------------------------------------------------------------------------- */

static void nobody_waits(void *ctx, int err, const char *text)
{
	(void)ctx, (void)err, (void)text;
}

static void signalled(void *ctx, int signo)
{
	struct serve *s = ctx;
	struct op_done nobody = { nobody_waits, NULL };

	if (signo == SIGHUP)
		op_reconfigure(s->d, false, nobody);
	else if (signo == SIGUSR1)
		log_reset();
	else
		daemon_shutdown(s->d);
}

static void told_state(void *ctx, enum daemon_state st)
{
	struct serve *s = ctx;

	sdnotify_status(s->sd, daemon_state_status(st));
	if (st == DAEMON_CONFIGURE && s->was_up)
		sdnotify_reloading(s->sd);
	if (st == DAEMON_IDLE) {
		ctl_set_timeout(s->ctl, (unsigned int)config_num(s->d->e->cfg, KW_uxsock_timeout,
								 CTL_TIMEOUT_MS));
		sdnotify_ready(s->sd);
		s->was_up = true;
	}
	if (st == DAEMON_SHUTDOWN)
		sdnotify_stopping(s->sd);
}

static int take_signals(struct serve *s)
{
	static const int ours[] = { SIGHUP, SIGUSR1, SIGINT, SIGTERM };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		sigaddset(&set, ours[i]);
	signal(SIGPIPE, SIG_IGN); /* of a client that went away */
	return loop_signals(s->loop, &set, signalled, s, &s->signals);
}

/* --- the parts ------------------------------------------------------------------------------- */

static int build(struct serve *s, const struct mpd_args *a)
{
	struct daemon_options opt = { .verbosity = a->verbosity,
				      .bindings_read_only = a->bindings_read_only };
	struct ctl_options ctl = { .timeout_ms = CTL_TIMEOUT_MS };
	int fds[2], r = loop_new(&s->host->clock, &s->loop);

	if (!r)
		r = take_signals(s);
	if (r)
		return r;
	say(sdnotify_new(s->loop, &s->sd), "the service manager cannot be told");
	s->d = daemon_new(s->host, s->loop, &opt);
	if (!s->d)
		return -ENOMEM;
	s->d->on_state = told_state;
	s->d->on_state_ctx = s;
	r = ctl_passed_fds(fds);
	if (r < 0)
		return r;
	ctl.fds = fds;
	ctl.n_fds = (unsigned int)r;
	r = ctl_new(s->loop, s->host, &ctl, reply_command, s->d, &s->ctl);
	if (r)
		mlog(0, "the control socket cannot be opened: %s", strerror(-r));
	return r;
}

static void take_down(struct serve *s)
{
	bool host_unused;

	ctl_free(s->ctl);
	host_unused = daemon_free(s->d);
	sdnotify_free(s->sd);
	loop_remove(s->signals);
	loop_free(s->loop);
	if (s->pid_fd >= 0) {
		unlink(host_places()->pidfile);
		close(s->pid_fd);
	}
	if (host_unused)
		host_free(s->host);
}

static int run(struct serve *s)
{
	int r = daemon_start(s->d);

	if (r)
		return r;
	r = loop_run(s->loop);
	return s->d->start_failed ? -EIO : r;
}

int multipathd_serve(struct host *h, const struct mpd_args *a)
{
	struct serve s = { .host = h, .pid_fd = -1 };
	int r;

	if (h->replay) { /* sockets, pid file and priority would be this machine's */
		fprintf(stderr, "multipathd: a recorded host runs no daemon\n");
		return 1;
	}
	if (geteuid() != 0) {
		fprintf(stderr, "need to be root\n");
		return 1;
	}
	log_setup(!a->foreground ? LOG_TO_SYSLOG
		  : a->plain_log ? LOG_TO_STDERR_PLAIN
				 : LOG_TO_STDERR,
		  "multipathd");
	log_verbosity(a->verbosity >= 0 ? a->verbosity : 2);
	log_never_wait();
	if (a->foreground)
		process_settle();
	else if ((r = process_background()))
		return 1;
	if (take_pidfile(&s))
		return 1;
	take_privileges();
	mlog(2, "multipathd v" COMPAT_RELEASE ": start up");
	r = build(&s, a);
	if (!r)
		r = run(&s);
	if (r)
		sdnotify_errno(s.sd, -r);
	take_down(&s);
	mlog(2, "multipathd: shut down");
	log_close();
	return r ? 1 : 0;
}
