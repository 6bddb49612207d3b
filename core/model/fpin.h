/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fpin.h - what a Fibre Channel event of the kernel says, and which paths it is about. Pure.
 *
 * A netlink message holds one or more events, an FPIN event one or more descriptors; only link
 * integrity counts, as in multipath-tools. Every length is checked against the bytes that are there.
 * Sources: Linux uapi scsi/scsi_netlink_fc.h and scsi/fc/fc_els.h, FC-LS-5 (FPIN).
 */
#ifndef MP_FPIN_H
#define MP_FPIN_H

#include "core/model/path.h"

#define FC_PORTS_MAX 128 /* of one descriptor; the rest is left out */

enum fc_event_kind {
	FC_LINK_INTEGRITY, /* paths over these ports are marginal */
	FC_LINK_UP,	   /* the host's link is back: its paths are not marginal any more */
	FC_FABRIC_CHANGED, /* RSCN: likewise */
};

struct fc_event {
	enum fc_event_kind kind;
	unsigned int host; /* of the SCSI host, as in blkdev.host */
	unsigned int type; /* of link integrity: 1 link failure, 2 loss of synchronization, ... */
	uint64_t attached; /* port name of the port that has the trouble */
	uint64_t ports[FC_PORTS_MAX]; /* names of the ports behind it */
	unsigned int n_ports;
};

struct fpin_reader {
	const uint8_t *msg; /* what is left of the message */
	size_t len;
	const uint8_t *desc; /* what is left of an FPIN's descriptors */
	size_t desc_len;
	unsigned int host;
};

/* Events of @msg, which stays the caller's. */
void fpin_begin(struct fpin_reader *r, const void *msg, size_t len);
/* The next event; false: no more. Anything else in the message is skipped. */
bool fpin_read(struct fpin_reader *r, struct fc_event *ret);

/* Is @d a path that @ev is about? Integrity: its target port is named, or its own host port is the
 * attached one. Otherwise every FC path of the host. */
bool fpin_concerns(const struct fc_event *ev, const struct blkdev *d);

const char *fpin_type_name(unsigned int type); /* "link failure", ..., "unknown" */

#endif
