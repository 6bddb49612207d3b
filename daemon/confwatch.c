/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who changes the configuration is told that a running daemon does not follow by itself: once, until it
 * is read again. */
#include "core/host/confwatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "daemon/parts.h"

struct daemon_confwatch {
	struct confwatch *watch;
	struct loop_source *source;
	bool told;
};

static void readable(void *ctx, uint32_t events)
{
	struct multipathd *d = ctx;

	(void)events;
	if (!confwatch_changed(d->confwatch->watch) || d->confwatch->told)
		return;
	d->confwatch->told = true;
	mlog(1, "Multipath configuration updated.");
	mlog(1, "Reload multipathd for changes to take effect");
}

int confwatch_new(struct multipathd *d)
{
	const struct host_places *at = host_places();
	int r;

	if (d->host->replay)
		return 0;
	d->confwatch = calloc(1, sizeof(*d->confwatch));
	if (!d->confwatch)
		return -ENOMEM;
	r = confwatch_live(at->config, at->config_dir, &d->confwatch->watch);
	if (!r)
		r = loop_add(d->loop, confwatch_fd(d->confwatch->watch), EPOLLIN, readable, d,
			     &d->confwatch->source);
	if (r)
		confwatch_done(d);
	return r;
}

void confwatch_read(struct multipathd *d)
{
	if (!d->confwatch)
		return;
	confwatch_changed(d->confwatch->watch); /* what came before the reading is in it */
	d->confwatch->told = false;
}

void confwatch_done(struct multipathd *d)
{
	if (!d->confwatch)
		return;
	loop_remove(d->confwatch->source);
	confwatch_free(d->confwatch->watch);
	free(d->confwatch);
	d->confwatch = NULL;
}
