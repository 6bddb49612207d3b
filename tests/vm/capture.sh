#!/bin/bash
# Run by boot, in the guest, with SHARE set: capture hosts and what commands print on them, into /share; tests/vm/capture replays
# them outside and compares. Each scene leaves NAME/ (or NAME.tar) and NAME.out, whose lines "$ COMMAND" part the outputs.
#   SHARE=/tmp/cap tests/vm/boot tests/vm/capture.sh
set -u
. tests/vm/lib.sh
MINIPATH=${MINIPATH-$TOP/build/minipath}
[ -x "$MINIPATH" ] || bail "the binary under test is missing: $MINIPATH (run: make)"
[ -d /share ] || bail "no /share (set SHARE)"

scene() { # name target commands...
	local name=$1 target=$2 cmd
	shift 2
	"$MINIPATH" capture "/share/$target" >/tmp/out 2>/tmp/err
	is "$name: captured" "$? $(cat /tmp/err)" "0 "
	matches "$name: what was captured is said" "$(cat /tmp/out)" '^/share/.*: [0-9]+ disks, [0-9]+ maps$'
	for cmd in "$@"; do
		echo "\$ $cmd"
		# shellcheck disable=SC2086
		"$MINIPATH" $cmd 2>/dev/null
		echo "exit $?"
	done >"/share/$name.out"
}

# The first I/O makes a group the active one: before the capture, not between it and what is compared.
use() { dd if="/dev/mapper/$1" of=/dev/null bs=4096 count=1 iflag=direct 2>/dev/null; }

config() { cat >/etc/multipath.conf; }

base_modules
slim_udev
start_udev
sdebug_load add_host=4 vpd_use_hostno=0 dev_size_mb=64 || bail "no scsi_debug disks"
multipath_reset
printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n}\nblacklist {\n\tdevnode "^sr"\n}\n' | config
COMMANDS=("multipath -ll" "multipath -l" "multipath -t" "multipath -d" "multipath -ll --json" "explain sda" "explain --all sdb" "explain --would" \
	"status" "status --format=json")
scene none none "${COMMANDS[@]}"
"$MINIPATH" multipath >/dev/null 2>&1
use mpatha
scene four four.tar "${COMMANDS[@]}" "explain mpatha" "explain --all --format=json mpatha"
"$MINIPATH" capture --redact /share/redacted >/tmp/out 2>&1
is "redacted: captured" "$?" 0
echo offline >/sys/block/sdb/device/state
scene offline offline "${COMMANDS[@]}" "explain mpatha"
echo running >/sys/block/sdb/device/state

# -- bad input
"$MINIPATH" capture /share/offline >/tmp/out 2>/tmp/err
is "a folder that is not empty is left alone" "$? $(sed 's/.*: //' /tmp/err)" "1 Directory not empty"
"$MINIPATH" capture /nonexistent/x.tar >/tmp/out 2>/tmp/err
is "no such place" "$?" 1
setpriv --reuid=65534 --regid=65534 --clear-groups "$MINIPATH" capture /tmp/x >/tmp/out 2>&1
is "not root" "$? $(cat /tmp/out)" "1 need to be root"
is "nothing is left in /tmp" "$(ls -d /tmp/minipath.* 2>/dev/null)" ""
multipath_reset
sdebug_unload
iscsi_target store 1000000000 59e8ba68638854e9093f3ba3a0e00001 && iscsi_login 1 || bail "no iSCSI disks"
printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n}\n' | config
"$MINIPATH" multipath >/dev/null 2>&1
use mpatha
scene iscsi iscsi.tar "${COMMANDS[@]}" "explain mpatha"
"$MINIPATH" multipath -F >/dev/null 2>&1
iscsi_logout
chmod -R a+rX /share
tap_end
