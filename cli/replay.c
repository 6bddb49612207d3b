/* SPDX-License-Identifier: GPL-2.0-or-later */
/* minipath replay DIR [--] COMMAND...: a command on a recorded host; no device is ever touched. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/host/host.h"

int replay_main(struct host *live, int argc, char **argv)
{
	int first = argc > 2 && !strcmp(argv[2], "--") ? 3 : 2;
	struct host *h;
	main_fn fn;
	int r;

	host_free(live);
	if (argc <= first) {
		fprintf(stderr, "Usage: minipath replay DIR [--] COMMAND [ARGUMENT]...\n");
		return 1;
	}
	fn = cli_find(argv[first]);
	if (!fn || fn == replay_main) {
		fprintf(stderr, "minipath replay: there is no command '%s'\n", argv[first]);
		return 1;
	}
	r = host_replay(argv[1], &h);
	if (r) {
		fprintf(stderr, "minipath replay: %s: %s\n", argv[1], strerror(-r));
		return 1;
	}
	return fn(h, argc - first, argv + first);
}
