/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A namespace nvmeXnY with native multipathing has one hidden path device nvmeXcZnY a controller.
 * Both are found by name in class/block; everything printed is an attribute of the namespace, of
 * its path device or of the path's controller. One group a path, as the kernel has no groups.
 */
#include "core/engine/foreign.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/engine/log.h"
#include "parser/strbuf.h"

#define NA FOREIGN_UNKNOWN

bool foreign_enabled(const struct engine *e)
{
	const struct kwval *v = config_value(e->cfg, KW_enable_foreign);
	regex_t re;
	bool yes;

	if (e->opt.foreign_all)
		return true;
	if (!v || !v->str || regcomp(&re, v->str, REG_EXTENDED | REG_NOSUB))
		return false;
	yes = !regexec(&re, "nvme", 0, NULL, 0);
	regfree(&re);
	if (!yes)
		mlog(3, "_init_foreign: foreign library \"nvme\" is not enabled");
	return yes;
}

static void text(struct engine *e, char *buf, size_t len, const char *dir, const char *attr)
{
	if (fstree_text(e->host->sys, buf, len, "class/block/%s/%s", dir, attr) < 0)
		buf[0] = '\0';
}

static int prio_of(const char *ana)
{
	static const struct {
		const char *text;
		int prio;
	} table[] = { { "optimized", 50 }, { "non-optimized", 10 } };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(ana, table[i].text))
			return table[i].prio;
	return 0;
}

/* "PCI:0000:01:00.0": the last PCI function on the way to @real. */
static void pci_slot(const char *real, char *buf, size_t len)
{
	for (const char *s = real; s && *s; s = strchr(s + 1, '/')) {
		unsigned int domain, bus, dev, fn;
		int end = 0;

		if (sscanf(s, "/%4x:%2x:%2x.%1x%n", &domain, &bus, &dev, &fn, &end) == 4 &&
		    end == 13)
			snprintf(buf, len, "PCI:%.12s", s + 1);
	}
}

static void load_controller(struct engine *e, struct foreign_path *p, const char *name,
			    const char *real)
{
	char transport[16], address[128];

	text(e, transport, sizeof(transport), name, "device/transport");
	text(e, address, sizeof(address), name, "device/address");
	snprintf(p->address, sizeof(p->address), "%s%s%s", transport,
		 transport[0] && address[0] ? ":" : "", address);
	text(e, p->serial, sizeof(p->serial), name, "device/serial");
	pci_slot(real, p->adapter, sizeof(p->adapter));
}

static void load_path(struct engine *e, struct foreign_map *m, const char *name, int instance)
{
	struct foreign_path *p = &m->path[m->n++];
	char ctrl[128] = "", cntlid[16];
	const char *base;
	int ctrl_nr = -1;

	p->map = m;

	snprintf(p->name, sizeof(p->name), "%s", name);
	text(e, p->devt, sizeof(p->devt), name, "dev");
	if (!p->devt[0])
		snprintf(p->devt, sizeof(p->devt), "0:0"); /* hidden: it has no number */
	text(e, p->ana, sizeof(p->ana), name, "ana_state");
	text(e, p->state, sizeof(p->state), name, "device/state");
	text(e, cntlid, sizeof(cntlid), name, "device/cntlid");
	snprintf(ctrl, sizeof(ctrl), "class/block/%s/device", name);
	if (!fstree_real(e->host->sys, ctrl, ctrl, sizeof(ctrl)) && (base = strrchr(ctrl, '/')))
		sscanf(base, "/nvme%d", &ctrl_nr);
	snprintf(p->hcil, sizeof(p->hcil), "%d:%s:%d:%u", ctrl_nr, cntlid[0] ? cntlid : "#",
		 instance, m->nsid);
	load_controller(e, p, name, ctrl);
	m->ana |= p->ana[0] != '\0';
	if (!p->ana[0])
		snprintf(p->ana, sizeof(p->ana), NA);
	p->prio = prio_of(p->ana);
}

static void load_map(struct engine *e, const struct names *all, const char *name,
		     struct foreign_map *m)
{
	int subsys, instance, s, c, i, end;
	uint64_t v;

