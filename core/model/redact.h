/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redact.h - replace secrets in a recording, one to one and length for length, so that what belonged
 * together still does: a WWID in text, in a VPD page and in a hex dump becomes the same other WWID.
 * Pure: the caller gives the randomness.
 */
#ifndef MP_REDACT_H
#define MP_REDACT_H

#include <stddef.h>
#include <stdint.h>

struct redactor;

/* @key: 16 random bytes; without them nobody can tell what a replacement stood for. */
struct redactor *redact_new(const uint8_t key[16]);
void redact_free(struct redactor *r);

/* Shorter secrets are not looked for: they are found in anything. */
#define REDACT_LEAST 6

/*
 * A secret, as text. Letters become letters, digits digits; in a text of hex digits alone each becomes
 * some hex digit but the first, which says what kind of number it is. It is also found as raw bytes
 * (hex digits), and as a hex dump of its characters. The same secret again changes nothing.
 */
void redact_add(struct redactor *r, const char *secret);
/* A host's name: found where no letter or digit stands beside it. */
void redact_add_word(struct redactor *r, const char *secret);

/* Replace in place. At each byte the longest secret counts. */
void redact_apply(struct redactor *r, char *bytes, size_t len);

/* Names among the designators of a VPD page 83h. */
void redact_add_vpd83(struct redactor *r, const uint8_t *page, size_t len);

#endif
