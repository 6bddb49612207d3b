/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `multipath`: options in, one mode function called. Option letters, their order of effect, the
 * words on standard error and the exit statuses are multipath-tools' (behaviour.md 1).
 */
#include "cli/multipath.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/engine/log.h"
#include "core/model/alias.h"
#include "core/model/pgpolicy.h"
#include "parser/dump.h"
#include "parser/strbuf.h"

#define OPT_JSON    256
#define JSON_FAILED 3 /* exit status with --json: there is no answer */

enum parsed { PARSED_GO, PARSED_DONE };

/* --- what acts at once ----------------------------------------------------------------------- */

static int dump_config_now(struct host *h, int verbosity)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;
	struct config *cfg;

	if (engine_load_config(h, verbosity, CONFIG_FOR_DUMP, &cfg))
		return 1;
	dump_config(cfg, NULL, &out);
	fputs(sb_str(&out), stdout);
	config_free(cfg);
	return 0;
}

static int bad_usage(const char *message)
{
	if (message)
		fprintf(stderr, "%s\n", message);
	mp_usage();
	return 1;
}

/* --- options --------------------------------------------------------------------------------- */

static int set_verbosity(struct mp_args *a, const char *text)
{
	if (!isdigit((unsigned char)*text))
		return bad_usage(NULL);
	a->verbosity = atoi(text) > 9 ? 9 : atoi(text);
	return 0;
}

static int set_policy(struct mp_args *a, const char *text)
{
	a->opt.pgpolicy = pg_policy_word(text);
	if (a->opt.pgpolicy != VW_NONE)
		return 0;
	printf("'%s' is not a valid policy\n", text);
	return bad_usage(NULL);
}

/* Letters that choose the mode; a later one wins over an earlier one. */
static bool set_mode(struct mp_args *a, int c)
{
	static const struct {
		char letter;
		enum mp_mode mode;
		bool udev;
	} modes[] = {
		{ 'f', MODE_FLUSH_ONE, false },	   { 'F', MODE_FLUSH_ALL, false },
		{ 'c', MODE_CHECK_PATH, false },   { 'u', MODE_CHECK_PATH, true },
		{ 'C', MODE_CHECK_USABLE, false }, { 'U', MODE_CHECK_USABLE, true },
		{ 'a', MODE_ADD_WWID, false },	   { 'w', MODE_REMOVE_WWID, false },
		{ 'W', MODE_RESET_WWIDS, false },  { 'T', MODE_DUMP_LOCAL, false },
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (modes[i].letter != c)
			continue;
		a->mode = modes[i].mode;
		a->udev = modes[i].udev;
		a->opt.use_environment = modes[i].udev;
		return true;
	}
	return false;
}

static bool set_flag(struct mp_args *a, int c)
{
	switch (c) {
	case 'B':
		return a->opt.bindings_read_only = true;
	case 'q':
		return a->opt.allow_queueing = true;
	case 'i':
		return a->opt.ignore_wwids = true;
	case 'e':
		return a->opt.foreign_all = true;
	case 'D':
		return a->no_delegate = true;
	case 'M':
		return true; /* a debugging leftover of long ago; its argument is ignored */
	case 'r':
		/* twice: the tutorials' -rr, which prints the reloaded maps, daemon or not */
		a->no_delegate |= a->opt.force_reload;
		return a->opt.force_reload = true;
	default:
		return false;
	}
}

/* One option. PARSED_DONE: the program ends with *ret_status. */
static enum parsed option(struct host *h, struct mp_args *a, int c, int *ret_status)
{
	*ret_status = 0;
	if (set_mode(a, c) || set_flag(a, c))
		return PARSED_GO;
	switch (c) {
	case 'V':
		printf("%s\n", COMPAT_VERSION);
		return PARSED_DONE;
	case 'h':
		mp_usage();
		return PARSED_DONE;
	case 't':
		*ret_status = dump_config_now(h, a->verbosity);
		return PARSED_DONE;
	case 'l':
		a->mode = optarg && *optarg == 'l' ? MODE_LIST_LONG : MODE_LIST;
		return PARSED_GO;
	case 'd':
		if (a->mode == MODE_CREATE)
			a->opt.dry_run = true;
		return PARSED_GO;
	case OPT_JSON:
		return a->json = true, PARSED_GO;
	case 'b':
		mlog(1, "option -b ignored");
		return PARSED_GO;
	case 'v':
		*ret_status = set_verbosity(a, optarg);
		break;
	case 'p':
		*ret_status = set_policy(a, optarg);
		break;
	case 'R':
		a->opt.remove_retries = atoi(optarg);
		break;
	case ':':
		*ret_status = bad_usage("Missing option argument");
		break;
	default:
		*ret_status = bad_usage("Unknown switch: (null)");
		break;
	}
	return *ret_status ? PARSED_DONE : PARSED_GO;
}

/* --- the device argument --------------------------------------------------------------------- */

static bool is_dm(struct host *h, dev_t devno)
{
	return fstree_exists(h->sys, "dev/block/%u:%u/dm", major(devno), minor(devno));
}

