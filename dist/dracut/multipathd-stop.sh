#!/bin/sh
# minipath: the daemon of the initramfs ends before the one of the system begins
if [ -e /run/multipathd.pid ]; then
	multipathd shutdown >/dev/null 2>&1
fi
