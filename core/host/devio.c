// SPDX-License-Identifier: GPL-2.0-or-later
/* What the live and the recorded way to devices share: the way out. */
#include "core/host/devio.h"

void devio_free(struct devio *io)
{
	if (io)
		io->ops->free(io);
}
