/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disk is looked at through devio in aligned windows, as readers of tables ask for a few bytes
 * here and there. What lies on it and what it is called comes from device-mapper and sysfs.
 */
#include "core/engine/kpartx.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/facts.h"
#include "core/engine/log.h"
#include "parser/strbuf.h"

#define WINDOW	   65536
#define DASD_MAJOR 94

/* --- the disk -------------------------------------------------------------------------------- */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool no_partitions(const struct dm_map *m)
{
	return m->target && !strcmp(m->target, "multipath") && m->table &&
	       strstr(m->table, " no_partitions ");
}

/* Name and UUID of a device-mapper map; of anything else its node's name and a lent UUID. */
static int identify(struct host *h, struct kpartx_disk *d)
{
	struct dm_map m;
	int n;

	partmap_lent_uuid(d->major, d->minor, d->uuid);
	if (h->dmb->ops->get(h->dmb, NULL, makedev(d->major, d->minor), DM_TABLE, &m)) {
		n = snprintf(d->name, sizeof(d->name), "%s", last_part(d->shown));
		return n < 0 || (size_t)n >= sizeof(d->name) ? -ENAMETOOLONG : 0;
	}
	snprintf(d->name, sizeof(d->name), "%s", m.name);
	if (*m.uuid)
		snprintf(d->uuid, sizeof(d->uuid), "%s", m.uuid);
	d->skip = no_partitions(&m);
	d->sectors = m.size; /* sysfs may know better */
	if (facts_name(h, makedev(d->major, d->minor), d->kernel, sizeof(d->kernel)))
		snprintf(d->kernel, sizeof(d->kernel), "dm-%u", d->minor);
	dm_map_done(&m);
	return 0;
}

static bool lies_on_dasd(struct host *h, const char *kernel)
{
	__attribute__((cleanup(names_done))) struct names slaves = { 0 };
	char path[128];

	if (!strncmp(kernel, "dasd", 4))
		return true;
	snprintf(path, sizeof(path), "class/block/%s/slaves", kernel);
	if (fstree_list(h->sys, path, &slaves) || !slaves.n)
		return false;
	return !strncmp(slaves.list[0], "dasd", 4);
}

static int look_up(struct host *h, struct kpartx_disk *d, dev_t devno)
{
	uint64_t v;
	int r;

	d->major = major(devno);
	d->minor = minor(devno);
	r = facts_name(h, devno, d->kernel, sizeof(d->kernel));
	if (identify(h, d))
		return -ENAMETOOLONG;
	if (r && !d->sectors)
		return r;
	if (!fstree_u64(h->sys, &v, "class/block/%s/size", d->kernel))
		d->sectors = v;
	if (!fstree_u64(h->sys, &v, "class/block/%s/ro", d->kernel))
		d->read_only = v != 0;
	d->dasd = d->major == DASD_MAJOR || lies_on_dasd(h, d->kernel);
	return 0;
}

static int node_of(const char *kernel, char **ret)
{
	return asprintf(ret, "%s/%s", host_places()->dev_dir, kernel) < 0 ? -ENOMEM : 0;
}

/* An image file: d->loop and d->shown are set. 1: no loop device serves it. */
static int open_file(struct host *h, const char *path, bool attach, bool read_only,
		     struct kpartx_disk *d)
{
	int r = h->loop->ops->find(h->loop, path, d->loop);

	if (r == -ENODEV) {
		if (!attach)
			return 1;
		r = h->loop->ops->attach(h->loop, path, read_only, d->loop);
		d->attached = r == 0;
	}
	if (r) {
		d->loop[0] = '\0';
		return r;
	}
	return node_of(d->loop, &d->shown);
}

static enum kpartx_opened failed(const char *path, int err)
{
	if (err == -EINVAL || err == -EOPNOTSUPP)
		mlog(0, "invalid device: %s", path);
	else
		mlog(0, "%s: cannot be opened: %s", path, strerror(-err));
	return KPARTX_FAILED;
}

