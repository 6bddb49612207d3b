#!/bin/bash
# Maps with four paths each under verified I/O, while paths are set offline, deleted and rescanned at random and the
# daemon is killed with -9 (issue 5); then all paths are lost and regained with each kind of no_path_retry.
# Half of the maps are checked with tur, whose commands are left with the devices, half with directio, for which a
# worker waits.
# MAPS, STEPS, KILLS: 3, 24, 3; in the long run 16, 200, 50. SEED repeats a run.
set -u
. tests/vm/lib.sh
. tests/vm/daemon.sh
if [ -n "${TEST_LONG:-}" ]; then
	MAPS=${MAPS:-16} STEPS=${STEPS:-200} KILLS=${KILLS:-50}
else
	MAPS=${MAPS:-3} STEPS=${STEPS:-24} KILLS=${KILLS:-3}
fi
PATHS=4 RETRIES=4
SEED=${SEED:-$$}
RANDOM=$SEED
echo "# $MAPS maps, $STEPS steps, $KILLS kills, seed $SEED"

setup() {
	local n
	base_modules
	slim_udev
	start_udev
	for ((n = 1; n <= MAPS; n++)); do
		lio_disk $n $PATHS 16 $((n % 2 ? 0 : 1))CHAOS || bail "no tcm_loop target for disk $n"
	done
	wait_for 60 lio_count $((MAPS * PATHS)) || bail "no LIO disks: $(lio_disks | wc -l)"
	udevadm settle -t 120
	{
		cat <<-CONF
			defaults {
			        user_friendly_names no
			        find_multipaths yes
			        polling_interval 1
			        max_polling_interval 2
			        path_grouping_policy multibus
			}
			overrides {
			        no_path_retry queue
			}
			devices {
			        device {
			                vendor LIO-ORG
			                product ^0CHAOS
			                path_checker tur
			        }
			        device {
			                vendor LIO-ORG
			                product ^1CHAOS
			                path_checker directio
			        }
			}
			multipaths {
		CONF
		for ((n = 1; n <= MAPS; n++)); do
			echo "multipath { wwid $(wwid_of $n)"
			echo "alias data$n"
			case $n in
			2) echo "no_path_retry fail" ;;
			3) echo "no_path_retry $RETRIES" ;;
			esac
			echo "}"
		done
		echo "}"
	} | sed 's/multipath { /multipath {\n/' >/etc/multipath.conf
}

# NAA type 6, the kernel's company, its flag and the serial number
wwid_of() {
	local serial
	printf -v serial '%08x%024x' $((0x1000 + $1)) 0
	echo "36001405${serial:0:25}"
}

whole() { # every map has its paths, all active ready; table of the kernel, not our word
	local n good
	for ((n = 1; n <= MAPS; n++)); do
		good=$(dmsetup status "data$n" 2>/dev/null | grep -oE '[0-9]+:[0-9]+ [AF]' | grep -c A)
		[ "$good" = $PATHS ] || return 1
	done
	[ "$(mpd show paths raw format '%m:%t:%T' 2>/dev/null | tr -d ' ' | grep -c '^data[0-9]*:active:ready$')" = $((MAPS * PATHS)) ]
}
tell_state() {
	mpd show topology | sed 's/^/# /'
	dmsetup status | sed 's/^/# /'
	mpd_log_tail "${1:-60}"
}

# --- I/O

writing() {
	local n jobs=()
	for ((n = 1; n <= MAPS; n++)); do jobs+=(--name="d$n" --filename="/dev/mapper/data$n"); done
	: >/tmp/fio.err
	while [ ! -e /tmp/stop ]; do
		fio --rw=randwrite --bs=16k --size=1M --direct=1 --rate=64k --verify=crc32c --verify_fatal=1 \
			--verify_state_save=0 --disk_util=0 --output=/tmp/fio.out --minimal "${jobs[@]}" 2>>/tmp/fio.err ||
			echo "fio: exit $?" >>/tmp/fio.err
		echo pass >>/tmp/passes
	done
}

# --- what happens to paths

