/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of a snapshot is the host. What it answers is in files that are read at each question, so
 * a script changes the world by writing them (tests/snapshots/README.md); only udev's export is read
 * once, and is read again after a change.
 */
#include "tests/scenarios/world.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
	{ "error", "error EIO\n" },
};

void die(const struct scenario *s, const char *what)
{
	printf("line %u: %s\n", s->at + 1, what);
	exit(2);
}

static void sh(struct scenario *s, const char *fmt, ...)
{
	char cmd[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	if (system(cmd))
		die(s, cmd);
}

void put_file(struct scenario *s, const char *path, const char *text)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", s->dir, path);
	for (char *slash = full + strlen(s->dir) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	unlink(full);
	f = fopen(full, "w");
	if (!f)
		die(s, full);
	fputs(text, f);
	fclose(f);
}

void do_host(struct scenario *s, char *args)
{
	strcpy(s->dir, "/tmp/mp-scenario-XXXXXX");
	if (!mkdtemp(s->dir))
		die(s, "no temporary folder");
	sh(s, "cp -a tests/snapshots/%s/. %s && chmod -R u+w %s", args, s->dir, s->dir);
	sh(s, "mkdir -p %s/etc/multipath", s->dir);
}

/* --- configuration ---------------------------------------------------------------------------- */

void do_file(struct scenario *s, char *args)
{
	char text[8192] = "";

	while (++s->at < s->n && strcmp(s->lines[s->at], "end")) {
		strncat(text, s->lines[s->at], sizeof(text) - strlen(text) - 1);
		strncat(text, "\n", sizeof(text) - strlen(text) - 1);
	}
	put_file(s, args, text);
}

void do_config(struct scenario *s, char *args)
{
	static char file[] = "etc/multipath.conf";

	(void)args;
	do_file(s, file);
}

void do_unconfig(struct scenario *s, char *args)
{
	(void)args;
	sh(s, "rm %s/etc/multipath.conf", s->dir);
}

/* What every write below /etc/multipath is answered with: an errno's name, or "ok". */
void do_etc(struct scenario *s, char *args)
{
	char text[64];

	if (!strcmp(args, "ok")) {
		sh(s, "rm -f %s/etc/multipath/.error", s->dir);
		return;
	}
	snprintf(text, sizeof(text), "error %s\n", args);
	put_file(s, "etc/multipath/.error", text);
}

/* --- devices ---------------------------------------------------------------------------------- */

static void put_answer(struct scenario *s, const char *dev, const char *command, const char *word)
{
	char path[200];

	snprintf(path, sizeof(path), "scsi/%s/%s", dev, command);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (!strcmp(answers[i].name, word)) {
			put_file(s, path, answers[i].text);
			return;
		}
	die(s, "no such answer");
}

void do_tur(struct scenario *s, char *args)
{
	char dev[32], word[32];

	if (sscanf(args, "%31s %31s", dev, word) != 2)
		die(s, "tur DEV ANSWER");
	put_answer(s, dev, "000000000000", word);
}

void do_read(struct scenario *s, char *args)
{
	char dev[32], word[32];

	if (sscanf(args, "%31s %31s", dev, word) != 2)
		die(s, "read DEV ANSWER");
	put_answer(s, dev, "read", word);
}

/* Any command's answer: "answer sda 120183000000 00 00 00 - | 00 83 ..." */
void do_answer(struct scenario *s, char *args)
{
	char path[200], text[2048];
	char *dev = strtok(args, " "), *command = strtok(NULL, " "), *rest = strtok(NULL, "");

	if (!rest)
		die(s, "answer DEV COMMAND STATUS HOST DRIVER SENSE [| DATA]");
	snprintf(path, sizeof(path), "scsi/%s/%s", dev, command);
	snprintf(text, sizeof(text), "%s\n", rest);
	for (char *bar = text; (bar = strchr(bar, '|'));)
		*bar = '\n';
	put_file(s, path, text);
}

void do_attr(struct scenario *s, char *args)
{
	char *blank = strchr(args, ' ');
	char path[300];

	if (!blank)
		die(s, "attr FILE TEXT");
	*blank = '\0';
	snprintf(path, sizeof(path), "sys/%s", args);
	put_file(s, path, blank + 1);
	if (s->host) /* in place of what the daemon wrote there, too */
		fstree_write(s->host->sys, args, blank + 1);
}

void do_size(struct scenario *s, char *args)
{
	char dev[32], number[32], path[100];

	if (sscanf(args, "%31s %31s", dev, number) != 2)
		die(s, "size DEV SECTORS");
	snprintf(path, sizeof(path), "sys/class/block/%s/size", dev);
	put_file(s, path, number);
}

void do_show(struct scenario *s, char *args)
{
	char text[256];

	if (fstree_text(s->host->sys, text, sizeof(text), "%s", args) < 0)
		die(s, "no such attribute");
	printf("%s\n", text);
}

void devno_of(struct scenario *s, const char *dev, unsigned int *maj, unsigned int *min)
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

void do_unplug(struct scenario *s, char *args)
{
	char link[200], kept[200], path[200], text[32];
	unsigned int maj = 0, min = 0;

	devno_of(s, args, &maj, &min);
	snprintf(path, sizeof(path), "unplugged.%s/dev", args);
	snprintf(text, sizeof(text), "%u:%u\n", maj, min);
	put_file(s, path, text);
	unplugged_places(s, args, link, kept, sizeof(link));
	if (rename(link, kept))
		die(s, strerror(errno));
}

void do_plug(struct scenario *s, char *args)
{
	char link[200], kept[200];

	unplugged_places(s, args, link, kept, sizeof(link));
	if (rename(kept, link))
		die(s, strerror(errno));
}

/* --- udev's database -------------------------------------------------------------------------- */

/*
 * udev DEV KEY=VALUE	a property
 * udev DEV empty	udevd has not handled it
 * udev DEV blank	its rules failed: there are no properties
 * udev DEV full	as it was recorded
 */
void do_udev(struct scenario *s, char *args)
{
	char dev[32], what[200], path[200];
	struct udb *fresh;

	if (sscanf(args, "%31s %199s", dev, what) != 2)
		die(s, "udev DEV KEY=VALUE|empty|blank|full");
	snprintf(path, sizeof(path), "%s/udev/export", s->dir);
	sh(s, "[ -e %s.full ] || cp %s %s.full", path, path, path);
	if (!strcmp(what, "full"))
		sh(s, "cp %s.full %s", path, path);
	else if (!strcmp(what, "empty"))
		sh(s, "sed -i '/^P: .*\\/%s$/,/^$/{/USEC_INIT/d;/ID_/d}' %s", dev, path);
	else if (!strcmp(what, "blank"))
		sh(s, "sed -i '/^P: .*\\/%s$/,/^$/{/ID_/d}' %s", dev, path);
	else
		sh(s, "sed -i '/^P: .*\\/%s$/,/^$/s|^E: %.*s=.*|E: %s|' %s", dev,
		   (int)strcspn(what, "="), what, what, path);
	if (!s->host)
		return;
	if (udb_replay(path, &fresh))
		die(s, "udev's database cannot be read");
	udb_free(s->host->udb);
	s->host->udb = fresh;
}

/* --- Fibre Channel ---------------------------------------------------------------------------- */

static void put_rport(struct scenario *s, int host, const char *attr, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "sys/class/fc_remote_ports/rport-%d:0-1/%s", host, attr);
	put_file(s, path, text);
}