enum kpartx_opened kpartx_open(struct host *h, const char *path, const struct kpartx_opts *o,
			       bool attach, struct kpartx_disk *ret_disk)
{
	struct kpartx_disk *d = ret_disk;
	dev_t devno = 0;
	int r = host_node(h, path, &devno);

	memset(d, 0, sizeof(*d));
	if (r == -ENOENT || r == -ENOTDIR)
		return KPARTX_MISSING;
	if (r == -ENOTBLK) {
		r = open_file(h, path, attach, o->read_only, d);
		if (r > 0)
			return KPARTX_NO_LOOP;
		if (!r)
			r = host_node(h, d->shown, &devno);
	} else if (!r) {
		d->shown = strdup(path);
		r = d->shown ? 0 : -ENOMEM;
	}
	if (!r)
		r = look_up(h, d, devno);
	return r ? failed(path, r) : KPARTX_OPEN;
}

int kpartx_close(struct host *h, struct kpartx_disk *d, bool detach)
{
	int r = 0;

	if (detach && d->loop[0])
		r = h->loop->ops->detach(h->loop, d->loop);
	if (r)
		mlog(0, "%s: cannot be detached: %s", d->loop, strerror(-r));
	free(d->shown);
	d->shown = NULL;
	return r;
}

/* --- its table ------------------------------------------------------------------------------- */

struct window {
	struct host *h;
	struct devio_dev *dev;
	uint64_t size, at; /* bytes */
	size_t len;	   /* of what is here */
	uint8_t bytes[WINDOW];
};

static int window_move(struct window *w, uint64_t offset)
{
	uint64_t at = offset - offset % WINDOW;
	size_t want = w->size - at < WINDOW ? (size_t)(w->size - at) : WINDOW;
	ssize_t n;

	w->len = 0;
	n = w->h->io->ops->read(w->dev, w->bytes, want, at);
	if (n < 0)
		return (int)n;
	if ((size_t)n < want)
		return -EIO;
	w->at = at;
	w->len = want;
	return 0;
}

static int window_read(void *ctx, uint64_t offset, void *buf, size_t len)
{
	struct window *w = ctx;
	uint8_t *to = buf;

	while (len) {
		size_t n;
		int r = 0;

		if (offset >= w->size)
			return -EIO;
		if (!w->len || offset < w->at || offset >= w->at + w->len)
			r = window_move(w, offset);
		if (r)
			return r;
		n = (size_t)(w->at + w->len - offset);
		n = n < len ? n : len;
		memcpy(to, w->bytes + (offset - w->at), n);
		to += n;
		offset += n;
		len -= n;
	}
	return 0;
}

static const struct ptable_slice *numbered(const struct ptable *t, unsigned int number)
{
	for (unsigned int i = 0; i < t->n; i++)
		if (t->slices[i].number == number)
			return &t->slices[i];
	return NULL;
}

static void log_findings(const struct kpartx_disk *d, const struct kpartx_opts *o,
			 const struct ptable *t)
{
	const char *delim = o->delim ? o->delim : partmap_delimiter(d->name);
	char text[256];

	for (unsigned int i = 0; i < t->n_findings; i++) {
		const struct ptable_finding *f = &t->findings[i];

		ptable_finding_text(f, text, sizeof(text));
		if (f->number)
			mlog(0, "%s%s%u: %s%s", d->name, delim, f->number, text,
			     numbered(t, f->number) ? "" : ": not mapped");
		else
			mlog(0, "%s: %s: %s", d->name, t->type ? t->type : "partition table", text);
	}
}

static int read_open(struct host *h, const struct kpartx_disk *d, const struct kpartx_opts *o,
		     struct devio_dev *dev, struct ptable *t)
{
	const struct ptable_opts po = { .type = o->type,
					.gpt_anyway = o->gpt_anyway,
					.keep_suspect = o->force };
	struct window *w = malloc(sizeof(*w));
	struct ptable_dev pd = {
		.read = window_read, .ctx = w, .sectors = d->sectors, .dasd = d->dasd
	};
	int r;

