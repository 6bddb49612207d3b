// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One small function per wildcard and one table row that names it; texts that several kinds share
 * (sizes, progress bars, lists of words for states) stand once. Nothing here knows of columns,
 * escaping or verbosity.
 */
#include "core/engine/show_fields.h"

#include <inttypes.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "core/engine/show.h"
#include "core/model/vpd.h"

#define COUNT(a)       (sizeof(a) / sizeof((a)[0]))
#define PROGRESS_CELLS 10

void show_size(uint64_t sectors, struct strbuf *out)
{
	static const char units[] = "KMGTP";
	double size = (double)sectors / 2;
	unsigned int u = 0;

	for (; size >= 1024 && u < sizeof(units) - 2; u++)
		size /= 1024;
	sb_printf(out, "%.*f%c", size < 10 ? 1 : 0, size, units[u]);
}

/* "X......... 3/20" */
static void put_progress(struct strbuf *out, unsigned int done, unsigned int total)
{
	unsigned int cells = 0;

	if (total) {
		cells = done >= total ? PROGRESS_CELLS
				      : (unsigned int)((uint64_t)PROGRESS_CELLS * done / total);
		sb_fill(out, 'X', cells);
		sb_fill(out, '.', PROGRESS_CELLS - cells);
	}
	sb_printf(out, " %u/%u", done, total);
}

static void put_or(struct strbuf *out, const char *text, const char *otherwise)
{
	sb_add(out, text && text[0] ? text : otherwise);
}

static void put_kb(struct strbuf *out, unsigned int kb)
{
	if (kb)
		sb_printf(out, "%u", kb);
	else
		sb_add(out, "n/a");
}

static void no_foreign(const struct show_obj *o, struct strbuf *out)
{
	(void)o;
	sb_add(out, "--");
}

/* --- maps --- */

static void map_name(const struct show_obj *o, struct strbuf *out)
{
	put_or(out, o->map->alias, o->map->wwid);
}

static void map_uuid(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->map->wwid);
}

static void map_sysfs(const struct show_obj *o, struct strbuf *out)
{
	if (o->map->has_dm)
		sb_printf(out, "dm-%u", o->map->dm.minor);
	else
		sb_add(out, "undef");
}

static void map_failback(const struct show_obj *o, struct strbuf *out)
{
	const struct props *p = &o->map->props;
	int64_t delay = props_num(p, KW_failback, 0);

	switch (props_word(p, KW_failback)) {
	case VW_NONE:
		sb_add(out, "undef");
		break;
	case VW_NUMBER:
		if (o->map->failback_tick > 0 && delay >= 0)
			put_progress(out, (unsigned int)o->map->failback_tick, (unsigned int)delay);
		else
			sb_printf(out, "deferred:%" PRId64, delay);
		break;
	default:
		sb_add(out, vocab_text(props_word(p, KW_failback)));
	}
}

static void map_queueing(const struct show_obj *o, struct strbuf *out)
{
	const struct props *p = &o->map->props;
	int64_t retries = props_num(p, KW_no_path_retry, 0);

	if (o->map->q.disabled || o->map->q.removing) {
		sb_add(out, "off");
		return;
	}
	switch (props_word(p, KW_no_path_retry)) {
	case VW_NONE:
		sb_add(out, "-");
		break;
	case VW_queue:
		sb_add(out, "on");
		break;
	case VW_NUMBER:
		if (retries > 0 && o->map->retry_tick > 0) {
			sb_printf(out, "%d sec", o->map->retry_tick);
			break;
		}
		if (retries > 0 && o->map->retry_tick == 0 && map_usable_paths(o->map)) {
			sb_printf(out, "%" PRId64 " chk", retries);
			break;
		}
		/* fall through */
	default:
		sb_add(out, "off");
	}
}

static void map_paths(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%u", map_usable_paths(o->map));
}

static void map_write_prot(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, !o->map->has_dm ? "undef" : o->map->dm.read_only ? "ro" : "rw");
}

static void map_dm_state(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, !o->map->has_dm ? "undef" : o->map->dm.suspended ? "suspend" : "active");
}

static void map_size(const struct show_obj *o, struct strbuf *out)
{
	show_size(o->map->size, out);
}

static void map_features(const struct show_obj *o, struct strbuf *out)
{
	put_or(out, o->map->features, "0");
}

static void map_hwhandler(const struct show_obj *o, struct strbuf *out)
{
	put_or(out, o->map->hwhandler, "0");
}

static void map_action(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, map_action_word(o->map->action));
}

static void map_failures(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%u", o->map->stat_map_failures);
}

static void map_path_faults(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%u", o->map->stat_path_failures);
}

static void map_switch_grp(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%u", o->map->stat_switchgroup);
}

