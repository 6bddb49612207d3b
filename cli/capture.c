/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `minipath capture`: this host as a snapshot. It does what `multipath -ll`, `-d` and `explain` do,
 * with everything that is read written along: sysfs by fstree_record(), answers of devices
 * by devio_record(); the rest (udev, device-mapper, configuration, state, the daemon) is copied. So
 * what those commands need is there by the same code that needs it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/snapdir.h"
#include "core/engine/ask.h"
#include "core/engine/claim.h"
#include "core/engine/discover.h"
#include "core/engine/facts.h"
#include "core/engine/foreign.h"
#include "core/engine/gather.h"
#include "core/engine/log.h"
#include "core/engine/names.h"
#include "core/engine/observe.h"
#include "core/engine/survey.h"
#include "core/host/ctlsock.h"
#include "core/host/fdio.h"
#include "core/host/record.h"
#include "core/model/redact.h"
#include "core/model/vpd.h"
#include "parser/arena.h"
#include "parser/strbuf.h"

#define TIMEOUT_S  10
#define FILE_LIMIT (64u << 20)

struct capture {
	struct host *host;
	struct engine *e;
	struct record *r;
	struct arena *arena;
	struct path **all; /* every whole disk, whatever the filters say */
	unsigned int n;
	bool redact;
};

/* --- sysfs beside what discovery reads ------------------------------------------------------- */

static void touch(struct capture *c, const char *dir, const char *const *names)
{
	char buf[4096];

	for (; *names; names++)
		fstree_text(c->host->sys, buf, sizeof(buf), "%s/%s", dir, *names);
}

/* What reloads, listings and other settings read of a transport, of every object of a class. */
static void touch_class(struct capture *c, const char *class, const char *const *names)
{
	char dir[256];
	struct names list;

	snprintf(dir, sizeof(dir), "class/%s", class);
	if (fstree_list(c->host->sys, dir, &list))
		return;
	for (unsigned int i = 0; i < list.n; i++) {
		snprintf(dir, sizeof(dir), "class/%s/%s", class, list.list[i]);
		touch(c, dir, names);
	}
	names_done(&list);
}

static void take_classes(struct capture *c)
{
	static const struct {
		const char *class;
		const char *const names[12];
	} table[] = {
		{ "fc_host", { "node_name", "port_name", "port_state", "speed" } },
		{ "fc_remote_ports",
		  { "node_name", "port_name", "port_state", "dev_loss_tmo", "fast_io_fail_tmo",
		    "roles" } },
		{ "fc_transport", { "node_name", "port_name" } },
		{ "iscsi_session", { "targetname", "recovery_tmo", "state" } },
		{ "iscsi_connection", { "persistent_address", "address" } },
		{ "iscsi_host", { "ipaddress", "initiatorname", "hwaddress" } },
		{ "sas_device", { "sas_address" } },
		{ "sas_end_device", { "I_T_nexus_loss_timeout" } },
		{ "scsi_host", { "proc_name", "eh_deadline", "unique_id" } },
		{ "nvme-subsystem", { "subsysnqn", "model", "iopolicy" } },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		touch_class(c, table[i].class, table[i].names);
	fstree_exists(c->host->sys, "class/misc/device-mapper/dev");
}

static void take_block(struct capture *c, const char *name)
{
	static const char *const names[] = {
		"dev",
		"size",
		"ro",
		"removable",
		"queue/max_sectors_kb",
		"queue/logical_block_size",
		"dm/name",
		"dm/uuid",
		"dm/suspended",
		"partition",
		NULL,
	};
	static const char *const lists[] = { "holders", "slaves", "" };
	char dir[256], dev[32];
	struct names list;

	snprintf(dir, sizeof(dir), "class/block/%s", name);
	touch(c, dir, names);
	if (fstree_text(c->host->sys, dev, sizeof(dev), "%s/dev", dir) > 0)
		fstree_exists(c->host->sys, "dev/block/%s", dev);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		snprintf(dir, sizeof(dir), "class/block/%s%s%s", name, *lists[i] ? "/" : "",
			 lists[i]);
		if (!fstree_list(c->host->sys, dir, &list))
			names_done(&list);
	}
}

/* --- devices --------------------------------------------------------------------------------- */

/* The questions of a status check, one after another, on a worker. */
struct questions {
	struct host *host;
	struct blkdev dev;
};

