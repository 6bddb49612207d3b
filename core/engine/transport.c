/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be written is worked out once per map (limits that follow from no_path_retry), then
 * each path's transport gets it at its own place: one row of a table per transport.
 */
#include "core/engine/transport.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/engine/log.h"

/* The kernel's largest dev_loss_tmo (scsi_transport_fc). Seconds. */
#define DEV_LOSS_MAX 2147483647LL

struct timeouts {
	bool set_fast, set_loss, set_eh;
	char fast[24], loss[24], eh[24];
};

static bool write_attr(struct engine *e, const struct path *p, const char *dir, const char *node,
		       const char *attr, const char *value)
{
	char path[256], now[32];
	int r;

	snprintf(path, sizeof(path), "%s/%s/%s", dir, node, attr);
	if (fstree_text(e->host->sys, now, sizeof(now), "%s", path) >= 0 && !strcmp(now, value))
		return true;
	r = fstree_write(e->host->sys, path, value);
	if (r) {
		/* an attribute that this kernel only shows (SAS) is nobody's mistake */
		mlog(r == -EACCES ? 3 : 1, "%s: %s of %s cannot be set to %s: %s", p->dev.name,
		     attr, node, value, strerror(-r));
		return false;
	}
	mlog(3, "%s: %s of %s set to %s", p->dev.name, attr, node, value);
	return true;
}

/* --- what the configuration asks for --------------------------------------------------------- */

static int64_t loss_seconds(const struct kwval *v)
{
	return v->word == VW_infinity ? DEV_LOSS_MAX : v->num;
}

/* A device that is queued for must not be taken away sooner than queueing ends. Seconds; 0: none. */
static int64_t loss_floor(const struct engine *e, const struct map *m)
{
	const struct kwval *retry = props_get(&m->props, KW_no_path_retry)->val;

	if (!retry)
		return 0;
	if (retry->word == VW_queue)
		return DEV_LOSS_MAX;
	return retry->word == VW_NUMBER ? retry->num * config_num(e->cfg, KW_polling_interval, 5)
					: 0;
}

static void value_text(const struct kwval *v, char *out, size_t len)
{
	if (v->word == VW_off)
		snprintf(out, len, "off");
	else
		snprintf(out, len, "%lld", (long long)v->num);
}

static void work_out(const struct engine *e, const struct map *m, const struct path *p,
		     struct timeouts *t)
{
	const struct kwval *fast = props_get(&p->props, KW_fast_io_fail_tmo)->val;
	const struct kwval *loss = props_get(&p->props, KW_dev_loss_tmo)->val;
	const struct kwval *eh = props_get(&p->props, KW_eh_deadline)->val;
	int64_t floor = loss_floor(e, m), s;

	memset(t, 0, sizeof(*t));
	if (eh) {
		t->set_eh = true;
		value_text(eh, t->eh, sizeof(t->eh));
	}
	if (fast) {
		t->set_fast = true;
		value_text(fast, t->fast, sizeof(t->fast));
	}
	if (!loss)
		return;
	s = loss_seconds(loss);
	if (s < floor) {
		mlog(2, "%s: dev_loss_tmo raised to %lld s, as long as the map may queue",
		     p->dev.name, (long long)floor);
		s = floor > DEV_LOSS_MAX ? DEV_LOSS_MAX : floor;
	}
	if (fast && fast->word == VW_NUMBER && fast->num >= s) {
		mlog(1, "%s: turning off fast_io_fail_tmo (%lld is not smaller than dev_loss_tmo)",
		     p->dev.name, (long long)fast->num);
		snprintf(t->fast, sizeof(t->fast), "off");
	}
	t->set_loss = true;
	snprintf(t->loss, sizeof(t->loss), "%lld", (long long)s);
}

/* --- where it is written --------------------------------------------------------------------- */

