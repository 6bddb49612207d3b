/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * udev looks for a name in an order of its own, a table of (designator type, NAA kind, code set),
 * best first; every designator of page 83h is held against each row in turn. Where page 83h gives
 * nothing, page 80h does, behind vendor and model. The digit in front of a serial is the
 * designator's type, 'S' for page 80h: names of different origin cannot meet by chance.
 */
#include "core/model/scsi_id.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/model/bytes.h"
#include "core/model/scsi.h"
#include "core/model/vpd.h"
#include "parser/strbuf.h"

#define VENDOR_LEN 8
#define MODEL_LEN  16

enum { T_VENDOR = 0, T_T10 = 1, T_EUI64 = 2, T_NAA = 3, T_PORT_GROUP = 5 };
enum { BINARY = 1, ASCII = 2 };

#define ANY_NAA 0xff

/* Reserved kinds of NAA are in use by old devices: any kind will do once 6 and 5 were looked for. */
static const struct row {
	uint8_t type, naa, code_set;
} order[] = {
	{ T_NAA, 6, BINARY },	      { T_NAA, 6, ASCII },	     { T_NAA, 5, BINARY },
	{ T_NAA, 5, ASCII },	      { T_NAA, ANY_NAA, BINARY },    { T_NAA, ANY_NAA, ASCII },
	{ T_EUI64, ANY_NAA, BINARY }, { T_EUI64, ANY_NAA, ASCII },   { T_T10, ANY_NAA, BINARY },
	{ T_T10, ANY_NAA, ASCII },    { T_VENDOR, ANY_NAA, BINARY }, { T_VENDOR, ANY_NAA, ASCII },
};

static size_t seen(const struct bytes *b)
{
	return b->data ? b->len < SCSI_ID_ASK ? b->len : SCSI_ID_ASK : 0;
}

/* Append without overrun; a serial ends where a byte 0 is met, as C strings do. */
static void add(char *out, const char *text, size_t n)
{
	size_t at = strlen(out), room = SCSI_ID_MAX - 1 - at;

	n = strnlen(text, n);
	if (n > room)
		n = room;
	memcpy(out + at, text, n);
	out[at + n] = '\0';
}

static void add_hex(char *out, const uint8_t *b, size_t n)
{
	char hex[3];

	for (size_t i = 0; i < n; i++) {
		snprintf(hex, sizeof(hex), "%02x", b[i]);
		add(out, hex, 2);
	}
}

/* Vendor and model at their full width, or nothing: a name with a hole is no name. */
static bool add_vendor_model(const struct scsi_id *id, char *out)
{
	if (strlen(id->vendor) != VENDOR_LEN || strlen(id->model) != MODEL_LEN)
		return false;
	add(out, id->vendor, VENDOR_LEN);
	add(out, id->model, MODEL_LEN);
	return true;
}

static const char *type_word(unsigned int type)
{
	switch (type) {
	case 0x00:
	case 0x0e:
		return "disk";
	case 0x01:
		return "tape";
	case 0x04:
	case 0x07:
	case 0x0f:
		return "optical";
	case 0x05:
		return "cd";
	default:
		return "generic";
	}
}

static void read_inquiry(const uint8_t *inq, struct scsi_id *id)
{
	memcpy(id->vendor, inq + 8, VENDOR_LEN);
	memcpy(id->model, inq + 16, MODEL_LEN);
	memcpy(id->revision, inq + 32, 4);
	id->type = type_word(inq[0] & 0x1f);
}

static bool row_fits(const struct row *r, const struct designator *d)
{
	size_t width;

	if (d->association != 0 || d->type != r->type || d->code_set != r->code_set)
		return false;
	if (r->naa != ANY_NAA && (!d->len || d->id[0] >> 4 != r->naa))
		return false;
	width = (d->code_set == ASCII ? d->len : 2 * d->len) + 2;
	if (r->type == T_VENDOR)
		width += VENDOR_LEN + MODEL_LEN;
	return width <= SCSI_ID_MAX;
}

static bool take_designator(const struct designator *d, struct scsi_id *id)
{
	char serial[SCSI_ID_MAX] = { (char)('0' + d->type) };
	size_t head;

	if (d->type == T_VENDOR && !add_vendor_model(id, serial))
		return false;
	head = strlen(serial);
	if (d->code_set == ASCII)
		add(serial, (const char *)d->id, d->len);
	else
		add_hex(serial, d->id, d->len);
	strcpy(id->serial, serial);
	strcpy(id->serial_short, serial + head);
	if (d->type == T_NAA) {
		snprintf(id->wwn, sizeof(id->wwn), "%.16s", id->serial_short);
		if (strlen(id->serial_short) > 16)
			snprintf(id->wwn_extension, sizeof(id->wwn_extension), "%.16s",
				 id->serial_short + 16);
	}
	return true;
}

