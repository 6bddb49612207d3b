/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * weightedpath: the administrator's own ranks. "KIND REGEX PRIO [REGEX PRIO ...]": the first regular
 * expression that matches the path's text of that kind gives its number, none gives 0. Expressions
 * that do not compile are skipped, as they always were; args_ok() tells of them beforehand.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/prio/prio.h"

#define DEFAULT_RANK 0
#define BAD_ARGS     "weightedpath - Invalid arguments"

/* Big enough for the longest text: four WWNs, of which the node name has 224 bytes. */
#define TEXT_MAX 512

static void hbtl_text(const struct blkdev *d, char *out)
{
	snprintf(out, TEXT_MAX, "%d:%d:%d:%" PRIu64, d->host, d->channel, d->id, d->lun);
}

static void devname_text(const struct blkdev *d, char *out)
{
	snprintf(out, TEXT_MAX, "%s", d->name);
}

static void serial_text(const struct blkdev *d, char *out)
{
	snprintf(out, TEXT_MAX, "%s", d->serial);
}

static const char *or_undef(const char *text)
{
	return *text ? text : "[undef]";
}

static void wwn_text(const struct blkdev *d, char *out)
{
	snprintf(out, TEXT_MAX, "%s:%s:%s:%s", or_undef(d->host_wwnn), or_undef(d->host_wwpn),
		 or_undef(d->tgt_node_name), or_undef(d->tgt_wwpn));
}

static const struct kind {
	const char *name;
	void (*text)(const struct blkdev *d, char *out);
} kinds[] = {
	{ "hbtl", hbtl_text },
	{ "devname", devname_text },
	{ "serial", serial_text },
	{ "wwn", wwn_text },
};

static const struct kind *kind_of(const char *word, size_t n)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].name) == n && !memcmp(kinds[i].name, word, n))
			return &kinds[i];
	return NULL;
}

/* One rule. 0, 1: the expression does not match, -EINVAL: it does not compile. */
static int pattern_matches(const char *word, size_t n, const char *text)
{
	char *pattern = strndup(word, n);
	regex_t re;
	int rc;

	if (!pattern)
		return -ENOMEM;
	rc = regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) ? -EINVAL : 0;
	free(pattern);
	if (rc)
		return rc;
	rc = regexec(&re, text, 0, NULL, 0) ? 1 : 0;
	regfree(&re);
	return rc;
}

/* The number at the start of a word, as atoi() reads it but without its overflow. */
static int number(const char *word)
{
	long n = strtol(word, NULL, 10);

	return n > INT_MAX ? INT_MAX : n < INT_MIN ? INT_MIN : (int)n;
}

static int rank(const char *rules, const char *text)
{
	const char *pattern, *prio;
	size_t n;

	while ((n = prio_word(&rules, &pattern)) && prio_word(&rules, &prio))
		if (!pattern_matches(pattern, n, text))
			return number(prio);
	return DEFAULT_RANK;
}

static bool is_number(const char *word, size_t n)
{
	size_t sign = n > 1 && *word == '-';

	return n > sign && strspn(word + sign, "0123456789") >= n - sign;
}

static int weightedpath_args_ok(const char *args, char *why)
{
	const char *word, *prio;
	size_t n, m;

	n = prio_word(&args, &word);
	if (!kind_of(word, n))
		return prio_args_verdict(BAD_ARGS, why);
	while ((n = prio_word(&args, &word))) {
		m = prio_word(&args, &prio);
		if (is_number(prio, m) && pattern_matches(word, n, "") >= 0)
			continue;
		snprintf(why, PRIO_WHY_MAX, "weightedpath - bad rule \"%.*s\"",
			 n < 40 ? (int)n : 40, word);
		return -EINVAL;
	}
	return 0;
}

static enum probe_next weightedpath_judge(struct probe *p, const struct probe_rsp *rsp,
					  struct probe_req *req, struct prio_verdict *v)
{
	const char *args = p->args, *word;
	const struct kind *k;
	char text[TEXT_MAX];
	size_t n = prio_word(&args, &word);

	(void)rsp;
	(void)req;
	if (!n)
		return prio_done(v, DEFAULT_RANK);
	k = kind_of(word, n);
	if (!k)
		return prio_poor(v, DEFAULT_RANK, BAD_ARGS);
	k->text(p->dev, text);
	return prio_done(v, rank(args, text));
}

const struct prioritizer prio_weightedpath = {
	.name = "weightedpath",
	.args_ok = weightedpath_args_ok,
	.prepare = prio_no_io,
	.judge = weightedpath_judge,
};
