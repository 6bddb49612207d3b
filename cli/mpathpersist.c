/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `mpathpersist`: options, of the command line or of the lines of a batch file, and what is wrong
 * with them, in the words of multipath-tools (behaviour.md 9.2). What a command does stands in
 * mpp_run.c.
 */
#include "cli/mpathpersist.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/engine/log.h"
#include "core/host/host.h"

#define MAX_WORDS 64 /* of a line of a batch file */
#define NOISY	  3  /* -v: what is read is said, too */

static const struct {
	char letter;
	const char *name, *arg, *text;
} options[] = {
	{ 'v', "verbose", "LEVEL", "verbosity: 0 critical, 1 errors, 2 warnings, 3 and 4 more" },
	{ 'd', "device", "DEVICE", "the map to ask or change" },
	{ 'f', "batch-file", "FILE", "run the commands in FILE, one a line" },
	{ 'h', "help", NULL, "print this text" },
	{ 'H', "hex", NULL, "print answers in hexadecimal" },
	{ 'i', "in", NULL, "ask: PERSISTENT RESERVE IN" },
	{ 'o', "out", NULL, "change: PERSISTENT RESERVE OUT" },
	{ 'k', "read-keys", NULL, "in: registered keys" },
	{ 'r', "read-reservation", NULL, "in: the reservation" },
	{ 'c', "report-capabilities", NULL, "in: what the device can do" },
	{ 's', "read-full-status", NULL, "in: every registration with its port" },
	{ 'l', "alloc-length", "LEN", "in: longest answer, in bytes (8192)" },
	{ 'G', "register", NULL, "out: register the key of -S, where that of -K is registered" },
	{ 'I', "register-ignore", NULL, "out: register the key of -S, whatever is registered" },
	{ 'R', "reserve", NULL, "out: reserve" },
	{ 'L', "release", NULL, "out: release the reservation" },
	{ 'C', "clear", NULL, "out: remove the reservation and all registrations" },
	{ 'P', "preempt", NULL, "out: take over from the key of -S" },
	{ 'A', "preempt-abort", NULL, "out: the same, and abort its commands" },
	{ 'K', "param-rk", "RK", "out: reservation key, hexadecimal" },
	{ 'S', "param-sark", "SARK", "out: service action reservation key, hexadecimal" },
	{ 'T', "prout-type", "TYPE", "out: type of the reservation: 1, 3, 5, 6, 7, 8" },
	{ 'Y', "param-alltgpt", NULL, "out: register with all target ports (ALL_TG_PT)" },
	{ 'Z', "param-aptpl", NULL, "out: keep registrations through power loss (APTPL)" },
	{ 'X', "transport-id", "TID",
	  "out: register also this port: fcp,NAME sas,NAME an iSCSI name, or bytes" },
};
#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static const struct {
	char letter;
	enum pr_in action;
} ins[] = {
	{ 'k', PR_READ_KEYS },
	{ 'r', PR_READ_RESERVATION },
	{ 'c', PR_REPORT_CAPABILITIES },
	{ 's', PR_READ_FULL_STATUS },
};

static const struct {
	char letter;
	enum pr_out action;
} outs[] = {
	{ 'G', PR_REGISTER },	   { 'I', PR_REGISTER_IGNORE }, { 'R', PR_RESERVE },
	{ 'L', PR_RELEASE },	   { 'C', PR_CLEAR },		{ 'P', PR_PREEMPT },
	{ 'A', PR_PREEMPT_ABORT },
};

/* On standard error, asked for or not: standard output is for answers, which agents read. */
static void usage(void)
{
	fprintf(stderr, "%s\nUsage: mpathpersist [OPTIONS] [DEVICE]\nOptions:\n", COMPAT_VERSION);
	for (size_t i = 0; i < N_OPTIONS; i++) {
		char head[64];

		snprintf(head, sizeof(head), "-%c, --%s%s%s", options[i].letter, options[i].name,
			 options[i].arg ? "=" : "", options[i].arg ? options[i].arg : "");
		fprintf(stderr, "  %-28s %s\n", head, options[i].text);
	}
}

/* --- one option ------------------------------------------------------------------------------ */

/* What a line of options comes to. */
struct parsed {
	struct mpp_command c;
	const char *batch; /* -f */
	bool help, in_batch;
	int status; /* PR_SYNTAX: said what is wrong */
};

static void bad_argument(struct parsed *p, const char *option)
{
	fprintf(stderr, "bad argument to '--%s'\n", option);
	p->status = PR_SYNTAX;
}

static bool number(const char *text, int base, uint64_t max, uint64_t *ret)
{
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(text, &end, base);
	if (!isxdigit((unsigned char)*text) || *end || errno || n > max)
		return false;
	*ret = n;
	return true;
}

static void set_key(struct parsed *p, uint64_t *key, const char *option)
{
	if (!number(optarg, 16, UINT64_MAX, key))
		bad_argument(p, option);
}

