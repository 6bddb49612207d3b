/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of prioritizers and what they share: verdicts, and the reading of prio_args, which are
 * blank-separated words of any length that an administrator typed.
 */
#include "core/model/prio/prio.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/model/vpd.h"

static const struct prioritizer *const table[] = {
#define X(id) &prio_##id,
	PRIORITIZERS(X)
#undef X
		NULL,
};

const struct prioritizer *const *prioritizers(void)
{
	return table;
}

const struct prioritizer *prio_find(const char *name)
{
	for (size_t i = 0; table[i]; i++)
		if (!strcmp(table[i]->name, name))
			return table[i];
	return NULL;
}

enum probe_next prio_poor(struct prio_verdict *v, int prio, const char *why)
{
	memset(v, 0, sizeof(*v));
	v->ok = true;
	v->prio = prio;
	snprintf(v->why, sizeof(v->why), "%s", why);
	return PROBE_DONE;
}

enum probe_next prio_done(struct prio_verdict *v, int prio)
{
	return prio_poor(v, prio, "");
}

enum probe_next prio_fail(struct prio_verdict *v, const char *why)
{
	prio_poor(v, -1, why);
	v->ok = false;
	return PROBE_DONE;
}

int prio_args_verdict(const char *wrong, char *why)
{
	if (!wrong)
		return 0;
	snprintf(why, PRIO_WHY_MAX, "%s", wrong);
	return -EINVAL;
}

void prio_set_tpg(struct prio_verdict *v, const struct blkdev *d)
{
	v->has_tpg = !vpd83_tpg(d->vpd83.data, d->vpd83.len, &v->tpg);
}

size_t prio_word(const char **args, const char **ret_word)
{
	const char *w = *args + strspn(*args, " \t");
	size_t n = strcspn(w, " \t");

	*ret_word = w;
	*args = w + n;
	return n;
}

bool prio_exclusive_pref(const char *args)
{
	static const char word[] = "exclusive_pref_bit";
	const char *w;
	size_t n;

	while ((n = prio_word(&args, &w)))
		if (n == sizeof(word) - 1 && !memcmp(w, word, n))
			return true;
	return false;
}

void prio_no_io(struct probe *p, struct probe_req *req)
{
	(void)p;
	memset(req, 0, sizeof(*req));
}
