/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which name am I? Started as `multipath` and so on, the executable is that program; started as
 * `minipath`, its first argument names the verb or the program.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/host/host.h"

static const struct {
	const char *name;
	main_fn main;
	const char *brief;
} verbs[] = {
	{ "multipath", multipath_main,
	  "device mapper multipath maps: list, create, reload, remove" },
	{ "multipathd", multipathd_main, "the daemon that keeps paths alive, and its client" },
	{ "multipathc", multipathc_main, "a session with the running multipathd" },
	{ "kpartx", kpartx_main, "partition maps: list, add, update, delete" },
	{ "kpartx-id", kpartx_id_main, "properties of a map or partition map for udev rules" },
	{ "mpathpersist", mpathpersist_main, "SCSI persistent reservations of a map" },
	{ "scsi-id", scsi_id_main, "the identity of a SCSI disk, as udev's scsi_id prints it" },
	{ "fmt", fmt_main, "lay configuration files out anew without changing what they mean" },
	{ "lint", lint_main, "check multipath.conf and say how to mend it" },
	{ "status", status_main,
	  "are the maps well? text, JSON, Nagios, OpenMetrics; exit 0 to 3" },
	{ "explain", explain_main, "why is this disk (not) multipathed, why is this map so?" },
	{ "capture", capture_main, "record this host: capture DIR|FILE.tar" },
	{ "replay", replay_main,
	  "run a command on a recorded host: replay DIR|FILE.tar -- COMMAND..." },
};

/* udev's helpers write '_' (scsi_id, kpartx_id) where a verb has '-'. */
static bool is_name(const char *verb, const char *name)
{
	while (*verb && (*verb == *name || (*verb == '-' && *name == '_')))
		verb++, name++;
	return !*verb && !*name;
}

main_fn cli_find(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (is_name(verbs[i].name, name))
			return verbs[i].main;
	return NULL;
}

static void usage(FILE *out)
{
	fprintf(out, "Usage: minipath VERB [ARGUMENT]...\n\nVerbs:\n");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(out, "  %-12s %s\n", verbs[i].name, verbs[i].brief);
	fprintf(out, "\nminipath --version prints the version.\n");
}

static int run_live(main_fn main_of_name, int argc, char **argv)
{
	struct host *h;
	int r = host_live(&h);

	if (r) {
		fprintf(stderr, "minipath: this host cannot be looked at: %s\n", strerror(-r));
		return 1;
	}
	return main_of_name(h, argc, argv);
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	main_fn fn = cli_find(name);

	if (fn)
		guard_exit(run_live(fn, argc, argv));
	if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
		printf("minipath %s (%s)\n", MINIPATH_VERSION, COMPAT_VERSION);
		guard_exit(0);
	}
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		usage(stdout);
		guard_exit(0);
	}
	fn = argc > 1 ? cli_find(argv[1]) : NULL;
	if (!fn) {
		if (argc > 1)
			fprintf(stderr, "minipath: there is no verb '%s'\n", argv[1]);
		usage(stderr);
		guard_exit(1);
	}
	guard_exit(run_live(fn, argc - 1, argv + 1));
}
