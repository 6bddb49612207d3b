#!/bin/bash
# Paths whose commands never return (issue 5): scsi_debug that answers nothing, and an iSCSI session whose packets
# vanish and which nobody gives up on. The loop never stalls, other paths are checked on time, `show` is answered.
#
# NO_SG=1: as where the kernel has no SCSI generic driver, and a worker waits for each command.
#
# Disks: scsi_debug's (all of them hang), an iSCSI disk by two portals (one hangs), a LIO disk by two targets (none does).
set -u
. tests/vm/lib.sh
. tests/vm/daemon.sh
HANG_S=30
[ -z "${TEST_LONG:-}" ] || HANG_S=180
POLL=2 MAX_POLL=4
SHOW_MS=100
# A turn of the loop may hold all that one check of one path does, under emulation, and no more.
TURN_MS=500

setup() {
	base_modules
	slim_udev
	start_udev
	sdebug_load add_host=2 max_luns=2 vpd_use_hostno=0 dev_size_mb=8 || bail "scsi_debug"
	HUNG=$(sdebug_disks | cut -d' ' -f2)
	iscsi_target store 100000000 59e8ba68638854e9093f3ba3a0e00001 || bail "LIO does not take the target"
	# Nobody is to notice: no pings, and ten minutes until the session is given up.
	iscsi_login 600 0 || bail "the initiator does not log in"
	read -r IA IB < <(iscsi_disks | tr '\n' ' ')
	lio_disk 1 2 32 || bail "no tcm_loop"
	wait_for 30 lio_count 2 || bail "no LIO disks: $(lio_disks)"
	udevadm settle -t 60
	read -r LA LB < <(lio_disks | cut -d' ' -f2 | tr '\n' ' ')
	# The kernel gives a command up late; error handling would set the disks offline, which is another test.
	for d in $HUNG $IB; do echo 600 >"/sys/block/$d/device/timeout"; done
	if [ -n "${NO_SG:-}" ]; then
		rm -f /dev/sg*
	elif ! ls /dev/sg* >/dev/null 2>&1; then
		modprobe sg && udevadm settle -t 60
	fi
	cat >/etc/multipath.conf <<-CONF
		defaults {
		        user_friendly_names yes
		        find_multipaths yes
		        polling_interval $POLL
		        max_polling_interval $MAX_POLL
		        checker_timeout 5
		        no_path_retry queue
		}
	CONF
}

longest_turn() { mpd show workers | sed -nE 's/.*longest turn ([0-9]+)\.[0-9]+ ms.*/\1/p'; }

hang() {
	echo 4 >$SDEBUG/opts
	echo 1 >$SDEBUG/every_nth
	cut_link 127.0.4.5
}
release() {
	echo 0 >$SDEBUG/every_nth
	echo 0 >$SDEBUG/opts
	mend_links
}

answers() { # when: the times of three commands
	local c t
	for c in 'show paths' 'show topology' 'show daemon'; do
		t=$($WATCH times 20 "$c")
		echo "# $1: $c: least, median, longest of 20: $t ms"
		eval "T_$1=\"\${T_$1:-}\$t \""
	done
}
worst_median() { # "min med max min med max ..."
	awk '{ for (i = 2; i <= NF; i += 3) if ($i > m) m = $i } END { printf "%d\n", m + 0.5 }' <<<"$1"
}

setup
ok "the daemon starts" mpd_start ours -v3 || bail "no daemon"
maps_are() { [ "$(mpd show maps raw format '%n' 2>/dev/null | wc -l)" = "$1" ]; }
ok "it makes four maps" wait_for 60 maps_are 4 || { mpd_log_tail 80; bail "no maps: $(mpd show maps)"; }
all_ready() { [ "$(mpd show paths raw format '%t %T' | grep -c 'active *ready')" = 8 ]; }
ok "all eight paths are active ready" wait_for 30 all_ready || mpd show paths | sed 's/^/# /'
answers before
TURN0=$(longest_turn)
T0=$(now_ms) U0=$(uptime_ms)
hang
# Something must be under way: reads of the maps that hang with their disks
dd if=/dev/mapper/mpatha of=/dev/null bs=4k count=1 iflag=direct 2>/dev/null &
DD=$!
sleep 10
answers during
pending_or_bad() { ! mpd show path "$1" format '%T' 2>/dev/null | tail -1 | grep -q ready; }
for d in $HUNG $IB; do
	ok "$d never answers: it is said to be pending or bad" wait_for 30 pending_or_bad "$d" ||
		mpd show paths | sed 's/^/# /'
