/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of persistent reservations, both ways; their text stands in pr_text.c. */
#include "core/model/pr.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/bytes.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

#define OUT_HEADER  24
#define LIST_HEADER 8
#define FULL_HEADER 24

/* --- what came back -------------------------------------------------------------------------- */

static enum pr_status status_of_sense(const struct sense *s)
{
	static const enum pr_status by_key[16] = {
		[0x0] = PR_NO_SENSE,	   [0x1] = PR_OK,
		[0x2] = PR_NOT_READY,	   [0x3] = PR_MEDIUM_ERROR,
		[0x4] = PR_HARDWARE_ERROR, [0x5] = PR_ILLEGAL_REQUEST,
		[0x6] = PR_UNIT_ATTENTION, [0x7] = PR_OTHER,
		[0x8] = PR_OTHER,	   [0x9] = PR_OTHER,
		[0xa] = PR_OTHER,	   [0xb] = PR_ABORTED,
		[0xc] = PR_OTHER,	   [0xd] = PR_OTHER,
		[0xe] = PR_OTHER,	   [0xf] = PR_OTHER,
	};
	return by_key[s->key & 0xf];
}

void pr_judge(const struct scsi_result *r, struct pr_verdict *ret)
{
	struct sense s;

	*ret = (struct pr_verdict){ .status = PR_OTHER };
	switch (scsi_outcome(r, &s)) {
	case SCSI_OK:
		ret->status = PR_OK;
		return;
	case SCSI_RESERVED:
		ret->status = PR_CONFLICT;
		return;
	case SCSI_RETRY:
		ret->again = true;
		ret->wait = r->status != SAM_CHECK_CONDITION;
		ret->status = ret->wait ? PR_UNREACHED : status_of_sense(&s);
		return;
	case SCSI_SENSE:
		ret->status = status_of_sense(&s);
		/* becoming ready, format or another operation in progress, in transition */
		ret->again = ret->wait = s.key == SENSE_NOT_READY && s.asc == 0x04 &&
					 (s.ascq == 0x01 || s.ascq == 0x07 || s.ascq == 0x0a);
		return;
	case SCSI_FATAL:
	case SCSI_ERROR:
		ret->status = PR_UNREACHED;
		return;
	case SCSI_NOTTY:
		return;
	}
}

/* --- OUT ------------------------------------------------------------------------------------- */

static void cdb_init(struct scsi_cmd *c, uint8_t opcode, uint8_t action, uint32_t len,
		     unsigned int timeout_ms)
{
	memset(c, 0, sizeof(*c));
	c->cdb[0] = opcode;
	c->cdb[1] = action;
	c->cdb_len = 10;
	c->len = len;
	c->timeout_ms = timeout_ms;
}

static void put_be64(uint8_t *p, uint64_t v)
{
	put_be32(p, (uint32_t)(v >> 32));
	put_be32(p + 4, (uint32_t)v);
}

int pr_out_build(const struct pr_request *q, struct scsi_cmd *c, uint8_t buf[PR_OUT_MAX],
		 unsigned int timeout_ms)
{
	size_t len = OUT_HEADER + (q->ids ? 4 + q->ids_len : 0);

	if (len > PR_OUT_MAX || q->ids_len > PR_OUT_MAX)
		return -E2BIG;
	cdb_init(c, 0x5f, (uint8_t)q->action, (uint32_t)len, timeout_ms);
	c->cdb[2] = q->type & 0xf; /* scope 0: the logical unit, there is no other */
	put_be32(c->cdb + 5, (uint32_t)len);
	c->write = true;
	memset(buf, 0, len);
	put_be64(buf, q->rk);
	put_be64(buf + 8, q->sark);
	buf[20] =
		(uint8_t)((q->ids ? 0x08 : 0) | (q->all_tg_pt ? 0x04 : 0) | (q->aptpl ? 0x01 : 0));
	if (q->ids) {
		put_be32(buf + OUT_HEADER, (uint32_t)q->ids_len);
		memcpy(buf + OUT_HEADER + 4, q->ids, q->ids_len);
	}
	return 0;
}

static int hex_value(char c)
{
	return isdigit((unsigned char)c)    ? c - '0'
	       : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
					    : -1;
}

/* Eight bytes as 16 hexadecimal digits. */
static int parse_name(const char *text, uint8_t out[8])
{
	if (strlen(text) != 16 || strspn(text, "0123456789abcdefABCDEF") != 16)
		return -EINVAL;
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
	return 0;
}