	if (!w)
		return -ENOMEM;
	*w = (struct window){ .h = h, .dev = dev };
	r = h->io->ops->block_size(dev, &pd.block);
	if (!r && (pd.block < PTABLE_SECTOR || pd.block > WINDOW || pd.block & (pd.block - 1)))
		r = -EINVAL;
	if (!r) {
		/* Whole blocks: a direct read knows no others. */
		w->size = d->sectors * PTABLE_SECTOR / pd.block * pd.block;
		pd.sectors = w->size / PTABLE_SECTOR;
		r = ptable_read(&pd, &po, t);
	}
	free(w);
	return r;
}

int kpartx_table(struct host *h, const struct kpartx_disk *d, const struct kpartx_opts *o,
		 struct ptable *t)
{
	struct devio_dev *dev;
	int r;

	t->n = t->n_findings = t->n_refused = 0;
	t->type = NULL;
	r = h->io->ops->open(h->io, d->kernel, makedev(d->major, d->minor), &dev);
	if (!r) {
		r = read_open(h, d, o, dev, t);
		h->io->ops->close(dev);
	}
	log_findings(d, o, t);
	if (r && r != -ENODATA && r != -EBADMSG)
		mlog(0, "%s: cannot be read: %s", d->shown, strerror(-r));
	return r;
}

/* --- listing --------------------------------------------------------------------------------- */

/* How many slices that lie in no other come before this one. */
static unsigned int place_of(const struct ptable *t, const struct ptable_slice *s)
{
	unsigned int n = 0;

	for (const struct ptable_slice *k = t->slices; k < s; k++)
		n += !k->container;
	return n;
}

/*
 * Slices that lie in another come last, with their place in it. kpartx prints the other as the
 * dm device that it would be if it were the first map of all; the maps lie on the disk itself.
 */
void kpartx_list(const struct kpartx_disk *d, const struct kpartx_opts *o, const struct ptable *t,
		 struct strbuf *out)
{
	const char *delim = o->delim ? o->delim : partmap_delimiter(d->name);

	for (unsigned int i = 0; i < t->n; i++) {
		const struct ptable_slice *s = &t->slices[i];

		if (!s->container || !numbered(t, s->container))
			sb_printf(out, "%s%s%u : 0 %llu %s %llu\n", d->name, delim, s->number,
				  (unsigned long long)s->size, d->shown,
				  (unsigned long long)s->start);
	}
	for (unsigned int i = 0; i < t->n; i++) {
		const struct ptable_slice *s = &t->slices[i];
		const struct ptable_slice *in = numbered(t, s->container);

		if (s->container && in)
			sb_printf(out, "%s%s%u : 0 %llu %s/dm-%u %llu\n", d->name, delim, s->number,
				  (unsigned long long)s->size, host_places()->dev_dir,
				  place_of(t, in), (unsigned long long)(s->start - in->start));
	}
}

/* --- plan and act ---------------------------------------------------------------------------- */

static struct partmap_whole whole_of(const struct kpartx_disk *d, const struct kpartx_opts *o)
{
	return (struct partmap_whole){
		.name = d->name,
		.delim = o->delim,
		.uuid = d->uuid,
		.major = d->major,
		.minor = d->minor,
		.read_only = o->read_only || d->read_only,
		.adopt = o->force,
	};
}

static int list_maps(struct host *h, const struct kpartx_disk *d, struct dm_maps *maps)
{
	int r = h->dmb->ops->list(h->dmb, DM_TABLE, maps);

	if (r)
		mlog(0, "%s: device-mapper maps cannot be listed: %s", d->name, strerror(-r));
	return r;
}

int kpartx_plan(struct host *h, const struct kpartx_disk *d, const struct kpartx_opts *o,
		const struct ptable *t, bool vanished, struct partmap_plan *ret)
{
	__attribute__((cleanup(dm_maps_done))) struct dm_maps maps = { 0 };
	struct partmap_whole w = whole_of(d, o);
	int r = list_maps(h, d, &maps);

	return r ? r : partmap_plan_table(t, &maps, &w, vanished, ret);
}

