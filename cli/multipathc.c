/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `multipathc [TIMEOUT]`: a session with multipathd, the time-out of each command in milliseconds. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "core/host/host.h"
#include "cli/mpd_client.h"

static bool parse_timeout(const char *text, int *ret_ms)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (!*text || *end || n < 0 || n > INT_MAX)
		return false;
	*ret_ms = (int)n;
	return true;
}

static int session(struct host *h, int argc, char **argv)
{
	int timeout_ms = MPD_CLIENT_TIMEOUT_MS;

	if (argc > 2) {
		fprintf(stderr, "Usage: %s [timeout]\n", argv[0]);
		return 1;
	}
	if (argc == 2 && !parse_timeout(argv[1], &timeout_ms)) {
		fprintf(stderr, "ERROR: invalid timeout value\n");
		return 1;
	}
	return mpd_session(h, timeout_ms);
}

int multipathc_main(struct host *h, int argc, char **argv)
{
	int status = session(h, argc, argv);

	host_free(h);
	return status;
}
