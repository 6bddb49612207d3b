/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenario FILE: the daemon on a recorded host with a virtual clock, told what happens by a script.
 * Prints each line of the script, what the daemon logs, and what it answers; the caller compares. No
 * root, no waiting: minutes pass in milliseconds.
 *
 * Before `start` (world.c):
 *	host SNAPSHOT		a copy of tests/snapshots/SNAPSHOT is the host; first line
 *	fc DEV TARGET HOST	the disk is behind a Fibre Channel port
 * At any time:
 *	config ... end		etc/multipath.conf, the lines between; unconfig: it is deleted
 *	file NAME ... end	any file of the host
 *	etc ERRNO|ok		what every write below etc/multipath is answered with
 *	tur DEV ANSWER, read DEV ANSWER	what TEST UNIT READY, a direct read say (world.c: answers[])
 *	answer DEV COMMAND ...	what any command says
 *	attr FILE TEXT, size DEV N, show FILE	a sysfs attribute
 *	udev DEV KEY=VALUE|empty|blank|full	udev's database
 *	unplug DEV | plug DEV	the device disappears from sysfs, or is there again
 * Once it runs (kernel.c, below):
 *	start			until the daemon is idle; again after stop: on the host as it is then
 *	stop			as at SIGTERM; kill: without a word
 *	run SECONDS		let time pass
 *	clock real|mono SECONDS	a clock jumps, nothing is run
 *	uevent ACTION DEV [KEY=VALUE]...	udevd tells; dm devices by map name
 *	kernel MAP MESSAGE	the kernel changes a map by itself: fail_path 8:0, switch_group 2, ...
 *	dm VERB ...		somebody else changes a map, or is shown its table
 *	fault OP ERRNO [TIMES [AFTER]]	device-mapper refuses
 *	open MAP USERS		who has the map open
 *	fpin HOST up|rscn|PORTS	a Fibre Channel event
 *	cmd WORDS		a client's command, as root
 *	level N			of log lines that are printed (2)
 *	repeat N ... again	the lines between N times, without printing them
 *	memory mark|steady KB	the most that was in use since `mark`; is it KB more than before it?
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/engine/log.h"
#include "core/host/udb_props.h"
#include "daemon/ctl.h"
#include "daemon/parts.h"
#include "daemon/reply.h"
#include "daemon/uevents.h"
#include "tests/scenarios/world.h"

#define START_LIMIT_S 120
#define STOP_LIMIT_S  20

static int always_root(int fd, uid_t *ret_uid)
{
	(void)fd;
	*ret_uid = 0;
	return 0;
}

static void new_host(struct scenario *s)
{
	if (host_replay(s->dir, &s->host))
		die(s, "the host cannot be read");
	s->host->clock.virtual = true;
	/* checks fall on whole seconds; what the script does shall not */
	if (s->host->clock.mono < 1000 * NSEC_PER_SEC)
		s->host->clock.mono = 1000 * NSEC_PER_SEC + 300 * NSEC_PER_MSEC;
	s->began_ns = s->host->clock.mono;
	kernel_begin(s);
}

static void do_start(struct scenario *s, char *args)
{
	struct daemon_options opt = { .verbosity = log_level() };
	struct ctl_options ctl = { .timeout_ms = 4000, .peer_uid = always_root };
	int64_t limit;
	int pair[2];

	(void)args;
	if (!s->host)
		new_host(s);
	limit = clock_mono(&s->host->clock) + START_LIMIT_S * NSEC_PER_SEC;
	if (loop_new(&s->host->clock, &s->loop))
		die(s, "no loop");
	s->d = daemon_new(s->host, s->loop, &opt);
	if (!s->d || ctl_new(s->loop, s->host, &ctl, reply_command, s->d, &s->ctl) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) || ctl_adopt(s->ctl, pair[1]))
		die(s, "no daemon");
	s->client = pair[0];
	if (daemon_start(s->d))
		die(s, "the daemon does not start");
	while (s->d->state != DAEMON_IDLE && !s->d->start_failed &&
	       clock_mono(&s->host->clock) < limit)
		if (loop_turn(s->loop))
			break;
	printf("state: %s\n", daemon_state_shown(s->d->state));
}

static void do_kill(struct scenario *s, char *args)
{
	(void)args;
	if (!s->d)
		return;
	ctl_free(s->ctl);
	close(s->client);
	kernel_idle();
	daemon_free(s->d);
	loop_free(s->loop);
	s->ctl = NULL;
	s->d = NULL;
	s->loop = NULL;
	s->client = -1;
}