done
left=$((HANG_S - ($(now_ms) - T0) / 1000))
[ $left -le 0 ] || sleep $left
mpd show paths | sed 's/^/# /'
mpd show workers | sed 's/^/# /'
for d in $IA $LA $LB; do
	read -r gap n < <(longest_gap "$d" "$U0")
	ok "$d was checked $n times, the longest pause was $gap ms" [ "$n" -ge 3 -a "$gap" -le $((MAX_POLL * 1000 + 2000)) ]
	ok "$d is active ready" path_is "$d" active ready
done
TURN=$(longest_turn)
echo "# longest turn of the loop: before $TURN0 ms, with paths that hang $TURN ms"
ok "the loop never stalled" [ "$TURN" -le $((TURN0 > TURN_MS ? TURN0 : TURN_MS)) ]
before=$(worst_median "$T_before") during=$(worst_median "$T_during")
ok "show is answered within $SHOW_MS ms ($during ms; $before ms before)" [ "$during" -le $((before > SHOW_MS ? before * 2 : SHOW_MS)) ]
read -r running left < <(mpd show workers | sed -nE 's/^workers: ([0-9]+) of .*, ([0-9]+) commands with.*/\1 \2/p')
if [ -n "${NO_SG:-}" ]; then
	ok "without sg the paths that hang have workers that wait ($running)" [ "$running" -ge 4 -a "$left" = 0 ]
else
	ok "the paths that hang need no workers: $left commands are with their devices" [ "$left" -ge 4 -a "$running" -le 1 ]
fi
threads() { ls "/proc/$MPD/task" | wc -l; }
ok "no more threads than hung paths ask for ($(threads))" [ "$(threads)" -le 12 ]
echo "# $(grep VmRSS /proc/$MPD/status)"
# A reload of all maps must wait for the commands of those that hang; nobody else does.
U1=$(uptime_ms)
mpd reconfigure all >/dev/null
sleep 12
answers reload
mpd show workers | sed 's/^/# /'
TURN=$(longest_turn)
ok "reconfigure all while paths hang: the loop does not stall ($TURN ms)" [ "$TURN" -le $((TURN0 > TURN_MS ? TURN0 : TURN_MS)) ]
during=$(worst_median "$T_reload")
ok "reconfigure all while paths hang: show is answered ($during ms)" [ "$during" -le $((before > SHOW_MS ? before * 2 : SHOW_MS)) ]
for d in $IA $LA $LB; do
	read -r gap n < <(longest_gap "$d" "$U1")
	ok "meanwhile $d was checked $n times, the longest pause was $gap ms" [ "$n" -ge 2 -a "$gap" -le $((MAX_POLL * 1000 + 2000)) ]
done
release
ok "all answers again: all eight are active ready" wait_for 90 all_ready || mpd show paths | sed 's/^/# /'
wait $DD
# Its workers cannot be ended while the kernel has their commands; what another daemon needs is free at once.
hang
sleep 4
mpd shutdown >/dev/null 2>&1
silent() { ! $WATCH times 1 'show daemon' >/dev/null 2>&1; }
ok "it ends while paths hang: its socket is gone" ms_until 10 silent
echo "# ... after $MS ms"
ok "and its pid file" wait_for 5 [ ! -e /run/multipathd.pid ]
OLD=$MPD
ok "another daemon starts beside what is left of it" mpd_start ours -v3
release
ok "which brings all eight back to active ready" wait_for 90 all_ready || mpd show paths | sed 's/^/# /'
mpd_stop
is "it ends with success" "$MPD_RC" 0
wait "$OLD"
is "and so did the first" $? 0
[ "$TAP_BAD" = 0 ] || mpd_log_tail 100
tap_end
