/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path_latency: reads the first block io_num times and ranks the path by the mean of the logarithms
 * of the times, so that one stray read does not move it; base_num is the width of a rank. The time
 * of each read is measured by whoever carries it out. The logarithm is computed here: libm would be
 * a library more for one function.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/prio/prio.h"

#define ERR(text)      "path_latency prio: " text
#define IO_NUM_MIN     20
#define IO_NUM_MAX     200
#define IO_NUM_DEFAULT 100
#define BASE_MIN       1.1
#define BASE_MAX       10.0
#define BASE_DEFAULT   1.77827941004 /* four ranks for a factor of ten */
#define LATENCY_MAX_US 100000000.0
#define DEFAULT_RANK   0

struct args {
	long io_num;
	double base;
};

struct tally {
	double sum; /* of the natural logarithms, in microseconds */
	unsigned int n;
};
_Static_assert(sizeof(struct tally) <= sizeof(((struct probe *)0)->scratch), "scratch holds it");

/* Natural logarithm of a number of at least 1: x = m * 2^e with m in [1, 2), and the series of
 * 2 * atanh((m - 1) / (m + 1)), whose terms shrink by nine or more. */
static double ln(double x)
{
	const double ln2 = 0.693147180559945309417;
	double t, t2, term, sum = 0;
	int e = 0;

	for (; x >= 2; x /= 2)
		e++;
	t = (x - 1) / (x + 1);
	t2 = t * t;
	term = t;
	for (int i = 1; i < 36; i += 2) {
		sum += term / i;
		term *= t2;
	}
	return e * ln2 + 2 * sum;
}

static bool number(const char *word, size_t n, const char *key, double *ret)
{
	size_t k = strlen(key);
	char *end;

	if (n <= k || memcmp(word, key, k) != 0)
		return false;
	*ret = strtod(word + k, &end);
	return end == word + n;
}

/* NULL, or what is wrong. Out of range is wrong too; NaN is in no range. */
static const char *parse(const char *text, struct args *ret)
{
	const char *word;
	double x;
	size_t n;

	*ret = (struct args){ IO_NUM_DEFAULT, BASE_DEFAULT };
	while ((n = prio_word(&text, &word))) {
		if (number(word, n, "io_num=", &x)) {
			if (!(x >= IO_NUM_MIN && x <= IO_NUM_MAX))
				return ERR("args io_num is outside the valid range");
			ret->io_num = (long)x;
		} else if (number(word, n, "base_num=", &x)) {
			if (!(x >= BASE_MIN && x <= BASE_MAX))
				return ERR("args base_num is outside the valid range");
			ret->base = x;
		} else {
			return ERR("get path_latency args fail");
		}
	}
	return NULL;
}

static int latency_args_ok(const char *text, char *why)
{
	struct args a;

	return prio_args_verdict(parse(text, &a), why);
}

static void latency_prepare(struct probe *p, struct probe_req *req)
{
	struct args a;

	memset(req, 0, sizeof(*req));
	if (!parse(p->args, &a))
		req->kind = PROBE_READ;
}

static enum probe_next rank(const struct tally *t, const struct args *a, struct prio_verdict *v)
{
	double mean = t->sum / t->n, worst = ln(LATENCY_MAX_US);

	if (mean > worst)
		return prio_poor(v, DEFAULT_RANK, ERR("average latency is outside the threshold"));
	return prio_done(v, (int)((worst - mean) / ln(a->base)));
}

static enum probe_next latency_judge(struct probe *p, const struct probe_rsp *rsp,
				     struct probe_req *req, struct prio_verdict *v)
{
	struct args a;
	const char *wrong = parse(p->args, &a);
	struct tally t;
	double us = (double)rsp->elapsed_ns / 1000;

	if (wrong)
		return prio_poor(v, DEFAULT_RANK, wrong);
	if (rsp->err || !rsp->len)
		return prio_fail(v, ERR("path down"));
	memcpy(&t, p->scratch, sizeof(t));
	t.sum += ln(us > 1 ? us : 1);
	t.n++;
	if (t.n >= a.io_num)
		return rank(&t, &a, v);
	memcpy(p->scratch, &t, sizeof(t));
	latency_prepare(p, req);
	return PROBE_MORE;
}

const struct prioritizer prio_path_latency = {
	.name = "path_latency",
	.args_ok = latency_args_ok,
	.prepare = latency_prepare,
	.judge = latency_judge,
};