static void do_stop(struct scenario *s, char *args)
{
	daemon_shutdown(s->d);
	loop_run_until(s->loop, clock_mono(&s->host->clock) + STOP_LIMIT_S * NSEC_PER_SEC);
	do_kill(s, args);
}

static void do_run(struct scenario *s, char *args)
{
	double secs = atof(args);

	loop_run_until(s->loop, clock_mono(&s->host->clock) + (int64_t)(secs * 1e9));
}

static void do_clock(struct scenario *s, char *args)
{
	char word[16];
	double secs;

	if (sscanf(args, "%15s %lf", word, &secs) != 2)
		die(s, "clock real|mono SECONDS");
	if (!strcmp(word, "real"))
		s->host->clock.real += (int64_t)(secs * 1e9);
	else
		clock_turn(&s->host->clock, (int64_t)(secs * 1e9));
}

/* --- uevents --------------------------------------------------------------------------------- */

static void add_prop(struct udev_props *p, unsigned int *cap, const char *key, const char *value)
{
	if (udev_props_add(p, cap, key, value))
		exit(2);
}

static void event_of_map(const struct dm_map *m, struct udev_props *p, unsigned int *cap)
{
	char text[160];

	snprintf(text, sizeof(text), "/devices/virtual/block/dm-%u", m->minor);
	add_prop(p, cap, "DEVPATH", text);
	snprintf(text, sizeof(text), "%u", m->major);
	add_prop(p, cap, "MAJOR", text);
	snprintf(text, sizeof(text), "%u", m->minor);
	add_prop(p, cap, "MINOR", text);
	add_prop(p, cap, "DM_NAME", m->name);
	add_prop(p, cap, "DM_UUID", m->uuid);
}

static void event_of_disk(struct scenario *s, const char *dev, struct udev_props *p,
			  unsigned int *cap)
{
	char text[160], number[32];
	unsigned int maj = 0, min = 0;
	struct udev_props known;

	devno_of(s, dev, &maj, &min);
	snprintf(text, sizeof(text), "/devices/block/%s", dev);
	add_prop(p, cap, "DEVPATH", text);
	snprintf(number, sizeof(number), "%u", maj);
	add_prop(p, cap, "MAJOR", number);
	snprintf(number, sizeof(number), "%u", min);
	add_prop(p, cap, "MINOR", number);
	if (udb_get(s->host->udb, makedev(maj, min), &known))
		return;
	for (unsigned int i = 0; i < known.n; i++)
		if (strncmp(known.list[i].key, "ID_", 3) == 0)
			add_prop(p, cap, known.list[i].key, known.list[i].value);
	udev_props_done(&known);
}

static void do_uevent(struct scenario *s, char *args)
{
	struct udev_props p = { .initialized = true };
	char *action = strtok(args, " "), *dev = strtok(NULL, " "), *word;
	unsigned int cap = 0;
	struct dm_map m;

	if (!dev)
		die(s, "uevent ACTION DEV");
	add_prop(&p, &cap, "ACTION", action);
	add_prop(&p, &cap, "SUBSYSTEM", "block");
	add_prop(&p, &cap, "DEVTYPE", "disk");
	if (kernel_map(s, dev, &m))
		event_of_map(&m, &p, &cap);
	else
		event_of_disk(s, dev, &p, &cap);
	while ((word = strtok(NULL, " "))) {
		char *eq = strchr(word, '=');

		if (!eq)
			die(s, "KEY=VALUE");
		*eq = '\0';
		add_prop(&p, &cap, word, eq + 1);
	}
	udev_props_sort(&p);
	if (uevents_push(s->d, &p))
		die(s, "not an event of a block device");
}

/* --- clients --------------------------------------------------------------------------------- */

static size_t read_reply(struct scenario *s, char *buf, size_t len)
{
	size_t want = 0, have = 0;

	while (have < sizeof(want) || have < sizeof(want) + want) {
		char *at = have < sizeof(want) ? (char *)&want + have : buf + have - sizeof(want);
		size_t room =
			have < sizeof(want) ? sizeof(want) - have : sizeof(want) + want - have;
		ssize_t n;

		if (want > len)
			die(s, "a reply too long");
		n = recv(s->client, at, room, MSG_DONTWAIT);
		if (n > 0)
			have += (size_t)n;
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			die(s, "the daemon hung up");
		else if (loop_turn(s->loop))
			die(s, "the daemon does not answer");
	}
	return want;
}

static void do_cmd(struct scenario *s, char *args)
{
	static char reply[1 << 20];
	size_t len = strlen(args) + 1;

	if (send(s->client, &len, sizeof(len), 0) < 0 || send(s->client, args, len, 0) < 0)
		die(s, "the daemon hung up");
	read_reply(s, reply, sizeof(reply));
	fputs(reply, stdout);
}

