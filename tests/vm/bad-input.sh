#!/bin/bash
# Bad input on a real kernel (issue 2): what cannot be done is said by name, exit 1, and nothing else is touched.
# Run by boot, in the guest:  tests/vm/boot tests/vm/bad-input.sh
set -u
. tests/vm/lib.sh
MULTIPATH=${MULTIPATH-$TOP/build/multipath}
[ -x "$MULTIPATH" ] || bail "the binary under test is missing: $MULTIPATH (run: make)"

mp() {
	timeout 60 "$MULTIPATH" "$@" >/tmp/out 2>/tmp/err
	RC=$?
	OUT=$(cat /tmp/out)
	ERR=$(sed -E 's/^[0-9]+\.[0-9]{6} \| //' /tmp/err)
}

config() { cat >/etc/multipath.conf; }
friendly() { printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n}\n' | config; }

base_modules
slim_udev
start_udev
sdebug_load add_host=2 vpd_use_hostno=0 dev_size_mb=8 || bail "no scsi_debug disks"

# -- not root
chmod 755 "$TOP" 2>/dev/null
for args in "" -ll -F "-f x" "-c /dev/sda"; do
	setpriv --reuid=65534 --regid=65534 --clear-groups "$MULTIPATH" $args >/tmp/out 2>/tmp/err
	is "not root: multipath $args" "$? $(cat /tmp/out) $(cat /tmp/err)" "1  need to be root"
done
setpriv --reuid=65534 --regid=65534 --clear-groups "$MULTIPATH" -t >/tmp/out 2>/tmp/err
is "not root: multipath -t works" "$? $(head -1 /tmp/out)" "0 defaults {"

# -- a full disk while the bindings are written
multipath_reset
friendly
mkdir -p /etc/multipath
mount -t tmpfs -o size=16k tmpfs /etc/multipath
printf '# Multipath bindings, Version : 1.0\nmpatha 3600old\n' >/etc/multipath/bindings
dd if=/dev/zero of=/etc/multipath/filler bs=1k 2>/dev/null
before=$(cat /etc/multipath/bindings)
mp
is "full disk: exit 1" "$RC" 1
matches "full disk: the file is named" "$ERR" '^/etc/multipath/bindings: cannot be written: No space left on device'
is "full disk: the bindings file is as it was" "$(cat /etc/multipath/bindings)" "$before"
is "full disk: no temporary file is left" "$(ls -A /etc/multipath | sort | grep -v -x -e bindings -e filler -e wwids)" ""
mp -F
umount /etc/multipath

# -- device-mapper refuses the table
multipath_reset
printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n\tfeatures "1 nonsense_feature"\n}\n' | config
mp
is "refused table: exit 1" "$RC" 1
matches "refused table: the map is named" "$ERR" '^mpatha: create failed'
is "refused table: no map is left" "$(dmsetup ls 2>/dev/null | grep mpatha)" ""
is "refused table: nothing is printed" "$OUT" ""

# -- a bad blacklist regex is fatal, other bad lines cost a line
multipath_reset
printf 'blacklist {\n\tdevnode "^(sd"\n}\n' | config
mp
is "bad regex: exit 1, no map" "$RC$(dmsetup ls | grep mpath)" 1
matches "bad regex: file and line" "$ERR" '/etc/multipath.conf line 2, parsing failed'
printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n\tpolling_interval ten\n\tno_such_thing 1\n}\n' | config
mp
is "bad lines: exit 0" "$RC" 0
matches "bad lines: the number" "$ERR" '/etc/multipath.conf line 4, invalid value for polling_interval'
matches "bad lines: the keyword" "$ERR" '/etc/multipath.conf line 5, invalid keyword in the defaults section: no_such_thing'
matches "bad lines: the map is made" "$OUT" '^create: mpatha '
busybox syslogd -n -O /tmp/messages &
syslogd=$!
wait_for 10 [ -S /dev/log ]
mp -ll
is "bad lines: a query works" "$RC $(grep -c 'active ready' <<<"$OUT")" "0 2"
is "bad lines: a query's standard error has none of them" "$(grep -c -e multipath.conf -e lint <<<"$ERR")" 0
wait_for 10 grep -q 'minipath lint' /tmp/messages
is "bad lines: the system's log has it once" "$(grep -o 'multipath: .*' /tmp/messages)" \
	'multipath: /etc/multipath.conf: 2 problems in the configuration, run minipath lint'
kill $syslogd
mp -F

# -- a partitioner that does not let go of a path
flock -x /dev/sdb sleep 60 &
locker=$!
sleep 0.5
began=$SECONDS
mp
is "locked path: exit 1, no map" "$RC$OUT$(dmsetup ls | grep mpath)" 1
matches "locked path: the map is named" "$ERR" '^mpatha: not made: another program keeps one of its paths locked'
ok "locked path: given up after a while ($((SECONDS - began)) s)" [ $((SECONDS - began)) -lt 40 ]
pkill -P $locker
kill $locker
wait_for 10 mp -v1
is "locked path: made once it is free" "$OUT" mpatha
mp -F

# -- devices that come and go while we look
friendly
(for i in 1 2 3 4 5 6; do
	echo 1 >$SDEBUG/add_host
	sleep 0.3
	echo -1 >$SDEBUG/add_host
	sleep 0.2
done) &
changer=$! worst=0 runs=0
while kill -0 $changer 2>/dev/null; do
	mp -v1 && mp -ll
	runs=$((runs + 1))
	[ $RC -le 1 ] || worst=$RC
done
wait $changer
udevadm settle -t 60
is "vanishing devices: no crash in $runs rounds" "$worst" 0
mp
mp -ll
matches "vanishing devices: the map is right in the end" "$OUT" 'sda .* active ready running'
mp -F

# -- a device argument that matches nothing
before=$(dmsetup ls)
for a in nosuch /dev/nosuch 99:99 /etc/passwd; do
	mp "$a"
	is "no such device $a: exit 1" "$RC" 1
	matches "no such device $a: it is named" "$ERR" "$a"
done
is "no such device: nothing changed" "$(dmsetup ls)" "$before"

# -- disks that never answer: they are pending, the others are shown, and the program ends
printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n\tchecker_timeout 3\n}\n' | config
iscsi_target store 1073741824 59e8ba68638854e9093f3ba3a0e00001 && iscsi_login 5 || bail "no iSCSI disks"
mp
is "both maps are there" "$(dmsetup ls | grep -c mpath)" 2
for d in $(sdebug_disks | cut -d' ' -f2); do
	echo 120 >"/sys/block/$d/device/timeout"
done
echo 1 >$SDEBUG/every_nth
echo 4 >$SDEBUG/opts
began=$SECONDS
mp -ll
took=$((SECONDS - began))
is "silent disks: exit 0" "$RC" 0
is "silent disks: all paths are listed" "$(grep -c 'sd' <<<"$OUT")" 4
is "silent disks: pending" "$(grep -c 'active i/o pending running' <<<"$OUT")" 2
is "silent disks: the others are ready" "$(grep -Ec 'active ready +running' <<<"$OUT")" 2
ok "silent disks: an answer after the checker's time-out, not the disks' (took $took s)" [ $took -lt 60 ]
echo 0 >$SDEBUG/opts
echo 0 >$SDEBUG/every_nth
iscsi_logout
tap_end