static void set_type(struct parsed *p)
{
	uint64_t n;

	if (number(optarg, 16, 15, &n))
		p->c.request.type = (uint8_t)n;
	else
		bad_argument(p, "prout-type");
}

static void set_alloc_len(struct parsed *p)
{
	uint64_t n;

	if (!number(optarg, 10, UINT64_MAX, &n)) {
		bad_argument(p, "alloc-length");
	} else if (n > PR_IN_MAX) {
		fprintf(stderr, "'--alloc-length' argument exceeds maximum limit(%d)\n", PR_IN_MAX);
		p->status = PR_SYNTAX;
	} else {
		p->c.alloc_len = (uint16_t)n;
	}
}

static void add_id(struct parsed *p)
{
	uint8_t id[PR_ID_MAX];
	size_t at = p->c.request.ids_len;
	int n = pr_id_parse(optarg, id);

	if (n < 0 || at + (size_t)n > sizeof(p->c.ids)) {
		bad_argument(p, "transport-id");
		return;
	}
	memcpy(p->c.ids + at, id, (size_t)n);
	p->c.request.ids_len = at + (size_t)n;
	p->c.n_ids++;
}

static void set_verbosity(struct parsed *p)
{
	uint64_t n;

	if (p->in_batch)
		return;
	if (number(optarg, 10, 9, &n))
		p->c.verbosity = (int)n;
	else
		bad_argument(p, "verbose");
}

static void set_batch(struct parsed *p)
{
	if (p->in_batch)
		fprintf(stderr, "ERROR: -f option not allowed in batch file\n");
	else if (p->batch)
		fprintf(stderr, "ERROR: -f option can be used at most once\n");
	if (p->in_batch || p->batch)
		p->status = PR_SYNTAX;
	else
		p->batch = optarg;
}

/* Letters that name a service action. */
static bool action_option(struct mpp_command *c, int letter)
{
	for (size_t i = 0; i < sizeof(ins) / sizeof(ins[0]); i++)
		if (ins[i].letter == letter) {
			c->in_action = ins[i].action;
			c->n_in++;
			return true;
		}
	for (size_t i = 0; i < sizeof(outs) / sizeof(outs[0]); i++)
		if (outs[i].letter == letter) {
			c->request.action = outs[i].action;
			c->n_out++;
			return true;
		}
	return false;
}

static bool flag_option(struct parsed *p, int letter)
{
	bool *const flags[] = {
		&p->help,	    &p->c.hex, &p->c.in, &p->c.out, &p->c.request.all_tg_pt,
		&p->c.request.aptpl
	};
	const char *at = strchr("hHioYZ", letter);

	if (!at)
		return false;
	*flags[at - "hHioYZ"] = true;
	return true;
}

static void value_option(struct parsed *p, int letter)
{
	switch (letter) {
	case 'v':
		set_verbosity(p);
		break;
	case 'd':
		p->c.device = optarg;
		break;
	case 'f':
		set_batch(p);
		break;
	case 'K':
		set_key(p, &p->c.request.rk, "param-rk");
		break;
	case 'S':
		set_key(p, &p->c.request.sark, "param-sark");
		break;
	case 'T':
		set_type(p);
		break;
	case 'X':
		add_id(p);
		break;
	case 'l':
		set_alloc_len(p);
		break;
	default:
		p->status = PR_SYNTAX; /* getopt_long() has said what it is */
	}
}

/* --- a line of options ----------------------------------------------------------------------- */

