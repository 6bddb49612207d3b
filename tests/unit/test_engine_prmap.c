/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Persistent reservations of a map, against a logical unit in memory that keeps registrations and the
 * reservation by path as SPC-6 5.14 says. A path can be lost, and the unit can be told to fail.
 */
#include <stdlib.h>

#include "core/engine/prmap.h"
#include "core/model/bytes.h"
#include "core/model/scsi.h"
#include "tests/unit/topo.h"

#define NEXUS 8 /* 0..3: paths of our map, 7: another node */

/* --- the logical unit ------------------------------------------------------------------------ */

struct unit {
	struct devio io;
	struct dmb dmb;
	uint64_t key[NEXUS];
	int holder; /* -1: none */
	unsigned int type, suspended, suspends, commands, attention;
	bool lost[NEXUS], fail[NEXUS];
	bool unguarded; /* registrations were taken from us while I/O went on */
};
struct devio_dev {
	struct unit *u;
	unsigned int nexus;
};

static struct unit *unit_of(void *ops_owner, size_t offset)
{
	return (struct unit *)((char *)ops_owner - offset);
}

static int unit_open(struct devio *io, const char *name, dev_t devno, struct devio_dev **ret)
{
	struct devio_dev *d = calloc(1, sizeof(*d));

	(void)name;
	d->u = unit_of(io, offsetof(struct unit, io));
	d->nexus = minor(devno);
	*ret = d;
	return 0;
}

static void unit_close(struct devio_dev *d)
{
	free(d);
}

static bool all_registrants(unsigned int type)
{
	return type == 7 || type == 8;
}

static uint8_t do_register(struct unit *u, unsigned int n, uint64_t rk, uint64_t sark, bool ignore)
{
	if (!ignore && rk != u->key[n])
		return SAM_RESERVATION_CONFLICT;
	u->key[n] = sark;
	if (!sark && u->holder == (int)n)
		u->holder = -1;
	return SAM_GOOD;
}

static uint8_t do_reserve(struct unit *u, unsigned int n, unsigned int type)
{
	if (u->holder < 0) {
		u->holder = (int)n;
		u->type = type;
		return SAM_GOOD;
	}
	return u->type == type && (u->holder == (int)n || all_registrants(type))
		       ? SAM_GOOD
		       : SAM_RESERVATION_CONFLICT;
}

static uint8_t do_preempt(struct unit *u, unsigned int n, uint64_t sark, unsigned int type)
{
	bool takes = u->holder >= 0 && u->key[u->holder] == sark;

	for (unsigned int i = 0; i < NEXUS; i++)
		if (i != n && u->key[i] == sark) {
			u->key[i] = 0;
			u->unguarded |= i < 4 && !u->suspended;
		}
	if (takes) {
		u->holder = (int)n;
		u->type = type;
	}
	return SAM_GOOD;
}

static uint8_t unit_out(struct unit *u, unsigned int n, const struct scsi_cmd *c,
			const uint8_t *list)
{
	uint64_t rk = get_be64(list), sark = get_be64(list + 8);
	unsigned int type = c->cdb[2] & 0xf;

	if (c->cdb[1] == PR_REGISTER || c->cdb[1] == PR_REGISTER_IGNORE)
		return do_register(u, n, rk, sark, c->cdb[1] == PR_REGISTER_IGNORE);
	if (!u->key[n] || rk != u->key[n])
		return SAM_RESERVATION_CONFLICT;
	switch (c->cdb[1]) {
	case PR_RESERVE:
		return do_reserve(u, n, type);
	case PR_RELEASE:
		if (u->holder == (int)n || (u->holder >= 0 && all_registrants(u->type)))
			u->holder = -1;
		return SAM_GOOD;
	case PR_CLEAR:
		memset(u->key, 0, sizeof(u->key));
		u->holder = -1;
		return SAM_GOOD;
	default:
		return do_preempt(u, n, sark, type);
	}
}

static void put_key(uint8_t *p, uint64_t v)
{
	put_be32(p, (uint32_t)(v >> 32));
	put_be32(p + 4, (uint32_t)v);
}

