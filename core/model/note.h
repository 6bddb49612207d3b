/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * note.h - what a decision wants said: log lines with their level (multipath-tools' verbosity), the
 * object first. Decisions do not log; who carries them out does, line by line in this order.
 */
#ifndef MP_NOTE_H
#define MP_NOTE_H

struct note {
	int level;
	char text[360];
};

struct notes {
	struct note list[6]; /* what is beyond is dropped; no decision says more */
	unsigned int n;
};

void note_add(struct notes *n, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
