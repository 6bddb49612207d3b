/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A WWID is looked for in one place after the other, and each place gives a text and the word for
 * where it came from. What is common to all of them (blanks at the end, texts that are too long)
 * is done once, in keep(). Whether the result is fit to be a file name is a question apart:
 * wwid_safe() answers it for a text from anywhere.
 */
#include "core/model/wwid.h"

#include <errno.h>
#include <string.h>

#include "core/model/vpd.h"

#define NVME_PREFIX "nvme."

/* Length of a field of hex digits without the pairs of zeros that old kernels pad it with. */
static size_t without_padding(const char *field, size_t n)
{
	while (n >= 2 && field[n - 1] == '0' && field[n - 2] == '0')
		n -= 2;
	return n;
}

/*
 * "nvme.VVVV-SERIAL-MODEL-NSID" of controllers without NGUID or EUI-64: serial and model are hex
 * and padded to 40 and 80 digits, which makes 140 bytes. true: it was such a text and fits now.
 */
static bool nvme_shorten(const char *text, char *out)
{
	const char *serial, *model, *nsid;
	size_t n, head, n_serial, n_model;

	if (strncmp(text, NVME_PREFIX, sizeof(NVME_PREFIX) - 1) != 0)
		return false;
	serial = strchr(text, '-');
	model = serial ? strchr(serial + 1, '-') : NULL;
	nsid = model ? strchr(model + 1, '-') : NULL;
	if (!nsid)
		return false;
	head = (size_t)(serial - text) + 1;
	n_serial = without_padding(serial + 1, (size_t)(model - serial) - 1);
	n_model = without_padding(model + 1, (size_t)(nsid - model) - 1);
	n = head + n_serial + 1 + n_model + strlen(nsid);
	if (n >= WWID_MAX)
		return false;
	memcpy(out, text, head);
	memcpy(out + head, serial + 1, n_serial);
	out[head + n_serial] = '-';
	memcpy(out + head + n_serial + 1, model + 1, n_model);
	strcpy(out + head + n_serial + 1 + n_model, nsid);
	return true;
}

/* Take @text over. -ENODATA: nothing but blanks. */
static int keep(struct wwid_result *r, const char *text, const char *source, bool fallback)
{
	struct wwid_result w = { .source = source, .fallback = fallback };
	size_t n = strlen(text);

	while (n && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\n'))
		n--;
	if (!n)
		return -ENODATA;
	if (n >= WWID_MAX && nvme_shorten(text, w.text)) {
		w.shortened = true;
	} else {
		w.overflow = n >= WWID_MAX;
		memcpy(w.text, text, w.overflow ? WWID_MAX - 1 : n);
	}
	*r = w;
	return 0;
}

static int scsi_wwid(const struct blkdev *d, struct wwid_result *r)
{
	char text[WWID_MAX];
	int rc;

	if (!d->vpd83.data) {
		r->need_vpd83 = true;
		return -EAGAIN;
	}
	rc = vpd83_wwid(d->vpd83.data, d->vpd83.len, text, sizeof(text));
	if (rc && rc != -EOVERFLOW)
		return rc;
	if (keep(r, text, d->vpd83_asked ? "sgio" : "sysfs", true))
		return -ENODATA;
	r->overflow = rc == -EOVERFLOW;
	return 0;
}

/* "IBM.750000000W2091.6e20.1f": vendor, serial, subsystem, unit; a fourth dot starts a token that
 * differs from path to path. */
static int ccw_wwid(const struct blkdev *d, struct wwid_result *r)
{
	char text[WWID_MAX];
	size_t n = 0;

	for (int dots = 0; d->ccw_uid[n]; n++)
		if (d->ccw_uid[n] == '.' && ++dots == 4)
			break;
	memcpy(text, d->ccw_uid, n);
	text[n] = '\0';
	return keep(r, text, "sysfs", true);
}

static int fallback(const struct blkdev *d, struct wwid_result *r)
{
	switch (d->bus) {
	case BUS_SCSI:
		return scsi_wwid(d, r);
	case BUS_NVME:
		return keep(r, d->nvme_wwid, "sysfs", true);
	case BUS_CCW:
		return ccw_wwid(d, r);
	default:
		return -ENODATA;
	}
}

bool wwid_default_property(enum bus b, const char *property)
{
	switch (b) {
	case BUS_SCSI:
		return !strcmp(property, "ID_SERIAL");
	case BUS_NVME:
		return !strcmp(property, "ID_WWN");
	case BUS_CCW:
		return !strcmp(property, "ID_UID");
	default:
		return false;
	}
}

int wwid_resolve(const struct blkdev *d, const char *property, const char *environment,
		 struct wwid_result *ret)
{
	const char *value = NULL;

	if (*property) {
		value = udev_prop(&d->udev, property);
		if (!value)
			value = environment;
	}
	if (value && !keep(ret, value, "udev", false))
		return 0;
	if (*property && !wwid_default_property(d->bus, property))
		return -ENODATA;
	return fallback(d, ret);
}

/* Where the last ':' of the word at @w, @n bytes long, stands; NULL: none. */
static const char *last_colon(const char *w, size_t n)
{
	while (n--)
		if (w[n] == ':')
			return w + n;
	return NULL;
}

const char *wwid_uid_attr(const char *uid_attrs, const char *dev_name, char *buf, size_t len)
{
	const char *colon;
	size_t n, prefix, name;

	for (const char *w = uid_attrs; w && *w; w += n) {
		w += strspn(w, " \t");
		n = strcspn(w, " \t");
		colon = last_colon(w, n);
		if (!colon)
			continue;
		prefix = (size_t)(colon - w);
		name = n - prefix - 1;
		if (strncmp(dev_name, w, prefix) != 0 || name >= len)
			continue;
		memcpy(buf, colon + 1, name);
		buf[name] = '\0';
		return buf;
	}
	return NULL;
}

/* Bytes of the well-formed UTF-8 character at @s (RFC 3629), 0: not one, or a control one. */
static size_t printable(const unsigned char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n;
	uint32_t c;

	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f;
	n = s[0] >= 0xf0 && s[0] < 0xf8 ? 4 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : 2;
	if (s[0] < 0xc0 || s[0] >= 0xf8)
		return 0;
	c = s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || c < 0xa0)
		return 0;
	return n;
}

bool wwid_safe(const char *wwid)
{
	size_t n, len = strnlen(wwid, WWID_MAX);

	if (!len || len >= WWID_MAX || !strcmp(wwid, ".") || !strcmp(wwid, ".."))
		return false;
	for (size_t i = 0; i < len; i += n) {
		n = printable((const unsigned char *)wwid + i);
		if (!n || wwid[i] == '/')
			return false;
	}
	return true;
}