static void ask_all(void *arg)
{
	static const uint8_t pages[] = { 0x00, 0x80, 0x83 };
	struct questions *q = arg;
	struct probe p = { .dev = &q->dev, .args = "", .timeout_ms = TIMEOUT_S * 1000 };
	struct check_verdict check;
	struct prio_verdict rank;
	uint8_t page[255], inquiry[96];
	uint32_t len;
	struct ask a;

	ask_init(&a, q->host, &q->dev);
	len = ask_inquiry(&a, false, 0, TIMEOUT_S * 1000, inquiry, sizeof(inquiry));
	for (size_t i = 0; i < sizeof(pages); i++)
		ask_inquiry(&a, true, pages[i], TIMEOUT_S * 1000, page, sizeof(page));
	ask_check(&a, checker_find("tur"), &p, &check);
	p.mem = (struct probe_memory){ 0 };
	if (inquiry_tpgs(inquiry, len) > 0)
		ask_prio(&a, prio_find("alua"), &p, &rank);
	ask_done(&a);
}

static void ask_devices(struct capture *c)
{
	struct jobs *pool = host_jobs(c->host);
	unsigned int asked = 0;

	for (unsigned int i = 0; pool && i < c->n; i++) {
		struct questions *q;

		if (c->all[i]->dev.bus != BUS_SCSI || c->all[i]->sysfs_state != PATH_UP)
			continue;
		q = calloc(1, sizeof(*q));
		if (!q)
			continue;
		q->host = c->host;
		q->dev = c->all[i]->dev;
		if (jobs_submit(pool, ask_all, q))
			free(q);
		else
			asked++;
	}
	while (asked && jobs_wait(pool, c->e->opt.deadline_ns)) {
		void *q;

		while ((q = jobs_next(pool))) {
			asked--;
			free(q);
		}
	}
	jobs_drop_queued(pool, free);
	c->e->hung += asked;
}

static void take_disks(struct capture *c, const struct names *blocks)
{
	c->all = arena_alloc(c->arena, (blocks->n + 1) * sizeof(*c->all));
	for (unsigned int i = 0; i < blocks->n; i++) {
		const char *name = blocks->list[i];
		struct path *p = topology_path_named(c->e->topo, name);

		take_block(c, name);
		if (!facts_is_disk(c->host, name))
			continue;
		if (!p) {
			p = arena_alloc(c->arena, sizeof(*p));
			if (facts_load(c->host, c->arena, name, &p->dev))
				continue;
			discover_identify(c->e, p);
		}
		claim_usage(c->e, name);
		c->all[c->n++] = p;
	}
	survey_paths(c->e, c->all, c->n, SURVEY_ALL);
	ask_devices(c);
}

/* --- the rest -------------------------------------------------------------------------------- */

static void take_udev(struct capture *c, const struct names *blocks)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;

	for (unsigned int i = 0; i < blocks->n; i++) {
		struct udev_props p = { 0 };
		char dev[32], link[128], real[512];
		unsigned int maj, min;

		snprintf(link, sizeof(link), "class/block/%s", blocks->list[i]);
		if (fstree_text(c->host->sys, dev, sizeof(dev), "%s/dev", link) <= 0 ||
		    sscanf(dev, "%u:%u", &maj, &min) != 2 ||
		    udb_get(c->host->udb, makedev(maj, min), &p))
			continue;
		if (!fstree_real(c->host->sys, link, real, sizeof(real)))
			sb_printf(&text, "P: /%s\n", real);
		for (unsigned int k = 0; k < p.n; k++)
			sb_printf(&text, "E: %s=%s\n", p.list[k].key, p.list[k].value);
		if (p.initialized && !udev_prop(&p, "USEC_INITIALIZED"))
			sb_add(&text, "E: USEC_INITIALIZED=1\n");
		sb_addc(&text, '\n');
		udev_props_done(&p);
	}
	record_text(c->r, "udev/export", sb_str(&text));
}

static void take_dm_map(struct capture *c, const struct dm_map *m, unsigned int nr)
{
	__attribute__((cleanup(sb_done))) struct strbuf text = STRBUF_INIT;
	unsigned long long size = m->size;
	char path[32];

	sb_printf(&text, "name: %s\nuuid: %s\ndev: %u:%u\nopen: %d\nevent: %u\n", m->name, m->uuid,
		  m->major, m->minor, m->open_count, m->event_nr);
	if (m->suspended || m->read_only || m->deferred_remove)
		sb_printf(&text, "flags:%s%s%s\n", m->suspended ? " suspended" : "",
			  m->read_only ? " read-only" : "",
			  m->deferred_remove ? " deferred-remove" : "");
	if (m->target && m->table)
		sb_printf(&text, "table: 0 %llu %s %s\n", size, m->target, m->table);
	if (m->target && m->status)
		sb_printf(&text, "status: 0 %llu %s %s\n", size, m->target, m->status);
	snprintf(path, sizeof(path), "dm/map%u", nr);
	record_text(c->r, path, sb_str(&text));
}

