/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel of a scenario: device-mapper of the snapshot with a layer over it that refuses what a
 * script says is refused, counts users of maps, and remembers the numbers of maps that are gone; and
 * Fibre Channel's messages.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/host/fdio.h"
#include "core/model/bytes.h"
#include "daemon/fpin.h"
#include "daemon/parts.h"
#include "tests/scenarios/world.h"

enum op {
	OP_LIST,
	OP_GET,
	OP_CREATE,
	OP_RELOAD,
	OP_RENAME,
	OP_REMOVE,
	OP_MESSAGE,
	OP_SUSPEND,
	OP_RESUME,
	OP_MAX
};

static const char *const op_names[OP_MAX] = { "list",	"get",	   "create",  "reload", "rename",
					      "remove", "message", "suspend", "resume" };

/* Names that were seen, whether or not they are there now. */
struct known {
	struct known *next;
	struct dm_map m; /* without texts */
	int open;	 /* users */
	bool deferred;	 /* goes with the last one */
};

static struct {
	struct scenario *s;
	struct loop_timer event; /* the control node is readable */
	const struct dmb_ops *real;
	struct dmb_ops ops;
	struct known *maps;
	struct {
		int err;
		unsigned int skip, times;
	} fault[OP_MAX];
} k;

/* One call of @op: does it fail? */
static int failing(enum op op)
{
	if (!k.fault[op].times)
		return 0;
	if (k.fault[op].skip) {
		k.fault[op].skip--;
		return 0;
	}
	k.fault[op].times--;
	return -k.fault[op].err;
}

static struct known *known(const char *name)
{
	struct known *m = k.maps;

	while (m && strcmp(m->m.name, name))
		m = m->next;
	return m;
}

/* What is seen of a map on the way out to the daemon. */
static void seen(struct dm_map *m)
{
	struct known *n = known(m->name);

	if (!n) {
		n = calloc(1, sizeof(*n));
		if (!n)
			exit(2);
		n->next = k.maps;
		k.maps = n;
	}
	n->m = *m;
	n->m.target = n->m.table = n->m.status = NULL;
	if (!n->open)
		return;
	m->open_count = n->open;
	m->deferred_remove = n->deferred;
}

static int k_list(struct dmb *d, unsigned int want, struct dm_maps *ret)
{
	int r = failing(OP_LIST);

	if (!r)
		r = k.real->list(d, want, ret);
	for (unsigned int i = 0; !r && i < ret->n; i++)
		seen(&ret->list[i]);
	return r;
}

static int k_get(struct dmb *d, const char *name, dev_t devno, unsigned int want,
		 struct dm_map *ret)
{
	int r = failing(OP_GET);

	if (!r)
		r = k.real->get(d, name, devno, want, ret);
	if (!r)
		seen(ret);
	return r;
}

/* A change as udev hears of it. */
static int changed(const char *what, const char *name, unsigned int udev_flags, int r)
{
	printf("dm: %s %s%s%s%s\n", what, name, udev_flags & DM_UF_NO_PATHS ? ", no paths" : "",
	       udev_flags & DM_UF_SKIP_KPARTX ? ", no kpartx" : "", r ? ": refused" : "");
	return r;
}

static int k_create(struct dmb *d, const struct dm_spec *s)
{
	int r = failing(OP_CREATE);

	return changed("create", s->name, s->udev_flags, r ? r : k.real->create(d, s));
}

static int k_reload(struct dmb *d, const struct dm_spec *s, bool flush)
{
	int r = failing(OP_RELOAD);

	return changed(flush ? "flush and reload" : "reload", s->name, s->udev_flags,
		       r ? r : k.real->reload(d, s, flush));
}

static int k_rename(struct dmb *d, const char *from, const char *to, unsigned int flags)
{
	int r = failing(OP_RENAME);

	printf("dm: rename %s to %s%s\n", from, to, r ? ": refused" : "");
	return r ? r : k.real->rename(d, from, to, flags);
}

static int k_remove(struct dmb *d, const char *name, bool deferred, unsigned int flags)
{
	struct known *m = known(name);
	int r = failing(OP_REMOVE);

	if (!r && m && m->open) {
		m->deferred |= deferred;
		r = deferred ? 0 : -EBUSY;
	} else if (!r) {
		r = k.real->remove(d, name, deferred, flags);
	}
	return changed(deferred ? "deferred remove" : "remove", name, 0, r);
}

