/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page 83h is a list of designators, each a candidate for the name of the logical unit. One table
 * (candidates) ranks the kinds and writes their text; picking is a single walk that keeps the best
 * so far, so that among equals the first wins. All bounds are decided in one place, vpd83_next(),
 * and the text goes through struct text, which cannot write past its buffer and remembers that it
 * had to cut.
 */
#include "core/model/vpd.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "core/model/bytes.h"
#include "core/model/scsi.h"

struct text {
	char *out;
	size_t len, cap; /* cap counts the NUL */
	bool cut;
};

static void put(struct text *t, char c)
{
	if (t->len + 1 < t->cap)
		t->out[t->len++] = c;
	else
		t->cut = true;
}

static void put_hex(struct text *t, const uint8_t *b, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		put(t, digits[b[i] >> 4]);
		put(t, digits[b[i] & 0x0f]);
	}
}

static int text_end(struct text *t)
{
	t->out[t->len] = '\0';
	return t->cut ? -EOVERFLOW : 0;
}

/* Bytes of a VPD page that can be believed: those that came and that the page claims. */
static size_t page_end(const uint8_t *page, size_t page_len, uint8_t code)
{
	size_t end;

	if (page_len < 4 || page[1] != code)
		return 0;
	end = (size_t)get_be16(page + 2) + 4;
	return end < page_len ? end : page_len;
}

/* SPC-6 7.7.6.1 */
bool vpd83_next(const uint8_t *page, size_t page_len, size_t *at, struct designator *ret)
{
	size_t end = page_end(page, page_len, VPD_DEVICE_ID);
	size_t pos = *at ? *at : 4;
	const uint8_t *d;

	if (pos + 4 > end || pos + 4 + page[pos + 3] > end)
		return false;
	d = page + pos;
	ret->code_set = d[0] & 0x0f;
	ret->association = d[1] >> 4 & 0x03;
	ret->type = d[1] & 0x0f;
	ret->id = d + 4;
	ret->len = d[3];
	*at = pos + 4 + d[3];
	return true;
}

bool vpd83_is_scsi2(const uint8_t *page, size_t page_len)
{
	return page_end(page, page_len, VPD_DEVICE_ID) > 6 && page[6] != 0;
}

/* A name string ends at its first NUL: SPC-6 7.7.6.11 pads with them. */
static size_t string_len(const struct designator *d)
{
	return strnlen((const char *)d->id, d->len);
}

static const struct {
	char prefix[5], digit;
	bool lower;
} names[] = { { "eui.", '2', true }, { "naa.", '3', true }, { "iqn.", '8', false } };

/* Index into names[], -1: a form of name that gives no WWID. */
static int name_form(const struct designator *d)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (string_len(d) > 4 && !memcmp(d->id, names[i].prefix, 4))
			return (int)i;
	return -1;
}

static void name_text(struct text *t, const struct designator *d)
{
	int form = name_form(d);

	put(t, names[form].digit);
	for (size_t i = 4; i < string_len(d); i++)
		put(t, names[form].lower ? (char)tolower(d->id[i]) : (char)d->id[i]);
}

/* Vendor and identifier with each run of blanks as one '_', none at the end. */
static void t10_text(struct text *t, const struct designator *d)
{
	size_t n = string_len(d);
	bool blank = false;

	put(t, '1');
	for (size_t i = 0; i < n; i++) {
		if (d->id[i] == ' ') {
			blank = true;
			continue;
		}
		if (blank)
			put(t, '_');
		blank = false;
		put(t, (char)d->id[i]);
	}
}

static bool t10_usable(const struct designator *d)
{
	size_t n = string_len(d);

	while (n && d->id[n - 1] == ' ')
		n--;
	return d->len >= 8 && n;
}

static int naa_rank(const struct designator *d)
{
	switch (d->len ? d->id[0] >> 4 : 0) {
	case 6:
		return d->len == 16 ? 8 : 0;
	case 5:
		return d->len == 8 ? 7 : 0;
	case 2:
		return d->len == 8 ? 6 : 0;
	case 3: /* locally assigned: unique only by the administrator's care */
		return d->len == 8 ? 1 : 0;
	default:
		return 0;
	}
}

/* How good a name of the logical unit is (behaviour.md 4.4); 0: none. */
static int designator_rank(const struct designator *d)
{
	if (d->association != 0)
		return 0;
	switch (d->type) {
	case 3:
		return naa_rank(d);
	case 2:
		return d->len == 8 || d->len == 12 || d->len == 16 ? 4 : 0;
	case 8:
		return name_form(d) >= 0 ? 3 : 0;
	case 1:
		return t10_usable(d) ? 2 : 0;
	default:
		return 0;
	}
}

