// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two nested walks over untrusted lengths: netlink messages (native order, 4-byte alignment), and the
 * descriptors of an FPIN (big endian). Each step takes at least a header's bytes off what is left,
 * so both end.
 */
#include "core/model/fpin.h"

#include <stdlib.h>
#include <string.h>

#include "core/model/bytes.h"

/* Offsets. */
enum {
	NL_LEN = 0,   /* u32, with the header */
	NL_TYPE = 4,  /* u16 */
	NL_SIZE = 16, /* of the header */
	EV_VERSION = 0,
	EV_TRANSPORT = 1,
	EV_MAGIC = 2,	 /* u16 */
	EV_MSGTYPE = 4,	 /* u16 */
	EV_HOST = 24,	 /* u16 */
	EV_DATALEN = 26, /* u16 */
	EV_CODE = 32,	 /* u32 */
	EV_DATA = 36,
	FPIN_LEN = 4, /* u32, of all descriptors */
	FPIN_DESC = 8,
	DESC_TAG = 0, /* u32 */
	DESC_LEN = 4, /* u32, without these eight bytes */
	DESC_SIZE = 8,
	LI_ATTACHED = 16, /* u64 */
	LI_TYPE = 24,	  /* u16 */
	LI_COUNT = 36,	  /* u32 */
	LI_PORTS = 40,	  /* u64 each */
};

#define SCSI_TRANSPORT_MSG 0x11
#define SCSI_NL_VERSION	   1
#define SCSI_NL_MAGIC	   0xa1b2
#define TRANSPORT_FC	   1
#define FC_ASYNC_EVENT	   0x100
#define EVT_LINKUP	   0x2
#define EVT_RSCN	   0x5
#define EVT_FPIN	   0x501
#define EVT_FPIN_ACK	   0x502
#define ELS_FPIN	   0x16
#define TAG_LINK_INTEGRITY 0x00020001

static uint16_t get_u16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t get_u32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

void fpin_begin(struct fpin_reader *r, const void *msg, size_t len)
{
	*r = (struct fpin_reader){ .msg = msg, .len = len };
}

/* One descriptor of the FPIN at hand; false: it is no link integrity descriptor, or there is none. */
static bool read_descriptor(struct fpin_reader *r, struct fc_event *ev)
{
	const uint8_t *d = r->desc;
	size_t size;
	uint32_t n;

	size = get_be32(d + DESC_LEN);
	if (size > r->desc_len - DESC_SIZE) {
		r->desc_len = 0;
		return false;
	}
	size += DESC_SIZE;
	r->desc += size;
	r->desc_len -= size;
	if (get_be32(d + DESC_TAG) != TAG_LINK_INTEGRITY || size < LI_PORTS)
		return false;
	*ev = (struct fc_event){ .kind = FC_LINK_INTEGRITY,
				 .host = r->host,
				 .type = get_be16(d + LI_TYPE),
				 .attached = get_be64(d + LI_ATTACHED) };
	n = get_be32(d + LI_COUNT);
	for (const uint8_t *p = d + LI_PORTS;
	     ev->n_ports < n && ev->n_ports < FC_PORTS_MAX && (size_t)(d + size - p) >= 8; p += 8)
		ev->ports[ev->n_ports++] = get_be64(p);
	return true;
}

static void enter_fpin(struct fpin_reader *r, const uint8_t *data, size_t len)
{
	uint32_t all;

	if (len < FPIN_DESC || data[0] != ELS_FPIN)
		return;
	all = get_be32(data + FPIN_LEN);
	r->desc = data + FPIN_DESC;
	r->desc_len = all < len - FPIN_DESC ? all : len - FPIN_DESC;
}

/* An FC event of @len bytes; true: it is one by itself. */
static bool read_event(struct fpin_reader *r, const uint8_t *e, size_t len, struct fc_event *ev)
{
	size_t data_len;
	uint32_t code;

	if (len < EV_DATA || e[EV_VERSION] != SCSI_NL_VERSION || e[EV_TRANSPORT] != TRANSPORT_FC ||
	    get_u16(e + EV_MAGIC) != SCSI_NL_MAGIC || get_u16(e + EV_MSGTYPE) != FC_ASYNC_EVENT)
		return false;
	r->host = get_u16(e + EV_HOST);
	code = get_u32(e + EV_CODE);
	data_len = get_u16(e + EV_DATALEN);
	if (data_len > len - EV_DATA)
		data_len = len - EV_DATA;
	if (code == EVT_FPIN || code == EVT_FPIN_ACK)
		enter_fpin(r, e + EV_DATA, data_len);
	if (code != EVT_LINKUP && code != EVT_RSCN)
		return false;
	*ev = (struct fc_event){ .kind = code == EVT_LINKUP ? FC_LINK_UP : FC_FABRIC_CHANGED,
				 .host = r->host };
	return true;
}

static bool read_message(struct fpin_reader *r, struct fc_event *ev)
{
	const uint8_t *m = r->msg;
	size_t len = get_u32(m + NL_LEN), step;

	if (len < NL_SIZE || len > r->len) {
		r->len = 0;
		return false;
	}
	step = (len + 3) & ~(size_t)3;
	if (step > r->len)
		step = r->len;
	r->msg += step;
	r->len -= step;
	return get_u16(m + NL_TYPE) == SCSI_TRANSPORT_MSG &&
	       read_event(r, m + NL_SIZE, len - NL_SIZE, ev);
}

bool fpin_read(struct fpin_reader *r, struct fc_event *ret)
{
	for (;;) {
		if (r->desc_len >= DESC_SIZE) {
			if (read_descriptor(r, ret))
				return true;
		} else if (r->len >= NL_SIZE) {
			r->desc_len = 0;
			if (read_message(r, ret))
				return true;
		} else {
			return false;
		}
	}
}

/* "0x500a098188cf4e4e", as sysfs has port names; 0 is no name. */
static uint64_t port_name(const char *text)
{
	return strtoull(text, NULL, 16);
}

bool fpin_concerns(const struct fc_event *ev, const struct blkdev *d)
{
	uint64_t target = port_name(d->tgt_wwpn);

	if (d->protocol != PROTO_SCSI_FCP || d->host < 0 || (unsigned int)d->host != ev->host)
		return false;
	if (ev->kind != FC_LINK_INTEGRITY)
		return true;
	if (ev->attached && (ev->attached == target || ev->attached == port_name(d->host_wwpn)))
		return true;
	for (unsigned int i = 0; i < ev->n_ports; i++)
		if (ev->ports[i] && ev->ports[i] == target)
			return true;
	return false;
}

const char *fpin_type_name(unsigned int type)
{
	static const char *const names[] = {
		[1] = "link failure",
		[2] = "loss of synchronization",
		[3] = "loss of signal",
		[4] = "primitive sequence protocol error",
		[5] = "invalid transmission word",
		[6] = "invalid CRC",
		[15] = "device specific",
	};

	return type < sizeof(names) / sizeof(names[0]) && names[type] ? names[type] : "unknown";
}
