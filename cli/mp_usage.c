/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The usage text of `multipath`, from one table of options; clients read capabilities out of it. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/multipath.h"

static const char *const synopsis[] = {
	"[-v level] [-B|-d|-i|-q|-r] [-b file] [-p policy] [device]",
	"[-v level] [-R retries] -f device",
	"[-v level] [-R retries] -F",
	"[-v level] [-l|-ll] [--json] [device]",
	"[-v level] [-a|-w] device",
	"[-v level] -W",
	"[-v level] [-i] [-c|-C] device",
	"[-v level] [-i] [-u|-U]",
	"[-h|-t|-T]",
};

static const struct {
	const char *option, *text;
} options[] = {
	{ "-h", "print this usage text" },
	{ "-l", "show multipath topology (sysfs and DM info)" },
	{ "-ll", "show multipath topology (maximum info)" },
	{ "--json", "with -l or -ll: as JSON, whole or not at all" },
	{ "-e", "enable foreign libraries with -l/-ll" },
	{ "-f", "flush a multipath device map" },
	{ "-F", "flush all multipath device maps" },
	{ "-a", "add a device wwid to the wwids file" },
	{ "-c", "check if a device should be a path in a multipath device" },
	{ "-C", "check if a multipath device has usable paths" },
	{ "-q", "allow queue_if_no_path when multipathd is not running" },
	{ "-d", "dry run, do not create or update devmaps" },
	{ "-t", "display the currently used multipathd configuration" },
	{ "-T", "display the multipathd configuration without builtin defaults" },
	{ "-r", "force devmap reload" },
	{ "-i", "ignore wwids file" },
	{ "-B", "treat the bindings file as read only" },
	{ "-b fil", "bindings file location (ignored)" },
	{ "-w", "remove a device from the wwids file" },
	{ "-W", "reset the wwids file include only the current devices" },
	{ "-R num", "number of times to retry removes of in-use devices" },
	{ "-u", "check if the device specified in the program environment should be a\n"
		"          path in a multipath device" },
	{ "-U", "check if the device specified in the program environment is a\n"
		"          multipath device with usable paths, see -C flag" },
	{ "-p pol", "force all maps to specified path grouping policy:" },
	{ NULL, ". failover            one path per priority group" },
	{ NULL, ". multibus            all paths in one priority group" },
	{ NULL, ". group_by_serial     one priority group per serial" },
	{ NULL, ". group_by_prio       one priority group per priority lvl" },
	{ NULL, ". group_by_node_name  one priority group per target node" },
	{ NULL, ". group_by_tpg        one priority group per ALUA target port group" },
	{ "-v lvl", "verbosity level:" },
	{ NULL, ". 0 no output" },
	{ NULL, ". 1 print created devmap names only" },
	{ NULL, ". 2 default verbosity" },
	{ NULL, ". 3 print debug information" },
	{ "device", "action limited to:" },
	{ NULL, ". multipath named 'device' (ex: mpath0)" },
	{ NULL, ". multipath whose wwid is 'device' (ex: 60051...)" },
	{ NULL, ". multipath including the path named 'device' (ex: /dev/sda or\n"
		"            /dev/dm-0)" },
	{ NULL, ". multipath including the path with maj:min 'device' (ex: 8:0)" },
};

void mp_usage(void)
{
	fprintf(stderr, "%s\nUsage:\n", COMPAT_VERSION);
	for (size_t i = 0; i < sizeof(synopsis) / sizeof(synopsis[0]); i++)
		fprintf(stderr, "  multipath %s\n", synopsis[i]);
	fprintf(stderr, "\nWhere:\n");
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		fprintf(stderr, "  %-7s %s\n", options[i].option ? options[i].option : "",
			options[i].text);
}