	memset(m, 0, sizeof(*m));
	snprintf(m->name, sizeof(m->name), "%s", name);
	sscanf(name, "nvme%dn%d", &subsys, &instance);
	text(e, m->wwid, sizeof(m->wwid), name, "wwid");
	text(e, m->subnqn, sizeof(m->subnqn), name, "device/subsysnqn");
	text(e, m->model, sizeof(m->model), name, "device/model");
	text(e, m->rev, sizeof(m->rev), name, "device/firmware_rev");
	if (!fstree_u64(e->host->sys, &v, "class/block/%s/nsid", name))
		m->nsid = (unsigned int)v;
	if (!fstree_u64(e->host->sys, &v, "class/block/%s/size", name))
		m->size = v;
	if (!fstree_u64(e->host->sys, &v, "class/block/%s/ro", name))
		m->ro = v != 0;
	for (unsigned int k = 0; k < all->n && m->n < sizeof(m->path) / sizeof(m->path[0]); k++) {
		end = 0;
		if (sscanf(all->list[k], "nvme%dc%dn%d%n", &s, &c, &i, &end) == 3 &&
		    !all->list[k][end] && s == subsys && i == instance)
			load_path(e, m, all->list[k], instance);
	}
}

/* --- printing -------------------------------------------------------------------------------- */

static void show_paths_of(const struct foreign_map *m, struct strbuf *out)
{
	for (unsigned int i = 0; i < m->n; i++) {
		const struct foreign_path *p = &m->path[i];
		bool last = i + 1 == m->n;

		sb_printf(out, "%c-+- policy='" NA "' prio=%d status=%s\n", last ? '`' : '|',
			  p->prio, p->ana);
		sb_printf(out, "%c `- %s %s %s " NA " %s %s\n", last ? ' ' : '|', p->hcil, p->name,
			  p->devt, p->ana, p->state);
	}
}

static void show_one(const struct foreign_map *m, int verbosity, bool bold, struct strbuf *out)
{
	if (verbosity < 1)
		return;
	if (verbosity == 1) {
		sb_printf(out, "%s:nsid.%u\n", m->subnqn, m->nsid);
		return;
	}
	sb_printf(out, "%s", bold ? "\033[1m" : "");
	sb_add_safe(out, m->wwid);
	sb_printf(out, " [nvme]:%s NVMe,", m->name);
	sb_add_safe(out, m->model);
	sb_addc(out, ',');
	sb_add_safe(out, m->rev);
	sb_printf(out, "%s\nsize=%llu features='" NA "' hwhandler='%s' wp=%s\n",
		  bold ? "\033[0m" : "", (unsigned long long)m->size, m->ana ? "ANA" : NA,
		  m->ro ? "ro" : "rw");
	show_paths_of(m, out);
}

/* Is @name a namespace of the native driver: nvmeXnY? */
static bool is_namespace(const char *name)
{
	int subsys, instance, end = 0;

	return sscanf(name, "nvme%dn%d%n", &subsys, &instance, &end) == 2 && !name[end];
}

void foreign_load(struct engine *e, struct foreign *ret)
{
	struct names all;
	unsigned int found = 0;

	*ret = (struct foreign){ 0 };
	if (!foreign_enabled(e) || fstree_list(e->host->sys, "class/block", &all))
		return;
	for (unsigned int i = 0; i < all.n; i++)
		found += is_namespace(all.list[i]);
	ret->maps = calloc(found + 1, sizeof(*ret->maps));
	for (unsigned int i = 0; ret->maps && i < all.n; i++) {
		if (!is_namespace(all.list[i]))
			continue;
		load_map(e, &all, all.list[i], &ret->maps[ret->n]);
		ret->n += ret->maps[ret->n].n > 0;
	}
	names_done(&all);
}

void foreign_done(struct foreign *f)
{
	free(f->maps);
	*f = (struct foreign){ 0 };
}

void foreign_tree(const struct foreign *f, int verbosity, bool bold, struct strbuf *out)
{
	for (unsigned int i = 0; i < f->n; i++)
		show_one(&f->maps[i], verbosity, bold, out);
}

void foreign_show(struct engine *e, int verbosity, bool bold, struct strbuf *out)
{
	struct foreign f;

	foreign_load(e, &f);
	foreign_tree(&f, verbosity, bold, out);
	foreign_done(&f);
}