static void map_loads(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%u", o->map->stat_map_loads);
}

static void map_q_time(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%u", o->map->stat_total_queueing_s);
}

static void map_q_timeouts(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%u", o->map->stat_queueing_timeouts);
}

/* Members as they stand in groups, which is the order they are shown in; then the others. */
static const struct path *nth_path(const struct map *m, unsigned int i)
{
	for (unsigned int g = 0; g < m->n_groups; g++) {
		if (i < m->groups[g].n)
			return m->groups[g].paths[i];
		i -= m->groups[g].n;
	}
	return i < m->n_paths ? m->paths[i] : NULL;
}

static void map_vend_prod(const struct show_obj *o, struct strbuf *out)
{
	const struct path *p;

	for (unsigned int i = 0; (p = nth_path(o->map, i)); i++)
		if (p->dev.vendor[0] && p->dev.product[0]) {
			sb_printf(out, "%s,%s", p->dev.vendor, p->dev.product);
			return;
		}
	sb_add(out, "##,##");
}

static void map_vend(const struct show_obj *o, struct strbuf *out)
{
	const struct path *p;
	unsigned int i = 0;

	while ((p = nth_path(o->map, i)) && !p->dev.vendor[0])
		i++;
	sb_add(out, p ? p->dev.vendor : "##");
}

static void map_prod(const struct show_obj *o, struct strbuf *out)
{
	const struct path *p;
	unsigned int i = 0;

	while ((p = nth_path(o->map, i)) && !p->dev.product[0])
		i++;
	sb_add(out, p ? p->dev.product : "##");
}

static void map_rev(const struct show_obj *o, struct strbuf *out)
{
	const struct path *p;
	unsigned int i = 0;

	while ((p = nth_path(o->map, i)) && !p->dev.rev[0])
		i++;
	sb_add(out, p ? p->dev.rev : "##");
}

/* Text of the vendor page that keyword vpd_vendor chose; false: none. */
static bool put_vpd(const struct path *p, struct strbuf *out)
{
	const struct bytes *page = &p->dev.vpd_vendor;
	char text[VPD_MAX] = "";

	if (!page->data || vpd_vendor_text(props_word(&p->props, KW_vpd_vendor), page->data,
					   page->len, text, sizeof(text)))
		return false;
	sb_add(out, text);
	return text[0];
}

static void map_vpd_data(const struct show_obj *o, struct strbuf *out)
{
	const struct path *p;

	if (o->map->vpd_data && o->map->vpd_data[0]) {
		sb_add(out, o->map->vpd_data);
		return;
	}
	for (unsigned int i = 0; (p = nth_path(o->map, i)); i++)
		if (put_vpd(p, out))
			return;
	sb_add(out, "[undef]");
}

static void map_max_sectors(const struct show_obj *o, struct strbuf *out)
{
	put_kb(out, o->map->max_sectors_kb);
}

static const struct show_field map_fields[] = {
	{ 'n', "name", map_name },
	{ 'w', "uuid", map_uuid },
	{ 'd', "sysfs", map_sysfs },
	{ 'F', "failback", map_failback },
	{ 'Q', "queueing", map_queueing },
	{ 'N', "paths", map_paths },
	{ 'r', "write_prot", map_write_prot },
	{ 't', "dm-st", map_dm_state },
	{ 'S', "size", map_size },
	{ 'f', "features", map_features },
	{ 'x', "failures", map_failures },
	{ 'h', "hwhandler", map_hwhandler },
	{ 'A', "action", map_action },
	{ '0', "path_faults", map_path_faults },
	{ '1', "switch_grp", map_switch_grp },
	{ '2', "map_loads", map_loads },
	{ '3', "total_q_time", map_q_time },
	{ '4', "q_timeouts", map_q_timeouts },
	{ 's', "vend/prod", map_vend_prod },
	{ 'v', "vend", map_vend },
	{ 'p', "prod", map_prod },
	{ 'e', "rev", map_rev },
	{ 'G', "foreign", no_foreign },
	{ 'g', "vpd page data", map_vpd_data },
	{ 'k', "max_sectors_kb", map_max_sectors },
};

/* --- groups --- */

static void group_selector(const struct show_obj *o, struct strbuf *out)
{
	put_or(out, o->group->selector, "");
}

static void group_prio(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%d", o->group->prio);
}

static void group_state(const struct show_obj *o, struct strbuf *out)
{
	static const char *const words[] = {
		[PG_UNDEF] = "undef",
		[PG_ENABLED] = "enabled",
		[PG_DISABLED] = "disabled",
		[PG_ACTIVE] = "active",
	};

	sb_add(out, words[o->group->state]);
}

static void put_marginal(struct strbuf *out, bool marginal)
{
	sb_add(out, marginal ? "marginal" : "normal");
}

