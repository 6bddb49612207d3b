/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lineedit.h - one line being typed on a terminal: editing, history, completion. It sees bytes and
 * makes text; who reads the bytes and writes the text is another matter (mpd_client.c).
 *
 * Keys: arrows, Home, End, Delete, Backspace, Tab, and Ctrl with A B C D E F H K L N P U W.
 */
#ifndef MP_LINEEDIT_H
#define MP_LINEEDIT_H

#include <stdbool.h>
#include <stddef.h>

struct strbuf;

#define LINE_MAX_BYTES 511
#define LINE_HISTORY   100

struct lineedit {
	char buf[LINE_MAX_BYTES + 1];
	size_t len, pos;      /* bytes, and where the cursor is */
	size_t view;	      /* first byte on the screen */
	unsigned char esc[8]; /* an escape sequence or a character that is not whole yet */
	size_t n_esc;
	char *history[LINE_HISTORY];   /* the oldest first */
	unsigned int n_history, at;    /* @at: shown now; n_history: the new line */
	char kept[LINE_MAX_BYTES + 1]; /* the new line, while an old one is shown */
	bool tab;		       /* the last key was Tab, too */
	/* Words that fit in the place of the last one before the cursor: at most @max, *ret_start is
	 * where that word begins. NULL: no completion. */
	unsigned int (*complete)(const char *text, const char **ret_words, unsigned int max,
				 size_t *ret_start);
};

enum line_event {
	LINE_MORE,
	LINE_DONE,   /* Enter: the line is in @buf */
	LINE_CANCEL, /* Ctrl-C */
	LINE_END,    /* Ctrl-D on an empty line */
	LINE_CLEAR,  /* Ctrl-L: clear the screen, show the line again */
};

/* Begin with @complete set and all else zero. */
void line_start(struct lineedit *l); /* a new, empty line */
/* One byte from the terminal. @extra gets what is to be shown above the line (candidates). */
enum line_event line_key(struct lineedit *l, unsigned char c, struct strbuf *extra);
/* The line as a terminal of @width columns is to show it, cursor in place. */
void line_draw(struct lineedit *l, const char *prompt, unsigned int width, struct strbuf *out);
/* Remember the line, unless it is empty or the same as the last. */
void line_remember(struct lineedit *l);
void line_done(struct lineedit *l); /* frees the history */

#endif