static uint32_t unit_in(const struct unit *u, const struct scsi_cmd *c, uint8_t *buf)
{
	uint32_t n = 8;

	memset(buf, 0, c->len);
	if (c->cdb[1] == PR_READ_RESERVATION && u->holder >= 0) {
		put_key(buf + 8, all_registrants(u->type) ? 0 : u->key[u->holder]);
		buf[21] = (uint8_t)u->type;
		n = 24;
	}
	for (unsigned int i = 0; c->cdb[1] == PR_READ_KEYS && i < NEXUS; i++)
		if (u->key[i]) {
			put_key(buf + n, u->key[i]);
			n += 8;
		}
	put_be32(buf + 4, n - 8);
	return n;
}

static void unit_scsi(struct devio_dev *d, const struct scsi_cmd *c, void *buf,
		      struct scsi_result *r)
{
	static const uint8_t power_on[14] = { 0x70, 0, 6, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0x29 };
	static const uint8_t hardware[14] = { 0x70, 0, 4, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0x44 };
	struct unit *u = d->u;

	u->commands++;
	if (u->lost[d->nexus]) {
		r->host = DID_NO_CONNECT;
	} else if (u->attention || (u->fail[d->nexus] && c->cdb[0] == 0x5f)) {
		r->status = SAM_CHECK_CONDITION;
		r->sense_len = 14;
		memcpy(r->sense, u->attention ? power_on : hardware, 14);
		u->attention -= u->attention > 0;
	} else if (c->cdb[0] == 0x5f) {
		r->status = unit_out(u, d->nexus, c, buf);
	} else {
		r->len = unit_in(u, c, buf);
	}
}

static int unit_suspend(struct dmb *dmb, const char *name, bool flush)
{
	struct unit *u = unit_of(dmb, offsetof(struct unit, dmb));

	assert_string_equal(name, "mpatha");
	assert_false(flush);
	u->suspended++;
	u->suspends++;
	return 0;
}

static int unit_resume(struct dmb *dmb, const char *name, unsigned int flags)
{
	(void)name;
	(void)flags;
	unit_of(dmb, offsetof(struct unit, dmb))->suspended--;
	return 0;
}

/* --- a host with a map of four paths --------------------------------------------------------- */

struct machine {
	struct unit u;
	struct host h;
	struct topology *t;
	struct map *m;
	bool done[4];
};

static int machine_new(void **state)
{
	static const struct devio_ops io = { .open = unit_open,
					     .close = unit_close,
					     .scsi = unit_scsi };
	static const struct dmb_ops dm = { .suspend = unit_suspend, .resume = unit_resume };
	struct machine *x = calloc(1, sizeof(*x));

	x->u.io.ops = &io;
	x->u.dmb.ops = &dm;
	x->u.holder = -1;
	x->h = (struct host){ .io = &x->u.io, .dmb = &x->u.dmb };
	x->h.clock.virtual = true;
	x->t = topology_new(NULL);
	x->m = topo_map(x->t, "mpatha", "3600");
	snprintf(x->m->dm.name, sizeof(x->m->dm.name), "mpatha");
	for (unsigned int i = 0; i < 4; i++) {
		char name[8] = { 's', 'd', (char)('a' + i) };
		struct path *p = topo_path(x->t, name, 8, i);

		topo_hcil(p, (int)(i / 2), 0, 0, 0); /* two SCSI hosts */
		map_add_path(x->t, x->m, p);
	}
	*state = x;
	return 0;
}

static int machine_free(void **state)
{
	struct machine *x = *state;

	topology_free(x->t);
	free(x);
	return 0;
}

static enum pr_status out(struct machine *x, enum pr_out action, uint64_t rk, uint64_t sark,
			  unsigned int type, bool hold)
{
	const struct pr_order o = {
		.request = { .action = action, .rk = rk, .sark = sark, .type = (uint8_t)type },
		.hold = hold
	};
	enum pr_status s = prmap_out(&x->h, x->m, &o, x->done);

	assert_int_equal(x->u.suspended, 0);
	return s;
}

static void lose(struct machine *x, unsigned int i, bool lost)
{
	x->u.lost[i] = lost;
	x->m->paths[i]->state = lost ? PATH_DOWN : PATH_UP;
}

static void keys_are(const struct machine *x, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	const uint64_t want[4] = { a, b, c, d };

	for (int i = 0; i < 4; i++)
		assert_int_equal(x->u.key[i], want[i]);
}

/* --- tests ----------------------------------------------------------------------------------- */

