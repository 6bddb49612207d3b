/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wildcards of foreign maps and paths (behaviour.md 2.8), for show_fields.c. */
#include <inttypes.h>
#include <string.h>

#include "core/engine/show_fields.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void put_known(struct strbuf *out, const char *text)
{
	sb_add(out, text[0] ? text : FOREIGN_UNKNOWN);
}

static void put_model(struct strbuf *out, const struct foreign_map *m)
{
	sb_printf(out, "NVMe,%s,%s", m->model, m->rev);
}

static void map_dev(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fmap->name);
}

static void map_name(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%s:nsid.%u", o->fmap->subnqn, o->fmap->nsid);
}

static void map_wwid(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fmap->wwid);
}

static void map_live(const struct show_obj *o, struct strbuf *out)
{
	unsigned int live = 0;

	for (unsigned int i = 0; i < o->fmap->n; i++)
		live += !strcmp(o->fmap->path[i].state, "live");
	sb_printf(out, "%u", live);
}

static void map_size(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%" PRIu64, o->fmap->size);
}

static void map_vend(const struct show_obj *o, struct strbuf *out)
{
	(void)o;
	sb_add(out, "NVMe");
}

static void map_prod(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fmap->model);
}

static void map_rev(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fmap->rev);
}

static void map_vpr(const struct show_obj *o, struct strbuf *out)
{
	put_model(out, o->fmap);
}

static void map_write_prot(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fmap->ro ? "ro" : "rw");
}

static void map_foreign(const struct show_obj *o, struct strbuf *out)
{
	(void)o;
	sb_add(out, "nvme");
}

static void map_handler(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fmap->ana ? "ANA" : FOREIGN_UNKNOWN);
}

static void path_wwid(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fpath->map->wwid);
}

static void path_dev(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fpath->name);
}

static void path_hcil(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fpath->hcil);
}

static void path_devt(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fpath->devt);
}

static void path_state(const struct show_obj *o, struct strbuf *out)
{
	put_known(out, o->fpath->state);
}

static void path_ana(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fpath->ana);
}

static void path_prio(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%d", o->fpath->prio);
}

static void path_vpr(const struct show_obj *o, struct strbuf *out)
{
	put_model(out, o->fpath->map);
}

static void path_size(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%" PRIu64, o->fpath->map->size);
}

static void path_serial(const struct show_obj *o, struct strbuf *out)
{
	put_known(out, o->fpath->serial);
}

static void path_map(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->fpath->map->name);
}

static void path_address(const struct show_obj *o, struct strbuf *out)
{
	put_known(out, o->fpath->address);
}

static void path_adapter(const struct show_obj *o, struct strbuf *out)
{
	put_known(out, o->fpath->adapter);
}

static void path_foreign(const struct show_obj *o, struct strbuf *out)
{
	(void)o;
	sb_add(out, "[nvme]");
}

static const struct show_field map_fields[] = {
	{ 'd', "sysfs", map_dev },	 { 'n', "name", map_name },
	{ 'w', "uuid", map_wwid },	 { 'N', "paths", map_live },
	{ 'S', "size", map_size },	 { 'v', "vend", map_vend },
	{ 'p', "prod", map_prod },	 { 'e', "rev", map_rev },
	{ 's', "vend/prod", map_vpr },	 { 'r', "write_prot", map_write_prot },
	{ 'G', "foreign", map_foreign }, { 'h', "hwhandler", map_handler },
};

static const struct show_field path_fields[] = {
	{ 'w', "uuid", path_wwid },	    { 'd', "dev", path_dev },
	{ 'i', "hcil", path_hcil },	    { 'D', "dev_t", path_devt },
	{ 'o', "dev_st", path_state },	    { 'T', "chk_st", path_ana },
	{ 'p', "pri", path_prio },	    { 's', "vend/prod/rev", path_vpr },
	{ 'S', "size", path_size },	    { 'z', "serial", path_serial },
	{ 'm', "multipath", path_map },	    { 'N', "host WWNN", path_address },
	{ 'R', "host WWPN", path_address }, { 'a', "host adapter", path_adapter },
	{ 'G', "foreign", path_foreign },
};

const struct show_field *foreign_fields(enum show_kind k, unsigned int *ret_n)
{
	*ret_n = k == SHOW_FOREIGN_MAP ? COUNT(map_fields) : COUNT(path_fields);
	return k == SHOW_FOREIGN_MAP ? map_fields : path_fields;
}
