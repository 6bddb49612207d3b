/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers of PERSISTENT RESERVE IN as mpathpersist prints them: cluster agents read these lines. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/model/bytes.h"
#include "core/model/pr.h"
#include "parser/strbuf.h"

static const char *const type_names[16] = {
	[1] = "Write Exclusive",
	[3] = "Exclusive Access",
	[5] = "Write Exclusive, registrants only",
	[6] = "Exclusive Access, registrants only",
	[7] = "Write Exclusive, all registrants",
	[8] = "Exclusive Access, all registrants",
};

void pr_type_text(unsigned int type, char out[PR_TYPE_TEXT])
{
	const char *name = type_names[type & 0xf];

	if (name)
		snprintf(out, PR_TYPE_TEXT, "%s", name);
	else
		snprintf(out, PR_TYPE_TEXT, type > 9 ? "obsolete [%#x]" : "obsolete [%u]", type);
}

/* 16 bytes a line: offset, bytes, and what of them can be printed. */
void pr_hex(const uint8_t *data, size_t len, struct strbuf *out)
{
	for (size_t at = 0; at < len; at += 16) {
		size_t n = len - at < 16 ? len - at : 16;

		sb_printf(out, " %02zx    ", at);
		for (size_t i = 0; i < 16; i++)
			if (i < n)
				sb_printf(out, " %02x%s", data[at + i], i == 7 ? " " : "");
			else
				sb_add(out, i == 7 ? "    " : "   ");
		sb_add(out, "    ");
		for (size_t i = 0; i < n; i++)
			sb_addc(out, data[at + i] >= ' ' && data[at + i] < 0x7f ? (char)data[at + i]
										: '.');
		sb_addc(out, '\n');
	}
}

static int keys_text(const uint8_t *data, size_t len, struct strbuf *out)
{
	struct pr_list l;
	unsigned int n;

	if (pr_list_parse(data, len, &l))
		return -EINVAL;
	n = pr_keys_count(&l);
	sb_printf(out, "  PR generation=0x%" PRIx32 ", ", l.generation);
	if (!n)
		sb_add(out, "\t0 registered reservation key.\n");
	else if (n == 1)
		sb_add(out, "\t1 registered reservation key follows:\n");
	else
		sb_printf(out, "\t%u registered reservation keys follow:\n", n);
	for (unsigned int i = 0; i < n; i++)
		sb_printf(out, "    0x%" PRIx64 "\n", pr_keys_at(&l, i));
	return 0;
}

static int reservation_text(const uint8_t *data, size_t len, struct strbuf *out)
{
	struct pr_reservation r;
	char type[PR_TYPE_TEXT];

	if (pr_reservation_parse(data, len, &r))
		return -EINVAL;
	if (!r.held) {
		sb_printf(out, "  PR generation=0x%" PRIx32 ", there is NO reservation held \n",
			  r.generation);
		return 0;
	}
	pr_type_text(r.type, type);
	sb_printf(out, "  PR generation=0x%" PRIx32 ", Reservation follows:\n", r.generation);
	sb_printf(out, "   Key = 0x%" PRIx64 "\n", r.key);
	if (r.scope)
		sb_printf(out, "  scope = %u, type = %s\n", r.scope, type);
	else
		sb_printf(out, "  scope = LU_SCOPE, type = %s\n", type);
	return 0;
}