static void registers_every_usable_path(void **state)
{
	struct machine *x = *state;

	lose(x, 2, true);
	x->u.attention = 3;
	assert_int_equal(out(x, PR_REGISTER, 0, 0xa, 0, false), PR_OK);
	keys_are(x, 0xa, 0xa, 0, 0xa);
	assert_true(x->done[0] && x->done[1] && !x->done[2] && x->done[3]);
	assert_int_equal(out(x, PR_REGISTER, 0xa, 0xb, 0, false), PR_OK);
	keys_are(x, 0xb, 0xb, 0, 0xb);
	assert_int_equal(out(x, PR_REGISTER, 0xb, 0, 0, false), PR_OK);
	keys_are(x, 0, 0, 0, 0);
}

/* The survey called it usable, and then it was gone. */
static void a_path_lost_meanwhile_does_not_count(void **state)
{
	struct machine *x = *state;

	x->u.lost[0] = true;
	assert_int_equal(out(x, PR_REGISTER, 0, 0xa, 0, false), PR_OK);
	keys_are(x, 0, 0xa, 0xa, 0xa);
	assert_false(x->done[0]);
	assert_int_equal(out(x, PR_RESERVE, 0xa, 0, 1, false), PR_OK);
	assert_int_equal(x->u.holder, 1);
}

static void no_path_at_all(void **state)
{
	struct machine *x = *state;

	for (unsigned int i = 0; i < 4; i++)
		lose(x, i, true);
	assert_int_equal(out(x, PR_REGISTER, 0, 0xa, 0, false), PR_OTHER);
	assert_int_equal(out(x, PR_CLEAR, 0xa, 0, 0, false), PR_OTHER);
	assert_int_equal(x->u.commands, 0);
}

/* 0.13.0: where some paths do not know the old key they are registered all the same. */
static void conflicts_are_retried_with_register_and_ignore(void **state)
{
	struct machine *x = *state;

	x->u.key[0] = x->u.key[1] = 0xa; /* sdc and sdd were added while no daemon ran */
	assert_int_equal(out(x, PR_REGISTER, 0xa, 0xb, 0, false), PR_OK);
	keys_are(x, 0xb, 0xb, 0xb, 0xb);
	assert_int_equal(out(x, PR_REGISTER, 0xc, 0xd, 0, false), PR_CONFLICT);
	keys_are(x, 0xb, 0xb, 0xb, 0xb);
}

static void a_failed_registration_is_rolled_back(void **state)
{
	struct machine *x = *state;

	assert_int_equal(out(x, PR_REGISTER, 0, 0xa, 0, false), PR_OK);
	x->u.fail[2] = true;
	assert_int_equal(out(x, PR_REGISTER, 0xa, 0xb, 0, false), PR_HARDWARE_ERROR);
	keys_are(x, 0xa, 0xa, 0xa, 0xa);
	assert_false(x->done[0]);
}

static void all_tg_pt_once_for_each_host(void **state)
{
	struct machine *x = *state;

	for (unsigned int i = 0; i < 4; i++)
		topo_set_word(x->t, &x->m->paths[i]->props, KW_all_tg_pt, VW_yes);
	assert_int_equal(out(x, PR_REGISTER, 0, 0xa, 0, false), PR_OK);
	assert_int_equal(x->u.commands, 2);
	keys_are(x, 0xa, 0, 0xa, 0);
	assert_true(x->done[0] && x->done[1] && x->done[2] && x->done[3]);
}

static void reserve_and_release(void **state)
{
	static const unsigned int types[] = { 1, 3, 5, 6, 7, 8 };
	struct machine *x = *state;

	assert_int_equal(out(x, PR_RESERVE, 0xa, 0, 1, false), PR_CONFLICT); /* not registered */
	out(x, PR_REGISTER, 0, 0xa, 0, false);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_int_equal(out(x, PR_RESERVE, 0xa, 0, types[i], false), PR_OK);
		assert_int_equal(out(x, PR_RESERVE, 0xa, 0, types[i], true), PR_OK);
		assert_int_equal(prmap_holds(&x->h, x->m, 0xa), types[i] < 7);
		assert_int_equal(out(x, PR_RELEASE, 0xa, 0, types[i], true), PR_OK);
		assert_int_equal(x->u.holder, -1);
	}
	assert_int_equal(x->u.suspends, 0);
	assert_int_equal(out(x, PR_CLEAR, 0xa, 0, 0, false), PR_OK);
	keys_are(x, 0, 0, 0, 0);
}