HOSTS=() # of tcm_loop
all_disks() { lio_disks | cut -d' ' -f2; }
offline() { echo offline >"/sys/block/$1/device/state" 2>/dev/null; }
running() { [ "$(cat "/sys/block/$1/device/state" 2>/dev/null)" != offline ] || echo running >"/sys/block/$1/device/state" 2>/dev/null; }
delete() { echo 1 >"/sys/block/$1/device/delete" 2>/dev/null; }
rescan() { echo '- - -' >"/sys/class/scsi_host/host$1/scan"; }
mend_all() {
	local d h
	for d in $(all_disks); do running "$d"; done
	for h in "${HOSTS[@]}"; do rescan "$h"; done
}
host_of() { basename "$(readlink -f "/sys/block/$1/device")" | cut -d: -f1; }

# The first path of each map is left alone: map 2 promises nothing when the last one is gone.
one_step() {
	local host=${HOSTS[$((RANDOM % ${#HOSTS[@]}))]} d
	[ -z "${KEEP[$host]:-}" ] || return
	d=$(lio_disks | awk -v h="$host:" 'index($1, h) == 1 { print $2 }')
	if [ -z "$d" ]; then
		rescan "$host"
	elif [ "$(cat "/sys/block/$d/device/state")" = offline ]; then
		running "$d"
	elif [ $((RANDOM % 2)) = 0 ]; then
		offline "$d"
	else
		delete "$d"
	fi
}

# --- the daemon is killed

BAD_KILLS=
kill_and_restart() {
	local before after
	kill -9 "$MPD"
	wait "$MPD" 2>/dev/null
	before=$(dmsetup table | sort)
	[ "$(grep -c . <<<"$before")" = "$MAPS" ] || BAD_KILLS+="maps are missing; "
	if ! mpd_start ours -v3; then
		BAD_KILLS+="does not start; "
		return
	fi
	after=$(dmsetup table | sort | wc -l)
	[ "$after" = "$MAPS" ] || BAD_KILLS+="maps are missing afterwards; "
}

chaos() {
	local i every=$((STEPS / (KILLS + 1)))
	for ((i = 1; i <= STEPS; i++)); do
		one_step
		sleep 0.$((RANDOM % 8))
		[ $((i % every)) != 0 ] || [ $((i / every)) -gt $KILLS ] || kill_and_restart
	done
}

phase_chaos() {
	rm -f /tmp/stop /tmp/passes
	writing &
	local writer=$!
	chaos
	mend_all
	ok "all maps are whole after $STEPS steps" wait_for 90 whole || tell_state
	touch /tmp/stop
	wait $writer
	is "$(wc -l </tmp/passes) passes of fio on $MAPS maps: no I/O error, no mismatch" "$(cat /tmp/fio.err)" ""
	is "$KILLS times killed: started again each time, no map disturbed" "$BAD_KILLS" ""
}

# --- all paths lost

member() { # map: its sd names
	local n
	for n in $(dmsetup table "$1" | grep -oE '[0-9]+:[0-9]+ 1' | cut -d' ' -f1); do
		basename "$(readlink -f "/sys/dev/block/$n")"
	done
}
write_block() { # map text: the status of the write in /tmp/write.rc, once it is back
	rm -f /tmp/write.rc
	printf '%-4096s' "$2" >/tmp/block
	(timeout -s KILL 120 dd if=/tmp/block of="/dev/mapper/$1" bs=4096 count=1 oflag=direct 2>/dev/null; echo $? >/tmp/write.rc) &
}
read_block() { dd if="/dev/mapper/$1" bs=4096 count=1 iflag=direct 2>/dev/null | head -c 60 | sed 's/ *$//'; }
queues() { dmsetup table "$1" | grep -q queue_if_no_path; }
dead() { ! dmsetup status "$1" | grep -qE '[0-9]+:[0-9]+ A'; }
lose() { # map how
	local d
	for d in $(member "$1"); do $2 "$d"; done
}

# In use all the while: flush_on_last_del lets an unused map go with its last path.
lost_queue() { # how
	exec 9</dev/mapper/data1
	lose data1 "$1"
	[ "$1" = delete ] || wait_for 20 dead data1
	write_block data1 "written without a path ($1)"
	sleep 4
	ok "queue, $1: a write without a path waits" [ ! -e /tmp/write.rc ]
	mend_all
	ok "queue, $1: it is completed when a path is back" wait_for 60 [ -e /tmp/write.rc ] || tell_state
	is "queue, $1: ... without an error" "$(cat /tmp/write.rc)" 0
	is "queue, $1: ... and is there" "$(read_block data1)" "written without a path ($1)"
	exec 9<&-
	ok "queue, $1: all maps are whole" wait_for 60 whole || tell_state
}

lost_fail() {
	lose data2 offline
	ok "fail: all paths are failed" wait_for 20 dead data2
	write_block data2 "never written"
	ok "fail: a write comes back" wait_for 20 [ -e /tmp/write.rc ]
	is "fail: ... with an error" "$(cat /tmp/write.rc)" 1
	mend_all
	ok "fail: all maps are whole" wait_for 60 whole || tell_state
	write_block data2 "written with paths"
	wait_for 20 [ -e /tmp/write.rc ]
	is "fail: writes are good again" "$(cat /tmp/write.rc) $(read_block data2)" "0 written with paths"
}

lost_retries() {
	ok "N: it queues while there are paths" queues data3
	lose data3 offline
	ok "N: all paths are failed" wait_for 20 dead data3
	write_block data3 "early"
	sleep 1
	ok "N: a write waits at first" [ ! -e /tmp/write.rc ]
	ok "N: ... and fails when the retries are over" wait_for 40 [ -e /tmp/write.rc ]
	is "N: ... with an error" "$(cat /tmp/write.rc)" 1
	ok "N: queueing is off" eval '! queues data3'
	matches "N: the daemon says so" "$(mpd show map data3 format '%n %Q')" 'off|[0-9]|-'
	mend_all
	ok "N: all maps are whole" wait_for 60 whole || tell_state
	ok "N: it queues again" wait_for 10 queues data3
	write_block data3 "late"
	wait_for 20 [ -e /tmp/write.rc ]
	is "N: writes are good again" "$(cat /tmp/write.rc) $(read_block data3)" "0 late"
	# Not given up while the retries last
	lose data3 offline
	wait_for 20 dead data3
	write_block data3 "in time"
	sleep 1
	mend_all
	wait_for 30 [ -e /tmp/write.rc ]
	is "N: a write is saved by a path that comes in time" "$(cat /tmp/write.rc) $(read_block data3)" "0 in time"
}

killed_while_queueing() {
	lose data1 offline
	wait_for 20 dead data1
	write_block data1 "written while nobody watched"
	sleep 1
	kill -9 "$MPD"
	wait "$MPD" 2>/dev/null
	mend_all
	sleep 1
	ok "kill -9 while I/O queues: it goes on queueing" [ ! -e /tmp/write.rc ]
	mpd_start ours -v3
	ok "the next daemon brings the paths back: the write is completed" wait_for 60 [ -e /tmp/write.rc ] || tell_state
	is "... without an error" "$(cat /tmp/write.rc) $(read_block data1)" "0 written while nobody watched"
	ok "all maps are whole" wait_for 60 whole || tell_state
}

setup
ok "the daemon starts" mpd_start ours -v3 || bail "no daemon"
ok "it makes $MAPS maps with $PATHS paths each" wait_for 120 whole || { tell_state; bail "no maps"; }
declare -A KEEP
mapfile -t HOSTS < <(lio_disks | cut -d: -f1)
for ((n = 1; n <= MAPS; n++)); do
	KEEP[$(host_of "$(member "data$n" | head -1)")]=1
done
phase_chaos
lost_queue offline
lost_queue delete
lost_fail
lost_retries
killed_while_queueing
echo "# $(mpd show workers | paste -sd' ')"
ok "the daemon is the one that was started" kill -0 "$MPD"
mpd_stop
is "it ends with success" "$MPD_RC" 0
is "all maps stay when it ends" "$(dmsetup ls --target multipath | wc -l)" "$MAPS"
tap_end
