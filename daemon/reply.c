/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may go wrong before a command is taken up: no such command, not root, nothing to show yet. */
#include "daemon/reply.h"

#include <errno.h>

#include "parser/strbuf.h"

typedef void (*reply_fn)(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call);

/* In the order of verb_rows(). */
static const reply_fn functions[] = {
#define VERB(who, fn, ...) fn,
#include "daemon/verbs.def"
};

static void refuse(struct ctl_call *call, int err)
{
	__attribute__((cleanup(sb_done))) struct strbuf out = STRBUF_INIT;

	verb_error(err, call->text, &out);
	ctl_answer(call, err, sb_str(&out));
}

/* Before the first look at the devices is over, only what speaks of the daemon itself can be
 * answered; "timeout" is what clients know to try again after. */
static bool needs_devices(reply_fn fn)
{
	return fn != show_daemon && fn != show_all_wildcards && fn != do_quit &&
	       fn != do_shutdown && fn != do_reconfigure;
}

void reply_command(void *ctx, struct ctl_call *call)
{
	struct multipathd *d = ctx;
	struct verb_cmd cmd;
	unsigned int n;
	int r = verb_parse(call->text, &cmd);
	reply_fn fn;

	if (r < 0) {
		refuse(call, r);
		return;
	}
	fn = functions[cmd.verb - verb_rows(&n)];
	if (cmd.verb->root && !call->root)
		ctl_answer(call, -EPERM, NULL);
	else if (!d->e && needs_devices(fn))
		ctl_answer(call, -ETIMEDOUT, NULL);
	else
		fn(d, &cmd, call);
}
