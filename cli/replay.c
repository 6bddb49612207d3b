/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minipath replay DIR|FILE.tar [--] COMMAND...: a command on a recorded host; no device is ever
 * touched. An archive is unpacked to a temporary folder for the time of the command, a sosreport is
 * first made a snapshot there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/snapdir.h"
#include "core/host/host.h"

struct place {
	char unpacked[256], made[256]; /* temporary folders, "": none */
	const char *dir;
};

static void place_done(struct place *p)
{
	if (p->unpacked[0])
		snapdir_remove(p->unpacked);
	if (p->made[0])
		snapdir_remove(p->made);
}

static int unpack(struct place *p, const char *file)
{
	int r = snapdir_make(p->unpacked, sizeof(p->unpacked));

	if (r) {
		p->unpacked[0] = '\0';
		return r;
	}
	p->dir = p->unpacked;
	return snapdir_unpack(file, p->unpacked);
}

static int find_place(struct place *p, const char *from)
{
	struct stat st;
	int r = stat(from, &st) ? -errno : 0;

	p->dir = from;
	if (!r && S_ISREG(st.st_mode))
		r = unpack(p, from);
	if (r)
		return r;
	r = snapdir_make(p->made, sizeof(p->made));
	if (r) {
		p->made[0] = '\0';
		return r;
	}
	r = snapdir_from_sos(p->dir, p->made);
	if (r == 1)
		p->dir = p->made;
	return r < 0 ? r : 0;
}

int replay_main(struct host *live, int argc, char **argv)
{
	__attribute__((cleanup(place_done))) struct place place = { 0 };
	int first = argc > 2 && !strcmp(argv[2], "--") ? 3 : 2;
	struct host *h;
	main_fn fn;
	int r;

	host_free(live);
	if (argc <= first) {
		fprintf(stderr, "Usage: minipath replay DIR|FILE.tar [--] COMMAND [ARGUMENT]...\n");
		return 1;
	}
	fn = cli_find(argv[first]);
	if (!fn || fn == replay_main || fn == capture_main) {
		fprintf(stderr, "minipath replay: there is no command '%s'\n", argv[first]);
		return 1;
	}
	r = find_place(&place, argv[1]);
	if (!r)
		r = host_replay(place.dir, &h);
	if (r) {
		fprintf(stderr, "minipath replay: %s: %s\n", argv[1], strerror(-r));
		return 1;
	}
	return fn(h, argc - first, argv + first);
}