/* As dmevents.c does when the control node is readable. */
static void maps_have_events(void *ctx)
{
	struct multipathd *d = k.s->d;

	(void)ctx;
	for (unsigned int i = d->e ? d->e->topo->n_maps : 0; i-- > 0;) {
		struct map *m = i < d->e->topo->n_maps ? d->e->topo->maps[i] : NULL;
		struct dm_map dm;

		if (!m || k.real->get(k.s->host->dmb, m->dm.name, 0, DM_INFO, &dm))
			continue;
		if (dm.event_nr != m->dm.event_nr)
			dmevents_read_status(d, m);
		dm_map_done(&dm);
	}
}

/* Linux' dm-mpath: paths and groups that change are events, queueing is not. */
static bool is_event(const char *text)
{
	return strstr(text, "_path ") || strstr(text, "_group ");
}

static int k_message(struct dmb *d, const char *name, const char *text)
{
	struct known *m = known(name);
	int r = failing(OP_MESSAGE);

	if (!r && m && m->open && !strcmp(text, "@cancel_deferred_remove")) {
		m->deferred = false;
		return 0;
	}
	if (!r)
		r = k.real->message(d, name, text);
	if (!r && is_event(text) && k.s->loop)
		loop_timer_after(k.s->loop, &k.event, 0);
	return r;
}

static int k_suspend(struct dmb *d, const char *name, bool flush)
{
	int r = failing(OP_SUSPEND);

	return r ? r : k.real->suspend(d, name, flush);
}

static int k_resume(struct dmb *d, const char *name, unsigned int flags)
{
	int r = failing(OP_RESUME);

	return r ? r : k.real->resume(d, name, flags);
}

void kernel_begin(struct scenario *s)
{
	k.s = s;
	k.event.fn = maps_have_events;
	k.real = s->host->dmb->ops;
	k.ops = *k.real;
	k.ops.list = k_list;
	k.ops.get = k_get;
	k.ops.create = k_create;
	k.ops.reload = k_reload;
	k.ops.rename = k_rename;
	k.ops.remove = k_remove;
	k.ops.message = k_message;
	k.ops.suspend = k_suspend;
	k.ops.resume = k_resume;
	s->host->dmb->ops = &k.ops;
}

void kernel_idle(void)
{
	loop_timer_clear(&k.event);
}

void kernel_end(struct scenario *s)
{
	struct known *m;

	if (s->host)
		s->host->dmb->ops = k.real;
	while ((m = k.maps)) {
		k.maps = m->next;
		free(m);
	}
}

bool kernel_map(struct scenario *s, const char *name, struct dm_map *ret)
{
	struct known *m;

	if (!k.real->get(s->host->dmb, name, 0, DM_INFO, ret)) {
		free(ret->target);
		ret->target = NULL;
		return true;
	}
	m = known(name);
	if (m)
		*ret = m->m;
	return m != NULL;
}

/* --- what scripts do -------------------------------------------------------------------------- */

void do_kernel(struct scenario *s, char *args)
{
	char *blank = strchr(args, ' ');
	struct map *m;

	if (!blank)
		die(s, "kernel MAP MESSAGE");
	*blank = '\0';
	m = daemon_map(s->d, args);
	if (!m || k.real->message(s->host->dmb, m->dm.name, blank + 1))
		die(s, "the kernel refuses");
	dmevents_read_status(s->d, m);
}

static int dm_create(struct scenario *s, char *args)
{
	char name[64], uuid[128];
	unsigned long long size;
	int used = 0;
	struct dm_spec spec = { .name = name, .uuid = uuid, .target = "multipath" };

	if (sscanf(args, "%63s %127s %llu %n", name, uuid, &size, &used) != 3)
		die(s, "dm create NAME UUID SECTORS PARAMETERS");
	spec.size = size;
	spec.params = args + used;
	return k.real->create(s->host->dmb, &spec);
}

static int dm_reload(struct scenario *s, char *args)
{
	char name[64];
	unsigned long long size;
	int used = 0;
	struct dm_spec spec = { .name = name, .target = "multipath" };

	if (sscanf(args, "%63s %llu %n", name, &size, &used) != 2)
		die(s, "dm reload NAME SECTORS PARAMETERS");
	spec.size = size;
	spec.params = args + used;
	return k.real->reload(s->host->dmb, &spec, false);
}

static int dm_table(struct scenario *s, const char *name)
{
	struct dm_map m;
	int r = k.real->get(s->host->dmb, name, 0, DM_TABLE, &m);

	if (r)
		return r;
	printf("%s: 0 %llu %s %s\n", m.name, (unsigned long long)m.size, m.target, m.table);
	dm_map_done(&m);
	return 0;
}

