# Helpers for scripts that test multipathd in the guest. Sourced after lib.sh, not run.
#
# The daemon under test is SIDE: ours, or stock (Debian's 0.9.4); one at a time, as both listen at the same place.
OURS=${OURS:-$TOP/build}
export TSAN_OPTIONS=suppressions=$TOP/tests/vm/tsan.supp
MPD='' SIDE=ours MPD_LOG=/tmp/mpd.log
WATCH="/usr/bin/python3 $VM_DIR/mpd_client.py"

# mpd ARGS...: the client of the side under test
mpd() {
	if [ "$SIDE" = ours ]; then
		timeout 60 "$OURS/multipathd" "$@"
	else
		timeout 60 stock-multipathd "$@"
	fi
}

mpd_program() {
	[ "$SIDE" = ours ] && echo "$OURS/multipathd" || echo /usr/local/sbin/stock-multipathd
}

mpd_is() { mpd show daemon 2>/dev/null | grep -q "$1"; } # word
mpd_is_idle() { mpd show daemon 2>/dev/null | grep -qE 'idle|running'; }

# What sanitizers said in the log, which each start begins anew; see mpd_stop.
REPORTS=/tmp/mpd.reports
keep_reports() {
	[ ! -e "$MPD_LOG" ] ||
		grep -aE -A25 '(Thread|Address|Leak)Sanitizer|runtime error:' "$MPD_LOG" >>"$REPORTS"
}

# mpd_start SIDE [OPTION...]: with its log, times in front, in $MPD_LOG
mpd_start() {
	SIDE=$1
	shift
	keep_reports
	"$(mpd_program)" -d "$@" >"$MPD_LOG" 2>&1 &
	MPD=$!
	wait_for 90 mpd_is_idle && return 0
	sed 's/^/# log: /' "$MPD_LOG" | tail -20
	return 1
}

mpd_ended() { ! kill -0 "$MPD" 2>/dev/null; }

# mpd_stop: by its own command; MPD_RC is its status, 99 where a sanitizer had something to say since the first start
mpd_stop() {
	mpd shutdown >/dev/null 2>&1
	if ! wait_for 30 mpd_ended; then
		echo "# multipathd did not end on shutdown"
		kill -9 "$MPD"
	fi
	wait "$MPD" 2>/dev/null
	MPD_RC=$?
	MPD=''
	keep_reports
	if [ -s "$REPORTS" ]; then
		MPD_RC=99
		sed 's/^/# report: /' "$REPORTS" | head -120
	fi
}

# The last lines, but those that come with each check
mpd_log_tail() {
	grep -vE '\| (sd[a-z]+: (directio state|tur state|sysfs prio|alua prio) =|_init_foreign)' "$MPD_LOG" |
		tail -"${1:-40}" | sed 's/^/# log: /'
}

# --- what the daemon and the kernel say

# paths_are WANTED: "sda:active:ready sdb:failed:faulty", sorted by name
paths_now() { mpd show paths raw format '%d:%t:%T' 2>/dev/null | tr -d ' ' | sort | paste -sd' '; }
paths_are() { [ "$(paths_now)" = "$1" ]; }

path_is() { # sdX dm chk
	mpd show paths raw format '%d:%t:%T' 2>/dev/null | tr -d ' ' | grep -qx "$1:$2:$3"
}

# The kernel's letter for a path in a map: A or F; - when the map has it not
kernel_says() { # map major:minor
	dmsetup status "$1" 2>/dev/null | grep -oE "\b$2 [AF]\b" | cut -d' ' -f2 | grep . || echo -
}

now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

# ms_until SECONDS COMMAND...: MS, the time until it succeeded, or false
ms_until() {
	local t0
	t0=$(now_ms)
	wait_for "$@" || { MS=-1; return 1; }
	MS=$(($(now_ms) - t0))
}

# longest_gap PATH SINCE: milliseconds between two of its checks, and how many there were since then (uptime_ms), by the
# daemon's log at -v3
longest_gap() {
	awk -v p="$1" -v since="$2" 'BEGIN { last = since / 1000 }
		$3 == p ":" && $5 == "state" && $1 >= since / 1000 {
			if ($1 - last > gap) gap = $1 - last
			last = $1; n++
		}
		END { printf "%d %d\n", gap * 1000, n }' "$MPD_LOG"
}

uptime_ms() { local s _; read -r s _ </proc/uptime; s=${s/./}0; echo $((10#$s)); }

# --- watching the daemon without a process for each question

watch_start() { # file
	rm -f "$1"
	$WATCH watch "$1" &
	WATCHER=$!
	wait_for 30 [ -s "$1" ]
}

watch_stop() { kill "$WATCHER" 2>/dev/null; wait "$WATCHER" 2>/dev/null; }

# watch_ms FILE SINCE-ms PATTERN: milliseconds from then to the first line after it that matches; - where none does
watch_ms() {
	awk -v since="$2" -v re="$3" '$1 >= since && $0 ~ re { print $1 - since; found = 1; exit }
		END { if (!found) print "-" }' "$1"
}
watch_saw() { [ "$(watch_ms "$@")" != - ]; }

# --- LIO disks behind several targets: data of their own and several paths each

TCM=/sys/kernel/config/target/loopback

# lio_disk N PATHS MIB [PRODUCT]: disk N behind that many tcm_loop targets, one LUN 0 each
lio_disk() {
	local n=$1 store=/sys/kernel/config/target/core/fileio_$(($1 + 100))/disk$1 p wwn
	need_modules target_core_mod target_core_file tcm_loop
	truncate -s "$3M" "/tmp/disk$n.img"
	mkdir -p "$store"
	echo "fd_dev_name=/tmp/disk$n.img,fd_dev_size=$(($3 << 20)),fd_buffered_io=1" >"$store/control"
	echo 1 >"$store/enable"
	printf '%08x%024x' $((0x1000 + n)) 0 >"$store/wwn/vpd_unit_serial"
	[ -z "${4:-}" ] || echo "$4" >"$store/wwn/product_id" || return 1
	for ((p = 0; p < $2; p++)); do
		printf -v wwn 'naa.60014050000%02x%03x' "$p" "$n"
		mkdir -p "$TCM/$wwn/tpgt_1/lun/lun_0" || return 1
		printf 'naa.60014059999%02x%03x' "$p" "$n" >"$TCM/$wwn/tpgt_1/nexus"
		ln -s "$store" "$TCM/$wwn/tpgt_1/lun/lun_0/store" || return 1
	done
}

# The SCSI disks of tcm_loop: "host:channel:target:lun sdX" lines
lio_disks() {
	local d
	for d in /sys/devices/pseudo_*/tcm_loop_adapter_*/host*/target*/*:*:*:*/block/sd* \
		/sys/devices/tcm_loop_0/tcm_loop_adapter_*/host*/target*/*:*:*:*/block/sd*; do
		[ -e "$d" ] || continue
		d=${d#*/target*/}
		echo "${d%%/*} ${d##*/}"
	done | sort -u
}
lio_count() { [ "$(lio_disks | wc -l)" = "$1" ]; }