static int classify_device(struct host *h, struct mp_args *a)
{
	unsigned int maj, min;

	if (a->udev) {
		const char *slash = strrchr(a->dev, '/');

		a->kind = ARG_KERNEL_NAME;
		a->dev = slash ? slash + 1 : a->dev;
	} else if (!host_node(h, a->dev, &a->devno)) {
		a->kind = is_dm(h, a->devno) ? ARG_MAP : ARG_PATH;
	} else if (sscanf(a->dev, "%u:%u", &maj, &min) == 2) {
		a->devno = makedev(maj, min);
		a->kind = is_dm(h, a->devno) ? ARG_MAP : ARG_DEVT;
	} else if (alias_usable(a->dev)) {
		a->kind = ARG_MAP;
		a->devno = 0;
	} else {
		mlog(0, "'%s' is not a valid argument\n", a->dev);
		return 1;
	}
	return 0;
}

static int need_device(const struct mp_args *a)
{
	static const struct {
		enum mp_mode mode;
		const char *text;
	} needs[] = {
		{ MODE_CHECK_PATH, "the -c option requires a path to check" },
		{ MODE_CHECK_USABLE, "the -C option requires a device to check" },
		{ MODE_FLUSH_ONE, "the -f option requires a map name to remove" },
		{ MODE_ADD_WWID, "the -a option requires a device" },
		{ MODE_REMOVE_WWID, "the -w option requires a device" },
	};

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (needs[i].mode != a->mode)
			continue;
		if (!a->dev || (a->mode == MODE_FLUSH_ONE && a->kind != ARG_MAP)) {
			mlog(0, "%s", needs[i].text);
			return 1;
		}
	}
	return 0;
}

/* --- the run --------------------------------------------------------------------------------- */

static enum config_use config_use(enum mp_mode m)
{
	return m == MODE_CREATE	      ? CONFIG_FOR_MAPS
	       : m == MODE_DUMP_LOCAL ? CONFIG_FOR_DUMP
				      : CONFIG_FOR_QUERY;
}

static int run_mode(struct mp *mp)
{
	static int (*const modes[])(struct mp * mp) = {
		[MODE_CREATE] = mp_create,
		[MODE_LIST] = mp_list,
		[MODE_LIST_LONG] = mp_list,
		[MODE_FLUSH_ONE] = mp_flush,
		[MODE_FLUSH_ALL] = mp_flush,
		[MODE_CHECK_PATH] = mp_check_path,
		[MODE_CHECK_USABLE] = mp_check_usable,
		[MODE_ADD_WWID] = mp_wwids,
		[MODE_REMOVE_WWID] = mp_wwids,
		[MODE_RESET_WWIDS] = mp_wwids,
		[MODE_DUMP_LOCAL] = mp_dump_local,
	};

	return modes[mp->args->mode](mp);
}

static int run(struct host *h, struct mp_args *a)
{
	struct mp mp = { .host = h, .args = a };
	struct config *cfg;
	int status;

	if (!h->replay && geteuid() != 0) {
		fprintf(stderr, "need to be root\n");
		return 1;
	}
	if (engine_load_config(h, a->verbosity, config_use(a->mode), &cfg))
		return 1;
	a->opt.query = config_use(a->mode) == CONFIG_FOR_QUERY;
	a->opt.ask_udev = a->mode == MODE_CREATE;
	if (!(mp.e = engine_new(h, cfg, &a->opt)))
		return 1;
	if (a->dev && classify_device(h, a))
		status = 1;
	else if (need_device(a))
		status = 1;
	else if (!mp_delegate(&mp, &status))
		status = run_mode(&mp);
	engine_free(mp.e);
	return status;
}

int multipath_main(struct host *h, int argc, char **argv)
{
	static const struct option longs[] = { { "version", no_argument, NULL, 'V' },
					       { "json", no_argument, NULL, OPT_JSON },
					       { 0 } };
	struct mp_args a = { .verbosity = -1, .opt = { .remove_retries = -1 } };
	int c, status;

	opterr = 0;
	optind = 1;
	log_setup(LOG_TO_STDERR, "multipath");
	while ((c = getopt_long(argc, argv, ":aDdcChl::efFM:v:p:b:BrR:itTquUwW", longs, NULL)) !=
	       -1)
		if (option(h, &a, c, &status) == PARSED_DONE) {
			host_free(h);
			return status;
		}
	if (a.udev)
		log_setup(LOG_TO_SYSLOG, "multipath");
	if (optind < argc && *argv[optind])
		a.dev = argv[optind];
	if (!h->replay && (a.mode == MODE_CREATE || a.mode == MODE_LIST_LONG))
		guard_start();
	status = a.json && a.mode != MODE_LIST && a.mode != MODE_LIST_LONG
			 ? bad_usage("--json goes with -l or -ll")
			 : run(h, &a);
	if (status && a.json)
		status = JSON_FAILED;
	if (!h->jobs || !jobs_running(h->jobs))
		host_free(h);
	return status;
}
