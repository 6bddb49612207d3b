/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe.h - path checkers and prioritizers as pure functions over requests and answers.
 *
 * prepare() says what to ask of the device; the engine asks (in a job) and hands the answer to
 * judge(), which gives a verdict or the next request. Nothing here has a file descriptor, a thread
 * or a clock: everything is testable with byte arrays.
 */
#ifndef MP_PROBE_H
#define MP_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/host/devio.h"
#include "core/model/path.h"

#define PROBE_DATA_MAX 4096

enum probe_kind {
	PROBE_NONE, /* no I/O: judge() is called at once with an empty answer */
	PROBE_SCSI,
	PROBE_NVME,
	PROBE_READ, /* direct read of @len bytes at @offset; len 0: one logical block */
	PROBE_ATTR, /* text of the sysfs attribute @attr of the device (blkdev.device) */
};

struct probe_req {
	enum probe_kind kind;
	struct scsi_cmd scsi;
	struct nvme_cmd nvme;
	uint64_t offset;
	uint32_t len;
	const char *attr; /* static */
	uint8_t out[256]; /* data of a SCSI command that writes */
};

struct probe_rsp {
	int err; /* 0 or -errno of open, read or attribute; SCSI: see scsi->err */
	int nvme_status;
	const struct scsi_result *scsi;
	const uint8_t *data; /* never NULL when len > 0; text answers end in NUL */
	uint32_t len;
	int64_t elapsed_ns;
};

enum probe_next { PROBE_DONE, PROBE_MORE };

/* One check or priority request under way. Filled by the caller, private to the job. */
struct probe {
	const struct blkdev *dev;
	const char *args;	 /* prio_args; "" */
	unsigned int timeout_ms; /* for each command */
	struct probe_memory mem; /* in and out */
	uint32_t map_mem;	 /* in and out: the same for all paths of a map, 0 at first */
	uint32_t random;	 /* any number, for prioritizers that are to differ by chance */
	/* the probe's own, zeroed before prepare() */
	unsigned int step, retries;
	uint8_t scratch[128];
};

struct check_verdict {
	enum path_state state;
	char msg[96]; /* what follows "CHECKER checker": " reports path is up" */
};

struct checker {
	const char *name;
	bool (*supports)(const struct blkdev *d); /* NULL: every device */
	void (*prepare)(struct probe *p, struct probe_req *req);
	/* @v is untouched with PROBE_MORE, where @req holds the next request. */
	enum probe_next (*judge)(struct probe *p, const struct probe_rsp *rsp,
				 struct probe_req *req, struct check_verdict *v);
	const char *running;	      /* text while no answer has come, with PATH_PENDING */
	struct check_verdict expired; /* where the deadline passed without an answer */
};

struct prio_verdict {
	bool ok; /* false: error, the priority is undefined (-1) */
	int prio;
	bool has_tpg;
	unsigned int tpg;
	char why[96]; /* for the log where !ok, "" otherwise */
};

struct prioritizer {
	const char *name;
	/* Can the arguments be used? 0 or -EINVAL with a message in @why (96 bytes). */
	int (*args_ok)(const char *args, char *why);
	void (*prepare)(struct probe *p, struct probe_req *req);
	enum probe_next (*judge)(struct probe *p, const struct probe_rsp *rsp,
				 struct probe_req *req, struct prio_verdict *v);
};

/* By the name in the configuration; NULL: unknown. cciss_tur is answered by tur. */
const struct checker *checker_find(const char *name);
const struct prioritizer *prio_find(const char *name);

/* All of them, for lint, man pages and tests; the arrays end with NULL. */
const struct checker *const *checkers(void);
const struct prioritizer *const *prioritizers(void);

/* What the caller says of a check that it has started and not yet, or never, heard of. */
void check_running(const struct checker *c, struct check_verdict *v);
void check_expired(const struct checker *c, struct check_verdict *v);

/* Texts shared by all checkers: " reports path is up" for PATH_UP, ... */
const char *check_text(enum path_state s);

#endif