static void designator_text(struct text *t, const struct designator *d)
{
	switch (d->type) {
	case 1:
		t10_text(t, d);
		break;
	case 8:
		name_text(t, d);
		break;
	default:
		put(t, (char)('0' + d->type)); /* EUI-64: 2, NAA: 3 */
		put_hex(t, d->id, d->len);
		break;
	}
}

/* The whole of the page behind the header is the identifier (an NAA one, by its digit). */
static int scsi2_wwid(const uint8_t *page, size_t page_len, struct text *t)
{
	put(t, '3');
	put_hex(t, page + 4, page_end(page, page_len, VPD_DEVICE_ID) - 4);
	return text_end(t);
}

int vpd83_wwid(const uint8_t *page, size_t page_len, char *out, size_t len)
{
	struct text t = { .out = out, .cap = len };
	struct designator d, best = { 0 };
	int rank, best_rank = 0;

	if (!len)
		return -EOVERFLOW;
	if (vpd83_is_scsi2(page, page_len))
		return scsi2_wwid(page, page_len, &t);
	for (size_t at = 0; vpd83_next(page, page_len, &at, &d);) {
		rank = designator_rank(&d);
		if (rank > best_rank) {
			best_rank = rank;
			best = d;
		}
	}
	if (!best_rank)
		return -ENODATA;
	designator_text(&t, &best);
	return text_end(&t);
}

int vpd80_serial(const uint8_t *page, size_t page_len, char *out, size_t len)
{
	size_t end = page_end(page, page_len, VPD_SERIAL), at = 4;
	struct text t = { .out = out, .cap = len };

	if (!len)
		return -EOVERFLOW;
	while (end > 4 && (page[end - 1] == ' ' || page[end - 1] == '\0'))
		end--;
	while (at < end && page[at] == ' ')
		at++;
	if (at >= end)
		return -ENODATA;
	for (; at < end; at++)
		if (page[at] >= 0x20 && page[at] != 0x7f)
			put(&t, (char)page[at]);
	return text_end(&t);
}

/* SPC-6 7.7.6.8 and 7.7.6.7: both are bytes 2 and 3 of a four byte, binary identifier. */
static int port_designator(const uint8_t *page, size_t page_len, unsigned int type,
			   unsigned int *ret)
{
	struct designator d;

	if (vpd83_is_scsi2(page, page_len))
		return -ENODATA;
	for (size_t at = 0; vpd83_next(page, page_len, &at, &d);) {
		if (d.type != type || d.association != 1 || d.len < 4)
			continue;
		*ret = get_be16(d.id + 2);
		return 0;
	}
	return -ENODATA;
}

int vpd83_tpg(const uint8_t *page, size_t page_len, unsigned int *ret_tpg)
{
	return port_designator(page, page_len, 5, ret_tpg);
}

int vpd83_rel_port(const uint8_t *page, size_t page_len, unsigned int *ret_port)
{
	return port_designator(page, page_len, 4, ret_port);
}

/* SPC-6 6.7.2 */
int inquiry_tpgs(const uint8_t *inq, size_t len)
{
	return len > 5 ? inq[5] >> 4 & 0x03 : -ENODATA;
}

/* Page C0h of HPE 3PAR and Primera: page revision in byte 4; from revision 4 on a volume name with
 * its length in bytes 40 to 43. */
static int hp3par_text(const uint8_t *page, size_t page_len, char *out, size_t len)
{
	struct text t = { .out = out, .cap = len };
	size_t end = page_end(page, page_len, 0xc0);
	uint32_t n;

	if (end <= 4)
		return -EINVAL;
	if (page[4] <= 3)
		return -ENODATA;
	if (end < 44)
		return -EINVAL;
	n = get_be32(page + 40);
	if (n > end - 44 || n >= len)
		return -EINVAL;
	n = (uint32_t)strnlen((const char *)page + 44, n);
	if (!n)
		return -ENODATA;
	for (uint32_t i = 0; i < n; i++)
		put(&t, isprint(page[44 + i]) ? (char)page[44 + i] : '_');
	return text_end(&t);
}

int vpd_vendor_text(enum vocab_word vendor, const uint8_t *page, size_t page_len, char *out,
		    size_t len)
{
	switch (vendor) {
	case VW_hp3par:
		return hp3par_text(page, page_len, out, len);
	default:
		return -ENOTSUP;
	}
}
