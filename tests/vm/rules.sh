#!/bin/bash
# The udev rules, processed by the real udevd on the real kernel: what udev knows of paths, partitions and maps as they
# come, fail, come back and go. No systemd runs here; the timer of find_multipaths smart is the one without it. The
# daemon's socket is held by the test server, so that nobody makes maps but this script.
# Run by boot, in the guest:  tests/vm/boot tests/vm/rules.sh
set -u
. tests/vm/lib.sh
B=$TOP/build
MULTIPATH=${MULTIPATH-$B/multipath}
[ -x "$MULTIPATH" ] && [ -x "$B/tests/daemon/server" ] || bail "missing: $MULTIPATH, $B/tests/daemon/server (run: make)"

install_rules() {
	local source upstream debian
	mv /tmp/60-persistent-storage-dm.rules /run/rules/
	while read -r source upstream debian; do
		case $source in '#'* | kpartx* | del-part*) continue ;; esac
		sed "s|@SBINDIR@|$B|" "dist/udev/$source" >"/run/rules/$debian"
	done <dist/udev/names
	ln -sf "$B/minipath" /run/kpartx_id
	sed -i 's|"kpartx_id |"/run/kpartx_id |' /run/rules/*.rules
}

prop() { # device property
	udevadm info -q property -n "$1" 2>/dev/null | sed -n "s/^$2=//p"
}
props() { # device property...: their values, "-" where there is none
	local d=$1 p v
	shift
	for p in "$@"; do
		v=$(prop "$d" "$p")
		printf '%s ' "${v:--}"
	done
}
event() { # action device: one event, processed
	udevadm trigger --action="$1" "/sys/class/block/$2"
	udevadm settle -t 60
}
PATH_PROPS="DM_MULTIPATH_DEVICE_PATH ID_FS_TYPE SYSTEMD_READY"
MAP_PROPS="MPATH_DEVICE_READY DM_ACTIVATION MPATH_UNCHANGED"

config() { printf 'defaults {\n\tuser_friendly_names yes\n\t%s\n}\n' "$1" >/etc/multipath.conf; }

base_modules
cp /usr/lib/udev/rules.d/60-persistent-storage-dm.rules /tmp/
slim_udev
install_rules
multipath_reset
config "find_multipaths strict"
start_udev
sdebug_load add_host=2 vpd_use_hostno=0 dev_size_mb=8 num_parts=1 || bail "no scsi_debug disks"
mapfile -t disks < <(sdebug_disks | cut -d' ' -f2)
a=${disks[0]} b=${disks[1]}

# --- paths
is "no daemon: no disk is a path" "$(props $a $PATH_PROPS)" "0 - - "
mkfifo /tmp/hold
"$B/tests/daemon/server" /run/multipathd.socket </tmp/hold >/tmp/server.out 2>&1 &
exec 9>/tmp/hold
wait_for 20 grep -q ready /tmp/server.out || bail "the test server does not start"
event add $a
is "strict, unknown WWID: no path" "$(props $a $PATH_PROPS)" "0 - - "
"$MULTIPATH" -a /dev/$a >/dev/null
for d in $a $b; do event add $d; done
is "strict, known WWID: a path" "$(props $a $PATH_PROPS)" "1 mpath_member 0 "
event change $a
is "still a path after a change" "$(props $a $PATH_PROPS)" "1 mpath_member 0 "
event add ${a}1
is "its partition, too" "$(props ${a}1 $PATH_PROPS)" "1 none 0 "

# --- maps
"$MULTIPATH" >/dev/null 2>/tmp/err
udevadm settle -t 60
dm=$(basename "$(readlink /dev/mapper/mpatha)")
is "a new map is ready, its event an activation" "$(props $dm $MAP_PROPS)" "1 1 - "
is "its links have priority over those of its paths" "$(udevadm info -q all -n $dm | sed -n 's/^L: //p')" 50
uuid=$(cat /sys/class/block/$dm/dm/uuid)
is "by-id link of device-mapper" "$(readlink -f /dev/disk/by-id/dm-uuid-$uuid)" "/dev/$dm"
if grep -q kpartx_id <("$B/minipath" --help; ls "$B"); then
	ok "by-id link of its WWN or serial" test "$(readlink -f /dev/disk/by-id/wwn-$(prop $dm DM_WWN))" = "/dev/$dm"
fi
# somebody takes a path out of the table, and it is put back
dmsetup load mpatha --table "0 $(cat /sys/class/block/$dm/size) multipath 0 0 1 1 service-time 0 1 1 /dev/$a 1"
dmsetup resume mpatha
udevadm settle -t 60
"$MULTIPATH" >/dev/null 2>&1
udevadm settle -t 60
is "a path is added: both are in the table" "$(dmsetup deps -o devname mpatha | grep -o 'sd[a-z]*' | sort | paste -sd' ')" "$a $b"
is "a reload for the paths' sake changes nothing" "$(props $dm MPATH_DEVICE_READY MPATH_UNCHANGED DM_NOSCAN)" "1 1 1 "
dmsetup message mpatha 0 "fail_path $(cat /sys/class/block/$a/dev)"
udevadm settle -t 60
is "one path of two fails: ready, unchanged" "$(props $dm MPATH_DEVICE_READY MPATH_UNCHANGED)" "1 1 "
ok "... and the links stay" test -e "/dev/disk/by-id/dm-uuid-$uuid"
dmsetup message mpatha 0 "fail_path $(cat /sys/class/block/$b/dev)"
udevadm settle -t 60
is "the last path fails: not ready, nobody looks" "$(props $dm MPATH_DEVICE_READY DM_ACTIVATION DM_NOSCAN)" "0 0 1 "
is "... and the flag that kept others away is not in the database" "$(props $dm DM_UDEV_DISABLE_OTHER_RULES_FLAG)" "- "
event change $dm
is "... which a change event does not alter" "$(props $dm MPATH_DEVICE_READY)" "0 "
dmsetup message mpatha 0 "reinstate_path $(cat /sys/class/block/$a/dev)"
udevadm settle -t 60
is "a path comes back: ready, an activation, looked at" "$(props $dm $MAP_PROPS DM_NOSCAN)" "1 1 - - "
dmsetup message mpatha 0 "reinstate_path $(cat /sys/class/block/$b/dev)"
udevadm settle -t 60
is "another one: nothing new" "$(props $dm MPATH_DEVICE_READY MPATH_UNCHANGED)" "1 1 "

# --- suspended while udev starts again (coldplug)
dmsetup suspend --noflush mpatha
event add $dm
is "coldplug of a suspended map: remembered" "$(props $dm DM_COLDPLUG_SUSPENDED)" "1 "
dmsetup resume mpatha
udevadm settle -t 60
is "its resume counts as its activation" "$(props $dm MPATH_DEVICE_READY DM_ACTIVATION DM_COLDPLUG_SUSPENDED)" "1 1 - "

# --- find_multipaths smart: perhaps
dmsetup remove --retry mpatha # -F would ask the daemon, which is none
udevadm settle -t 60
rm -f /etc/multipath/wwids
config "find_multipaths smart
	find_multipaths_timeout 15"
echo 1 >/sys/class/block/$b/device/delete
wait_for 20 test ! -e /sys/class/block/$b
event change $a
devno=$(cat /sys/class/block/$a/dev)
rm -f /run/multipath/find_multipaths/*
# As if it had just come: udev has no memory of it.
udevadm control --stop-exec-queue 2>/dev/null
rm -f "/run/udev/data/b$devno"
udevadm control --start-exec-queue 2>/dev/null
event add $a
is "smart, one path: kept back" "$(props $a DM_MULTIPATH_DEVICE_PATH SYSTEMD_READY)" "1 0 "
matches "... for some seconds" "$(prop $a FIND_MULTIPATHS_WAIT_UNTIL)" '^[0-9]{1,2}\.[0-9]{6}$'
ok "... with a mark" test -e "/run/multipath/find_multipaths/$devno"
released() { [ "$(prop $a DM_MULTIPATH_DEVICE_PATH)" = 0 ]; }
ok "... and released when the time is over" wait_for 60 released
is "... for good" "$(props $a DM_MULTIPATH_DEVICE_PATH SYSTEMD_READY FIND_MULTIPATHS_WAIT_CANCELLED)" "0 - 1 "
echo 1 >/sys/class/block/$a/device/delete
udevadm settle -t 60
ok "its mark goes with it" wait_for 20 test ! -e "/run/multipath/find_multipaths/$devno"

exec 9>&-
tap_end
