/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One small function per family of facts, each reading a few sysfs attributes of known place:
 * the block device's own, the SCSI device's, its transport's, the NVMe controller's, the DASD's.
 * A missing attribute leaves the field empty; nothing here fails but for a missing device.
 */
#include "core/engine/facts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/model/vpd.h"
#include "parser/arena.h"

struct loader {
	struct host *h;
	struct arena *a;
	struct blkdev *d;
};

#define TEXT(l, field, ...) read_text(l, (l)->d->field, sizeof((l)->d->field), __VA_ARGS__)

static void read_text(struct loader *l, char *buf, size_t len, const char *dir, const char *attr)
{
	if (!dir || fstree_text(l->h->sys, buf, len, "%s/%s", dir, attr) < 0)
		buf[0] = '\0';
}

/* An attribute with the blanks that fill its field: multipath-tools prints NVMe names with them. */
static void read_raw(struct loader *l, char *buf, size_t len, const char *dir, const char *attr)
{
	char path[512];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, attr);
	n = fstree_read(l->h->sys, path, buf, len - 1);
	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

static void read_bytes(struct loader *l, struct bytes *b, const char *dir, const char *attr)
{
	uint8_t buf[VPD_MAX];
	char path[512];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, attr);
	n = fstree_read(l->h->sys, path, buf, sizeof(buf));
	if (n <= 0)
		return;
	b->data = arena_alloc(l->a, (size_t)n);
	memcpy(b->data, buf, (size_t)n);
	b->len = (uint32_t)n;
}

/* The last component of @path that begins with @prefix followed by a digit, or NULL. */
static const char *ancestor(struct loader *l, const char *path, const char *prefix)
{
	size_t n = strlen(prefix);
	const char *hit = NULL;

	for (const char *p = path; p && *p; p = strchr(p, '/')) {
		p += *p == '/';
		if (!strncmp(p, prefix, n) && isdigit((unsigned char)p[n]))
			hit = p;
	}
	return hit ? arena_strndup(l->a, hit, strcspn(hit, "/")) : NULL;
}

static enum bus bus_of(const char *name)
{
	static const struct {
		const char *prefix;
		enum bus bus;
	} table[] = {
		{ "cciss", BUS_CCISS },
		{ "dasd", BUS_CCW },
		{ "sd", BUS_SCSI },
		{ "nvme", BUS_NVME },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strncmp(name, table[i].prefix, strlen(table[i].prefix)))
			return table[i].bus;
	return BUS_UNKNOWN;
}

static void block_facts(struct loader *l, const char *block)
{
	struct fstree *sys = l->h->sys;
	uint64_t v;
	struct names holders;

	if (!fstree_u64(sys, &v, "%s/size", block))
		l->d->size = v;
	if (!fstree_u64(sys, &v, "%s/ro", block))
		l->d->read_only = v != 0;
	if (!fstree_u64(sys, &v, "%s/hidden", block))
		l->d->hidden = v != 0;
	if (!fstree_u64(sys, &v, "%s/queue/max_sectors_kb", block))
		l->d->max_sectors_kb = (unsigned int)v;
	if (!fstree_list(sys, arena_printf(l->a, "%s/holders", block), &holders)) {
		const char **list = arena_alloc(l->a, (holders.n + 1) * sizeof(*list));

		for (unsigned int i = 0; i < holders.n; i++)
			list[i] = arena_strdup(l->a, holders.list[i]);
		l->d->holders = list;
		names_done(&holders);
	}
}

/* --- SCSI ------------------------------------------------------------------------------------ */

static void fc_facts(struct loader *l, const char *target, const char *rport)
{
	struct blkdev *d = l->d;
	const char *host = arena_printf(l->a, "class/fc_host/host%d", d->host);

	d->protocol = PROTO_SCSI_FCP;
	TEXT(l, tgt_node_name, arena_printf(l->a, "class/fc_transport/%s", target), "node_name");
	TEXT(l, host_wwnn, host, "node_name");
	TEXT(l, host_wwpn, host, "port_name");
	if (rport)
		TEXT(l, tgt_wwpn, arena_printf(l->a, "class/fc_remote_ports/%s", rport),
		     "port_name");
}

