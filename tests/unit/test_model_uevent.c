// SPDX-License-Identifier: GPL-2.0-or-later
/* Batches of uevents: what is left of one device's events, and what becomes one transaction. */
#include <errno.h>
#include <stdlib.h>

#include "tests/unit/topo.h"

#include "core/model/uevent.h"

/* "KEY=value KEY=value". */
static struct udev_props props_of(const char *text)
{
	struct udev_props p = { 0 };
	char *copy = strdup(text), *save, *word;

	p.list = calloc(32, sizeof(*p.list));
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *eq = strchr(word, '=');

		p.list[p.n].key = strndup(word, (size_t)(eq - word));
		p.list[p.n++].value = strdup(eq + 1);
	}
	free(copy);
	return p;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct udev_prop *)a)->key, ((const struct udev_prop *)b)->key);
}

static int event_of(const char *text, int64_t now, struct uevent **ret)
{
	struct udev_props p = props_of(text);

	qsort(p.list, p.n, sizeof(*p.list), by_key); /* as udb.h has them */
	return uevent_new(&p, now, ret);
}

/*
 * "add sda", "change dm-1 W PATH_FAILED 8:0": ACTION NAME [WWID [DM_ACTION DM_PATH]]; the number of
 * the event is in its properties.
 */
static struct uevent *event(unsigned int nr, const char *text)
{
	char action[16], name[32], wwid[32] = "", dm_action[32] = "", dm_path[32] = "";
	TEXT sb = TEXT_INIT;
	struct uevent *ev;

	sscanf(text, "%15s %31s %31s %31s %31s", action, name, wwid, dm_action, dm_path);
	sb_printf(&sb, "ACTION=%s DEVPATH=/block/%s SEQNUM=%u DEVTYPE=disk SUBSYSTEM=block", action,
		  name, nr);
	if (!strncmp(name, "dm-", 3))
		sb_printf(&sb, " DM_NAME=%s DM_UUID=mpath-%s", name, wwid);
	else if (*wwid)
		sb_printf(&sb, " ID_SERIAL=%s", wwid);
	if (*dm_action)
		sb_printf(&sb, " DM_ACTION=%s DM_PATH=%s", dm_action, dm_path);
	assert_int_equal(event_of(sb_str(&sb), nr, &ev), 0);
	uevent_identify(ev, "sd:ID_SERIAL");
	return ev;
}

static void push_all(struct uevent_queue *q, const char *list)
{
	char *copy = strdup(list), *save, *line;
	unsigned int nr = 0;

	for (line = strtok_r(copy, ",", &save); line; line = strtok_r(NULL, ",", &save))
		uevent_push(q, event(++nr, line));
	free(copy);
}

/* "add sda#3, remove sdb#2": the number tells whose properties they are. */
static void queue_text(struct uevent_queue *q, struct strbuf *out)
{
	static const char *const names[] = { "add", "change", "remove", "other" };
	struct uevent *ev;

	while ((ev = uevent_pop(q))) {
		sb_add(out, out->len ? ", " : "");
		for (const struct uevent *e = ev; e; e = e->also)
			sb_printf(out, "%s%s %s#%u", e == ev ? "" : " + ", names[e->action],
				  e->name, (unsigned int)e->seqnum);
		uevent_free(ev);
	}
	assert_int_equal(q->n, 0);
}

static void expect(const char *list, void (*how)(struct uevent_queue *), const char *want)
{
	struct uevent_queue q = { 0 };
	TEXT sb = TEXT_INIT;

	push_all(&q, list);
	how(&q);
	queue_text(&q, &sb);
	if (strcmp(sb_str(&sb), want))
		fail_msg("%s: \"%s\", not \"%s\"", list, sb_str(&sb), want);
	uevent_queue_done(&q);
}

