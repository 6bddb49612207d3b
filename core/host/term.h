/* SPDX-License-Identifier: GPL-2.0-or-later */
/* term.h - the size of a terminal. */
#ifndef MP_TERM_H
#define MP_TERM_H

/* Rows and columns of the terminal at @fd; -errno where it is none or does not say. */
int term_size(int fd, unsigned int *ret_rows, unsigned int *ret_columns);

#endif
