/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ask.h - one conversation with one device: carries out the requests of a checker or prioritizer
 * (core/model/probe.h) until it has its verdict. The node is opened at the first request that needs
 * it. Everything here may wait for the device, and belongs on a worker, but where it says otherwise.
 */
#ifndef MP_ASK_H
#define MP_ASK_H

#include "core/host/host.h"
#include "core/model/probe.h"

/* A conversation under way, of ask_step(). */
struct ask_talk {
	const struct checker *checker; /* or */
	const struct prioritizer *prio;
	struct probe *probe;
	struct check_verdict *check;
	struct prio_verdict *rank;
	struct probe_req req;
	struct scsi_result res;
	bool left; /* the device has the command */
	int64_t since_ns;
};

struct ask {
	struct host *host;
	const struct blkdev *dev;
	struct devio_dev *io, *queue; /* NULL until opened */
	bool may_leave;		      /* commands may be left with the device; false at first */
	char generic[sizeof(((struct blkdev *)0)->generic)]; /* where to leave them */
	int open_err;
	uint8_t *buf; /* NULL until there is data */
	size_t buf_len;
	struct ask_talk talk;
};

void ask_init(struct ask *a, struct host *h, const struct blkdev *d);
void ask_done(struct ask *a); /* waits for nothing; may be called again */

void ask_check(struct ask *a, const struct checker *c, struct probe *p, struct check_verdict *v);
void ask_prio(struct ask *a, const struct prioritizer *c, struct probe *p, struct prio_verdict *v);

/*
 * The same in steps: begin, then ask_step() until ASK_DONE. @p and @v stay where they are meanwhile.
 * With @may_wait false ask_step() never waits for the device, and may be called on any thread. Else it
 * stays for @stay_ms with a command that the device has: 0 not at all, -1 as long as it takes.
 */
enum ask_progress {
	ASK_DONE,
	ASK_LEFT,  /* the device has a command: go on when ask_fd() is readable */
	ASK_BLOCKS /* what is next may wait: go on on a worker */
};
void ask_check_begin(struct ask *a, const struct checker *c, struct probe *p,
		     struct check_verdict *v);
void ask_prio_begin(struct ask *a, const struct prioritizer *c, struct probe *p,
		    struct prio_verdict *v);
enum ask_progress ask_step(struct ask *a, bool may_wait, int stay_ms);
int ask_fd(const struct ask *a);

/* INQUIRY data, or a VPD page of it. Length of what came, 0: no answer. */
uint32_t ask_inquiry(struct ask *a, bool vpd, uint8_t page, unsigned int timeout_ms, uint8_t *out,
		     uint32_t len);

/* Does the NVMe controller behind this namespace report ANA? */
bool ask_ana(struct ask *a, unsigned int timeout_ms);

#endif