static void group_marginal(const struct show_obj *o, struct strbuf *out)
{
	put_marginal(out, o->group->marginal);
}

static const struct show_field group_fields[] = {
	{ 's', "selector", group_selector },
	{ 'p', "pri", group_prio },
	{ 't', "dm_st", group_state },
	{ 'M', "marginal_st", group_marginal },
};

/* --- paths --- */

static void path_uuid(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->path->wwid);
}

static void path_hcil(const struct show_obj *o, struct strbuf *out)
{
	const struct blkdev *d = &o->path->dev;

	if (d->has_hcil)
		sb_printf(out, "%d:%d:%d:%" PRIu64, d->host, d->channel, d->id, d->lun);
	else
		sb_add(out, "#:#:#:#");
}

static void path_dev(const struct show_obj *o, struct strbuf *out)
{
	put_or(out, o->path->dev.name, "-");
}

static void path_dev_t(const struct show_obj *o, struct strbuf *out)
{
	dev_t d = o->path->dev.devno;

	if (d)
		sb_printf(out, "%u:%u", major(d), minor(d));
	else
		sb_add(out, "#:#");
}

static void path_dm_state(const struct show_obj *o, struct strbuf *out)
{
	static const char *const words[] = {
		[DMP_UNDEF] = "undef",
		[DMP_FAILED] = "failed",
		[DMP_ACTIVE] = "active",
	};

	sb_add(out, words[o->path->dm]);
}

static void path_dev_state(const struct show_obj *o, struct strbuf *out)
{
	if (!o->path->map)
		sb_add(out, "unknown");
	else
		sb_add(out, o->path->sysfs_state == PATH_DOWN ? "offline" : "running");
}

static void path_chk_state(const struct show_obj *o, struct strbuf *out)
{
	const struct path *p = o->path;
	/* under a daemon, a check that is still under way shows, though it changes nothing yet */
	enum path_state s = p->verdict == PATH_PENDING ? PATH_PENDING : p->state;

	sb_add(out, p->map ? path_state_shown(s) : "undef");
}

static void path_vpr(const struct show_obj *o, struct strbuf *out)
{
	const struct blkdev *d = &o->path->dev;

	put_or(out, d->vendor, "##");
	sb_addc(out, ',');
	put_or(out, d->product, "##");
	sb_addc(out, ',');
	put_or(out, d->rev, "##");
}

static void path_checker(const struct show_obj *o, struct strbuf *out)
{
	put_or(out, props_str(&o->path->props, KW_path_checker), "(null)");
}

static void path_next_check(const struct show_obj *o, struct strbuf *out)
{
	if (o->path->map)
		put_progress(out, o->path->tick, o->path->interval);
	else
		sb_add(out, "orphan");
}

static void path_prio(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%d", o->path->has_prio ? o->path->prio : -1);
}

static void path_size(const struct show_obj *o, struct strbuf *out)
{
	show_size(o->path->dev.size, out);
}

static void path_serial(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, o->path->dev.serial);
}

static void path_marginal(const struct show_obj *o, struct strbuf *out)
{
	put_marginal(out, o->path->marginal);
}

static void path_multipath(const struct show_obj *o, struct strbuf *out)
{
	const struct path *p = o->path;

	if (p->add_when_online)
		sb_add(out, "[offline]");
	else if (!p->map)
		sb_add(out, "[orphan]");
	else
		put_or(out, p->map->alias, "[unknown]");
}

/* Names that only Fibre Channel has. */
static void put_fc(struct strbuf *out, const struct path *p, const char *name)
{
	if (p->dev.protocol != PROTO_SCSI_FCP)
		sb_add(out, "[undef]");
	else
		put_or(out, name, "[unknown]");
}

static void path_host_wwnn(const struct show_obj *o, struct strbuf *out)
{
	put_fc(out, o->path, o->path->dev.host_wwnn);
}

static void path_host_wwpn(const struct show_obj *o, struct strbuf *out)
{
	put_fc(out, o->path, o->path->dev.host_wwpn);
}

static void path_tgt_wwpn(const struct show_obj *o, struct strbuf *out)
{
	put_fc(out, o->path, o->path->dev.tgt_wwpn);
}

static void path_tgt_wwnn(const struct show_obj *o, struct strbuf *out)
{
	put_or(out, o->path->dev.tgt_node_name, "[undef]");
}

static void path_host_adapter(const struct show_obj *o, struct strbuf *out)
{
	put_or(out, o->path->dev.host_adapter, "[undef]");
}

static void path_vpd_data(const struct show_obj *o, struct strbuf *out)
{
	if (!put_vpd(o->path, out))
		sb_add(out, "[undef]");
}

static void path_failures(const struct show_obj *o, struct strbuf *out)
{
	sb_printf(out, "%u", o->path->failures);
}

