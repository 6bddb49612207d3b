/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every checker and prioritizer through a whole exchange of any answers: it must end, with a
 * verdict that is one, and never touch a byte outside an answer. */
#include <stdlib.h>
#include <string.h>

#include "core/model/probe.h"

struct feed {
	const uint8_t *data;
	size_t left;
};

static uint8_t take(struct feed *f)
{
	if (!f->left)
		return 0;
	f->left--;
	return *f->data++;
}

/* The next answer; its data is a heap copy of just its size. */
static uint8_t *answer(struct feed *f, struct scsi_result *s, struct probe_rsp *rsp)
{
	uint8_t kind = take(f), *copy;
	size_t n = take(f);

	memset(s, 0, sizeof(*s));
	memset(rsp, 0, sizeof(*rsp));
	if (kind & 1) {
		s->status = take(f);
		s->host = take(f) & 0x1f;
		s->sense_len = take(f);
		for (unsigned int i = 0; i < s->sense_len; i++)
			s->sense[i] = i < 24 ? take(f) : 0;
	}
	if (kind & 2)
		n *= 16;
	n = n > f->left ? f->left : n;
	copy = malloc(n + 1);
	memcpy(copy, f->data, n);
	copy[n] = '\0';
	f->data += n;
	f->left -= n;
	rsp->scsi = (kind & 0x1c) == 4 ? NULL : s;
	rsp->err = (kind & 0x70) == 0x10 ? -5 : 0;
	rsp->nvme_status = (kind & 0x70) == 0x20 ? 2 : 0;
	rsp->data = copy;
	rsp->len = (uint32_t)n;
	rsp->elapsed_ns = (int64_t)kind << 20;
	return copy;
}

static void check(const struct checker *c, struct probe *p, struct feed *f)
{
	struct check_verdict v = { .state = PATH__MAX };
	struct probe_req req;
	struct probe_rsp rsp;
	struct scsi_result s;
	enum probe_next next;
	int rounds = 0;

	c->prepare(p, &req);
	do {
		uint8_t *copy = answer(f, &s, &rsp);

		next = c->judge(p, &rsp, &req, &v);
		free(copy);
	} while (next == PROBE_MORE && ++rounds < 1000);
	if (next != PROBE_DONE || v.state >= PATH__MAX ||
	    strnlen(v.msg, sizeof(v.msg)) == sizeof(v.msg))
		abort();
}

static void prio(const struct prioritizer *r, struct probe *p, struct feed *f)
{
	struct prio_verdict v;
	struct probe_req req;
	struct probe_rsp rsp;
	struct scsi_result s;
	enum probe_next next;
	int rounds = 0;
	char why[96];

	memset(&v, 0xff, sizeof(v));
	if (r->args_ok)
		r->args_ok(p->args, why);
	r->prepare(p, &req);
	do {
		uint8_t *copy = answer(f, &s, &rsp);

		next = r->judge(p, &rsp, &req, &v);
		free(copy);
	} while (next == PROBE_MORE && ++rounds < 70000);
	if (next != PROBE_DONE || strnlen(v.why, sizeof(v.why)) == sizeof(v.why))
		abort();
}

/* regcomp() of the C library copies what is repeated for each operator: "a++++..." of root's own
 * configuration can ask for all memory there is, which is not what is tested here. */
static void tame(char *args)
{
	for (int repeats = 0; (args = strpbrk(args, "*+?{")); args++)
		if (++repeats > 4)
			*args = 'r';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const heads[] = { "",	 "preferredip=", "preferredsds=",
					     "devname ", "io_num=",	 "hbtl " };
	struct feed f = { data, size };
	struct blkdev d = { .name = "sda", .bus = BUS_SCSI, .state = "running" };
	struct udev_prop prop = { (char *)"ID_PATH", NULL };
	struct probe p = { .dev = &d, .timeout_ms = 1 };
	unsigned int n_check = 0, n_prio = 0, pick = take(&f), head = take(&f) % 6, len = take(&f);
	char args[280];

	while (checkers()[n_check])
		n_check++;
	while (prioritizers()[n_prio])
		n_prio++;
	len = len > f.left ? (unsigned int)f.left : len;
	strcpy(args, heads[head]);
	memcpy(args + strlen(heads[head]), f.data, len);
	args[strlen(heads[head]) + len] = '\0';
	f.data += len;
	f.left -= len;
	tame(args);
	prop.value = args;
	d.udev = (struct udev_props){ .list = &prop, .n = 1 };
	p.args = args;
	pick %= n_check + n_prio;
	if (pick < n_check)
		check(checkers()[pick], &p, &f);
	else
		prio(prioritizers()[pick - n_check], &p, &f);
	return 0;
}