/* 0.13.0: the path that holds the reservation is lost; the map keeps or gives it up all the same. */
static void reservation_of_a_lost_path(void **state)
{
	struct machine *x = *state;

	out(x, PR_REGISTER, 0, 0xa, 0, false);
	assert_int_equal(out(x, PR_RESERVE, 0xa, 0, 5, false), PR_OK);
	assert_int_equal(x->u.holder, 0);
	lose(x, 0, true);
	assert_int_equal(out(x, PR_RESERVE, 0xa, 0, 5, true), PR_OK);
	assert_int_equal(x->u.holder, 1);
	keys_are(x, 0, 0xa, 0xa, 0xa);
	lose(x, 1, true);
	assert_int_equal(out(x, PR_RELEASE, 0xa, 0, 5, true), PR_OK);
	assert_int_equal(x->u.holder, -1);
	keys_are(x, 0, 0, 0xa, 0xa);
	assert_int_equal(x->u.suspends, 2);
	assert_false(x->u.unguarded);
}

static void another_type_is_not_taken(void **state)
{
	struct machine *x = *state;

	out(x, PR_REGISTER, 0, 0xa, 0, false);
	out(x, PR_RESERVE, 0xa, 0, 5, false);
	lose(x, 0, true);
	assert_int_equal(out(x, PR_RESERVE, 0xa, 0, 1, true), PR_CONFLICT);
	assert_int_equal(x->u.holder, 0);
	assert_int_equal(x->u.suspends, 0);
}

/* 0.10.4: never release a reservation of another node, not even one with the same key. */
static void never_release_a_reservation_of_another_node(void **state)
{
	struct machine *x = *state;

	out(x, PR_REGISTER, 0, 0xa, 0, false);
	for (uint64_t key = 0xa; key <= 0xb; key++) {
		x->u.key[7] = key;
		x->u.holder = 7;
		x->u.type = 1;
		assert_int_equal(out(x, PR_RELEASE, 0xa, 0, 1, false), PR_OK);
		assert_int_equal(x->u.holder, 7);
		assert_int_equal(out(x, PR_RESERVE, 0xa, 0, 1, false), PR_CONFLICT);
		assert_int_equal(x->u.holder, 7);
		assert_int_equal(x->u.key[7], key);
	}
	/* ours once, but the key says that it is another's now */
	assert_int_equal(out(x, PR_RELEASE, 0xa, 0, 1, true), PR_OK);
	assert_int_equal(x->u.holder, 7);
	keys_are(x, 0xa, 0xa, 0xa, 0xa);
}

static void preempting(void **state)
{
	struct machine *x = *state;

	out(x, PR_REGISTER, 0, 0xa, 0, false);
	x->u.key[7] = 0xb;
	x->u.holder = 7;
	x->u.type = 5;
	assert_int_equal(out(x, PR_PREEMPT_ABORT, 0xa, 0xb, 5, false), PR_OK);
	assert_int_equal(x->u.key[7], 0);
	assert_true(prmap_holds(&x->h, x->m, 0xa));
	assert_int_equal(x->u.suspends, 0);
	/* our own key: every path of ours is registered afterwards */
	assert_int_equal(out(x, PR_PREEMPT, 0xa, 0xa, 5, false), PR_OK);
	keys_are(x, 0xa, 0xa, 0xa, 0xa);
	assert_int_equal(x->u.suspends, 1);
	assert_false(x->u.unguarded);
	assert_int_equal(out(x, PR_PREEMPT, 0xc, 0xa, 5, false), PR_CONFLICT);
}

#define T(f) cmocka_unit_test_setup_teardown(f, machine_new, machine_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(registers_every_usable_path),
		T(a_path_lost_meanwhile_does_not_count),
		T(no_path_at_all),
		T(conflicts_are_retried_with_register_and_ignore),
		T(a_failed_registration_is_rolled_back),
		T(all_tg_pt_once_for_each_host),
		T(reserve_and_release),
		T(reservation_of_a_lost_path),
		T(another_type_is_not_taken),
		T(never_release_a_reservation_of_another_node),
		T(preempting),
	};

	return cmocka_run_group_tests_name("prmap", tests, NULL, NULL);
}