static void path_protocol(const struct show_obj *o, struct strbuf *out)
{
	sb_add(out, protocol_name(o->path->dev.protocol));
}

static void path_init_state(const struct show_obj *o, struct strbuf *out)
{
	static const char *const words[] = {
		[INIT_NEW] = "new",
		[INIT_FAILED] = "failed",
		[INIT_MISSING_UDEV] = "udev-missing",
		[INIT_REQUESTED_UDEV] = "udev-requested",
		[INIT_OK] = "ok",
		[INIT_REMOVED] = "removed",
		[INIT_PARTIAL] = "partial",
	};
	unsigned int i = o->path->init;

	sb_add(out, i < COUNT(words) ? words[i] : "undef");
}

/* The LUN as the eight bytes of SAM-6 4.7: two bytes per level, the first level first. */
static void path_lun_hex(const struct show_obj *o, struct strbuf *out)
{
	uint64_t lun = o->path->dev.lun, hex = 0;

	for (unsigned int level = 0; level < 4; level++, lun >>= 16)
		hex = hex << 16 | (lun & 0xffff);
	sb_printf(out, "0x%016" PRIx64, o->path->dev.has_hcil ? hex : UINT64_MAX);
}

static void path_tpg(const struct show_obj *o, struct strbuf *out)
{
	if (o->path->has_tpg)
		sb_printf(out, "0x%04x", o->path->tpg);
	else
		sb_add(out, "[undef]");
}

static void path_max_sectors(const struct show_obj *o, struct strbuf *out)
{
	put_kb(out, o->path->dev.max_sectors_kb);
}

static const struct show_field path_fields[] = {
	{ 'w', "uuid", path_uuid },
	{ 'i', "hcil", path_hcil },
	{ 'd', "dev", path_dev },
	{ 'D', "dev_t", path_dev_t },
	{ 't', "dm_st", path_dm_state },
	{ 'o', "dev_st", path_dev_state },
	{ 'T', "chk_st", path_chk_state },
	{ 's', "vend/prod/rev", path_vpr },
	{ 'c', "checker", path_checker },
	{ 'C', "next_check", path_next_check },
	{ 'p', "pri", path_prio },
	{ 'S', "size", path_size },
	{ 'z', "serial", path_serial },
	{ 'M', "marginal_st", path_marginal },
	{ 'm', "multipath", path_multipath },
	{ 'N', "host WWNN", path_host_wwnn },
	{ 'n', "target WWNN", path_tgt_wwnn },
	{ 'R', "host WWPN", path_host_wwpn },
	{ 'r', "target WWPN", path_tgt_wwpn },
	{ 'a', "host adapter", path_host_adapter },
	{ 'G', "foreign", no_foreign },
	{ 'g', "vpd page data", path_vpd_data },
	{ '0', "failures", path_failures },
	{ 'P', "protocol", path_protocol },
	{ 'I', "init_st", path_init_state },
	{ 'L', "LUN hex", path_lun_hex },
	{ 'A', "TPG", path_tpg },
	{ 'k', "max_sectors_kb", path_max_sectors },
};

static const struct {
	const struct show_field *list;
	unsigned int n;
} tables[SHOW__KINDS] = {
	[SHOW_MAP] = { map_fields, COUNT(map_fields) },
	[SHOW_GROUP] = { group_fields, COUNT(group_fields) },
	[SHOW_PATH] = { path_fields, COUNT(path_fields) },
};

const struct show_field *show_fields(enum show_kind k, unsigned int *ret_n)
{
	*ret_n = tables[k].n;
	return tables[k].list;
}

static const struct show_field *find(const struct show_field *list, unsigned int n, char letter)
{
	for (unsigned int i = 0; i < n; i++)
		if (list[i].letter == letter)
			return &list[i];
	return NULL;
}

static void unknown(const struct show_obj *o, struct strbuf *out)
{
	(void)o;
	sb_add(out, FOREIGN_UNKNOWN);
}

/* A wildcard of maps or paths that foreign ones have no text for. */
static const struct show_field *foreign_field(enum show_kind k, char letter)
{
	static const struct show_field none = { '?', "", unknown };
	enum show_kind own = k == SHOW_FOREIGN_MAP ? SHOW_MAP : SHOW_PATH;
	unsigned int n;
	const struct show_field *list = foreign_fields(k, &n);
	const struct show_field *f = find(list, n, letter);

	return f || !find(tables[own].list, tables[own].n, letter) ? f : &none;
}

const struct show_field *show_field(enum show_kind k, char letter)
{
	if (k == SHOW_FOREIGN_MAP || k == SHOW_FOREIGN_PATH)
		return foreign_field(k, letter);
	return find(tables[k].list, tables[k].n, letter);
}
