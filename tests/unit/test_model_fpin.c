// SPDX-License-Identifier: GPL-2.0-or-later
/* FC events out of literal bytes, and out of bytes that lie about their lengths. */
#include <stdlib.h>

#include "tests/unit/topo.h"

#include "core/model/bytes.h"
#include "core/model/fpin.h"

static void put_u16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put_u32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put_be64(uint8_t *p, uint64_t v)
{
	put_be32(p, (uint32_t)(v >> 32));
	put_be32(p + 4, (uint32_t)v);
}

/* A netlink message of one event with @len bytes of data. Returns its length. */
static size_t message(uint8_t *buf, uint16_t host, uint32_t code, const uint8_t *data, size_t len)
{
	memset(buf, 0, 52);
	put_u32(buf, (uint32_t)(52 + len));
	put_u16(buf + 4, 0x11);
	buf[16] = 1; /* version */
	buf[17] = 1; /* FC */
	put_u16(buf + 18, 0xa1b2);
	put_u16(buf + 20, 0x100);
	put_u16(buf + 40, host);
	put_u16(buf + 42, (uint16_t)len);
	put_u32(buf + 48, code);
	if (len)
		memcpy(buf + 52, data, len);
	return (52 + len + 3) & ~(size_t)3;
}

/* A link integrity descriptor with @n ports named 0xA001, 0xA002, ... */
static size_t integrity(uint8_t *d, uint64_t attached, uint16_t type, unsigned int n)
{
	memset(d, 0, 40);
	put_be32(d, 0x00020001);
	put_be32(d + 4, 32 + 8 * n);
	put_be64(d + 16, attached);
	put_be16(d + 24, type);
	put_be32(d + 36, n);
	for (unsigned int i = 0; i < n; i++)
		put_be64(d + 40 + 8 * i, 0xa001 + i);
	return 40 + 8 * n;
}

/* As long as one of link integrity, and longer. */
static size_t other_descriptor(uint8_t *d)
{
	memset(d, 0, 56);
	put_be32(d, 0x00020002); /* delivery */
	put_be32(d + 4, 48);
	return 56;
}

static void fpin_header(uint8_t *f, size_t len)
{
	memset(f, 0, 8);
	f[0] = 0x16;
	put_be32(f + 4, (uint32_t)len);
}

static void link_integrity(void **state)
{
	uint8_t f[512], buf[1024];
	struct fpin_reader r;
	struct fc_event ev;
	size_t n = 8;
	(void)state;

	n += other_descriptor(f + n);
	n += integrity(f + n, 0x500a098188cf4e4eULL, 1, 3);
	n += integrity(f + n, 0xb0b0, 6, 0);
	fpin_header(f, n - 8);
	n = message(buf, 7, 0x501, f, n);
	fpin_begin(&r, buf, n);
	assert_true(fpin_read(&r, &ev));
	assert_int_equal(ev.kind, FC_LINK_INTEGRITY);
	assert_int_equal(ev.host, 7);
	assert_true(ev.attached == 0x500a098188cf4e4eULL);
	assert_string_equal(fpin_type_name(ev.type), "link failure");
	assert_int_equal(ev.n_ports, 3);
	assert_int_equal(ev.ports[2], 0xa003);
	assert_true(fpin_read(&r, &ev));
	assert_int_equal(ev.attached, 0xb0b0);
	assert_string_equal(fpin_type_name(ev.type), "invalid CRC");
	assert_int_equal(ev.n_ports, 0);
	assert_false(fpin_read(&r, &ev));
	assert_false(fpin_read(&r, &ev));
}

/* What the FPIN does not count among its descriptors is not read. */
static void the_list_ends(void **state)
{
	uint8_t f[512], buf[1024];
	struct fpin_reader r;
	struct fc_event ev;
	size_t n = 8, one;
	(void)state;

	n += integrity(f + n, 1, 1, 1);
	one = n;
	n += integrity(f + n, 2, 1, 1);
	fpin_header(f, one - 8);
	fpin_begin(&r, buf, message(buf, 1, 0x501, f, n));
	assert_true(fpin_read(&r, &ev));
	assert_int_equal(ev.attached, 1);
	assert_false(fpin_read(&r, &ev));
}

static void several_messages(void **state)
{
	uint8_t f[512], buf[2048];
	struct fpin_reader r;
	struct fc_event ev;
	size_t n = 0, len = 8;
	(void)state;

	len += integrity(f + len, 1, 2, 1);
	fpin_header(f, len - 8);
	n += message(buf + n, 1, 0x2, (const uint8_t[4]){ 0 }, 4);
	n += message(buf + n, 2, 0x3, (const uint8_t[4]){ 0 }, 4); /* link down: nothing for us */
	n += message(buf + n, 3, 0x502, f, len);		   /* the driver saw to it */
	n += message(buf + n, 4, 0xffff, f, 7);			   /* vendor unique, odd length */
	n += message(buf + n, 5, 0x5, NULL, 0);
	fpin_begin(&r, buf, n);
	assert_true(fpin_read(&r, &ev));
	assert_int_equal(ev.kind, FC_LINK_UP);
	assert_int_equal(ev.host, 1);
	assert_true(fpin_read(&r, &ev));
	assert_int_equal(ev.kind, FC_LINK_INTEGRITY);
	assert_int_equal(ev.host, 3);
	assert_true(fpin_read(&r, &ev));
	assert_int_equal(ev.kind, FC_FABRIC_CHANGED);
	assert_int_equal(ev.host, 5);
	assert_false(fpin_read(&r, &ev));
}

