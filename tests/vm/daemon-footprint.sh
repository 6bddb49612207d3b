#!/bin/bash
# What the daemon costs with 256 paths (issue 5): 64 disks of scsi_debug seen by four hosts, ours and Debian's
# multipathd one after the other in one guest. Memory, threads, and over IDLE_S seconds with nothing to do processor
# time and context switches; the ratio beside them. LUNS and IDLE_S: 64 and 60.
set -u
. tests/vm/lib.sh
. tests/vm/daemon.sh
LUNS=${LUNS:-64} IDLE_S=${IDLE_S:-60}
PATHS=$((LUNS * 4))

setup() {
	ulimit -r 10 # as multipathd.service has it; Debian's 0.9.4 takes real-time priority without asking
	base_modules
	slim_udev
	start_udev
	modprobe scsi_debug add_host=4 num_tgts=1 max_luns="$LUNS" vpd_use_hostno=0 dev_size_mb=8 || bail "no disks"
	wait_for 120 sdebug_count $PATHS || bail "not all disks"
	udevadm settle -t 300
	# Two daemons with the same settings, none of them our default alone.
	cat >/etc/multipath.conf <<-CONF
		defaults {
		        user_friendly_names no
		        find_multipaths yes
		        polling_interval 5
		        max_polling_interval 20
		        path_checker tur
		}
	CONF
}

status_of() { awk -v k="$1:" '$1 == k { print $2 }' "/proc/$MPD/status"; }
# Of all threads, those that begin and end meanwhile among them, for IDLE_S seconds: microseconds of processor time, and
# context switches. /proc/PID/task knows only threads that live, and Debian's checker starts one for each check.
idle_cost() { # side
	perf stat -x, -e task-clock,context-switches -p "$MPD" -o /tmp/stat -- sleep "$IDLE_S"
	R[$1,cpu]=$(awk -F, '$3 ~ /task-clock/ { printf "%d", $1 * 1000 }' /tmp/stat)
	R[$1,switches]=$(awk -F, '$3 ~ /context-switches/ { print $1 }' /tmp/stat)
}

all_active() { [ "$(mpd show paths raw format '%t %T' 2>/dev/null | grep -cE 'active *(ready|ghost)')" = $PATHS ]; }
settled() { # its checks are as far apart as they will be, and the checks of all paths have been answered
	sleep 45
}

measure() { # side: R[side,WHAT]
	local side=$1 t0
	t0=$(now_ms)
	if ! ok "$side: the daemon starts" mpd_start "$side" -v2; then
		return
	fi
	ok "$side: $PATHS paths are active in $LUNS maps" wait_for 400 all_active || mpd show status | sed 's/^/# /'
	R[$side,start]=$(($(now_ms) - t0))
	settled
	R[$side,rss]=$(status_of VmRSS) R[$side,locked]=$(status_of VmLck) R[$side,threads]=$(status_of Threads)
	R[$side,virtual]=$(status_of VmSize)
	idle_cost "$side"
	[ "$side" = stock ] || mpd show workers | sed 's/^/# /'
	mpd_stop
	dmsetup remove_all --retry >/dev/null 2>&1
	rm -rf /etc/multipath /run/multipath
	udevadm settle -t 300
}

row() { # what unit text
	awk -v o="${R[ours,$1]:-0}" -v s="${R[stock,$1]:-0}" -v t="$3" -v u="$2" \
		'BEGIN { printf "| %s | %d %s | %d %s | %s |\n", t, o, u, s, u, s ? sprintf("%.3f", o / s) : "-" }'
}

declare -A R
setup
measure stock
measure ours
echo "# | $PATHS paths, idle for $IDLE_S s | ours | Debian's 0.9.4 | ours / Debian's |"
echo "# |---|---|---|---|"
row rss kB "resident memory" | sed 's/^/# /'
row locked kB "locked memory" | sed 's/^/# /'
row virtual kB "address space" | sed 's/^/# /'
row threads "" "threads" | sed 's/^/# /'
row cpu us "processor time" | sed 's/^/# /'
row switches "" "context switches" | sed 's/^/# /'
row start ms "start to all paths active" | sed 's/^/# /'
for w in rss locked threads cpu switches; do
	ok "$w: less than Debian's" [ "${R[ours,$w]:-1}" -lt "${R[stock,$w]:-0}" ]
done
tap_end