static void parse_options(struct parsed *p, int argc, char **argv)
{
	struct option longs[N_OPTIONS + 1] = { 0 };
	char shorts[2 * N_OPTIONS + 1];
	size_t n = 0;
	int letter;

	for (size_t i = 0; i < N_OPTIONS; i++) {
		longs[i] = (struct option){ .name = options[i].name,
					    .has_arg = options[i].arg != NULL,
					    .val = options[i].letter };
		shorts[n++] = options[i].letter;
		if (options[i].arg)
			shorts[n++] = ':';
	}
	shorts[n] = '\0';
	optind = 0; /* GNU: start anew */
	while (!p->status && (letter = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
		if (!action_option(&p->c, letter) && !flag_option(p, letter))
			value_option(p, letter);
	if (p->status || optind == argc)
		return;
	if (!p->c.device)
		p->c.device = argv[optind++];
	for (; optind < argc; optind++) {
		fprintf(stderr, "Unexpected extra argument: %s\n", argv[optind]);
		p->status = PR_SYNTAX;
	}
}

/* Is the command whole? What is missing, NULL: nothing. */
static const char *missing(const struct mpp_command *c)
{
	if (c->in == c->out)
		return "choose either '--in' or '--out' ";
	if (c->out && c->n_out != 1)
		return " For Persistent Reserve Out only one appropriate\n"
		       " service action must be chosen ";
	if (c->in && c->n_out)
		return " When a service action for Persistent Reserve Out is chosen the\n"
		       " '--out' option must be given ";
	if (c->in && !c->n_in)
		return " No service action given for Persistent Reserve IN";
	if (c->in && c->n_in > 1)
		return " Too many service actions given; choose one only";
	return c->device ? NULL : "No device name given ";
}

static bool needs_type(enum pr_out action)
{
	return action == PR_RESERVE || action == PR_RELEASE || action == PR_PREEMPT ||
	       action == PR_PREEMPT_ABORT;
}

static void check_whole(struct parsed *p)
{
	const char *what = p->status || p->help ? NULL : missing(&p->c);

	if (what) {
		fprintf(stderr, "%s\n", what);
		p->status = PR_SYNTAX;
	}
}

static int run_command(struct host *h, struct mpp_command *c)
{
	if (c->out && needs_type(c->request.action) && !c->request.type)
		fprintf(stderr, "Warning: --prout-type probably needs to be given\n");
	if (c->n_ids && c->verbosity >= NOISY)
		printf("number of transport-ids decoded from command line : %u\n", c->n_ids);
	c->request.ids = c->n_ids ? c->ids : NULL;
	return mpp_run(h, c);
}

static void parsed_init(struct parsed *p, int verbosity, bool in_batch)
{
	memset(p, 0, sizeof(*p));
	p->c.verbosity = verbosity;
	p->c.alloc_len = PR_IN_MAX;
	p->in_batch = in_batch;
}

/* --- batch files ----------------------------------------------------------------------------- */

/* Words between blanks, up to a comment. The number, words[] filled from @n on; -E2BIG. */
static int split(char *line, char **words, int n)
{
	char *save = NULL;

	for (char *w = strtok_r(line, " \t\n", &save); w && *w != '#';
	     w = strtok_r(NULL, " \t\n", &save)) {
		if (n == MAX_WORDS)
			return -E2BIG;
		words[n++] = w;
	}
	return n;
}

static int run_line(struct host *h, char *line, unsigned int nr, const char *file, int verbosity)
{
	static char program[] = "mpathpersist";
	char *words[MAX_WORDS + 1] = { program };
	struct parsed p;
	int n = split(line, words, 1), first = 0;

	if (n == 1)
		return PR_OK;
	if (n > 1 && !strcmp(words[1], program))
		first = 1;
	parsed_init(&p, verbosity, true);
	if (n < 0) {
		p.status = PR_SYNTAX;
	} else {
		words[n] = NULL;
		parse_options(&p, n - first, words + first);
		check_whole(&p);
	}
	if (p.status) {
		fprintf(stderr, "syntax error on line %u in batch file\n", nr);
		return p.status;
	}
	if (p.help) {
		usage();
		return PR_OK;
	}
	if (verbosity >= NOISY)
		printf("## file %s line %u:\n", file, nr);
	return run_command(h, &p.c);
}

/* Every line, whatever became of those before; the status of the first that failed. */
static int run_batch(struct host *h, const char *file, int verbosity)
{
	int status = PR_OK, r;
	unsigned int nr = 0;
	char *line = NULL;
	size_t cap = 0;
	FILE *f = fopen(file, "re");

	if (!f) {
		fprintf(stderr, "unable to open %s: %s\n", file, strerror(errno));
		return PR_SYNTAX;
	}
	while (getline(&line, &cap, f) != -1) {
		r = run_line(h, line, ++nr, file, verbosity);
		fflush(stdout);
		status = status ? status : r;
	}
	free(line);
	fclose(f);
	return status;
}

/* --- main ------------------------------------------------------------------------------------ */

/* Has a command been given beside the batch file? */
static bool has_command(const struct mpp_command *c)
{
	return c->in || c->out || c->n_in || c->n_out || c->device;
}

static int run(struct host *h, int argc, char **argv)
{
	struct parsed p;
	int status = PR_OK, r;
	bool own;

	parsed_init(&p, -1, false);
	parse_options(&p, argc, argv);
	own = !p.batch || has_command(&p.c);
	if (own)
		check_whole(&p);
	if (p.status || p.help) {
		usage();
		return p.status;
	}
	if (own)
		status = run_command(h, &p.c);
	if (p.batch) {
		r = run_batch(h, p.batch, p.c.verbosity);
		status = status ? status : r;
	}
	return status;
}

/* Asking for help takes no root. */
static bool only_help(int argc, char **argv)
{
	return argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"));
}

int mpathpersist_main(struct host *h, int argc, char **argv)
{
	int status;

	log_setup(LOG_TO_STDERR, "mpathpersist");
	if (argc < 2) {
		fprintf(stderr, "No parameter used\n");
		usage();
		status = PR_SYNTAX;
	} else if (!h->replay && getuid() != 0 && !only_help(argc, argv)) {
		fprintf(stderr, "need to be root\n");
		status = PR_SYNTAX;
	} else {
		if (!h->replay)
			guard_start();
		status = run(h, argc, argv);
	}
	if (!h->jobs || !jobs_running(h->jobs))
		host_free(h);
	return status;
}
