/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A UUID is "partN-" UUID-OF-THE-WHOLE, the whole's is "mpath-" WWID; the rest hangs from these. */
#include "core/engine/partid.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/engine/facts.h"
#include "core/host/dmb.h"
#include "parser/strbuf.h"

/* The kind of disk that a driver's devices are, by major number of the first path. */
static const struct {
	unsigned int from, to;
	const char *type;
} types[] = {
	{ 94, 94, "ccw" },
	{ 104, 110, "cciss" },
	{ 112, 112, "cciss" },
	{ 9, 9, "raid" },
};

static const char *type_of(unsigned int major)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (major >= types[i].from && major <= types[i].to)
			return types[i].type;
	return "scsi";
}

static bool is_clean(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return false;
	return true;
}

static void add(struct strbuf *out, const char *key, const char *prefix, const char *value)
{
	if (is_clean(value))
		sb_printf(out, "%s=%s%s\n", key, prefix, value);
}

/* What follows "partN-", and N; NULL: @uuid is no partition's. */
static const char *whole_of(const char *uuid, char *number, size_t len)
{
	size_t n;

	if (strncmp(uuid, "part", 4))
		return NULL;
	n = strspn(uuid + 4, "0123456789");
	if (!n || n >= len || uuid[4 + n] != '-')
		return NULL;
	memcpy(number, uuid + 4, n);
	number[n] = '\0';
	return uuid + 4 + n + 1;
}

/* The device below @kernel whose dm UUID is @uuid: its kernel name and map name. */
static bool find_below(struct host *h, const char *kernel, const char *uuid, char *below,
		       size_t below_len, char *name, size_t name_len)
{
	__attribute__((cleanup(names_done))) struct names slaves = { 0 };
	char path[128], text[DM_UUID_MAX];

	snprintf(path, sizeof(path), "class/block/%s/slaves", kernel);
	if (fstree_list(h->sys, path, &slaves))
		return false;
	for (unsigned int i = 0; i < slaves.n; i++) {
		const char *s = slaves.list[i];

		if (fstree_text(h->sys, text, sizeof(text), "class/block/%s/dm/uuid", s) < 0 ||
		    strcmp(text, uuid))
			continue;
		snprintf(below, below_len, "%s", s);
		return fstree_text(h->sys, name, name_len, "class/block/%s/dm/name", s) > 0;
	}
	return false;
}

/* Major number of the first path of a map; 0: it has none. */
static unsigned int first_major(struct host *h, const char *kernel)
{
	__attribute__((cleanup(names_done))) struct names slaves = { 0 };
	char path[128], text[32];
	unsigned int major;

	snprintf(path, sizeof(path), "class/block/%s/slaves", kernel);
	if (fstree_list(h->sys, path, &slaves) || !slaves.n ||
	    fstree_text(h->sys, text, sizeof(text), "class/block/%s/dev", slaves.list[0]) < 0 ||
	    sscanf(text, "%u:", &major) != 1)
		return 0;
	return major;
}

static void add_serial(struct host *h, const char *map, const char *wwid, struct strbuf *out)
{
	const char *type = type_of(first_major(h, map));

	add(out, "DM_TYPE", "", type);
	if (!strcmp(type, "scsi") && wwid[0] && wwid[1])
		add(out, "DM_WWN", "0x", wwid + 1); /* the first digit is the kind of WWID */
	add(out, "DM_SERIAL", "", wwid);
}

void part_id(struct host *h, dev_t devno, const char *uuid, struct strbuf *out)
{
	char map[64] = "", below[64] = "", name[DM_NAME_MAX] = "", number[16];
	const char *whole = whole_of(uuid, number, sizeof(number));

	facts_name(h, devno, map, sizeof(map));
	if (whole) {
		if (find_below(h, map, whole, below, sizeof(below), name, sizeof(name)))
			add(out, "DM_MPATH", "", name);
		add(out, "DM_PART", "", number);
	}
	if (strncmp(whole ? whole : uuid, "mpath-", 6))
		sb_add(out, "DM_TYPE=raid\n");
	else
		add_serial(h, whole ? below : map, (whole ? whole : uuid) + 6, out);
}