/* SPC-6 7.6.4.7: the name, its NUL and up to three more, so that the length is a multiple of 4. */
static int parse_iscsi(const char *text, uint8_t out[PR_ID_MAX])
{
	size_t n = strlen(text), padded = (n + 4) & ~(size_t)3;

	if (padded < 20)
		padded = 20;
	if (4 + padded > PR_ID_MAX)
		return -EINVAL;
	out[0] = (uint8_t)(strstr(text, ",i,0x") ? 0x45 : 0x05);
	put_be16(out + 2, (uint16_t)padded);
	memcpy(out + 4, text, n);
	return (int)(4 + padded);
}

static int parse_bytes(const char *text, uint8_t out[PR_ID_MAX])
{
	int n = 0;

	for (const char *p = text + strspn(text, ", \t"); *p; p += strspn(p, ", \t")) {
		size_t digits = strspn(p, "0123456789abcdefABCDEF");

		if (digits < 1 || digits > 2 || n == PR_ID_MAX)
			return -EINVAL;
		out[n++] = (uint8_t)strtoul(p, NULL, 16);
		p += digits;
	}
	return n < 4 ? -EINVAL : n;
}

int pr_id_parse(const char *text, uint8_t out[PR_ID_MAX])
{
	memset(out, 0, PR_ID_MAX);
	if (!strncmp(text, "fcp,", 4) || !strncmp(text, "FCP,", 4))
		return parse_name(text + 4, out + 8) ? -EINVAL : 24;
	if (!strncmp(text, "sas,", 4) || !strncmp(text, "SAS,", 4)) {
		out[0] = 0x06;
		return parse_name(text + 4, out + 4) ? -EINVAL : 24;
	}
	if (!strncmp(text, "iqn.", 4))
		return parse_iscsi(text, out);
	return parse_bytes(text, out);
}

/* --- IN -------------------------------------------------------------------------------------- */

void pr_in_build(enum pr_in action, uint16_t len, struct scsi_cmd *c, unsigned int timeout_ms)
{
	cdb_init(c, 0x5e, (uint8_t)action, len, timeout_ms);
	put_be16(c->cdb + 7, len);
}

int pr_list_parse(const uint8_t *data, size_t len, struct pr_list *ret)
{
	if (len < LIST_HEADER)
		return -EINVAL;
	ret->generation = get_be32(data);
	ret->claimed = get_be32(data + 4);
	ret->data = data + LIST_HEADER;
	ret->len = len - LIST_HEADER < ret->claimed ? len - LIST_HEADER : ret->claimed;
	return 0;
}

unsigned int pr_keys_count(const struct pr_list *l)
{
	return (unsigned int)(l->len / 8);
}

uint64_t pr_keys_at(const struct pr_list *l, unsigned int i)
{
	return get_be64(l->data + 8 * (size_t)i);
}

int pr_reservation_parse(const uint8_t *data, size_t len, struct pr_reservation *ret)
{
	struct pr_list l;

	if (pr_list_parse(data, len, &l) || (l.claimed && l.len < 16))
		return -EINVAL;
	*ret = (struct pr_reservation){ .generation = l.generation, .held = l.claimed != 0 };
	if (!ret->held)
		return 0;
	ret->key = get_be64(l.data);
	ret->scope = l.data[13] >> 4;
	ret->type = l.data[13] & 0xf;
	return 0;
}

int pr_capabilities_parse(const uint8_t *data, size_t len, struct pr_capabilities *ret)
{
	if (len < 8 || get_be16(data) < 8)
		return -EINVAL;
	*ret = (struct pr_capabilities){
		.crh = data[2] & 0x10,
		.sip_c = data[2] & 0x08,
		.atp_c = data[2] & 0x04,
		.ptpl_c = data[2] & 0x01,
		.tmv = data[3] & 0x80,
		.allow_commands = data[3] >> 4 & 0x07,
		.ptpl_a = data[3] & 0x01,
		.type_mask = { data[4], data[5] },
	};
	return 0;
}

int pr_registration_next(const struct pr_list *l, size_t *at, struct pr_registration *ret)
{
	const uint8_t *d = l->data + *at;
	size_t left = l->len - *at, id_len;

	if (!left)
		return l->claimed > l->len ? -EINVAL : -ENODATA;
	if (left < FULL_HEADER)
		return -EINVAL;
	id_len = get_be32(d + 20);
	if (id_len > left - FULL_HEADER)
		return -EINVAL;
	*ret = (struct pr_registration){
		.key = get_be64(d),
		.all_tg_pt = d[12] & 0x02,
		.holder = d[12] & 0x01,
		.scope = d[13] >> 4,
		.type = d[13] & 0xf,
		.port = get_be16(d + 18),
		.id = d + FULL_HEADER,
		.id_len = id_len,
	};
	*at += FULL_HEADER + id_len;
	return 0;
}
