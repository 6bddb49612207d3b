/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of checkers and the texts they share. A checker is data: its name, two functions, and
 * what the caller says while it waits and when it stops waiting.
 */
#include "core/model/check/check.h"

#include <stdio.h>
#include <string.h>

#include "core/model/scsi.h"

static const struct checker *const table[] = {
#define X(id) &checker_##id,
	CHECKERS(X)
#undef X
		NULL,
};

const struct checker *const *checkers(void)
{
	return table;
}

const struct checker *checker_find(const char *name)
{
	for (size_t i = 0; table[i]; i++)
		if (!strcmp(table[i]->name, name))
			return table[i];
	return NULL;
}

const char *check_text(enum path_state s)
{
	static const char *const texts[PATH__MAX] = {
		[PATH_WILD] = " doesn't support this device",
		[PATH_UNCHECKED] = " is disabled",
		[PATH_DOWN] = " reports path is down",
		[PATH_UP] = " reports path is up",
		[PATH_GHOST] = " reports path is ghost",
		[PATH_PENDING] = " still running",
		[PATH_TIMEOUT] = " timed out",
		[PATH_DISCONNECTED] = " no access to this device",
	};

	return (unsigned int)s < PATH__MAX && texts[s] ? texts[s] : "";
}

enum probe_next check_done(struct check_verdict *v, enum path_state state, const char *msg)
{
	v->state = state;
	snprintf(v->msg, sizeof(v->msg), "%s", msg ? msg : check_text(state));
	return PROBE_DONE;
}

enum probe_next check_no_fd(struct check_verdict *v)
{
	return check_done(v, PATH_WILD, CHECK_NO_FD);
}

void check_running(const struct checker *c, struct check_verdict *v)
{
	check_done(v, PATH_PENDING, c->running);
}

void check_expired(const struct checker *c, struct check_verdict *v)
{
	if (c->expired.msg[0])
		*v = c->expired;
	else
		check_done(v, PATH_TIMEOUT, NULL);
}

bool check_is_scsi(const struct blkdev *d)
{
	return d->bus == BUS_SCSI;
}

/* Logical blocks of up to 4096 bytes exist; asking for one of them fits whatever its size is. */
void check_read_first(struct probe *p, struct probe_req *req)
{
	memset(req, 0, sizeof(*req));
	req->kind = PROBE_SCSI;
	scsi_read10(&req->scsi, 0, 1, 4096, p->timeout_ms);
}