static void scsi_transport(struct loader *l)
{
	struct blkdev *d = l->d;
	const char *target = arena_printf(l->a, "target%d:%d:%d", d->host, d->channel, d->id);
	const char *rport = ancestor(l, d->device, "rport-");
	const char *session = ancestor(l, d->device, "session");
	const char *end = ancestor(l, d->device, "end_device-");

	d->protocol = PROTO_SCSI_UNSPEC;
	d->transport_node = end ? end : rport ? rport : session;
	if (end) {
		d->protocol = PROTO_SCSI_SAS;
		TEXT(l, tgt_node_name, arena_printf(l->a, "class/sas_device/%s", end),
		     "sas_address");
	} else if (ancestor(l, d->device, "usb")) {
		d->protocol = PROTO_SCSI_USB;
	} else if (rport || fstree_exists(l->h->sys, "class/fc_transport/%s", target)) {
		fc_facts(l, target, rport);
	} else if (session) {
		d->protocol = PROTO_SCSI_ISCSI;
		TEXT(l, tgt_node_name, arena_printf(l->a, "class/iscsi_session/%s", session),
		     "targetname");
		TEXT(l, iscsi_portal,
		     arena_printf(l->a, "class/iscsi_connection/connection%s:0", session + 7),
		     "persistent_address");
	} else if (ancestor(l, d->device, "ata")) {
		d->protocol = PROTO_SCSI_ATA;
		snprintf(d->tgt_node_name, sizeof(d->tgt_node_name), "%s",
			 ancestor(l, d->device, "ata"));
	}
}

/* The first device at or above @dir that a driver serves, but for the bridges of PCI Express. */
static const char *served_device(struct loader *l, char *dir)
{
	char driver[512], *slash;

	for (; (slash = strrchr(dir, '/')); *slash = '\0') {
		const char *name;

		if (fstree_real(l->h->sys, arena_printf(l->a, "%s/driver", dir), driver,
				sizeof(driver)))
			continue;
		name = strrchr(driver, '/');
		return name && !strcmp(name, "/pcieport") ? NULL : slash + 1;
	}
	return NULL;
}

static bool is_pci_function(const char *name)
{
	unsigned int dom, bus, slot, fn;

	return sscanf(name, "%x:%x:%x.%x", &dom, &bus, &slot, &fn) == 4;
}

/* Where sysfs names no driver (a recorded host), the PCI function just above the host will do. */
static const char *adapter_above(struct loader *l, char *dir)
{
	const char *slash = strrchr(dir, '/');
	const char *last = arena_strdup(l->a, slash ? slash + 1 : dir);
	const char *name = served_device(l, dir);

	return name ? name : is_pci_function(last) ? last : "";
}

/* What the host hangs from, or the initiator's address on iSCSI: tells adapters apart. */
static void scsi_adapter(struct loader *l)
{
	struct blkdev *d = l->d;
	const char *host = strstr(d->device, arena_printf(l->a, "/host%d/", d->host));

	if (d->protocol == PROTO_SCSI_ISCSI)
		TEXT(l, host_adapter, arena_printf(l->a, "class/iscsi_host/host%d", d->host),
		     "ipaddress");
	if (host && !d->host_adapter[0])
		snprintf(d->host_adapter, sizeof(d->host_adapter), "%s",
			 adapter_above(l,
				       arena_strndup(l->a, d->device, (size_t)(host - d->device))));
}

static void scsi_facts(struct loader *l)
{
	struct blkdev *d = l->d;
	const char *base = strrchr(d->device, '/');
	unsigned long long lun;
	uint64_t v;

	d->has_hcil =
		base && sscanf(base + 1, "%d:%d:%d:%llu", &d->host, &d->channel, &d->id, &lun) == 4;
	if (d->has_hcil)
		d->lun = lun;
	TEXT(l, vendor, d->device, "vendor");
	TEXT(l, product, d->device, "model");
	TEXT(l, rev, d->device, "rev");
	TEXT(l, state, d->device, "state");
	TEXT(l, access_state, d->device, "access_state");
	TEXT(l, preferred_path, d->device, "preferred_path");
	TEXT(l, dh_state, d->device, "dh_state");
	if (!fstree_u64(l->h->sys, &v, "%s/timeout", d->device))
		d->timeout_s = (unsigned int)v;
	read_bytes(l, &d->inquiry, d->device, "inquiry");
	read_bytes(l, &d->vpd_pages, d->device, "vpd_pg0");
	read_bytes(l, &d->vpd80, d->device, "vpd_pg80");
	read_bytes(l, &d->vpd83, d->device, "vpd_pg83");
	if (d->vpd80.len)
		vpd80_serial(d->vpd80.data, d->vpd80.len, d->serial, sizeof(d->serial));
	scsi_transport(l);
	scsi_adapter(l);
}

/* --- NVMe, DASD, cciss ----------------------------------------------------------------------- */

static enum protocol nvme_protocol(const char *transport)
{
	char text[32];

	snprintf(text, sizeof(text), "nvme:%s", transport);
	for (int p = PROTO_NVME_PCIE; p < PROTO_NVME_UNSPEC; p++)
		if (!strcmp(text, protocol_name((enum protocol)p)))
			return (enum protocol)p;
	return PROTO_NVME_UNSPEC;
}