static void take_dm(struct capture *c, int err)
{
	const unsigned int *k = c->e->dm_version, *t = c->e->mpath_version;
	char text[128];

	if (err)
		snprintf(text, sizeof(text), "error: %s\n", errno_name(-err));
	else
		snprintf(text, sizeof(text), "kernel: %u.%u.%u\ntarget: %u.%u.%u\n", k[0], k[1],
			 k[2], t[0], t[1], t[2]);
	record_text(c->r, "dm/.version", text);
	for (unsigned int i = 0; i < c->e->dm.n; i++)
		take_dm_map(c, &c->e->dm.list[i], i);
}

/* A file of the host at the same place in the snapshot. */
static void take_file(struct capture *c, const char *path)
{
	char *text;
	size_t len;

	if (file_slurp(AT_FDCWD, path, FILE_LIMIT, &text, &len))
		return;
	record_file(c->r, path + 1, text, len);
	free(text);
}

static void take_config(struct capture *c)
{
	const struct host_places *at = host_places();
	const struct dirent *d;
	DIR *dir = opendir(at->config_dir);
	char path[512];

	take_file(c, at->config);
	while (dir && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", at->config_dir, d->d_name);
		if (d->d_name[0] != '.' || strstr(d->d_name, ".conf"))
			take_file(c, path);
	}
	if (dir)
		closedir(dir);
	for (enum state_file f = 0; f < STATE__FILES; f++)
		take_file(c, state_path(c->host->state, f));
}

static void take_marks(struct capture *c)
{
	const char *run = host_places()->run_dir + 1;
	char path[512], name[32];
	int64_t ns;

	for (unsigned int i = 0; i < c->n; i++) {
		const struct path *p = c->all[i];

		snprintf(name, sizeof(name), "%u:%u", major(p->dev.devno), minor(p->dev.devno));
		snprintf(path, sizeof(path), "%s/failed_wwids/%s", run, p->wwid);
		if (p->wwid[0] && state_marked(c->host->state, STATE_FAILED_WWIDS, p->wwid))
			record_text(c->r, path, "");
		snprintf(path, sizeof(path), "%s/find_multipaths/%s", run, name);
		if (!state_mark_time(c->host->state, STATE_FIND_MULTIPATHS, name, &ns))
			record_text(c->r, path, "");
	}
}