static int capabilities_text(const uint8_t *data, size_t len, struct strbuf *out)
{
	static const struct {
		uint8_t byte, bit, type;
	} supported[] = {
		{ 0, 0x80, 7 }, { 0, 0x40, 6 }, { 0, 0x20, 5 },
		{ 0, 0x08, 3 }, { 0, 0x02, 1 }, { 1, 0x01, 8 },
	};
	struct pr_capabilities c;

	if (pr_capabilities_parse(data, len, &c))
		return -EINVAL;
	sb_add(out, "Report capabilities response:\n");
	sb_printf(out, "  Compatible Reservation Handling(CRH): %d\n", c.crh);
	sb_printf(out, "  Specify Initiator Ports Capable(SIP_C): %d\n", c.sip_c);
	sb_printf(out, "  All Target Ports Capable(ATP_C): %d\n", c.atp_c);
	sb_printf(out, "  Persist Through Power Loss Capable(PTPL_C): %d\n", c.ptpl_c);
	sb_printf(out, "  Type Mask Valid(TMV): %d\n", c.tmv);
	sb_printf(out, "  Allow Commands: %u\n", c.allow_commands);
	sb_printf(out, "  Persist Through Power Loss Active(PTPL_A): %d\n", c.ptpl_a);
	if (!c.tmv)
		return 0;
	sb_add(out, "    Support indicated in Type mask:\n");
	for (size_t i = 0; i < sizeof(supported) / sizeof(supported[0]); i++)
		sb_printf(out, "      %s: %d\n", type_names[supported[i].type],
			  (c.type_mask[supported[i].byte] & supported[i].bit) != 0);
	return 0;
}

/* The bytes of a name that are there, up to its NUL. */
static void add_name(struct strbuf *out, const uint8_t *id, size_t len)
{
	char name[PR_ID_MAX + 1];
	size_t n = len > 4 ? strnlen((const char *)id + 4, len - 4) : 0;

	if (n > PR_ID_MAX)
		n = PR_ID_MAX;
	memcpy(name, id + (n ? 4 : 0), n);
	name[n] = '\0';
	sb_add_safe(out, name);
	sb_addc(out, '\n');
}

static void id_text(const struct pr_registration *r, struct strbuf *out)
{
	unsigned int protocol, format;
	size_t at;

	if (!r->id_len)
		return;
	protocol = r->id[0] & 0xf;
	format = r->id[0] >> 6;
	if (protocol == 5) {
		sb_printf(out, "   iSCSI %s: ", format ? "world wide unique port id" : "name");
		add_name(out, r->id, r->id_len);
		return;
	}
	if (protocol != 0 && protocol != 6)
		return;
	sb_add(out, protocol ? "   SAS " : "   FCP-2 ");
	if (format)
		sb_printf(out, " [Unexpected format code: %u]\n", format);
	at = protocol ? 4 : 8;
	if (r->id_len >= at + 8)
		pr_hex(r->id + at, 8, out);
	else
		sb_addc(out, '\n');
}

static void registration_text(const struct pr_registration *r, struct strbuf *out)
{
	char type[PR_TYPE_TEXT];

	sb_printf(out, "   Key = 0x%" PRIx64 "\n", r->key);
	if (r->all_tg_pt)
		sb_add(out, "      All target ports bit set\n");
	else
		sb_printf(out,
			  "      All target ports bit clear\n"
			  "      Relative port address: 0x%x\n",
			  r->port);
	if (!r->holder) {
		sb_add(out, "      not reservation holder\n");
	} else {
		pr_type_text(r->type, type);
		sb_add(out, "      << Reservation holder >>\n");
		if (r->scope)
			sb_printf(out, "      scope: %u  type: %s\n", r->scope, type);
		else
			sb_printf(out, "      scope: LU_SCOPE,  type: %s\n", type);
	}
	id_text(r, out);
}

static int full_text(const uint8_t *data, size_t len, struct strbuf *out)
{
	struct pr_registration r;
	struct pr_list l;
	size_t at = 0;
	int e;

	if (pr_list_parse(data, len, &l))
		return -EINVAL;
	sb_printf(out, "  PR generation=0x%" PRIx32 " \n", l.generation);
	while (!(e = pr_registration_next(&l, &at, &r)))
		registration_text(&r, out);
	return e == -ENODATA ? 0 : e;
}

int pr_text(enum pr_in action, const uint8_t *data, size_t len, struct strbuf *out)
{
	switch (action) {
	case PR_READ_KEYS:
		return keys_text(data, len, out);
	case PR_READ_RESERVATION:
		return reservation_text(data, len, out);
	case PR_REPORT_CAPABILITIES:
		return capabilities_text(data, len, out);
	case PR_READ_FULL_STATUS:
		return full_text(data, len, out);
	}
	return -EINVAL;
}