int kpartx_plan_removal(struct host *h, const struct kpartx_disk *d, const struct kpartx_opts *o,
			struct partmap_plan *ret)
{
	__attribute__((cleanup(dm_maps_done))) struct dm_maps maps = { 0 };
	struct partmap_whole w = whole_of(d, o);
	int r = list_maps(h, d, &maps);

	return r ? r : partmap_plan_removal(&maps, &w, ret);
}

static int make(struct host *h, const struct partmap_whole *w, const struct partmap_step *s)
{
	char uuid[DM_UUID_MAX], params[64];
	struct dm_spec spec = { .name = s->name,
				.uuid = uuid,
				.target = "linear",
				.params = params,
				.size = s->size,
				.read_only = w->read_only };
	int r = partmap_uuid(s->number, w->uuid, uuid);

	if (r)
		return r;
	snprintf(params, sizeof(params), "%u:%u %llu", w->major, w->minor,
		 (unsigned long long)s->start);
	return s->act == PARTMAP_CREATE ? h->dmb->ops->create(h->dmb, &spec)
					: h->dmb->ops->reload(h->dmb, &spec, true);
}

static const char *const words[] = {
	[PARTMAP_KEEP] = "rename",   [PARTMAP_CREATE] = "create", [PARTMAP_RELOAD] = "reload",
	[PARTMAP_REMOVE] = "remove", [PARTMAP_REFUSE] = "",
};

static int carry_out(struct host *h, const struct partmap_whole *w, struct partmap_step *s)
{
	int r = 0;

	if (*s->from)
		r = h->dmb->ops->rename(h->dmb, s->from, s->name, 0);
	if (!r && (s->act == PARTMAP_CREATE || s->act == PARTMAP_RELOAD))
		r = make(h, w, s);
	else if (!r && s->act == PARTMAP_REMOVE)
		r = h->dmb->ops->remove(h->dmb, s->name, false, 0);
	if (r) {
		const char *why = h->dmb->ops->error(h->dmb);

		mlog(0, "%s: %s failed: %s%s%s", s->name, words[s->act], strerror(-r),
		     why && *why ? ": " : "", why ? why : "");
	}
	return r;
}

static void learn_number(struct host *h, struct partmap_step *s)
{
	struct dm_map m;

	if (h->dmb->ops->get(h->dmb, s->name, 0, DM_INFO, &m))
		return;
	s->major = m.major;
	s->minor = m.minor;
	dm_map_done(&m);
}

static void log_refusal(const struct kpartx_disk *d, const struct partmap_step *s)
{
	if (s->why == PARTMAP_NAME_TAKEN)
		mlog(0, "%s: is already in use by a map that is no partition of %s", s->name,
		     d->name);
	else if (s->why == PARTMAP_NAME_LONG)
		mlog(0, "%s: partition %u: its name or UUID would be too long", d->name, s->number);
}

unsigned int kpartx_carry_out(struct host *h, const struct kpartx_disk *d,
			      const struct kpartx_opts *o, struct partmap_plan *p)
{
	struct partmap_whole w = whole_of(d, o);
	unsigned int failures = 0;
	int r;

	h->dmb->ops->set_wait(h->dmb, !o->no_wait);
	h->dmb->ops->batch_begin(h->dmb);
	for (unsigned int i = 0; i < p->n; i++) {
		struct partmap_step *s = &p->steps[i];

		if (s->act == PARTMAP_REFUSE) {
			log_refusal(d, s);
			failures += s->why != PARTMAP_NOT_OURS;
			continue;
		}
		s->err = carry_out(h, &w, s);
		failures += s->err != 0;
		if (s->act == PARTMAP_CREATE && !s->err)
			learn_number(h, s);
	}
	r = h->dmb->ops->batch_wait(h->dmb);
	if (r) {
		mlog(0, "%s: udev does not answer: %s", d->name, strerror(-r));
		failures++;
	}
	h->dmb->ops->set_wait(h->dmb, true);
	return failures;
}
