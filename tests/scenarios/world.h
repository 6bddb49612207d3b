/* SPDX-License-Identifier: GPL-2.0-or-later */
/* world.h - the simulated host of a scenario: what scripts do to its files, devices and kernel. */
#ifndef MP_SCENARIO_WORLD_H
#define MP_SCENARIO_WORLD_H

#include "core/host/host.h"
#include "daemon/multipathd.h"

struct scenario {
	char dir[64]; /* the host's files */
	struct host *host;
	struct loop *loop;
	struct multipathd *d;
	struct ctl *ctl;
	int client;	    /* our end */
	char **lines;	    /* of the script */
	unsigned int n, at; /* the line being run */
	bool quiet;	    /* lines are not echoed: inside repeat */
	int64_t began_ns;
};

__attribute__((noreturn)) void die(const struct scenario *s, const char *what);

/* --- world.c: files --------------------------------------------------------------------------- */

void put_file(struct scenario *s, const char *path, const char *text);
/* Number of a device that is there, or was. */
void devno_of(struct scenario *s, const char *dev, unsigned int *maj, unsigned int *min);

void do_host(struct scenario *s, char *args);
void do_file(struct scenario *s, char *args);
void do_config(struct scenario *s, char *args);
void do_unconfig(struct scenario *s, char *args);
void do_etc(struct scenario *s, char *args);
void do_answer(struct scenario *s, char *args);
void do_tur(struct scenario *s, char *args);
void do_read(struct scenario *s, char *args);
void do_attr(struct scenario *s, char *args);
void do_size(struct scenario *s, char *args);
void do_show(struct scenario *s, char *args);
void do_unplug(struct scenario *s, char *args);
void do_plug(struct scenario *s, char *args);
void do_udev(struct scenario *s, char *args);
void do_fc(struct scenario *s, char *args);

/* --- kernel.c: device-mapper, Fibre Channel --------------------------------------------------- */

void kernel_begin(struct scenario *s); /* once the host is there */
void kernel_idle(void);		       /* before the loop goes */
void kernel_end(struct scenario *s);
/* Number, UUID of a map that is there or was; false: never seen. */
bool kernel_map(struct scenario *s, const char *name, struct dm_map *ret);

void do_kernel(struct scenario *s, char *args);
void do_dm(struct scenario *s, char *args);
void do_fault(struct scenario *s, char *args);
void do_open(struct scenario *s, char *args);
void do_fpin(struct scenario *s, char *args);

#endif