static void take_target_port(const uint8_t *page, size_t len, struct scsi_id *id)
{
	struct designator d;

	for (size_t at = 0; vpd83_next(page, len, &at, &d);)
		if (d.association == 1 && d.type == T_PORT_GROUP && d.code_set == BINARY &&
		    d.len >= 4)
			snprintf(id->target_port, sizeof(id->target_port), "%x",
				 get_be16(d.id + 2));
}

/* Data of page 80h in place, NULL: not that page, or too long for a name. */
static const uint8_t *serial_page(const struct bytes *b, size_t *ret_len)
{
	size_t len = seen(b);

	if (len < 4 || b->data[1] != VPD_SERIAL)
		return NULL;
	*ret_len = b->data[3];
	if (1 + VENDOR_LEN + MODEL_LEN + *ret_len > SCSI_ID_MAX)
		return NULL;
	if (*ret_len > len - 4)
		*ret_len = len - 4;
	return b->data + 4;
}

static bool read_80(const struct scsi_id_pages *pages, struct scsi_id *id)
{
	char serial[SCSI_ID_MAX] = "S";
	size_t n;
	const uint8_t *text = serial_page(&pages->vpd80, &n);

	if (!text || !add_vendor_model(id, serial))
		return false;
	add(serial, (const char *)text, n);
	strcpy(id->serial, serial);
	add(id->serial_short, (const char *)text, n);
	return true;
}

/* The form of SCSI-2: everything behind the header is the identifier. */
static void read_scsi2(const uint8_t *page, size_t len, struct scsi_id *id)
{
	size_t n = page[3];

	strcpy(id->serial, "3");
	add_hex(id->serial, page + 4, n > len - 4 ? len - 4 : n);
}

static bool read_83(const struct scsi_id_pages *pages, struct scsi_id *id)
{
	const uint8_t *page = pages->vpd83.data, *text;
	size_t len = seen(&pages->vpd83), n;
	struct designator d;

	text = serial_page(&pages->vpd80, &n);
	if (text)
		add(id->unit_serial, (const char *)text, n);
	if (len < 4 || page[1] != VPD_DEVICE_ID)
		return false;
	if (vpd83_is_scsi2(page, len)) {
		read_scsi2(page, len, id);
		strcpy(id->serial_short, id->serial);
		return true;
	}
	take_target_port(page, len, id);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (size_t at = 0; vpd83_next(page, len, &at, &d);)
			if (row_fits(&order[i], &d) && take_designator(&d, id))
				return true;
	return false;
}

static void read_pre_spc3(const struct scsi_id_pages *pages, struct scsi_id *id)
{
	size_t len = seen(&pages->vpd83);

	if (vpd83_is_scsi2(pages->vpd83.data, len))
		read_scsi2(pages->vpd83.data, len, id);
	else
		read_83(pages, id);
}

/* Some devices answer every VPD page with standard INQUIRY data: the vendor shows it. */
static bool vpd0_good(const struct scsi_id_pages *pages, const struct scsi_id *id)
{
	const uint8_t *p = pages->vpd0.data;
	size_t len = seen(&pages->vpd0);

	if (len < 4 || p[1] != 0x00)
		return false;
	return p[3] <= MODEL_LEN || len < 16 ||
	       strncmp((const char *)p + 8, id->vendor, VENDOR_LEN) != 0;
}

static bool lists(const struct scsi_id_pages *pages, uint8_t page)
{
	size_t len = seen(&pages->vpd0), n;

	if (pages->no_vpd0)
		return true;
	n = pages->vpd0.data[3];
	return memchr(pages->vpd0.data + 4, page, n > len - 4 ? len - 4 : n);
}

static void read_any(const struct scsi_id_pages *pages, struct scsi_id *id)
{
	if (!pages->no_vpd0 && !vpd0_good(pages, id))
		return;
	if (lists(pages, VPD_DEVICE_ID) && read_83(pages, id))
		return;
	if (lists(pages, VPD_SERIAL))
		read_80(pages, id);
}

int scsi_id_read(const struct scsi_id_pages *pages, enum scsi_id_page page, struct scsi_id *ret)
{
	if (!pages->inquiry.data || pages->inquiry.len < 36)
		return -EINVAL;
	memset(ret, 0, sizeof(*ret));
	read_inquiry(pages->inquiry.data, ret);
	switch (page) {
	case SCSI_ID_80:
		read_80(pages, ret);
		break;
	case SCSI_ID_83:
		read_83(pages, ret);
		break;
	case SCSI_ID_PRE_SPC3:
		read_pre_spc3(pages, ret);
		break;
	default:
		read_any(pages, ret);
		break;
	}
	return 0;
}

