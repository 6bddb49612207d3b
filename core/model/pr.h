/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pr.h - PERSISTENT RESERVE IN and OUT: commands and parameter lists built, answers taken apart.
 *
 * Pure. Parsers take any bytes of any length: what an answer claims beyond its end is not there.
 * Sources: SPC-6 6.16 (PERSISTENT RESERVE IN), 6.17 (OUT), 7.6.4 (TransportID).
 */
#ifndef MP_PR_H
#define MP_PR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/host/devio.h"

struct strbuf;

/* Service actions (SPC-6 tables 209 and 224). */
enum pr_in { PR_READ_KEYS, PR_READ_RESERVATION, PR_REPORT_CAPABILITIES, PR_READ_FULL_STATUS };
enum pr_out {
	PR_REGISTER,
	PR_RESERVE,
	PR_RELEASE,
	PR_CLEAR,
	PR_PREEMPT,
	PR_PREEMPT_ABORT,
	PR_REGISTER_IGNORE
};

/* Types of a reservation, in the words of mpathpersist; "obsolete [2]" for those that are none. */
#define PR_TYPE_TEXT 48
void pr_type_text(unsigned int type, char out[PR_TYPE_TEXT]);

/* What became of a command; the numbers are mpathpersist's exit statuses (behaviour.md 9.2). */
enum pr_status {
	PR_OK = 0,
	PR_SYNTAX = 1,
	PR_NOT_READY = 2,
	PR_MEDIUM_ERROR = 3,
	PR_HARDWARE_ERROR = 4,
	PR_ILLEGAL_REQUEST = 5,
	PR_UNIT_ATTENTION = 6,
	PR_ABORTED = 8,
	PR_NO_SENSE = 9,
	PR_MALFORMED = 10,
	PR_CONFLICT = 11,
	PR_FILE_ERROR = 12,
	PR_DM_ERROR = 13,
	PR_OTHER = 15,
	PR_UNREACHED = 16 /* the path does not carry commands: another one may */
};

struct pr_verdict {
	enum pr_status status;
	bool again; /* unit attention, busy, becoming ready: worth asking again */
	bool wait;  /* and not before a moment has passed */
};
void pr_judge(const struct scsi_result *r, struct pr_verdict *ret);

/* --- OUT ------------------------------------------------------------------------------------- */

#define PR_OUT_MAX 8192

struct pr_request {
	enum pr_out action;
	uint8_t type;
	uint64_t rk, sark;
	bool all_tg_pt, aptpl;
	const uint8_t *ids; /* TransportIDs one after the other, NULL: none (SPEC_I_PT) */
	size_t ids_len;
};

/* The command, and its parameter list in @buf. 0, or -E2BIG. */
int pr_out_build(const struct pr_request *q, struct scsi_cmd *c, uint8_t buf[PR_OUT_MAX],
		 unsigned int timeout_ms);

#define PR_ID_MAX 252
/* A TransportID as people write it: "fcp,HEX16", "sas,HEX16", an iSCSI name ("iqn...", with or
 * without ",i,0xISID"), or its bytes in hexadecimal with commas or blanks between them. Its length, or
 * -EINVAL. */
int pr_id_parse(const char *text, uint8_t out[PR_ID_MAX]);

/* --- IN -------------------------------------------------------------------------------------- */

#define PR_IN_MAX 8192

void pr_in_build(enum pr_in action, uint16_t len, struct scsi_cmd *c, unsigned int timeout_ms);

/* The list part of an answer: what is there of what it claims. */
struct pr_list {
	uint32_t generation;
	uint32_t claimed;    /* bytes */
	const uint8_t *data; /* of the answer */
	size_t len;
};

/* READ KEYS, READ FULL STATUS. 0; -EINVAL: shorter than its header. */
int pr_list_parse(const uint8_t *data, size_t len, struct pr_list *ret);
unsigned int pr_keys_count(const struct pr_list *l); /* that are there */
uint64_t pr_keys_at(const struct pr_list *l, unsigned int i);

struct pr_reservation {
	uint32_t generation;
	bool held;
	uint64_t key;
	uint8_t scope, type;
};
int pr_reservation_parse(const uint8_t *data, size_t len, struct pr_reservation *ret);

struct pr_capabilities {
	bool crh, sip_c, atp_c, ptpl_c, tmv, ptpl_a;
	uint8_t allow_commands;
	uint8_t type_mask[2];
};
int pr_capabilities_parse(const uint8_t *data, size_t len, struct pr_capabilities *ret);

/* One registration of READ FULL STATUS. @id: its TransportID, in the answer; may be shorter than
 * any real one. */
struct pr_registration {
	uint64_t key;
	bool all_tg_pt, holder;
	uint8_t scope, type;
	uint16_t port;
	const uint8_t *id;
	size_t id_len;
};
/* The one at *@at, which moves behind it (0 at first). 0; -ENODATA: the end; -EINVAL: the rest claims
 * more than is there. */
int pr_registration_next(const struct pr_list *l, size_t *at, struct pr_registration *ret);

/* --- answers as text (behaviour.md 9.2) ------------------------------------------------------- */

/* The answer to @action as mpathpersist prints it. 0 or -EINVAL: malformed; @out may have a part. */
int pr_text(enum pr_in action, const uint8_t *data, size_t len, struct strbuf *out);
void pr_hex(const uint8_t *data, size_t len, struct strbuf *out);

#endif