static void one_device(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "add sda", "add sda#1" },
		{ "add sda,add sda", "add sda#2" },
		{ "add sda,change sda", "add sda#2" },
		{ "add sda,remove sda", "remove sda#2" },
		{ "change sda,add sda", "add sda#2" },
		{ "change sda,change sda", "change sda#2" },
		{ "change sda,remove sda", "remove sda#2" },
		{ "remove sda,add sda", "remove sda#1, add sda#2" },
		{ "remove sda,change sda", "remove sda#1, change sda#2" },
		{ "remove sda,remove sda", "remove sda#2" },
		{ "add sda,change sda,change sda,change sda", "add sda#4" },
		{ "remove sda,add sda,change sda", "remove sda#1, add sda#3" },
		{ "remove sda,add sda,remove sda,add sda,remove sda", "remove sda#5" },
		{ "remove sda,add sda,remove sda,add sda", "remove sda#3, add sda#4" },
		{ "change sda,change sda,remove sda,add sda,change sda",
		  "remove sda#3, add sda#5" },
		/* others keep their places */
		{ "add sda,add sdb,change sda", "add sda#3, add sdb#2" },
		{ "add sda,add sdb,remove sda,add sdc", "remove sda#3, add sdb#2, add sdc#4" },
		{ "remove sda,add sdb,add sda,change sdb", "remove sda#1, add sdb#4, add sda#3" },
		/* dm events with an action of their own */
		{ "change dm-1 W PATH_FAILED 8:0,change dm-1 W PATH_FAILED 8:16",
		  "change dm-1#1, change dm-1#2" },
		{ "change dm-1 W PATH_FAILED 8:0,change dm-1 W PATH_FAILED 8:0", "change dm-1#2" },
		{ "change dm-1 W PATH_FAILED 8:0,change dm-1 W PATH_REINSTATED 8:0",
		  "change dm-1#1, change dm-1#2" },
		{ "change dm-1 W PATH_FAILED 8:0,change dm-1 W,change dm-1 W",
		  "change dm-1#1, change dm-1#3" },
		{ "change dm-1 W,change dm-1 W PATH_FAILED 8:0,remove dm-1 W", "remove dm-1#3" },
		{ "add dm-1 W,remove dm-1 W,add dm-1 V", "remove dm-1#2, add dm-1#3" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(rows[i].in, uevent_filter, rows[i].out);
}

static void transactions(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "add sda W,add sdb W,add sdc V,add sdd W",
		  "add sda#1 + add sdb#2 + add sdd#4, add sdc#3" },
		{ "add sda W,change sdb W", "add sda#1 + change sdb#2" },
		{ "remove sda W,remove sdb W", "remove sda#1 + remove sdb#2" },
		{ "add sda W,remove sdb W,add sdc W", "add sda#1, remove sdb#2, add sdc#3" },
		/* the map's own event is a wall, another map's is none */
		{ "add sda W,change dm-1 W,add sdb W", "add sda#1, change dm-1#2, add sdb#3" },
		{ "add sda W,change dm-1 V,add sdb W", "add sda#1 + add sdb#3, change dm-1#2" },
		{ "change dm-1 W,change dm-2 W", "change dm-1#1, change dm-2#2" },
		/* without a WWID each stands alone */
		{ "add sda,add sdb", "add sda#1, add sdb#2" },
		{ "add nvme0n1 W,add sdb W", "add nvme0n1#1, add sdb#2" },
		/* never before an earlier event of the same device */
		{ "add sda W,remove sdb V,add sdb W", "add sda#1, remove sdb#2, add sdb#3" },
		{ "add sda W,remove sdb,add sdb W,add sdc W",
		  "add sda#1, remove sdb#2, add sdb#3 + add sdc#4" },
		/* the WWID changed within the batch: the newer one counts */
		{ "add sda W,add sdb V,change sda V", "add sda#3 + add sdb#2" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(rows[i].in, uevent_merge, rows[i].out);
}

static void records(void **state)
{
	struct uevent *ev;
	(void)state;

	assert_int_equal(
		event_of("ACTION=change DEVPATH=/devices/virtual/block/dm-3 MAJOR=253 MINOR=3 "
			 "SUBSYSTEM=block DEVTYPE=disk SEQNUM=4711 DM_NAME=mpatha "
			 "DM_UUID=mpath-36001 DM_ACTION=PATH_FAILED DM_PATH=8:16 "
			 "DM_NR_VALID_PATHS=1",
			 5, &ev),
		0);
	assert_int_equal(ev->action, UEVENT_CHANGE);
	assert_string_equal(ev->name, "dm-3");
	assert_int_equal(ev->devno, makedev(253, 3));
	assert_int_equal(ev->seqnum, 4711);
	assert_int_equal(ev->came_ns, 5);
	assert_true(ev->is_dm);
	assert_string_equal(ev->dm_name, "mpatha");
	assert_string_equal(ev->dm_action, "PATH_FAILED");
	assert_string_equal(ev->dm_path, "8:16");
	assert_string_equal(ev->wwid, "36001");
	assert_int_equal(ev->dm_valid_paths, 1);
	uevent_free(ev);
	assert_int_equal(event_of("ACTION=add DEVPATH=/devices/x/block/sda", 0, &ev), 0);
	assert_false(ev->is_dm);
	assert_int_equal(ev->dm_valid_paths, -1);
	assert_string_equal(ev->wwid, "");
	uevent_free(ev);
}

