/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `kpartx`: list, add, update and delete the partition maps of a device or an image file. Standard
 * output is multipath-tools' byte for byte; problems go to standard error, object first.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/engine/kpartx.h"
#include "core/engine/log.h"
#include "parser/strbuf.h"

/* udev may be looking at a partition that was just closed: wait for it to go away. */
#define BUSY_TRIES 10
#define BUSY_PAUSE (100 * NSEC_PER_MSEC)

enum what { LIST, ADD, DELETE, UPDATE };

struct run {
	struct host *host;
	struct kpartx_opts o;
	enum what what;
	bool verbose;
	const char *path;
	struct kpartx_disk disk;
	bool detach; /* the loop device, at the end */
};

static void usage(void)
{
	printf("%s\nUsage:\n"
	       "  kpartx [-l|-a|-u|-d] [-r] [-p delimiter] [-f] [-g] [-t type] [-s|-n] [-v] "
	       "device\n"
	       "  -l        list the partition maps that -a would make (the default)\n"
	       "  -a        add partition maps\n"
	       "  -u        update them: add, resize, remove those whose partition is gone\n"
	       "  -d        delete partition maps; of an image file, its loop device, too\n"
	       "  -r        make them read-only\n"
	       "  -p delim  text between the device's name and the partition's number\n"
	       "  -f        force: map despite no_partitions, and entries that overlap\n"
	       "  -g        take a GUID partition table without its protective boot record\n"
	       "  -t type   look for this kind of table only:",
	       COMPAT_VERSION);
	for (unsigned int i = 0; ptable_type_name(i); i++)
		printf(" %s", ptable_type_name(i));
	printf("\n"
	       "  -s        wait until udev has made the nodes (the default)\n"
	       "  -n        do not wait for udev\n"
	       "  -v        say what is done\n"
	       "  -h        print this text\n");
}

static bool known_type(const char *type)
{
	for (unsigned int i = 0; ptable_type_name(i); i++)
		if (!strcmp(ptable_type_name(i), type))
			return true;
	mlog(0, "-t %s: there is no such type of partition table", type);
	return false;
}

static bool take_option(struct run *r, int c)
{
	switch (c) {
	case 'l':
		r->what = LIST;
		return true;
	case 'a':
		r->what = ADD;
		return true;
	case 'd':
		r->what = DELETE;
		return true;
	case 'u':
		r->what = UPDATE;
		return true;
	case 'r':
		r->o.read_only = true;
		return true;
	case 'f':
		r->o.force = true;
		return true;
	case 'g':
		r->o.gpt_anyway = true;
		return true;
	case 'v':
		r->verbose = true;
		return true;
	case 'p':
		r->o.delim = optarg;
		return true;
	case 't':
		r->o.type = optarg;
		return true;
	case 's':
	case 'n':
		r->o.no_wait = c == 'n';
		return true;
	}
	return false;
}

/* -1: go on; otherwise the exit status. */
static int parse(int argc, char **argv, struct run *r)
{
	int c;

	optind = 1;
	while ((c = getopt(argc, argv, "rladfgvp:t:snuh")) != -1) {
		if (take_option(r, c))
			continue;
		usage();
		return c == 'h' ? 0 : 1;
	}
	if (optind != argc - 1) {
		usage();
		return 1;
	}
	if (r->o.type && !known_type(r->o.type))
		return 1;
	if (r->o.delim && strchr(r->o.delim, '/')) {
		mlog(0, "-p %s: a name cannot have a slash", r->o.delim);
		return 1;
	}
	r->path = argv[optind];
	return -1;
}

/* --- what is said of a step ------------------------------------------------------------------ */

static void say_added(const struct run *r, const struct partmap_step *s)
{
	if (*s->from)
		mlog(0, "%s: renamed to %s", s->from, s->name);
	printf("add map %s (%u:%u): 0 %llu linear %u:%u %llu\n", s->name, s->major, s->minor,
	       (unsigned long long)s->size, r->disk.major, r->disk.minor,
	       (unsigned long long)s->start);
}

/* kpartx says it on standard output, and only when it is asked to be verbose. */
static void say_in_use(const struct run *r, const struct partmap_step *s)
{
	if (r->verbose)
		printf("%s is in use. Not removing\n", s->name);
	else
		mlog(0, "%s is in use. Not removing", s->name);
}

