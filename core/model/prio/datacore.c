/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * datacore: DataCore servers put their name into the vendor's part of the INQUIRY data; the path to
 * the preferred one ranks higher. Arguments: "preferredsds=NAME", with "timeout=MS" before or after
 * it. Names are compared in place, within the bytes that came and the word that was given: neither
 * is ever copied.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/prio/prio.h"
#include "core/model/scsi.h"
#include "core/model/sense.h"

#define ERR(text)   "datacore prio: " text
#define NAME_AT	    112
#define NAME_LEN    16
#define TIMEOUT_MIN 500
#define TIMEOUT_MAX 20000

struct args {
	const char *sds; /* not terminated */
	size_t sds_len;
	unsigned int timeout_ms; /* 0: not given, or out of bounds */
};

/* Value of "KEY=VALUE" at @word, NULL: another word. */
static const char *value_of(const char *word, size_t n, const char *key)
{
	size_t k = strlen(key);

	return n > k && !memcmp(word, key, k) ? word + k : NULL;
}

static unsigned int timeout_of(const char *text)
{
	unsigned long ms = strtoul(text, NULL, 10);

	return ms >= TIMEOUT_MIN && ms <= TIMEOUT_MAX ? (unsigned int)ms : 0;
}

/* NULL, or what is wrong. */
static const char *parse(const char *text, struct args *ret)
{
	const char *word, *val;
	size_t n;

	*ret = (struct args){ 0 };
	if (!*text)
		return ERR("need prio_args with preferredsds set");
	while ((n = prio_word(&text, &word))) {
		if ((val = value_of(word, n, "preferredsds="))) {
			ret->sds = val;
			ret->sds_len = n - (size_t)(val - word);
		} else if ((val = value_of(word, n, "timeout="))) {
			ret->timeout_ms = timeout_of(val);
			if (!ret->timeout_ms)
				return ERR("prio args: timeout out of bounds [500:20000]");
		} else {
			return ERR("unexpected prio_args format");
		}
	}
	if (!ret->sds)
		return ERR("unexpected prio_args format");
	return ret->sds_len > 1 ? NULL : ERR("prio args: preferredsds too short (1 character min)");
}

static int datacore_args_ok(const char *text, char *why)
{
	struct args a;

	return prio_args_verdict(parse(text, &a), why);
}

static void datacore_prepare(struct probe *p, struct probe_req *req)
{
	struct args a;

	memset(req, 0, sizeof(*req));
	if (parse(p->args, &a))
		return;
	req->kind = PROBE_SCSI;
	scsi_inquiry(&req->scsi, 255, a.timeout_ms ? a.timeout_ms : p->timeout_ms);
}

static enum probe_next datacore_judge(struct probe *p, const struct probe_rsp *rsp,
				      struct probe_req *req, struct prio_verdict *v)
{
	const char *wrong;
	struct args a;
	struct sense s;
	size_t n;

	(void)req;
	wrong = parse(p->args, &a);
	if (wrong)
		return prio_poor(v, 0, wrong);
	if (!rsp->scsi || scsi_outcome(rsp->scsi, &s) != SCSI_OK || rsp->len <= NAME_AT)
		return prio_poor(v, 0, ERR("INQUIRY failed"));
	n = rsp->len - NAME_AT < NAME_LEN ? rsp->len - NAME_AT : NAME_LEN;
	return prio_done(v, memmem(rsp->data + NAME_AT, n, a.sds, a.sds_len) ? 1 : 0);
}

const struct prioritizer prio_datacore = {
	.name = "datacore",
	.args_ok = datacore_args_ok,
	.prepare = datacore_prepare,
	.judge = datacore_judge,
};
