/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `multipath` leaves to a running daemon (behaviour.md 1.4), and whether there is one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/multipath.h"
#include "core/engine/log.h"
#include "core/host/ctlsock.h"

bool mp_daemon_runs(struct host *h)
{
	char *reply;
	bool up;

	if (ctl_ask(h, "show daemon", 1000, &reply))
		return false;
	up = !strstr(reply, "shutdown");
	free(reply);
	return up;
}

void mp_warn_no_daemon(struct mp *mp, bool maps_exist)
{
	if (maps_exist && log_shows(2) && !mp_daemon_runs(mp->host))
		mlog(2, "Warning: multipath devices exist, but multipathd service is not running");
}

static bool command_for(const struct mp_args *a, char *text, size_t len)
{
	if (a->mode == MODE_CREATE && a->opt.force_reload && !a->opt.dry_run)
		snprintf(text, len, "reconfigure all");
	else if (a->mode == MODE_FLUSH_ONE)
		snprintf(text, len, "del map %s", a->dev);
	else if (a->mode == MODE_FLUSH_ALL)
		snprintf(text, len, "del maps");
	else
		return false;
	return true;
}

/* "fail\n" and what went wrong; "fail" alone; anything else is success. */
static int judge(const char *reply, bool print)
{
	if (strncmp(reply, "fail", 4) || (reply[4] && reply[4] != '\n'))
		return 0;
	if (print)
		fputs(reply[4] && reply[5] ? reply + 5 : reply, stdout);
	return 1;
}

bool mp_delegate(struct mp *mp, int *ret_status)
{
	int tries = mp->args->opt.remove_retries > 0 ? mp->args->opt.remove_retries : 0, r;
	int timeout = (int)config_num(mp->e->cfg, KW_uxsock_timeout, 4000);
	char text[512], *reply;

	if (mp->args->no_delegate || !command_for(mp->args, text, sizeof(text)))
		return false;
	for (;;) {
		r = ctl_ask(mp->host, text, timeout, &reply);
		if (r == -ENOENT || r == -ECONNREFUSED || r == -ETIMEDOUT || r == -ENODATA)
			return false;
		if (r) {
			mlog(1, "error in multipath command %s: %s", text, strerror(-r));
			*ret_status = 1;
			return true;
		}
		if (!strcmp(reply, "fail\ntimeout\n")) {
			free(reply);
			return false;
		}
		*ret_status = judge(reply, tries == 0);
		free(reply);
		if (!*ret_status || tries-- == 0)
			return true;
		host_pause(mp->host, NSEC_PER_SEC);
	}
}
