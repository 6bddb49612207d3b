#!/bin/bash
# The iSCSI multipath tutorial with the daemon (issue 5): a file system on a map, written and verified by fio while the
# link to one portal is cut and mended; no error, no mismatch; what the paths are called, and how long it took, ours
# beside Debian's multipathd on the same steps. ROUNDS of cutting and mending for each (2; 5 in the long run).
set -u
. tests/vm/lib.sh
. tests/vm/daemon.sh
ROUNDS=${ROUNDS:-2}
[ -z "${TEST_LONG:-}" ] || ROUNDS=5
SERIAL=59e8ba68638854e9093f3ba3a0e00001
# Of the times of both, what emulation and the phase of the checks may add.
GRACE_MS=1500

setup() {
	base_modules
	need_modules ext4
	slim_udev
	start_udev
	iscsi_target store 300000000 $SERIAL || bail "LIO does not take the target"
	iscsi_login 1 || bail "the initiator does not log in"
	read -r A B < <(disk_names | tr '\n' ' ')
	WWID=$(/lib/udev/scsi_id --whitelisted --device="/dev/$B")
	DB=$(cat "/sys/block/$B/dev")
	mkdir -p /mnt/data
	cat >/etc/multipath.conf <<-CONF
		defaults {
		        user_friendly_names yes
		        find_multipaths yes
		        polling_interval 2
		}
		multipaths {
		        multipath {
		                wwid    "$WWID"
		                alias   mpatha
		        }
		}
	CONF
}

# fio until told to stop: each pass writes its file and reads all of it back
writing() {
	local n=0
	: >/tmp/fio.err
	while [ ! -e /tmp/stop ]; do
		fio --name=data --directory=/mnt/data --rw=randwrite --bs=16k --size=2M --direct=1 --rate=512k \
			--verify=crc32c --verify_fatal=1 --verify_state_save=0 --minimal >/tmp/fio.out 2>>/tmp/fio.err ||
			echo "fio pass $n: exit $?" >>/tmp/fio.err
		n=$((n + 1))
		echo $n >/tmp/passes
	done
}

# The times of one cutting and mending; from the cut to "failed faulty", from the session being back to "active ready"
one_round() { # side number
	local t
	t=$(now_ms)
	cut_link 127.0.4.5
	wait_for 60 watch_saw /tmp/watch "$t" " $B failed faulty"
	CUT_MS=$(watch_ms /tmp/watch "$t" " $B failed faulty")
	GONE_MS=$(watch_ms /tmp/watch "$t" " $B sysfs transport-offline")
	# What the kernel took to give the session up is not the daemon's.
	SEEN_MS=$((${CUT_MS/#-/60000} - ${GONE_MS/#-/0}))
	KERNEL=$(kernel_says mpatha "$DB")
	OTHER=$(tail -1 <(grep " $A " /tmp/watch) | cut -d' ' -f3-)
	mend_links
	t=$(now_ms)
	wait_for 60 watch_saw /tmp/watch "$t" " $B sysfs running" || echo "# the session does not come back"
	t=$((t + $(watch_ms /tmp/watch "$t" " $B sysfs running")))
	wait_for 60 watch_saw /tmp/watch "$t" " $B active ready"
	MEND_MS=$(watch_ms /tmp/watch "$t" " $B active ready")
	echo "# $1, round $2: the kernel gives the session up after $GONE_MS ms, failed faulty after $CUT_MS ms;" \
		"running again: active ready after $MEND_MS ms"
}

run_side() { # side
	local side=$1 i sum_cut=0 sum_seen=0 sum_mend=0
	rm -f /tmp/stop /tmp/passes
	ok "$side: the daemon starts" mpd_start "$side" -v3 || bail "no daemon to test"
	ok "$side: it makes the map" wait_for 30 [ -b /dev/mapper/mpatha ] || bail "no map"
	ok "$side: mkfs and mount" eval \
		"mkfs.ext4 -q -F -E lazy_itable_init=0,nodiscard /dev/mapper/mpatha 50000 && mount -t ext4 /dev/mapper/mpatha /mnt/data"
	watch_start /tmp/watch
	ok "$side: both paths are active ready" wait_for 20 paths_are "$A:active:ready $B:active:ready"
	writing &
	WRITER=$!
	for ((i = 1; i <= ROUNDS; i++)); do
		one_round "$side" $i
		ok "$side: round $i: the cut path is failed faulty, and failed in the kernel" \
			[ "$CUT_MS:$KERNEL" != "-:" -a "$KERNEL" = F ]
		is "$side: round $i: the other is active ready all the while" "$OTHER" "active ready"
		ok "$side: round $i: mended, it is active ready, and active in the kernel" \
			eval "[ $MEND_MS != - ] && wait_for 10 eval '[ \$(kernel_says mpatha $DB) = A ]'"
		sum_cut=$((sum_cut + ${CUT_MS/#-/60000})) sum_seen=$((sum_seen + SEEN_MS)) sum_mend=$((sum_mend + ${MEND_MS/#-/60000}))
	done
	touch /tmp/stop
	wait $WRITER
	is "$side: $(cat /tmp/passes) passes of fio: no I/O error, no mismatch" "$(cat /tmp/fio.err)" ""
	watch_stop
	umount /mnt/data
	eval "${side}_cut=$((sum_cut / ROUNDS)) ${side}_seen=$((sum_seen / ROUNDS)) ${side}_mend=$((sum_mend / ROUNDS))"
}

ours_extras() {
	matches "ours: show events tells the failure and the return" "$(mpd show events)" "$B .*path state .*-> down"
	matches "ours: show why tells the state" "$(mpd show why "$B")" "$B"
	is "ours: multipath -ll sees it as the daemon does" "$("$OURS/multipath" -ll 2>/dev/null | grep -c 'active ready running')" 2
	"$OURS/multipath" -r >/tmp/out 2>&1
	is "ours: multipath -r is done by the daemon, without a word" "$?:$(cat /tmp/out)" "0:"
	wait_for 20 mpd_is_idle
	echo "# $(mpd show workers | paste -sd' ')"
	"$OURS/multipath" -f mpatha >/tmp/out 2>&1
	is "ours: multipath -f is done by the daemon" "$?:$(cat /tmp/out)" "0:"
	is "ours: the map is gone" "$(mpd show maps) $(dmsetup ls --target multipath)" "ok No devices found"
}

setup
if [ -z "${ONLY_OURS:-}" ]; then
	run_side stock
	mpd_stop
	dmsetup remove_all --retry >/dev/null 2>&1
	rm -rf /etc/multipath /run/multipath
	udevadm settle -t 30
else # to look at ours alone
	stock_cut=0 stock_seen=0 stock_mend=0
fi
run_side ours
ours_extras
mpd_stop
is "ours: it ends with success" "$MPD_RC" 0
ok "ours: no pid file is left" [ ! -e /run/multipathd.pid ]
echo "# detection: ours $ours_cut ms after the cut, Debian's $stock_cut ms;" \
	"after the kernel gave the session up: ours $ours_seen ms, Debian's $stock_seen ms"
echo "# reinstatement: ours $ours_mend ms, Debian's $stock_mend ms"
ok "detection takes no longer than Debian's ($ours_seen ms, $stock_seen ms)" [ "$ours_seen" -le $((stock_seen + GRACE_MS)) ]
ok "reinstatement takes no longer than Debian's ($ours_mend ms, $stock_mend ms)" \
	[ "$ours_mend" -le $((stock_mend + GRACE_MS)) ]
[ "$TAP_BAD" = 0 ] || mpd_log_tail 150
tap_end