/* fc DEV TARGET_PORT HOST_PORT: the disk is behind a remote port; before start. */
void do_fc(struct scenario *s, char *args)
{
	char dev[32], target[32], host[32], path[300];
	unsigned int maj = 0, min = 0;
	int h = -1;
	char *at;

	if (sscanf(args, "%31s %31s %31s", dev, target, host) != 3)
		die(s, "fc DEV TARGET_PORT HOST_PORT");
	devno_of(s, dev, &maj, &min);
	snprintf(path, sizeof(path), "%s/sys/class/block/%s", s->dir, dev);
	at = realpath(path, NULL);
	if (!at || sscanf(strstr(at, "/host"), "/host%d", &h) != 1)
		die(s, "no SCSI device");
	free(at);
	sh(s,
	   "cd %s/sys && t=devices/pseudo_0/adapter%d/host%d && mkdir $t/rport-%d:0-1 && "
	   "mv $t/target* $t/rport-%d:0-1/ && "
	   "b=$(echo $t/rport-%d:0-1/target*/*/block/%s) && "
	   "ln -sfn ../../$b class/block/%s && ln -sfn ../../$b dev/block/%u:%u",
	   s->dir, h, h, h, h, h, dev, dev, maj, min);
	put_rport(s, h, "port_name", target);
	put_rport(s, h, "port_state", "Online");
	put_rport(s, h, "fast_io_fail_tmo", "off");
	put_rport(s, h, "dev_loss_tmo", "60");
	snprintf(path, sizeof(path), "sys/class/fc_host/host%d/port_name", h);
	put_file(s, path, host);
}
