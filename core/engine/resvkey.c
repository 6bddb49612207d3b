/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the lines mean stands in core/model/reserve.c; here is the file. */
#include "core/engine/resvkey.h"

#include <errno.h>
#include <stdlib.h>

#include "parser/strbuf.h"

int resvkey_find(struct host *h, const char *wwid, struct pr_key *ret_key)
{
	struct pr_key key = { 0 };
	char *text;
	int r = state_read(h->state, STATE_PRKEYS, &text);

	if (r && r != -ENOENT)
		return r;
	if (!r) {
		if (!prkeys_find(text, wwid, &key))
			key.key = 0;
		free(text);
	}
	*ret_key = key;
	return 0;
}

int resvkey_store(struct host *h, const char *wwid, const struct pr_key *key)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	char *text = NULL;
	int r = state_lock(h->state, STATE_PRKEYS);

	if (r)
		return r;
	r = state_read(h->state, STATE_PRKEYS, &text);
	if (r == 0 || r == -ENOENT) {
		prkeys_edit(text ? text : "", wwid, key->key ? key : NULL, &out);
		r = state_replace(h->state, STATE_PRKEYS, sb_str(&out));
	}
	state_unlock(h->state, STATE_PRKEYS);
	free(text);
	return r;
}