static void nvme_facts(struct loader *l, const char *block)
{
	struct blkdev *d = l->d;
	const char *ctrl = d->device, *n = strstr(d->name + 4, "n");
	char transport[24];
	uint64_t v;

	d->has_hcil =
		sscanf(d->name, "nvme%d", &d->host) == 1 && n && sscanf(n, "n%d", &d->id) == 1;
	if (!fstree_u64(l->h->sys, &v, "%s/cntlid", ctrl))
		d->channel = (int)v;
	if (!fstree_u64(l->h->sys, &v, "%s/nsid", block))
		d->lun = v;
	snprintf(d->vendor, sizeof(d->vendor), "NVME");
	read_raw(l, d->product, sizeof(d->product), ctrl, "model");
	read_raw(l, d->rev, sizeof(d->rev), ctrl, "firmware_rev");
	read_raw(l, d->serial, sizeof(d->serial), ctrl, "serial");
	TEXT(l, state, ctrl, "state");
	TEXT(l, tgt_node_name, ctrl, "subsysnqn");
	TEXT(l, nvme_wwid, block, "wwid");
	read_text(l, transport, sizeof(transport), ctrl, "transport");
	d->protocol = nvme_protocol(transport);
}

static void dasd_facts(struct loader *l)
{
	struct blkdev *d = l->d;
	char type[16];
	const char *bus_id = strrchr(d->device, '/');
	unsigned int a, b, c;

	snprintf(d->vendor, sizeof(d->vendor), "IBM");
	read_text(l, type, sizeof(type), d->device, "devtype");
	snprintf(d->product, sizeof(d->product), "S/390 DASD %s",
		 !strncmp(type, "3370", 4) || !strncmp(type, "9336", 4) ? "FBA" : "ECKD");
	TEXT(l, ccw_uid, d->device, "uid");
	if (bus_id && sscanf(bus_id + 1, "%x.%x.%x", &a, &b, &c) == 3) {
		d->has_hcil = true;
		d->host = (int)a;
		d->channel = (int)b;
		d->id = (int)c;
		d->lun = 0;
		snprintf(d->serial, sizeof(d->serial), "%s", bus_id + 1);
	}
	TEXT(l, state, d->device, "status");
	d->protocol = PROTO_CCW;
}

static void unnamed(char *field, size_t len)
{
	if (!field[0])
		snprintf(field, len, "UNKNOWN");
}

int facts_load(struct host *h, struct arena *a, const char *name, struct blkdev *d)
{
	struct loader l = { h, a, d };
	char real[512], dev[32], *class;
	unsigned int maj, min;

	memset(d, 0, sizeof(*d));
	class = arena_printf(a, "class/block/%s", name);
	if (fstree_real(h->sys, class, real, sizeof(real)) ||
	    fstree_text(h->sys, dev, sizeof(dev), "%s/dev", class) < 0 ||
	    sscanf(dev, "%u:%u", &maj, &min) != 2)
		return -ENODEV;
	snprintf(d->name, sizeof(d->name), "%s", name);
	d->devno = makedev(maj, min);
	d->syspath = arena_strdup(a, real);
	if (!fstree_real(h->sys, arena_printf(a, "%s/device", class), real, sizeof(real)))
		d->device = arena_strdup(a, real);
	d->bus = bus_of(name);
	block_facts(&l, d->syspath);
	if (d->bus == BUS_SCSI && d->device)
		scsi_facts(&l);
	else if (d->bus == BUS_NVME && d->device)
		nvme_facts(&l, d->syspath);
	else if (d->bus == BUS_CCW && d->device)
		dasd_facts(&l);
	else if (d->bus == BUS_CCISS)
		d->protocol = PROTO_CCISS;
	unnamed(d->vendor, sizeof(d->vendor));
	unnamed(d->product, sizeof(d->product));
	unnamed(d->rev, sizeof(d->rev));
	if (udb_get(h->udb, d->devno, &d->udev))
		memset(&d->udev, 0, sizeof(d->udev));
	if (d->protocol == PROTO_SCSI_USB ||
	    (udev_prop(&d->udev, "ID_BUS") && !strcmp(udev_prop(&d->udev, "ID_BUS"), "usb")))
		d->usb = true;
	return 0;
}

int facts_name(struct host *h, dev_t devno, char *name, size_t len)
{
	char real[512], link[64];
	const char *base;

	snprintf(link, sizeof(link), "dev/block/%u:%u", major(devno), minor(devno));
	if (fstree_real(h->sys, link, real, sizeof(real)))
		return -ENODEV;
	base = strrchr(real, '/');
	snprintf(name, len, "%s", base ? base + 1 : real);
	return 0;
}

bool facts_is_disk(struct host *h, const char *name)
{
	return !fstree_exists(h->sys, "class/block/%s/partition", name);
}