static void settle_fc(struct engine *e, const struct path *p, const struct timeouts *t)
{
	static const char dir[] = "class/fc_remote_ports";

	if (t->set_loss)
		write_attr(e, p, dir, p->dev.transport_node, "dev_loss_tmo", t->loss);
	if (t->set_fast)
		write_attr(e, p, dir, p->dev.transport_node, "fast_io_fail_tmo", t->fast);
}

static void settle_iscsi(struct engine *e, const struct path *p, const struct timeouts *t)
{
	if (!t->set_fast)
		return;
	if (!strcmp(t->fast, "off") || !strcmp(t->fast, "0"))
		mlog(3, "%s: fast_io_fail_tmo %s has no meaning on iSCSI", p->dev.name, t->fast);
	else
		write_attr(e, p, "class/iscsi_session", p->dev.transport_node, "recovery_tmo",
			   t->fast);
}

static void settle_sas(struct engine *e, const struct path *p, const struct timeouts *t)
{
	if (t->set_loss)
		write_attr(e, p, "class/sas_end_device", p->dev.transport_node,
			   "I_T_nexus_loss_timeout", t->loss);
}

static const struct {
	enum protocol protocol;
	void (*settle)(struct engine *e, const struct path *p, const struct timeouts *t);
} transports[] = {
	{ PROTO_SCSI_FCP, settle_fc },
	{ PROTO_SCSI_ISCSI, settle_iscsi },
	{ PROTO_SCSI_SAS, settle_sas },
};

static void settle_path(struct engine *e, const struct map *m, const struct path *p)
{
	struct timeouts t;
	char host[32];

	work_out(e, m, p, &t);
	snprintf(host, sizeof(host), "host%d", p->dev.host);
	if (t.set_eh)
		write_attr(e, p, "class/scsi_host", host, "eh_deadline", t.eh);
	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
		if (transports[i].protocol != p->dev.protocol)
			continue;
		if (p->dev.transport_node)
			transports[i].settle(e, p, &t);
		return;
	}
	if ((t.set_fast || t.set_loss) && !(e->timeouts_said & 1u << p->dev.protocol)) {
		mlog(2, "%s: setting scsi timeouts is unsupported for protocol %s", p->dev.name,
		     protocol_name(p->dev.protocol));
		e->timeouts_said |= 1u << p->dev.protocol;
	}
}

static void settle_retries(struct engine *e, const struct path *p)
{
	const struct kwval *v = config_value(e->cfg, KW_max_retries);
	char hctl[64], text[24];

	if (!v)
		return;
	snprintf(hctl, sizeof(hctl), "%d:%d:%d:%llu", p->dev.host, p->dev.channel, p->dev.id,
		 (unsigned long long)p->dev.lun);
	if (v->word == VW_off)
		snprintf(text, sizeof(text), "-1");
	else
		snprintf(text, sizeof(text), "%lld", (long long)v->num);
	write_attr(e, p, "class/scsi_disk", hctl, "max_retries", text);
}

static void settle_sectors(struct engine *e, const struct map *m, const struct path *p)
{
	int64_t kb = props_num(&m->props, KW_max_sectors_kb, 0);
	char text[24], dir[80];

	if (kb <= 0)
		return;
	snprintf(text, sizeof(text), "%lld", (long long)kb);
	snprintf(dir, sizeof(dir), "%s/queue", p->dev.name);
	write_attr(e, p, "class/block", dir, "max_sectors_kb", text);
}

void transport_settle(struct engine *e, struct map *m)
{
	if (m->action == ACT_NOTHING || m->action == ACT_REJECT || m->action == ACT_IMPOSSIBLE)
		return;
	for (unsigned int i = 0; i < m->n_paths; i++) {
		const struct path *p = m->paths[i];

		if (p->dev.bus != BUS_SCSI || p->sysfs_state == PATH_REMOVED)
			continue;
		settle_path(e, m, p);
		settle_retries(e, p);
		if (m->action == ACT_CREATE || !p->in_table)
			settle_sectors(e, m, p);
	}
}