/* Copies of exactly @len bytes, so that ASan sees every read beyond. Returns the events read. */
static unsigned int read_exactly(const uint8_t *buf, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct fpin_reader r;
	struct fc_event ev;
	unsigned int n = 0;

	memcpy(copy, buf, len);
	fpin_begin(&r, copy, len);
	while (fpin_read(&r, &ev)) {
		assert_true(ev.n_ports <= FC_PORTS_MAX);
		assert_true(++n <= len);
	}
	free(copy);
	return n;
}

static void every_length_lies(void **state)
{
	static const uint32_t lies[] = { 0,  1,	 7,	     8,		 9,	     31,
					 32, 33, 0x7fffffff, 0xfffffff7, 0xfffffff8, 0xffffffff };
	uint8_t f[2048], buf[4096], bad[4096];
	size_t n = 8, len;
	(void)state;

	n += integrity(f + n, 1, 1, 2);
	n += integrity(f + n, 2, 1, 150);
	fpin_header(f, n - 8);
	len = message(buf, 1, 0x501, f, n);
	assert_int_equal(read_exactly(buf, len), 2);
	assert_int_equal(read_exactly(buf, len - 1), 0); /* the message is not whole */
	for (size_t cut = 0; cut < len; cut++)
		read_exactly(buf, cut);
	for (size_t at = 0; at + 4 <= 256; at++)
		for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
			memcpy(bad, buf, len);
			put_u32(bad + at, lies[i]);
			read_exactly(bad, len);
			put_be32(bad + at, lies[i]);
			read_exactly(bad, len);
		}
}

static void noise(void **state)
{
	uint8_t buf[600];
	uint64_t seed = 5;
	(void)state;

	for (unsigned int run = 0; run < 20000; run++) {
		size_t len = message(buf, 1, 0x501, NULL, 0), n = topo_rand(&seed, 500);

		for (size_t i = len; i < len + n; i++)
			buf[i] = (uint8_t)(topo_rand(&seed, 4) ? 0 : topo_rand(&seed, 256));
		put_u32(buf, (uint32_t)(len + n));
		put_u16(buf + 42, (uint16_t)topo_rand(&seed, 600));
		buf[len] = 0x16;
		read_exactly(buf, len + n);
	}
}

static void not_for_us(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = { { 4, 0x12 }, { 16, 2 }, { 17, 0 }, { 18, 0 }, { 21, 2 } };
	uint8_t buf[128];
	size_t len = message(buf, 1, 0x2, NULL, 0);
	(void)state;

	assert_int_equal(read_exactly(buf, len), 1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		len = message(buf, 1, 0x2, NULL, 0);
		buf[wrong[i].at] = wrong[i].value;
		assert_int_equal(read_exactly(buf, len), 0);
	}
}

static void which_paths(void **state)
{
	struct blkdev d = { .protocol = PROTO_SCSI_FCP, .host = 3 };
	struct fc_event ev = { .kind = FC_LINK_INTEGRITY, .host = 3, .attached = 0xf00d };
	(void)state;

	strcpy(d.tgt_wwpn, "0x500a098188cf4e4e");
	strcpy(d.host_wwpn, "0x21000024ff3dc5b2");
	assert_false(fpin_concerns(&ev, &d));
	ev.attached = 0x21000024ff3dc5b2ULL; /* the host's own port: all its paths */
	assert_true(fpin_concerns(&ev, &d));
	ev.attached = 0x500a098188cf4e4eULL;
	assert_true(fpin_concerns(&ev, &d));
	ev.attached = 0xf00d;
	ev.ports[1] = 0x500a098188cf4e4eULL;
	ev.n_ports = 1;
	assert_false(fpin_concerns(&ev, &d));
	ev.n_ports = 2;
	assert_true(fpin_concerns(&ev, &d));
	d.host = 4;
	assert_false(fpin_concerns(&ev, &d));
	ev = (struct fc_event){ .kind = FC_LINK_UP, .host = 4 };
	assert_true(fpin_concerns(&ev, &d));
	d.protocol = PROTO_SCSI_ISCSI;
	assert_false(fpin_concerns(&ev, &d));
	/* a path without port names is named by nothing */
	d = (struct blkdev){ .protocol = PROTO_SCSI_FCP, .host = 4 };
	ev = (struct fc_event){ .kind = FC_LINK_INTEGRITY, .host = 4, .n_ports = 2 };
	assert_false(fpin_concerns(&ev, &d));
	assert_string_equal(fpin_type_name(0), "unknown");
	assert_string_equal(fpin_type_name(9), "unknown");
	assert_string_equal(fpin_type_name(15), "device specific");
	assert_string_equal(fpin_type_name(0xffff), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_integrity),
		cmocka_unit_test(the_list_ends),
		cmocka_unit_test(several_messages),
		cmocka_unit_test(every_length_lies),
		cmocka_unit_test(noise),
		cmocka_unit_test(not_for_us),
		cmocka_unit_test(which_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
