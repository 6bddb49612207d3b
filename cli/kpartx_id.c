/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `minipath kpartx-id MAJOR MINOR UUID`, called by udev rules under the name kpartx_id. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cli/cli.h"
#include "core/engine/partid.h"
#include "parser/strbuf.h"

static bool parse_number(const char *text, unsigned int *ret)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || v > 0xfffff)
		return false;
	*ret = (unsigned int)v;
	return true;
}

int kpartx_id_main(struct host *h, int argc, char **argv)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	bool help = argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
	unsigned int maj, min;
	int status = 1;

	if (help || argc < 3 || argc > 4) {
		fputs("Usage: minipath kpartx-id MAJOR MINOR [UUID]\n", help ? stdout : stderr);
		status = help ? 0 : 1;
	} else if (!parse_number(argv[1], &maj) || !parse_number(argv[2], &min)) {
		fprintf(stderr, "kpartx-id: %s:%s is no device number\n", argv[1], argv[2]);
	} else {
		part_id(h, makedev(maj, min), argc == 4 ? argv[3] : "", &out);
		fputs(sb_str(&out), stdout);
		status = 0;
	}
	host_free(h);
	return status;
}
