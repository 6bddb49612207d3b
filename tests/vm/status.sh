#!/bin/bash
# Sixteen paths that never answer (issue 6): `minipath status --timeout=3` and `multipath -ll` with checker_timeout 3 answer in
# under 5 s with all maps listed. TEST_LONG also asks Debian's multipath, which prints nothing in 150 s.
# Run by boot, in the guest:  tests/vm/boot tests/vm/status.sh
set -u
. tests/vm/lib.sh
MINIPATH=${MINIPATH-$TOP/build/minipath}
[ -x "$MINIPATH" ] || bail "the binary under test is missing: $MINIPATH (run: make)"
MULTIPATH=${MULTIPATH-$TOP/build/multipath}

timed() { # command...: OUT, RC and the time it took, MS
	local began
	began=$(date +%s%N)
	"$@" >/tmp/out 2>/tmp/err
	RC=$?
	MS=$((($(date +%s%N) - began) / 1000000))
	OUT=$(cat /tmp/out)
}

base_modules
slim_udev
start_udev
sdebug_load add_host=4 max_luns=4 vpd_use_hostno=0 dev_size_mb=8 || bail "no scsi_debug disks"
multipath_reset
printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n\tchecker_timeout 3\n}\n' >/etc/multipath.conf
"$MULTIPATH" >/dev/null 2>&1
is "four maps are made" "$(dmsetup ls --target multipath | grep -c mpath)" 4

# -- well
timed "$MINIPATH" status
matches "all answer: 16 paths" "$OUT" '4 maps, 16 of 16 paths usable'
is "all answer, no daemon: WARNING" "$RC" 1
timed "$MINIPATH" status --format=nagios
matches "nagios: one line first" "$(head -1 /tmp/out)" "^MULTIPATH WARNING: multipathd is not running; 4 maps, 16 of 16 paths usable \| 'maps'=4"
"$MULTIPATH" -ll --json >/tmp/json 2>/dev/null
is "multipath -ll --json: four maps of four paths" "$(/usr/bin/python3 -c '
import json
d = json.load(open("/tmp/json"))
print(len(d["maps"]), sum(len(g["paths"]) for m in d["maps"] for g in m["path_groups"]), d["maps"][0]["queueing"])')" "4 16 -"

# -- not root: sysfs, and what it cannot see
chmod 755 "$TOP" 2>/dev/null
setpriv --reuid=65534 --regid=65534 --clear-groups "$MINIPATH" status >/tmp/out 2>&1
matches "not root: the maps are seen" "$(cat /tmp/out)" '4 maps, 16 of 16 paths usable'
matches "not root: what is not seen is said" "$(cat /tmp/out)" '^not seen: device-mapper: (Permission denied|Operation not permitted)'
for name in "$(disk_names | head -1)" mpatha dm-0; do
	setpriv --reuid=65534 --regid=65534 --clear-groups "$MINIPATH" explain "$name" >/tmp/out 2>/tmp/err
	matches "not root: explain $name: the map that is there" "$(head -1 /tmp/out)" ' is a (path of the )?map( mpath[a-d]$|; )'
done

# -- one path offline, a map suspended
first=$(disk_names | head -1)
echo offline >"/sys/block/$first/device/state"
timed "$MINIPATH" status
matches "one path offline" "$OUT" "$first .*checker faulty, dm active, device offline"
echo running >"/sys/block/$first/device/state"
dmsetup suspend mpathb
timed "$MINIPATH" status
is "suspended: CRITICAL" "$RC" 2
matches "suspended: it is named" "$OUT" '^mpathb +4/4 +CRITICAL suspended'
dmsetup resume mpathb

# -- sixteen paths that never answer
for d in $(sdebug_disks | cut -d' ' -f2); do echo 120 >"/sys/block/$d/device/timeout"; done
echo 1 >$SDEBUG/every_nth
echo 4 >$SDEBUG/opts
timed "$MINIPATH" status --timeout=3
ok "status --timeout=3 answers in under 5 s (took $MS ms)" [ "$MS" -lt 5000 ]
is "status: all maps" "$(grep -c '^mpath[a-d] ' /tmp/out)" 4
is "status: sixteen paths are pending" "$(grep -c 'checker i/o pending, dm active, device running' /tmp/out)" 16
timed "$MULTIPATH" -ll
ok "multipath -ll with checker_timeout 3 answers in under 5 s (took $MS ms)" [ "$MS" -lt 5000 ]
is "multipath -ll: all maps" "$(grep -c '^mpath[a-d] ' /tmp/out)" 4
is "multipath -ll: sixteen paths are pending" "$(grep -c 'active i/o pending running' /tmp/out)" 16
timed "$MINIPATH" status --timeout=3 --format=json
ok "status --format=json in under 5 s (took $MS ms)" [ "$MS" -lt 5000 ]
is "status --format=json: whole" "$(/usr/bin/python3 -c '
import json
print(json.load(open("/tmp/out"))["counts"]["pending"])')" 16
if [ -n "${TEST_LONG:-}" ] && [ -x /usr/local/stock/multipath ]; then
	timed timeout -s KILL 150 /usr/local/stock/multipath -ll
	is "Debian's multipath -ll prints nothing in 150 s" "$OUT" ""
	ok "... and had not ended (took $MS ms)" [ "$MS" -ge 150000 ]
fi
tap_end
