/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fibre Channel's own news (behaviour.md 6.7, fpin). The socket is open while marginal_pathgroups
 * says fpin, and never otherwise: nobody else is to pay for it. A link that has trouble makes its
 * paths marginal and tells the kernel of the port; a link that is back, or a fabric that changed,
 * clears what an FPIN had done, and nothing else.
 */
#include "daemon/fpin.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "core/host/fpin.h"
#include "core/model/fpin.h"
#include "daemon/parts.h"

#define MARGINAL "Marginal"

struct daemon_fpin {
	struct fpin *socket;
	struct loop_source *source;
};

static bool wanted(const struct multipathd *d)
{
	const struct kwval *v = config_value(d->e->cfg, KW_marginal_pathgroups);

	return v && v->word == VW_fpin;
}

/* The kernel then fails commands of this port sooner, so that they go by another one. It says
 * "Online" again by itself when the port has logged in anew. */
static void tell_port(struct multipathd *d, const struct path *p)
{
	char file[128], now[32];

	if (!p->dev.transport_node)
		return;
	snprintf(file, sizeof(file), "class/fc_remote_ports/%s/port_state", p->dev.transport_node);
	if (fstree_text(d->host->sys, now, sizeof(now), "%s", file) < 0 || !strcmp(now, MARGINAL))
		return;
	if (fstree_write(d->host->sys, file, MARGINAL))
		mlog(3, "%s: the state of %s cannot be set", p->dev.name, p->dev.transport_node);
}

static void path_concerned(struct multipathd *d, struct path *p, const struct fc_event *ev)
{
	bool trouble = ev->kind == FC_LINK_INTEGRITY;

	if (trouble)
		tell_port(d, p);
	if (p->life.marginal_by_fpin != trouble)
		path_event(d, p, trouble ? LIFE_FPIN_MARGINAL : LIFE_FPIN_CLEARED, p->state, NULL);
}

static void take_event(struct multipathd *d, const struct fc_event *ev)
{
	if (ev->kind == FC_LINK_INTEGRITY)
		mlog(3, "host%u: FPIN: %s at port 0x%016" PRIx64, ev->host,
		     fpin_type_name(ev->type), ev->attached);
	else
		mlog(3, "host%u: FC event: %s", ev->host,
		     ev->kind == FC_LINK_UP ? "link up" : "fabric changed");
	for (unsigned int i = 0; i < d->e->topo->n_paths; i++)
		if (fpin_concerns(ev, &d->e->topo->paths[i]->dev))
			path_concerned(d, d->e->topo->paths[i], ev);
}

void fpin_push(struct multipathd *d, const void *msg, size_t len)
{
	struct fpin_reader reader;
	struct fc_event ev;

	if (!d->e || !wanted(d))
		return;
	fpin_begin(&reader, msg, len);
	while (fpin_read(&reader, &ev))
		take_event(d, &ev);
}

static void readable(void *ctx, uint32_t events)
{
	struct multipathd *d = ctx;
	char buf[FPIN_MESSAGE_MAX];
	ssize_t n;

	(void)events;
	while ((n = fpin_next(d->fpin->socket, buf, sizeof(buf))) >= 0)
		fpin_push(d, buf, (size_t)n);
	if (n == -ENOBUFS)
		mlog(1, "Fibre Channel events were lost");
}

static int listen_to_kernel(struct multipathd *d)
{
	int r = fpin_live(&d->fpin->socket);

	return r ? r
		 : loop_add(d->loop, fpin_fd(d->fpin->socket), EPOLLIN, readable, d,
			    &d->fpin->source);
}

static void fpin_begin_watch(struct multipathd *d)
{
	int r;

	d->fpin = calloc(1, sizeof(*d->fpin));
	r = !d->fpin ? -ENOMEM : d->host->replay ? 0 : listen_to_kernel(d);
	if (!r)
		return;
	mlog(1, "marginal_pathgroups fpin: no Fibre Channel events: %s",
	     r == -EOPNOTSUPP ? "this kernel has none" : strerror(-r));
	fpin_done(d);
}

static void fpin_end_watch(struct multipathd *d)
{
	fpin_done(d);
	for (unsigned int i = 0; i < d->e->topo->n_paths; i++)
		if (d->e->topo->paths[i]->life.marginal_by_fpin)
			path_event(d, d->e->topo->paths[i], LIFE_FPIN_CLEARED,
				   d->e->topo->paths[i]->state, NULL);
}

void fpin_watch(struct multipathd *d)
{
	if (wanted(d) && !d->fpin)
		fpin_begin_watch(d);
	else if (!wanted(d) && d->fpin)
		fpin_end_watch(d);
}

void fpin_done(struct multipathd *d)
{
	if (!d->fpin)
		return;
	loop_remove(d->fpin->source);
	fpin_free(d->fpin->socket);
	free(d->fpin);
	d->fpin = NULL;
}
