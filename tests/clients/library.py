#!/usr/bin/python3
"""The clients that are libraries, called as their users call them: os-brick and libblockdev. Runs in the guest.

Each line of standard input is one call; one line of JSON answers it: the value, or {"error": "Class: text"}. One process
for all calls, as importing os-brick costs seconds under emulation.

os-brick runs its commands through its own custom_execute (retries and time-outs are in there). Only the step to another
user is left out, as the guest has one: oslo.privsep, and with it eventlet, whose import takes half a minute here.
"""
import json
import shlex
import sys
import types


class NoPrivilegeStep:
	"""In the place of oslo_privsep.priv_context.PrivContext: what it would run as root, runs as it is."""
	def __init__(self, *args, **kwargs):
		pass

	@staticmethod
	def entrypoint(function):
		return function


def without_privsep():
	modules = {name: types.ModuleType(name) for name in (
		"oslo_privsep", "oslo_privsep.capabilities", "oslo_privsep.priv_context")}
	modules["oslo_privsep.capabilities"].CAP_SYS_ADMIN = 21
	modules["oslo_privsep.priv_context"].PrivContext = NoPrivilegeStep
	sys.modules.update(modules, eventlet=None)


def load_brick():
	without_privsep()
	from os_brick.initiator import linuxscsi
	from os_brick.privileged import rootwrap

	def execute(*cmd, run_as_root=False, root_helper=None, **kwargs):
		return rootwrap.custom_execute(*cmd, **kwargs)

	return linuxscsi.LinuxSCSI(None, execute=execute)


def load_blockdev():
	import gi
	gi.require_version("BlockDev", "2.0")
	from gi.repository import BlockDev
	spec = BlockDev.PluginSpec()
	spec.name, spec.so_name = BlockDev.Plugin.MPATH, "libbd_mpath.so.2"
	# This looks for the program and its version: an error here is how an installer learns of a wrong one.
	BlockDev.reinit([spec], True, None)
	return BlockDev


LOADERS = {"brick": load_brick, "blockdev": load_blockdev}
LOADED = {}


def call(library, method, *args):
	if library not in LOADED:
		LOADED[library] = LOADERS[library]()
	# os-brick takes lists of device names where libblockdev takes none.
	args = [a.split(",") if a.endswith(",") else a for a in args]
	args = [[x for x in a if x] if isinstance(a, list) else a for a in args]
	return getattr(LOADED[library], method)(*args)


for line in sys.stdin:
	try:
		answer = call(*shlex.split(line))
	except Exception as e:  # the caller judges
		answer = {"error": "%s: %s" % (type(e).__name__, e)}
	print(json.dumps(answer, sort_keys=True), flush=True)
