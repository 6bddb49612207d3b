/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of keys is edited line by line: what is not the line in question stays as it is, byte by
 * byte. A removed key leaves its line behind as a comment, as multipath-tools does.
 */
#include "core/model/reserve.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "parser/kwtype.h"
#include "parser/strbuf.h"

static const char header[] =
	"# Multipath persistent reservation keys, Version : 1.0\n"
	"# NOTE: this file is automatically maintained by the multipathd program.\n"
	"# You should not need to edit this file in normal circumstances.\n"
	"#\n"
	"# Format:\n"
	"# prkey wwid\n"
	"#\n";

const char *pr_flag_text(enum pr_flag f)
{
	static const char *const texts[] = { "unknown", "unset", "set" };

	return texts[f];
}

bool pr_key_of(const struct kwval *val, struct pr_key *ret_key)
{
	if (!val || val->word != VW_NUMBER)
		return false;
	*ret_key = (struct pr_key){ .key = (uint64_t)val->num, .aptpl = val->str != NULL };
	return true;
}

int pr_key_parse(const char *text, struct pr_key *ret_key)
{
	struct kwcontext c = { .kw = KW_reservation_key };
	struct kwval val;
	struct pr_key k;

	if (kw_parse(&c, text, &val) != KWR_SET || !pr_key_of(&val, &k) || !k.key)
		return -EINVAL;
	*ret_key = k;
	return 0;
}

void pr_key_text(const struct pr_key *k, struct strbuf *out)
{
	sb_printf(out, "0x%" PRIx64 "%s", k->key, k->aptpl ? ":aptpl" : "");
}

/* Does this line, @len bytes, give @wwid a key? */
static bool line_is(const char *line, size_t len, const char *wwid, struct pr_key *ret_key)
{
	size_t n = strlen(wwid), digits;

	if (len < 3 || line[0] != '0' || (line[1] != 'x' && line[1] != 'X'))
		return false;
	digits = strspn(line + 2, "0123456789abcdefABCDEF");
	if (!digits || digits > 16 || len != 2 + digits + 1 + n || line[2 + digits] != ' ' ||
	    memcmp(line + 3 + digits, wwid, n) != 0)
		return false;
	*ret_key = (struct pr_key){ .key = strtoull(line + 2, NULL, 16), .aptpl = line[1] == 'X' };
	return true;
}

static size_t line_len(const char *line)
{
	return strcspn(line, "\n");
}

static const char *next_line(const char *line)
{
	line += line_len(line);
	return *line ? line + 1 : line;
}

bool prkeys_find(const char *text, const char *wwid, struct pr_key *ret_key)
{
	for (; *text; text = next_line(text))
		if (line_is(text, line_len(text), wwid, ret_key))
			return true;
	return false;
}

static void put_key(const char *wwid, const struct pr_key *key, struct strbuf *out)
{
	sb_printf(out, "0%c%016" PRIx64 " %s\n", key->aptpl ? 'X' : 'x', key->key, wwid);
}

void prkeys_edit(const char *text, const char *wwid, const struct pr_key *key, struct strbuf *out)
{
	struct pr_key old;

	if (!*text)
		sb_add(out, header);
	for (; *text; text = next_line(text)) {
		size_t len = line_len(text);

		if (!line_is(text, len, wwid, &old)) {
			sb_addn(out, text, len);
			sb_addc(out, '\n');
		} else if (key) {
			put_key(wwid, key, out);
			key = NULL; /* once; a second line of the same map goes */
		} else {
			sb_addc(out, '#');
			sb_addn(out, text + 1, len - 1);
			sb_addc(out, '\n');
		}
	}
	if (key)
		put_key(wwid, key, out);
}