static void bad_records(void **state)
{
	static const char *const bad[] = {
		"ACTION=add",
		"ACTION=add DEVPATH=",
		"ACTION=add DEVPATH=/",
		"ACTION=add DEVPATH=/block/",
		"ACTION=add DEVPATH=/block/sda SUBSYSTEM=net",
		"ACTION=add DEVPATH=/block/a-name-that-is-longer-than-any-kernel-has",
	};
	struct uevent *ev;
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(event_of(bad[i], 0, &ev), -EINVAL);
	assert_int_equal(event_of("DEVPATH=/block/sda MAJOR=x SEQNUM=-1", 0, &ev), 0);
	assert_int_equal(ev->action, UEVENT_OTHER);
	uevent_free(ev);
}

static void interesting(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ "ACTION=add DEVPATH=/b/sda", true },
		{ "ACTION=change DEVPATH=/b/nvme0n1", true },
		{ "ACTION=remove DEVPATH=/b/dasda", true },
		{ "ACTION=add DEVPATH=/b/cciss!c0d0", true },
		{ "ACTION=add DEVPATH=/b/sda/sda1 DEVTYPE=partition", false },
		{ "ACTION=bind DEVPATH=/b/sda", false },
		{ "ACTION=offline DEVPATH=/b/sda", false },
		{ "DEVPATH=/b/sda", false },
		{ "ACTION=add DEVPATH=/b/loop0", false },
		{ "ACTION=add DEVPATH=/b/sr0", false },
		{ "ACTION=add DEVPATH=/b/md0", false },
		{ "ACTION=change DEVPATH=/b/dm-0 DM_UUID=mpath-3600", true },
		{ "ACTION=change DEVPATH=/b/dm-0 DM_UUID=part1-mpath-3600", false },
		{ "ACTION=change DEVPATH=/b/dm-0 DM_UUID=LVM-abc", false },
		{ "ACTION=add DEVPATH=/b/dm-0", false },
		{ "ACTION=remove DEVPATH=/b/dm-0", true },
		{ "ACTION=remove DEVPATH=/b/dm-0 DM_UUID=LVM-abc", false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct uevent *ev;

		assert_int_equal(event_of(rows[i].text, 0, &ev), 0);
		if (uevent_interesting(ev) != rows[i].want)
			fail_msg("%s", rows[i].text);
		uevent_free(ev);
	}
}

static void batches_close(void **state)
{
	struct uevent_queue q = { 0 };
	int64_t now = 7000000000LL;
	unsigned int n = 0;
	struct uevent *ev;
	(void)state;

	assert_int_equal(uevent_due_ns(&q), INT64_MAX);
	do { /* one every 10 ms: never quiet */
		assert_int_equal(event_of("ACTION=add DEVPATH=/b/sda", now, &ev), 0);
		uevent_push(&q, ev);
		now += 10000000;
		n++;
	} while (uevent_due_ns(&q) > now);
	assert_int_equal(n, 100);
	uevent_filter(&q);
	assert_int_equal(q.n, 1);
	assert_int_equal(q.first->came_ns, 7000000000LL); /* waiting since then */
	uevent_queue_done(&q);
	assert_int_equal(event_of("ACTION=add DEVPATH=/b/sda", now, &ev), 0);
	uevent_push(&q, ev);
	assert_int_equal(uevent_due_ns(&q), now + UEVENT_QUIET_NS);
	uevent_queue_done(&q);
}

/* A storm is bounded; nothing is lost while the devices are fewer than the bound. */
static void storms(void **state)
{
	struct uevent_queue q = { 0 };
	char text[64];
	(void)state;

	for (unsigned int i = 0; i < 5 * UEVENTS_MAX; i++) {
		snprintf(text, sizeof(text), "%s sd%u", i % 3 ? "change" : "remove", i % 4000);
		uevent_push(&q, event(i, text));
		assert_true(q.n <= UEVENTS_MAX);
	}
	assert_false(q.lost);
	uevent_queue_done(&q);
	for (unsigned int i = 0; i < UEVENTS_MAX + 10; i++) {
		snprintf(text, sizeof(text), "add sd%u W%u", i, i % 100);
		uevent_push(&q, event(i, text));
	}
	assert_true(q.lost);
	assert_int_equal(q.n, UEVENTS_MAX);
	uevent_merge(&q);
	for (unsigned int i = 0; i < 100; i++) {
		struct uevent *ev = uevent_pop(&q);

		assert_int_equal(ev->seqnum, i);
		uevent_free(ev);
	}
	assert_null(q.first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_device),  cmocka_unit_test(transactions),
		cmocka_unit_test(records),     cmocka_unit_test(bad_records),
		cmocka_unit_test(interesting), cmocka_unit_test(batches_close),
		cmocka_unit_test(storms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
