/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Look-ups in the keyword table. keywords.def is the only list; the hash from (section, name) to
 * row and the print orders are computed from it once, before main() runs, and never change. The
 * nearest keyword is sought among the few rows of one section, and only where a line is wrong.
 */
#include "parser/keywords.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "parser/kwtype.h"

#define D(x) [SEC_DEFAULTS] = x
#define V(x) [SEC_DEVICE] = x
#define O(x) [SEC_OVERRIDES] = x
#define P(x) [SEC_PROTOCOL] = x
#define M(x) [SEC_MULTIPATH] = x
#define B(x) [SEC_BLACKLIST] = x
#define E(x) [SEC_EXCEPTIONS] = x
#define X(x) [SEC_BLACKLIST_DEVICE] = x
#define Y(x) [SEC_EXCEPTIONS_DEVICE] = x

static const struct kwdef defs[KW__MAX] = {
#define KW(id, ...)	     [KW_##id] = { .name = #id, __VA_ARGS__ },
#define KW_AS(id, text, ...) [KW_##id] = { .name = text, __VA_ARGS__ },
#include "parser/keywords.def"
#undef KW
};

static const char *const words[VW__MAX] = {
#define VOCAB_WORD(id, text) [VW_##id] = text,
#include "parser/vocab.def"
};

#define SLOTS	 1024 /* a power of 2, a multiple of the rows times their sections */
#define PER_SECT 96

static struct {
	struct {
		uint16_t kw;
		uint8_t section;
	} slot[SLOTS];
	enum kw_id order[SEC__MAX][PER_SECT];
} table;

static unsigned int hash(enum section s, const char *name)
{
	unsigned int h = 2166136261u ^ (unsigned int)s;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h ^ h >> 15;
}

static void enter(enum section s, enum kw_id kw)
{
	unsigned int i = hash(s, defs[kw].name) % SLOTS;

	while (table.slot[i].kw)
		i = (i + 1) % SLOTS;
	table.slot[i].kw = (uint16_t)kw;
	table.slot[i].section = (uint8_t)s;
}

static void place(enum section s, enum kw_id kw)
{
	enum kw_id *o = table.order[s];
	unsigned int n = 0, i;

	while (o[n])
		n++;
	for (i = n; i > 0 && defs[o[i - 1]].at[s] > defs[kw].at[s]; i--)
		o[i] = o[i - 1];
	o[i] = kw;
}

__attribute__((constructor)) static void table_init(void)
{
	for (enum kw_id kw = KW_NONE + 1; kw < KW__MAX; kw++) {
		if (!kw_find_any(defs[kw].name))
			enter(SEC__MAX, kw);
		if (defs[kw].removed)
			continue;
		for (enum section s = SEC_ROOT; s < SEC__MAX; s++) {
			if (!defs[kw].at[s])
				continue;
			enter(s, kw);
			if (!defs[kw].ignored && !defs[kw].alias_of)
				place(s, kw);
		}
	}
}

const struct kwdef *kw_get(enum kw_id id)
{
	return id > KW_NONE && id < KW__MAX ? &defs[id] : NULL;
}

enum kw_id kw_find(enum section s, const char *name)
{
	for (unsigned int i = hash(s, name) % SLOTS; table.slot[i].kw; i = (i + 1) % SLOTS) {
		if (table.slot[i].section == s && !strcmp(defs[table.slot[i].kw].name, name))
			return table.slot[i].kw;
	}
	return KW_NONE;
}

enum kw_id kw_find_any(const char *name)
{
	return kw_find(SEC__MAX, name); /* where table_init() put the first row of each name */
}

enum section kw_home(const char *name)
{
	for (enum section s = SEC_ROOT; s < SEC__MAX; s++) {
		if (kw_find(s, name))
			return s;
	}
	return SEC__MAX;
}

enum kw_id kw_resolve(enum kw_id kw)
{
	return kw && defs[kw].alias_of ? kw_find_any(defs[kw].alias_of) : kw;
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

#define NEAR_MAX 40

/* A row of distances cannot fall below the least of the two rows before it. */
unsigned int text_distance(const char *a, const char *b, unsigned int most)
{
	unsigned int row[3][NEAR_MAX + 1];
	unsigned int *prev2 = row[0], *prev = row[1], *cur = row[2], *spare;
	unsigned int i, j, m = (unsigned int)strlen(a), n = (unsigned int)strlen(b);
	unsigned int least, least_before = 0;

	if (m >= NEAR_MAX || n >= NEAR_MAX || m > n + most || n > m + most)
		return UINT_MAX;
	for (j = 0; j <= n; j++)
		prev[j] = j;
	for (i = 1; i <= m; i++) {
		least = cur[0] = i;
		for (j = 1; j <= n; j++) {
			unsigned int cost = a[i - 1] != b[j - 1];

			cur[j] = min3(prev[j] + 1, cur[j - 1] + 1, prev[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    prev2[j - 2] + 1 < cur[j])
				cur[j] = prev2[j - 2] + 1;
			if (cur[j] < least)
				least = cur[j];
		}
		if (least > most && least_before > most)
			return UINT_MAX;
		least_before = least;
		spare = prev2;
		prev2 = prev;
		prev = cur;
		cur = spare;
	}
	return prev[n] <= most ? prev[n] : UINT_MAX;
}

enum kw_id kw_nearest(enum section s, const char *name)
{
	unsigned int best = (unsigned int)strlen(name) / 3 + 1, d;
	enum kw_id found = KW_NONE;

	for (const enum kw_id *kw = kw_order(s); *kw; kw++) {
		d = text_distance(name, defs[*kw].name, best);
		if (d < best || (d == best && !found)) {
			best = d;
			found = *kw;
		}
	}
	return found;
}

const enum kw_id *kw_order(enum section s)
{
	return table.order[s];
}

static const char *const paths[SEC__MAX] = {
	[SEC_ROOT] = "",
	[SEC_DEFAULTS] = "defaults",
	[SEC_BLACKLIST] = "blacklist",
	[SEC_BLACKLIST_DEVICE] = "blacklist/device",
	[SEC_EXCEPTIONS] = "blacklist_exceptions",
	[SEC_EXCEPTIONS_DEVICE] = "blacklist_exceptions/device",
	[SEC_DEVICES] = "devices",
	[SEC_DEVICE] = "devices/device",
	[SEC_OVERRIDES] = "overrides",
	[SEC_PROTOCOL] = "overrides/protocol",
	[SEC_MULTIPATHS] = "multipaths",
	[SEC_MULTIPATH] = "multipaths/multipath",
};

const char *section_path(enum section s)
{
	return paths[s];
}

const char *section_name(enum section s)
{
	const char *slash = strchr(paths[s], '/');

	return slash ? slash + 1 : paths[s];
}

const char *vocab_text(enum vocab_word w)
{
	return w < VW__MAX ? words[w] : NULL;
}

const char *kw_since(enum kw_id kw, enum section s)
{
	return defs[kw].since_in[s] ? defs[kw].since_in[s] : defs[kw].since;
}

int release_compare(const char *a, const char *b)
{
	for (int i = 0; i < 4; i++) {
		char *end_a, *end_b;
		unsigned long x = strtoul(a, &end_a, 10), y = strtoul(b, &end_b, 10);

		if (x != y)
			return x < y ? -1 : 1;
		a = end_a + (*end_a == '.');
		b = end_b + (*end_b == '.');
	}
	return 0;
}
