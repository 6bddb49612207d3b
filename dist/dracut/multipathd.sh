#!/bin/sh
# minipath: start the daemon in an initramfs without systemd; its bindings stay as they are on disk
getargbool 1 rd.multipath -d -n rd_NO_MULTIPATH || return 0
getargbool 0 nompath && return 0
[ "$(getarg multipath)" = off ] && return 0
modprobe -q dm-multipath
multipathd -B || multipathd
