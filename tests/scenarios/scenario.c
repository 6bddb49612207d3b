/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenario FILE: the daemon on a recorded host with a virtual clock, told what happens by a script.
 * Prints each line of the script, what the daemon logs, and what it answers; the caller compares. No
 * root, no waiting: minutes pass in milliseconds.
 *
 *	host SNAPSHOT		a copy of tests/snapshots/SNAPSHOT is the host; first line
 *	config ... end		etc/multipath.conf, the lines between
 *	start			until the daemon is idle
 *	run SECONDS		let time pass
 *	tur DEV ANSWER		what TEST UNIT READY says from now on (see answers[])
 *	attr FILE TEXT		a sysfs attribute
 *	unplug DEV | plug DEV	the device disappears from sysfs, or is there again
 *	uevent ACTION DEV [KEY=VALUE]...	udevd tells; dm devices by map name
 *	kernel MAP MESSAGE	the kernel changes a map by itself: fail_path 8:0, switch_group 2, ...
 *	cmd WORDS		a client's command, as root
 *	level N			of log lines that are printed (2)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/engine/log.h"
#include "core/host/udb_props.h"
#include "daemon/ctl.h"
#include "daemon/parts.h"
#include "daemon/reply.h"
#include "daemon/uevents.h"

#define START_LIMIT_S 120

static const struct {
	const char *name, *text;
} answers[] = {
	{ "ok", "0 0 0 -\n" },
	{ "notready", "2 0 8 700002000000000a00000000040300000000\n" },
	{ "standby", "2 0 8 700002000000000a00000000040b00000000\n" },
	{ "transition", "2 0 8 700002000000000a00000000040a00000000\n" },
	{ "unmapped", "2 0 8 700005000000000a00000000250000000000\n" },
	{ "noconnect", "0 1 0 -\n" },
	{ "hang", "hang\n" },
	{ "gone", "error ENODEV\n" },
};

struct scenario {
	char dir[64];
	struct host *host;
	struct loop *loop;
	struct multipathd *d;
	struct ctl *ctl;
	int client; /* our end */
	FILE *script;
	int line;
	int64_t began_ns;
};

__attribute__((noreturn)) static void die(const struct scenario *s, const char *what)
{
	printf("line %d: %s\n", s->line, what);
	exit(2);
}

static void put_file(struct scenario *s, const char *path, const char *text)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", s->dir, path);
	unlink(full);
	f = fopen(full, "w");
	if (!f)
		die(s, full);
	fputs(text, f);
	fclose(f);
}

/* --- the host -------------------------------------------------------------------------------- */

static void do_host(struct scenario *s, char *args)
{
	char cmd[512];

	strcpy(s->dir, "/tmp/mp-scenario-XXXXXX");
	if (!mkdtemp(s->dir))
		die(s, "no temporary folder");
	snprintf(cmd, sizeof(cmd), "cp -a tests/snapshots/%s/. %s && chmod -R u+w %s", args, s->dir,
		 s->dir);
	if (system(cmd))
		die(s, "no such snapshot");
	snprintf(cmd, sizeof(cmd), "%s/etc/multipath", s->dir);
	mkdir(cmd, 0755);
}

static void do_config(struct scenario *s, char *args)
{
	char text[8192] = "", line[512];

	(void)args;
	while (fgets(line, sizeof(line), s->script) && strcmp(line, "end\n")) {
		s->line++;
		strncat(text, line, sizeof(text) - strlen(text) - 1);
	}
	s->line++;
	put_file(s, "etc/multipath.conf", text);
}

static int always_root(int fd, uid_t *ret_uid)
{
	(void)fd;
	*ret_uid = 0;
	return 0;
}

static void do_start(struct scenario *s, char *args)
{
	struct daemon_options opt = { .verbosity = log_level() };
	struct ctl_options ctl = { .timeout_ms = 4000, .peer_uid = always_root };
	int pair[2];

	(void)args;
	if (host_replay(s->dir, &s->host))
		die(s, "the host cannot be read");
	s->host->clock.virtual = true;
	if (s->host->clock.mono < 1000 * NSEC_PER_SEC)
		s->host->clock.mono = 1000 * NSEC_PER_SEC;
	s->began_ns = s->host->clock.mono;
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
	       clock_mono(&s->host->clock) < s->began_ns + START_LIMIT_S * NSEC_PER_SEC)
		if (loop_turn(s->loop))
			break;
	printf("state: %s\n", daemon_state_shown(s->d->state));
}

/* --- what happens ---------------------------------------------------------------------------- */

static void do_run(struct scenario *s, char *args)
{
	double secs = atof(args);

	loop_run_until(s->loop, clock_mono(&s->host->clock) + (int64_t)(secs * 1e9));
}

static void do_tur(struct scenario *s, char *args)
{
	char dev[32], word[32], path[128];

	if (sscanf(args, "%31s %31s", dev, word) != 2)
		die(s, "tur DEV ANSWER");
	snprintf(path, sizeof(path), "scsi/%s/000000000000", dev);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (!strcmp(answers[i].name, word)) {
			put_file(s, path, answers[i].text);
			return;
		}
	die(s, "no such answer");
}

static void do_attr(struct scenario *s, char *args)
{
	char *blank = strchr(args, ' ');
	char path[300];

	if (!blank)
		die(s, "attr FILE TEXT");
	*blank = '\0';
	snprintf(path, sizeof(path), "sys/%s", args);
	put_file(s, path, blank + 1);
}

