// SPDX-License-Identifier: GPL-2.0-or-later
/* One ioctl, apart from those on devices: a screen that is drawn again and again must fit. */
#include "core/host/term.h"

#include <errno.h>
#include <sys/ioctl.h>

int term_size(int fd, unsigned int *ret_rows, unsigned int *ret_columns)
{
	struct winsize w;

	if (ioctl(fd, TIOCGWINSZ, &w) < 0)
		return -errno;
	if (!w.ws_row || !w.ws_col)
		return -ENODATA;
	*ret_rows = w.ws_row;
	*ret_columns = w.ws_col;
	return 0;
}
