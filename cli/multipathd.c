/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `multipathd`: with words or -k a client, else the daemon (behaviour.md 7.1). The client needs no
 * root and says nothing but the daemon's answer: programs read it.
 */
#include "cli/multipathd.h"

#include <ctype.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/mpd_client.h"
#include "core/engine/engine.h"
#include "core/engine/log.h"
#include "core/host/host.h"
#include "daemon/ctl.h"

#define CLIENT_EXTRA_MS 100

/* What the command line asks for. */
struct request {
	struct mpd_args daemon;
	bool session;	     /* -k */
	const char *command; /* -kCOMMAND */
};

static int bad_option(int c)
{
	fprintf(stderr, "Invalid argument '-%c'\n", c);
	return 1;
}

static int parse(int argc, char **argv, struct request *ret)
{
	int c;

	*ret = (struct request){ .daemon.verbosity = -1 };
	opterr = 0;
	optind = 0; /* replay runs mains one after the other */
	while ((c = getopt(argc, argv, "+:dsv:k::Bnw")) != -1) {
		switch (c) {
		case 'd':
			ret->daemon.foreground = true;
			break;
		case 's':
			ret->daemon.plain_log = true;
			break;
		case 'v':
			if (!isdigit((unsigned char)optarg[0]))
				return 1;
			ret->daemon.verbosity = atoi(optarg);
			break;
		case 'k':
			ret->session = !optarg;
			ret->command = optarg;
			break;
		case 'B':
			ret->daemon.bindings_read_only = true;
			break;
		case 'n':
			mlog(0, "WARNING: ignoring deprecated option -n, use 'ignore_wwids = no' "
				"instead");
			break;
		case 'w': /* the kernels that needed waiter threads for dm events are gone */
			break;
		default:
			return bad_option(optopt);
		}
	}
	return 0;
}

/* What the daemon gives itself for a command, and a little for the way. */
static int client_timeout(struct host *h, int verbosity)
{
	struct config *cfg;
	int64_t ms;

	if (engine_load_config(h, verbosity, CONFIG_FOR_QUERY, &cfg))
		return MPD_CLIENT_TIMEOUT_MS;
	ms = config_num(cfg, KW_uxsock_timeout, MPD_CLIENT_TIMEOUT_MS - CLIENT_EXTRA_MS);
	config_free(cfg);
	return (int)(ms < INT_MAX - CLIENT_EXTRA_MS ? ms : INT_MAX - CLIENT_EXTRA_MS) +
	       CLIENT_EXTRA_MS;
}

static int client(struct host *h, const struct request *q, int argc, char **argv)
{
	char text[CTL_COMMAND_MAX];

	if (q->session)
		return mpd_session(h, client_timeout(h, q->daemon.verbosity));
	if (q->command)
		return mpd_command(h, q->command, client_timeout(h, q->daemon.verbosity));
	if (mpd_join(argv + optind, argc - optind, text, sizeof(text))) {
		fprintf(stderr, "multipathd command too large\n");
		return 1;
	}
	return mpd_command(h, text, client_timeout(h, q->daemon.verbosity));
}

int multipathd_main(struct host *h, int argc, char **argv)
{
	struct request q;
	int status;

	if (parse(argc, argv, &q))
		status = 1;
	else if (!q.session && !q.command && optind == argc)
		return multipathd_serve(h, &q.daemon); /* a worker that hangs may need the host */
	else
		status = client(h, &q, argc, argv);
	host_free(h);
	return status;
}