/* Somebody else at work: dm remove NAME | rename FROM TO | create ... | reload ... ; dm table NAME */
void do_dm(struct scenario *s, char *args)
{
	struct dmb *d = s->host->dmb;
	char *verb = strtok(args, " "), *rest = strtok(NULL, ""), *to;
	int r = -EINVAL;

	if (!rest)
		die(s, "dm VERB NAME ...");
	if (!strcmp(verb, "remove"))
		r = k.real->remove(d, rest, false, 0);
	else if (!strcmp(verb, "rename") && (to = strchr(rest, ' '))) {
		*to++ = '\0';
		r = k.real->rename(d, rest, to, 0);
	} else if (!strcmp(verb, "create"))
		r = dm_create(s, rest);
	else if (!strcmp(verb, "reload"))
		r = dm_reload(s, rest);
	else if (!strcmp(verb, "table"))
		r = dm_table(s, rest);
	if (r)
		printf("dm: %s\n", strerror(-r));
}

/* fault OP ERRNO [TIMES [AFTER]]: the next TIMES (1) calls after AFTER (0) more fail. */
void do_fault(struct scenario *s, char *args)
{
	char name[32], err[32];
	unsigned int times = 1, skip = 0;
	enum op op = 0;

	if (sscanf(args, "%31s %31s %u %u", name, err, &times, &skip) < 2)
		die(s, "fault OP ERRNO [TIMES [AFTER]]");
	while (op < OP_MAX && strcmp(op_names[op], name))
		op++;
	if (op == OP_MAX || !errno_by_name(err))
		die(s, "no such operation or errno");
	k.fault[op].err = errno_by_name(err);
	k.fault[op].times = times;
	k.fault[op].skip = skip;
}

/* open MAP USERS */
void do_open(struct scenario *s, char *args)
{
	char name[64];
	struct known *m;
	int users;

	if (sscanf(args, "%63s %d", name, &users) != 2 || !(m = known(name)))
		die(s, "open MAP USERS");
	m->open = users;
	if (users || !m->deferred)
		return;
	m->deferred = false;
	printf("%s: the kernel removes it\n", name);
	if (k.real->remove(s->host->dmb, name, false, 0))
		die(s, "it cannot");
}

/* --- Fibre Channel ---------------------------------------------------------------------------- */

static void put_be64(uint8_t *p, uint64_t v)
{
	put_be32(p, (uint32_t)(v >> 32));
	put_be32(p + 4, (uint32_t)v);
}

/* FPIN with one link integrity descriptor (FC-LS-5): 8 + 8 + 32 bytes and 8 for each port. */
static uint16_t put_link_integrity(uint8_t *data, char *ports)
{
	uint64_t attached = strtoull(ports, &ports, 16);
	uint32_t n = 0;

	for (char *end; strtoull(ports, &end, 16), end != ports; ports = end)
		put_be64(data + 48 + 8 * n++, strtoull(ports, NULL, 16));
	data[0] = 0x16;
	put_be32(data + 4, 40 + 8 * n);
	put_be32(data + 8, 0x00020001);
	put_be32(data + 12, 32 + 8 * n);
	put_be64(data + 24, attached);
	put_be16(data + 32, 1); /* link failure */
	put_be32(data + 44, n);
	return (uint16_t)(48 + 8 * n);
}

/* fpin HOST up | rscn | ATTACHED_PORT [PORT...] : numbers in hex */
void do_fpin(struct scenario *s, char *args)
{
	struct {
		uint32_t len;
		uint16_t type, flags;
		uint32_t seq, pid;
		uint8_t version, transport;
		uint16_t magic, msgtype, msglen;
		uint64_t seconds, vendor;
		uint16_t host, datalen;
		uint32_t num, code;
		uint8_t data[512];
	} __attribute__((packed)) m = { .type = 0x11,
					.version = 1,
					.transport = 1,
					.magic = 0xa1b2,
					.msgtype = 0x100,
					.code = 0x501 };
	char word[32];
	int used = 0;

	if (sscanf(args, "%hu %n%31s", &m.host, &used, word) != 2)
		die(s, "fpin HOST EVENT");
	if (!strcmp(word, "up"))
		m.code = 0x2;
	else if (!strcmp(word, "rscn"))
		m.code = 0x5;
	else
		m.datalen = put_link_integrity(m.data, args + used);
	m.len = (uint32_t)(sizeof(m) - sizeof(m.data)) + m.datalen;
	fpin_push(s->d, &m, m.len);
}
