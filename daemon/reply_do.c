/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs that change something: parameters out of the command, the operation's end into the answer. */
#include "daemon/ops.h"
#include "daemon/reply.h"

static void answer(void *ctx, int err, const char *text)
{
	ctl_answer(ctx, err, text);
}

static struct op_done to(struct ctl_call *call)
{
	return (struct op_done){ .fn = answer, .ctx = call };
}

void do_path_add(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_path_add(d, cmd->param[W_PATH], to(call));
}

void do_path_del(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_path_del(d, cmd->param[W_PATH], to(call));
}

void do_path_fail(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_path_fail(d, cmd->param[W_PATH], to(call));
}

void do_path_reinstate(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_path_reinstate(d, cmd->param[W_PATH], to(call));
}

void do_path_set_marginal(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_path_marginal(d, cmd->param[W_PATH], true, to(call));
}

void do_path_unset_marginal(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_path_marginal(d, cmd->param[W_PATH], false, to(call));
}

void do_map_add(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_map_add(d, cmd->param[W_MAP], to(call));
}

void do_map_del(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_map_del(d, cmd->param[W_MAP], to(call));
}

void do_maps_del(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	(void)cmd;
	op_maps_del(d, to(call));
}

void do_map_switch(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_map_switch(d, cmd->param[W_MAP], cmd->param[W_GROUP], to(call));
}

void do_map_suspend(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_map_suspend(d, cmd->param[W_MAP], to(call));
}

void do_map_resume(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_map_resume(d, cmd->param[W_MAP], to(call));
}

void do_map_resize(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_map_resize(d, cmd->param[W_MAP], to(call));
}

void do_map_reload(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_map_reload(d, cmd->param[W_MAP], to(call));
}

void do_map_reset(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_map_reset(d, cmd->param[W_MAP], to(call));
}

void do_map_unset_marginal(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_map_unset_marginal(d, cmd->param[W_MAP], to(call));
}

/* With "maps" there is no map's name, which means all of them. */
void do_disable_queueing(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_queueing_disable(d, cmd->param[W_MAP], to(call));
}

void do_restore_queueing(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_queueing_restore(d, cmd->param[W_MAP], to(call));
}

void do_reset_stats(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_stats_reset(d, cmd->param[W_MAP], to(call));
}

void do_force_queueing(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	(void)cmd;
	op_daemon_queueing(d, true, to(call));
}

void do_restore_daemon(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	(void)cmd;
	op_daemon_queueing(d, false, to(call));
}

void do_reconfigure(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	op_reconfigure(d, verb_has(cmd, W_ALL), to(call));
}

void do_shutdown(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	(void)cmd;
	op_shutdown(d, to(call));
}

/* Ends the client's session, on its own side. */
void do_quit(struct multipathd *d, const struct verb_cmd *cmd, struct ctl_call *call)
{
	(void)d;
	(void)cmd;
	ctl_answer(call, 0, NULL);
}