/* Of a device that is there, or was. */
static void devno_of(struct scenario *s, const char *dev, unsigned int *maj, unsigned int *min)
{
	static const char *const places[] = { "sys/class/block/", "unplugged." };
	char file[200];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		FILE *f;
		int n;

		snprintf(file, sizeof(file), "%s/%s%s/dev", s->dir, places[i], dev);
		f = fopen(file, "r");
		if (!f)
			continue;
		n = fscanf(f, "%u:%u", maj, min);
		fclose(f);
		if (n == 2)
			return;
	}
	die(s, "no such device");
}

/* Places of a device's link in class/block, and of what is kept of it while it is away. */
static void unplugged_places(const struct scenario *s, const char *dev, char *link, char *kept,
			     size_t len)
{
	snprintf(link, len, "%s/sys/class/block/%s", s->dir, dev);
	snprintf(kept, len, "%s/unplugged.%s/link", s->dir, dev);
}

static void do_unplug(struct scenario *s, char *args)
{
	char link[200], kept[200], path[200], text[32];
	unsigned int maj = 0, min = 0;

	devno_of(s, args, &maj, &min);
	snprintf(path, sizeof(path), "%s/unplugged.%s", s->dir, args);
	if (mkdir(path, 0755) && errno != EEXIST)
		die(s, strerror(errno));
	snprintf(path, sizeof(path), "unplugged.%s/dev", args);
	snprintf(text, sizeof(text), "%u:%u\n", maj, min);
	put_file(s, path, text);
	unplugged_places(s, args, link, kept, sizeof(link));
	if (rename(link, kept))
		die(s, strerror(errno));
}

static void do_plug(struct scenario *s, char *args)
{
	char link[200], kept[200];

	unplugged_places(s, args, link, kept, sizeof(link));
	if (rename(kept, link))
		die(s, strerror(errno));
}

static void add_prop(struct udev_props *p, unsigned int *cap, const char *key, const char *value)
{
	if (udev_props_add(p, cap, key, value))
		exit(2);
}

static void event_of_map(struct scenario *s, const char *name, struct udev_props *p,
			 unsigned int *cap)
{
	struct map *m = daemon_map(s->d, name);
	char text[160];

	if (!m)
		die(s, "no such map");
	snprintf(text, sizeof(text), "/devices/virtual/block/dm-%u", m->dm.minor);
	add_prop(p, cap, "DEVPATH", text);
	snprintf(text, sizeof(text), "%u", m->dm.major);
	add_prop(p, cap, "MAJOR", text);
	snprintf(text, sizeof(text), "%u", m->dm.minor);
	add_prop(p, cap, "MINOR", text);
	add_prop(p, cap, "DM_NAME", m->dm.name);
	add_prop(p, cap, "DM_UUID", m->dm.uuid);
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

	if (!dev)
		die(s, "uevent ACTION DEV");
	add_prop(&p, &cap, "ACTION", action);
	add_prop(&p, &cap, "SUBSYSTEM", "block");
	add_prop(&p, &cap, "DEVTYPE", "disk");
	if (daemon_map(s->d, dev))
		event_of_map(s, dev, &p, &cap);
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

static void do_kernel(struct scenario *s, char *args)
{
	char *blank = strchr(args, ' ');
	struct map *m;

	if (!blank)
		die(s, "kernel MAP MESSAGE");
	*blank = '\0';
	m = daemon_map(s->d, args);
	if (!m || s->host->dmb->ops->message(s->host->dmb, m->dm.name, blank + 1))
		die(s, "the kernel refuses");
	dmevents_read_status(s->d, m);
}

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

static const struct {
	const char *name;
	void (*fn)(struct scenario *s, char *args);
} commands[] = {
	{ "host", do_host },	 { "config", do_config }, { "start", do_start },
	{ "run", do_run },	 { "tur", do_tur },	  { "attr", do_attr },
	{ "unplug", do_unplug }, { "plug", do_plug },	  { "uevent", do_uevent },
	{ "kernel", do_kernel }, { "cmd", do_cmd },	  { "level", do_level },
};

static void run_line(struct scenario *s, char *line)
{
	char *args = line + strcspn(line, " ");
	bool more = *args;

	printf("%7.1f > %s\n",
	       s->host ? (double)(clock_mono(&s->host->clock) - s->began_ns) / 1e9 : 0.0, line);
	*args = '\0';
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, line)) {
			commands[i].fn(s, more ? args + 1 : args);
			fflush(stdout);
			return;
		}
	die(s, "no such command");
}

static void finish(struct scenario *s)
{
	char cmd[128];

	ctl_free(s->ctl);
	close(s->client);
	daemon_free(s->d);
	loop_free(s->loop);
	if (s->host && !(s->host->jobs && jobs_running(s->host->jobs)))
		host_free(s->host);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", s->dir);
	if (system(cmd))
		exit(2);
}

int main(int argc, char **argv)
{
	struct scenario s = { .client = -1 };
	char line[1024];

	if (argc != 2 || !(s.script = fopen(argv[1], "r"))) {
		fprintf(stderr, "usage: scenario FILE\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	dup2(STDOUT_FILENO, STDERR_FILENO);
	log_setup(LOG_TO_STDERR_PLAIN, "multipathd");
	log_verbosity(2);
	while (fgets(line, sizeof(line), s.script)) {
		s.line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			run_line(&s, line);
	}
	fclose(s.script);
	finish(&s);
	return 0;
}
