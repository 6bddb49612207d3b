/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reserve.h - persistent reservations as far as the daemon is concerned: which map has its key
 * registered, keys as text, the file that keeps them. Pure. The commands stand in pr.h.
 */
#ifndef MP_RESERVE_H
#define MP_RESERVE_H

#include <stdbool.h>
#include <stdint.h>

struct kwval;
struct strbuf;

/* What mpathpersist tells the daemon of a map; kept across generations. */
enum pr_flag { PR_UNKNOWN, PR_UNSET, PR_SET };
struct map_pr {
	enum pr_flag status; /* its key is registered */
	enum pr_flag hold;   /* it holds a reservation */
};
const char *pr_flag_text(enum pr_flag f); /* "unknown", "unset", "set" */

struct pr_key {
	uint64_t key; /* 0: none */
	bool aptpl;   /* activate persist through power loss */
};

/* A key as keyword reservation_key and command setprkey have it. false: none ("file", or no key). */
bool pr_key_of(const struct kwval *val, struct pr_key *ret_key);
int pr_key_parse(const char *text, struct pr_key *ret_key);   /* 0 or -EINVAL */
void pr_key_text(const struct pr_key *k, struct strbuf *out); /* "0x123:aptpl" */

/* /etc/multipath/prkeys (behaviour.md 5.7): lines "0x%016x WWID", a capital X for aptpl. */
bool prkeys_find(const char *text, const char *wwid, struct pr_key *ret_key);
/* @text with the key of @wwid set; @key NULL: its line becomes a comment. "" gets a header. */
void prkeys_edit(const char *text, const char *wwid, const struct pr_key *key, struct strbuf *out);

#endif