static void take_daemon(struct capture *c)
{
	static const struct {
		const char *command, *file;
	} table[] = {
		{ "show daemon", "cmds/show-daemon" },
		{ "show maps json", "cmds/show-maps-json" },
		{ "show paths raw format \"%d %m\"", "cmds/show-paths-raw-format-\"%d-%m\"" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char *reply, error[48];
		int r = ctl_ask(c->host, table[i].command, 2000, &reply);

		snprintf(error, sizeof(error), "error %s\n", errno_name(-r));
		record_text(c->r, table[i].file, r ? error : reply);
		if (!r)
			free(reply);
	}
}

/* Swaps, and mounts of block devices: what else is mounted is nobody's business. */
static void take_proc(struct capture *c)
{
	__attribute__((cleanup(sb_done))) struct strbuf kept = STRBUF_INIT;
	__attribute__((cleanup(free_text))) char *text = NULL;
	__attribute__((cleanup(free_text))) char *swaps = NULL;
	char *pos, *line;

	if (!fstree_slurp(c->host->proc, "swaps", FILE_LIMIT, &swaps))
		record_text(c->r, "proc/swaps", swaps);
	if (fstree_slurp(c->host->proc, "self/mountinfo", FILE_LIMIT, &text))
		return;
	for (pos = text; (line = line_next(&pos));) {
		unsigned int maj;

		if (sscanf(line, "%*s %*s %u:", &maj) == 1 && maj)
			sb_printf(&kept, "%s\n", line);
	}
	record_text(c->r, "proc/self/mountinfo", sb_str(&kept));
}

static void take_time(struct capture *c)
{
	char text[160];
	struct utsname u;

	snprintf(text, sizeof(text), "%lld\n",
		 (long long)(clock_real(&c->host->clock) / NSEC_PER_SEC));
	record_text(c->r, "time", text);
	uname(&u);
	snprintf(text, sizeof(text), "minipath %s, %s, Linux %.60s %.20s%s\n", MINIPATH_VERSION,
		 COMPAT_VERSION, u.release, u.machine, c->redact ? ", redacted" : "");
	record_text(c->r, "about", text);
}

/* --- redaction ------------------------------------------------------------------------------- */

static bool secret_property(const char *key)
{
	static const char *const parts[] = { "SERIAL", "WWN", "IDENT_", "_UUID" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(key, parts[i]))
			return true;
	return false;
}

/* Numbers are known with and without what says their kind. */
static void add_secret(struct redactor *rd, const char *text)
{
	static const char *const heads[] = { "0x", "eui.", "naa.", "nvme.", "uuid.", "mpath-" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (!strncmp(text, heads[i], strlen(heads[i])))
			text += strlen(heads[i]);
	redact_add(rd, text);
}

static void add_path_secrets(struct redactor *rd, const struct path *p)
{
	const struct blkdev *d = &p->dev;
	const char *const texts[] = { d->serial,   d->tgt_node_name, d->host_wwnn, d->host_wwpn,
				      d->tgt_wwpn, d->nvme_wwid,     d->ccw_uid };

	/* the first character of a SCSI WWID is the kind of its designator */
	if (p->wwid[0])
		add_secret(rd, d->bus == BUS_SCSI ? p->wwid + 1 : p->wwid);
	if (d->vpd83.len)
		redact_add_vpd83(rd, d->vpd83.data, d->vpd83.len);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		add_secret(rd, texts[i]);
	for (unsigned int i = 0; i < d->udev.n; i++) {
		const struct udev_prop *u = &d->udev.list[i];

		if (!secret_property(u->key))
			continue;
		if (!strcmp(u->value, p->wwid) && d->bus == BUS_SCSI)
			continue;
		add_secret(rd, u->value);
	}
}

static void add_class_secrets(struct capture *c, struct redactor *rd, const char *class,
			      const char *attr)
{
	char dir[256], text[512];
	struct names list;

	snprintf(dir, sizeof(dir), "class/%s", class);
	if (fstree_list(c->host->sys, dir, &list))
		return;
	for (unsigned int i = 0; i < list.n; i++)
		if (fstree_text(c->host->sys, text, sizeof(text), "class/%s/%s/%s", class,
				list.list[i], attr) > 0)
			add_secret(rd, text);
	names_done(&list);
}

static void redact_entry(void *ctx, char *path, char *bytes, size_t len)
{
	redact_apply(ctx, path, strlen(path));
	if (bytes)
		redact_apply(ctx, bytes, len);
}

static int redact(struct capture *c)
{
	uint8_t key[16];
	struct redactor *rd;
	struct utsname u;

	if (getrandom(key, sizeof(key), 0) != sizeof(key))
		return -EIO;
	rd = redact_new(key);
	if (!rd)
		return -ENOMEM;
	for (unsigned int i = 0; i < c->n; i++)
		add_path_secrets(rd, c->all[i]);
	for (unsigned int i = 0; i < c->e->dm.n; i++) {
		const char *w = observe_wwid(&c->e->dm.list[i]);

		if (w)
			add_secret(rd, w + 1);
	}
	add_class_secrets(c, rd, "iscsi_host", "initiatorname");
	add_class_secrets(c, rd, "iscsi_session", "targetname");
	add_class_secrets(c, rd, "fc_host", "node_name");
	add_class_secrets(c, rd, "fc_host", "port_name");
	add_class_secrets(c, rd, "fc_remote_ports", "node_name");
	add_class_secrets(c, rd, "fc_remote_ports", "port_name");
	if (!uname(&u))
		redact_add_word(rd, u.nodename);
	record_each(c->r, redact_entry, rd);
	redact_free(rd);
	return 0;
}

/* --- the whole ------------------------------------------------------------------------------- */

static int look(struct capture *c)
{
	struct names blocks;
	int r = names_load(c->e), dm;

	if (r)
		return r;
	r = discover_all(c->e);
	if (r)
		return r;
	discover_identify_all(c->e);
	r = fstree_list(c->host->sys, "class/block", &blocks);
	if (r)
		return r;
	take_classes(c);
	dm = c->host->dmb->ops->version(c->host->dmb, c->e->dm_version, c->e->mpath_version);
	if (!dm)
		dm = observe_read(c->e);
	observe_members(c->e, NULL);
	take_disks(c, &blocks);
	take_udev(c, &blocks);
	take_dm(c, dm);
	names_done(&blocks);
	take_config(c);
	take_marks(c);
	take_daemon(c);
	take_proc(c);
	take_time(c);
	return 0;
}

static void show_foreign(struct capture *c)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;

	c->e->opt.foreign_all = true;
	foreign_show(c->e, 2, false, &out);
}

static int fill(struct capture *c)
{
	struct engine_options opt = { .query = true, .dry_run = true };
	struct devio *inner = c->host->io, *recorder;
	struct config *cfg;
	int r = devio_record(inner, c->r, &recorder);

	if (r)
		return r;
	fstree_record(c->host->sys, c->r, "sys");
	c->host->io = recorder;
	log_verbosity(0);
	if (engine_load_config(c->host, 0, CONFIG_FOR_QUERY, &cfg))
		return -EINVAL;
	opt.deadline_ns = clock_mono(&c->host->clock) + TIMEOUT_S * NSEC_PER_SEC;
	c->e = engine_new(c->host, cfg, &opt);
	if (!c->e)
		return -ENOMEM;
	r = look(c);
	if (!r)
		show_foreign(c);
	if (!r && c->redact)
		r = redact(c);
	return r;
}

static int run_tar(const char *dir, const char *file)
{
	pid_t child = fork();
	int how;

	if (!child) {
		execlp("tar", "tar", "-C", dir, "-cf", file, ".", (char *)NULL);
		fprintf(stderr, "minipath capture: tar: %s\n", strerror(errno));
		_exit(127);
	}
	if (child < 0 || waitpid(child, &how, 0) != child)
		return -errno;
	return WIFEXITED(how) && !WEXITSTATUS(how) ? 0 : -EIO;
}

static int write_tar(struct capture *c, const char *file)
{
	char dir[256];
	int r = snapdir_make(dir, sizeof(dir));

	if (r)
		return r;
	r = record_write(c->r, dir);
	if (!r)
		r = run_tar(dir, file);
	snapdir_remove(dir);
	return r;
}

static bool is_tar(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && !strcmp(name + n - 4, ".tar");
}

static int write_out(struct capture *c, const char *to)
{
	if (is_tar(to))
		return write_tar(c, to);
	if (mkdir(to, 0700) && errno != EEXIST)
		return -errno;
	if (rmdir(to) || mkdir(to, 0700)) /* an old recording is not written over */
		return -errno;
	return record_write(c->r, to);
}

static void usage(FILE *out)
{
	fprintf(out, "Usage: minipath capture [OPTION]... DIR|FILE.tar\n\n"
		     "  -r, --redact   replace serial numbers, WWIDs and host names, one to one\n"
		     "  -h, --help     print this help\n");
}

static int capture(struct host *h, const char *to, bool redact_it)
{
	struct capture c = {
		.host = h, .redact = redact_it, .r = record_new(), .arena = arena_new()
	};
	int r;

	umask(077);
	r = c.r ? fill(&c) : -ENOMEM;
	if (!r)
		r = write_out(&c, to);
	if (r)
		fprintf(stderr, "minipath capture: %s: %s\n", to, strerror(-r));
	else
		printf("%s: %u disks, %u maps\n", to, c.n, c.e->dm.n);
	if (c.e && c.e->hung)
		printf("%u devices did not answer and are recorded so\n", c.e->hung);
	return r ? 1 : 0;
}

int capture_main(struct host *h, int argc, char **argv)
{
	static const struct option longs[] = { { "redact", no_argument, NULL, 'r' },
					       { "help", no_argument, NULL, 'h' },
					       { 0 } };
	bool redact_it = false;
	int c;

	optind = opterr = 1;
	log_setup(LOG_TO_STDERR_PLAIN, "minipath capture");
	while ((c = getopt_long(argc, argv, "rh", longs, NULL)) != -1) {
		if (c == 'h')
			return usage(stdout), 0;
		if (c != 'r')
			return usage(stderr), 1;
		redact_it = true;
	}
	if (optind + 1 != argc)
		return usage(stderr), 1;
	if (!h->replay && geteuid() != 0) {
		fprintf(stderr, "need to be root\n");
		return 1;
	}
	if (!h->replay)
		guard_start();
	return capture(h, argv[optind], redact_it);
}