static void say_steps(const struct run *r, const struct partmap_plan *p)
{
	for (unsigned int i = 0; i < p->n; i++) {
		const struct partmap_step *s = &p->steps[i];

		if (s->act == PARTMAP_REFUSE && s->why == PARTMAP_IN_USE)
			say_in_use(r, s);
		if (!r->verbose || s->err)
			continue;
		if (s->act == PARTMAP_REMOVE)
			printf("del devmap : %s\n", s->name);
		else if (s->act != PARTMAP_REFUSE)
			say_added(r, s);
		else if (s->why == PARTMAP_NOT_OURS)
			printf("%s: is not a kpartx partition. Not removing\n", s->name);
	}
}

/* --- one function a mode --------------------------------------------------------------------- */

static int list(struct run *r)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	struct ptable t;
	int err = kpartx_table(r->host, &r->disk, &r->o, &t);

	r->detach = r->disk.attached;
	kpartx_list(&r->disk, &r->o, &t, &out);
	fputs(sb_str(&out), stdout);
	return (err && err != -ENODATA) || t.n_refused;
}

static bool any_mapped(const struct partmap_plan *p)
{
	for (unsigned int i = 0; i < p->n; i++)
		if (p->steps[i].act < PARTMAP_REMOVE && !p->steps[i].err)
			return true;
	return false;
}

static int add(struct run *r)
{
	__attribute__((cleanup(partmap_plan_done))) struct partmap_plan p = { 0 };
	struct ptable t;
	int err = kpartx_table(r->host, &r->disk, &r->o, &t);
	unsigned int failures;
	bool vanished;

	r->detach = r->disk.attached;
	if (err && err != -ENODATA)
		return 1;
	/* Only a table that says all it means tells that a partition is gone. */
	vanished = r->what == UPDATE && !t.n_refused && !(err && (t.n_findings || r->o.type));
	if (kpartx_plan(r->host, &r->disk, &r->o, &t, vanished, &p))
		return 1;
	failures = kpartx_carry_out(r->host, &r->disk, &r->o, &p);
	say_steps(r, &p);
	r->detach = r->disk.attached && !any_mapped(&p);
	return failures || t.n_refused;
}

/* All partition maps, or none while one of them is in use. */
static int delete (struct run *r)
{
	__attribute__((cleanup(partmap_plan_done))) struct partmap_plan p = { 0 };
	int status;

	for (int i = 0; i < BUSY_TRIES; i++) {
		partmap_plan_done(&p);
		if (kpartx_plan_removal(r->host, &r->disk, &r->o, &p))
			return 1;
		if (!partmap_refused(&p, PARTMAP_IN_USE))
			break;
		host_pause(r->host, BUSY_PAUSE);
	}
	if (partmap_refused(&p, PARTMAP_IN_USE)) {
		for (unsigned int i = 0; i < p.n; i++)
			if (p.steps[i].why == PARTMAP_IN_USE)
				say_in_use(r, &p.steps[i]);
		return 1;
	}
	status = kpartx_carry_out(r->host, &r->disk, &r->o, &p) ? 1 : 0;
	say_steps(r, &p);
	r->detach = !status;
	return status;
}

static int run(struct run *r)
{
	static int (*const modes[])(
		struct run * r) = { [LIST] = list, [ADD] = add, [DELETE] = delete, [UPDATE] = add };
	int status;

	if (r->disk.skip && !r->o.force)
		return 0;
	status = modes[r->what](r);
	if (r->detach && *r->disk.loop && r->verbose)
		mlog(0, "loop deleted : %s", r->disk.shown);
	return status;
}

static int open_and_run(struct run *r)
{
	unsigned int kernel[3], target[3];
	int status = 1;

	if (r->what != LIST && r->host->dmb->ops->version(r->host->dmb, kernel, target)) {
		mlog(0, "device mapper prerequisites not met");
		return 1;
	}
	switch (kpartx_open(r->host, r->path, &r->o, r->what != DELETE, &r->disk)) {
	case KPARTX_OPEN:
		status = run(r);
		break;
	case KPARTX_MISSING:
		printf("failed to stat() %s\n", r->path);
		break;
	case KPARTX_NO_LOOP:
		status = 0;
		break;
	case KPARTX_FAILED:
		r->detach = r->disk.attached;
		break;
	}
	return kpartx_close(r->host, &r->disk, r->detach) ? 1 : status;
}

int kpartx_main(struct host *h, int argc, char **argv)
{
	struct run r = { .host = h };
	int status;

	log_setup(LOG_TO_STDERR_PLAIN, "kpartx");
	status = parse(argc, argv, &r);
	if (status < 0)
		status = open_and_run(&r);
	host_free(h);
	return status;
}
