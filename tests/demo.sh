#!/bin/sh
# make demo: the main job at a glance, on this machine's multipath disks where it has some, else on a host recorded in
# the repository. Changes nothing.
cd "$(dirname "$0")/.." || exit 1
mp=build/minipath
show() {
	echo
	echo "\$ $*"
	"$@"
}
if [ "$(id -u)" = 0 ] && [ -n "$($mp multipath -ll -v1 2>/dev/null)" ]; then
	echo "This machine has multipath maps:"
	show $mp multipath -ll
	exit
fi
host=tests/snapshots/iscsi-tutorial
echo "This machine has no multipath maps (or you are not root): showing a recorded one, $host,"
echo "an iSCSI disk seen through two portals. Nothing here touches a device."
show cat $host/etc/multipath.conf
show $mp replay $host -- scsi-id --whitelisted --device=/dev/sdb
show $mp replay $host -- multipath -rr
show $mp replay $host -- multipath -ll
echo
echo "The same host with one link cut, tests/snapshots/iscsi-link-cut:"
show $mp replay tests/snapshots/iscsi-link-cut -- multipath -ll