static void do_level(struct scenario *s, char *args)
{
	(void)s;
	log_verbosity(atoi(args));
}

/* --- memory ---------------------------------------------------------------------------------- */

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static struct {
	size_t most, before;
} memory;

static void memory_look(void)
{
	size_t now = __sanitizer_get_current_allocated_bytes
			     ? __sanitizer_get_current_allocated_bytes()
			     : mallinfo2().uordblks + mallinfo2().hblkhd;

	if (now > memory.most)
		memory.most = now;
}

static void do_memory(struct scenario *s, char *args)
{
	size_t kb = 0;

	memory_look();
	if (!strcmp(args, "mark")) {
		memory.before = memory.most;
		memory.most = 0;
	} else if (sscanf(args, "steady %zu", &kb) == 1) {
		if (memory.most <= memory.before + kb * 1024)
			puts("memory: steady");
		else
			printf("memory: at most %zu bytes before, %zu now\n", memory.before,
			       memory.most);
	} else {
		die(s, "memory mark | steady KB");
	}
}

/* --- the script ------------------------------------------------------------------------------ */

static void do_repeat(struct scenario *s, char *args);

static const struct {
	const char *name;
	void (*fn)(struct scenario *s, char *args);
} commands[] = {
	{ "host", do_host },	     { "config", do_config }, { "file", do_file },
	{ "unconfig", do_unconfig }, { "etc", do_etc },	      { "start", do_start },
	{ "stop", do_stop },	     { "kill", do_kill },     { "run", do_run },
	{ "clock", do_clock },	     { "tur", do_tur },	      { "read", do_read },
	{ "answer", do_answer },     { "attr", do_attr },     { "size", do_size },
	{ "show", do_show },	     { "udev", do_udev },     { "fc", do_fc },
	{ "unplug", do_unplug },     { "plug", do_plug },     { "uevent", do_uevent },
	{ "kernel", do_kernel },     { "dm", do_dm },	      { "fault", do_fault },
	{ "open", do_open },	     { "fpin", do_fpin },     { "cmd", do_cmd },
	{ "level", do_level },	     { "memory", do_memory }, { "repeat", do_repeat },
};

static void run_line(struct scenario *s)
{
	char line[1024], *args;
	bool more;

	snprintf(line, sizeof(line), "%s", s->lines[s->at]);
	if (!line[0] || line[0] == '#')
		return;
	if (!s->quiet)
		printf("%7.1f > %s\n",
		       s->host ? (double)(clock_mono(&s->host->clock) - s->began_ns) / 1e9 : 0.0,
		       line);
	args = line + strcspn(line, " ");
	more = *args;
	*args = '\0';
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, line)) {
			commands[i].fn(s, more ? args + 1 : args);
			fflush(stdout);
			memory_look();
			return;
		}
	die(s, "no such command");
}

/* The lines up to `again`, or the end. */
static void run_lines(struct scenario *s)
{
	for (; s->at < s->n && strcmp(s->lines[s->at], "again"); s->at++)
		run_line(s);
}

static void do_repeat(struct scenario *s, char *args)
{
	unsigned int first = s->at + 1, times = (unsigned int)atoi(args);
	bool quiet = s->quiet;

	s->quiet = true;
	for (unsigned int i = 0; i < times; i++) {
		s->at = first;
		run_lines(s);
	}
	s->quiet = quiet;
}

static void read_script(struct scenario *s, FILE *f)
{
	char line[1024];

	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		s->lines = realloc(s->lines, (s->n + 1) * sizeof(*s->lines));
		if (!s->lines || !(s->lines[s->n++] = strdup(line)))
			exit(2);
	}
	fclose(f);
}

static void finish(struct scenario *s)
{
	char cmd[128], none[] = "";

	do_kill(s, none);
	kernel_end(s);
	if (s->host && !(s->host->jobs && jobs_running(s->host->jobs)))
		host_free(s->host);
	for (unsigned int i = 0; i < s->n; i++)
		free(s->lines[i]);
	free(s->lines);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", s->dir);
	if (system(cmd))
		exit(2);
}

int main(int argc, char **argv)
{
	struct scenario s = { .client = -1 };
	FILE *script = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!script) {
		fprintf(stderr, "usage: scenario FILE\n");
		return 2;
	}
	read_script(&s, script);
	setvbuf(stdout, NULL, _IOLBF, 0);
	dup2(STDOUT_FILENO, STDERR_FILENO);
	log_setup(LOG_TO_STDERR_PLAIN, "multipathd");
	log_verbosity(2);
	run_lines(&s);
	finish(&s);
	return 0;
}