/* Bytes of a well-formed multi-byte UTF-8 character at @s, 0: none. */
static size_t utf8_len(const char *s)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c >= 0xf0 && c < 0xf5   ? 4
		   : c >= 0xe0 && c < 0xf0 ? 3
		   : c >= 0xc2 && c < 0xe0 ? 2
					   : 0;

	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Characters that udev leaves alone in names. */
static bool plain(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("#+-.:=@_", c));
}

/* Blanks at the ends cut, each run of them inside one '_', other strange bytes one '_' each. */
static void replaced(const char *text, char *out)
{
	size_t n, at = 0;

	while (isspace((unsigned char)*text))
		text++;
	while (*text) {
		n = strspn(text, " \t\n\v\f\r");
		if (n) {
			text += n;
			if (*text)
				out[at++] = '_';
			continue;
		}
		n = utf8_len(text);
		if (text[0] == '\\' && text[1] == 'x')
			n = 2; /* an encoded byte stays readable */
		if (!n) {
			out[at++] = plain(*text) ? *text : '_';
			n = 1;
		} else {
			memcpy(out + at, text, n);
			at += n;
		}
		text += n;
	}
	out[at] = '\0';
}

int scsi_id_text(const struct scsi_id *id, bool replace, char *out, size_t len)
{
	char text[SCSI_ID_MAX];

	if (!*id->serial)
		return -ENODATA;
	if (replace)
		replaced(id->serial, text);
	else
		strcpy(text, id->serial);
	if (strlen(text) >= len)
		return -EOVERFLOW;
	strcpy(out, text);
	return 0;
}

static void export_plain(struct strbuf *out, const char *key, const char *text)
{
	char buf[SCSI_ID_MAX];

	replaced(text, buf);
	sb_printf(out, "%s=%s\n", key, buf);
}

/* Every strange byte as \xNN, blanks among them. */
static void export_encoded(struct strbuf *out, const char *key, const char *text)
{
	size_t n;

	sb_printf(out, "%s=", key);
	for (; *text; text += n) {
		n = utf8_len(text);
		if (n) {
			sb_addn(out, text, n);
			continue;
		}
		n = 1;
		if (plain(*text))
			sb_addc(out, *text);
		else
			sb_printf(out, "\\x%02x", (unsigned char)*text);
	}
	sb_addc(out, '\n');
}

static void export_wwn(const struct scsi_id *id, struct strbuf *out)
{
	if (!*id->wwn)
		return;
	sb_printf(out, "ID_WWN=0x%s\n", id->wwn);
	if (*id->wwn_extension)
		sb_printf(out, "ID_WWN_VENDOR_EXTENSION=0x%s\n", id->wwn_extension);
	sb_printf(out, "ID_WWN_WITH_EXTENSION=0x%s%s\n", id->wwn, id->wwn_extension);
}

void scsi_id_export(const struct scsi_id *id, struct strbuf *out)
{
	sb_add(out, "ID_SCSI=1\n");
	export_plain(out, "ID_VENDOR", id->vendor);
	export_encoded(out, "ID_VENDOR_ENC", id->vendor);
	export_plain(out, "ID_MODEL", id->model);
	export_encoded(out, "ID_MODEL_ENC", id->model);
	export_plain(out, "ID_REVISION", id->revision);
	sb_printf(out, "ID_TYPE=%s\n", id->type);
	if (*id->serial) {
		export_plain(out, "ID_SERIAL", id->serial);
		export_plain(out, "ID_SERIAL_SHORT", id->serial_short);
	}
	export_wwn(id, out);
	if (*id->target_port)
		sb_printf(out, "ID_TARGET_PORT=%s\n", id->target_port);
	if (*id->unit_serial)
		sb_printf(out, "ID_SCSI_SERIAL=%s\n", id->unit_serial);
}

int scsi_id_serial(const struct blkdev *d, char *out, size_t len)
{
	const struct scsi_id_pages pages = {
		.inquiry = d->inquiry,
		.no_vpd0 = true,
		.vpd80 = d->vpd80,
		.vpd83 = d->vpd83,
	};
	struct scsi_id id;
	int rc = scsi_id_read(&pages, SCSI_ID_ANY, &id);

	return rc ? rc : scsi_id_text(&id, true, out, len);
}
