#!/bin/bash
# Clients of the daemon (issue 5): an ordinary user, hostile ones, Debian's multipathd, multipathc and libdmmp as clients of
# ours, ours as clients of Debian's daemon, check_madrisan_multipath, the node exporter's collector, blkdeactivate, and the
# commands of HPE, IBM, Dell, curtin, vdsm and os-brick with what these make of the answers.
#	tests/clients/cache.sh && tests/vm/boot tests/vm/daemon-clients.sh
set -u
. tests/vm/lib.sh
. tests/vm/daemon.sh
FLOOD=1000
[ -z "${TEST_LONG:-}" ] || FLOOD=10000

setup() {
	base_modules
	slim_udev
	start_udev
	sdebug_load add_host=2 max_luns=2 vpd_use_hostno=0 dev_size_mb=8 || bail "no disks"
	[ -s /vm/cache/clients.tar ] || bail "no client programs here (run: tests/clients/cache.sh)"
	tar -xf /vm/cache/clients.tar -C / --keep-directory-symlink usr/lib/nagios usr/share/prometheus-node-exporter-collectors ||
		bail "clients.tar does not unpack"
	for n in multipath multipathd multipathc; do ln -sf "$OURS/$n" /usr/sbin/$n; done
	cat >/etc/multipath.conf <<-CONF
		defaults {
		        user_friendly_names yes
		        find_multipaths yes
		        polling_interval 1
		        max_polling_interval 2
		}
	CONF
}
all_ready() { [ "$(mpd show paths raw format '%t %T' 2>/dev/null | grep -c 'active *ready')" = 4 ]; }

scene_hostile() {
	local since line
	since=$(uptime_ms)
	while read -r line; do
		case $line in
		'ok - '* | 'not ok - '*) ok "${line#*- }" eval "[ '${line%% *}' = ok ]" ;;
		*) echo "# $line" ;;
		esac
	done < <(/usr/bin/python3 tests/vm/daemon_hostile.py "$MPD" $FLOOD 2>&1)
	for d in sda sdd; do
		read -r gap n < <(longest_gap $d "$since")
		ok "meanwhile $d was checked $n times, the longest pause was $gap ms" [ "$n" -ge 3 -a "$gap" -le 5000 ]
	done
	mpd show workers | sed 's/^/# /'
}

# Without what may change from one call to the next: check progress
still() { sed -E 's/[X.]{10} [0-9]+\/[0-9]+/PROGRESS/; s/^(pid [0-9]+) (idle|running)/\1 STATE/; s/ +$//'; }

# two_clients NAME CMD-A CMD-B: each command of the list answered alike to both
COMMANDS=("show daemon" "show paths" "show maps" "show topology" "show paths format '%d|%t|%T|%w|%i'"
	"show paths raw format '%d %z %m %N %R'" "show maps raw format '%n %w %d %s'" "show maps status" "show maps stats"
	"show map mpatha topology" "show map mpatha format '%n %w'" "show path sda format '%d %w'" "show status" "show blacklist"
	"show devices" "show wildcards" "show maps json" "show map mpathb json" "fail path sda" "reinstate path sda" "del path nosuch"
	"switchgroup map mpatha group 9" "nonsense" "show config" "show daemon nonsense")
# Since 0.14 `multipathd CMD` leaves out the word fail before a text and is exit 1; 0.9.4 printed all of it, exit 0.
as_014() { # leaves A, from /tmp/a
	[ "$A" = 0 ] && [ "$(head -1 /tmp/a)" = fail ] || return
	A=1
	[ "$(wc -l </tmp/a)" -lt 2 ] || sed -i 1d /tmp/a
}
two_clients() { # name program-a program-b
	local c b differ= A
	for c in "${COMMANDS[@]}"; do
		eval "timeout 30 $2 $c" >/tmp/a 2>/tmp/a.err
		A=$?
		[ "$2" != stock-multipathd ] || as_014
		eval "timeout 30 $3 $c" >/tmp/b 2>/tmp/b.err
		b=$?
		if [ $A != $b ] || ! cmp -s <(still </tmp/a) <(still </tmp/b); then
			differ=1
			echo "# $c: exit $A and $b"
			diff <(still </tmp/a) <(still </tmp/b) | head -6 | sed 's/^/#   /'
			sed 's/^/#   err: /' /tmp/a.err /tmp/b.err
		fi
	done
	ok "$1: ${#COMMANDS[@]} commands are answered alike" [ -z "$differ" ]
}
session() { printf 'show daemon\nshow paths\nshow maps\n' | timeout 30 "$1" ${2:-} | still; }

scene_stocks_clients() {
	two_clients "Debian's client and ours, our daemon" "stock-multipathd" "$OURS/multipathd"
	two_clients "Debian's multipathc and ours, our daemon" "stock-multipathc" "$OURS/multipathc"
	is "a session on standard input: Debian's multipathc and ours, our daemon" "$(session "$OURS/multipathc")" "$(session stock-multipathc)"
	is "multipathd -k on standard input, too" "$(session "$OURS/multipathd" -k)" "$(session stock-multipathd -k)"
}

scene_our_clients_stocks_daemon() {
	two_clients "Debian's client and ours, Debian's daemon" "stock-multipathd" "$OURS/multipathd"
	two_clients "Debian's multipathc and ours, Debian's daemon" "stock-multipathc" "$OURS/multipathc"
	is "a session on standard input: Debian's multipathc and ours, Debian's daemon" "$(session "$OURS/multipathc")" "$(session stock-multipathc)"
}

# Debian's libdmmp, everything it can ask, by its own exit status and words
two_maps() { [ "$(dmsetup ls --target multipath | cut -f1 | sort | paste -sd' ')" = "mpatha mpathb" ] && all_ready; }
dmmp() { # user command...
	local user=$1
	shift
	/usr/bin/setpriv --reuid "$user" --regid "$user" --clear-groups /usr/bin/python3 tests/vm/dmmp.py "$@" 2>&1 |
		sed -E 's/ dm-[0-9]+$/ DM/'
	echo "$*: exit ${PIPESTATUS[0]}"
}
dmmp_all() {
	dmmp 0 list
	dmmp 65534 list
	dmmp 65534 reconfig
	dmmp 65534 flush mpathb
	dmmp 0 flush nosuch
	exec 8</dev/mapper/mpatha
	dmmp 0 flush mpatha
	exec 8<&-
	dmmp 0 flush mpathb
	wait_for 10 [ ! -e /dev/mapper/mpathb ] || echo "mpathb is still there"
	dmmp 0 reconfig
	wait_for 40 two_maps || echo "mpathb does not come back"
}

dmmp_list_of() { sed '/^list: exit/q' "$1"; }

scene_libdmmp() {
	dmmp_all >/tmp/dmmp.ours
	is "libdmmp: two maps, four paths up" "$(grep -cE '^mpath[ab] 3' /tmp/dmmp.ours) $(grep -c '^  path sd[a-d] ready$' /tmp/dmmp.ours)" "4 8"
	# 0.9.4's library does not know the word fail before "permission deny", and takes it for a map in use
	is "libdmmp: an ordinary user removes no map" "$(grep '^flush mpathb: exit' /tmp/dmmp.ours | head -1)" "flush mpathb: exit 7"
	is "libdmmp: no such map, a map in use, a map that goes, reconfigure" \
		"$(grep -E 'exit [0-9]+$' /tmp/dmmp.ours | tail -4 | sed 's/.*exit //' | paste -sd' ')" "8 7 0 0"
	[ "$TAP_BAD" = 0 ] || sed 's/^/# /' /tmp/dmmp.ours
}

scene_programs() {
	local out
	out=$(/usr/lib/nagios/plugins/check_madrisan_multipath 2>&1)
	matches "check_madrisan_multipath: all is well" "$? $out" '^0 '
	sh /usr/share/prometheus-node-exporter-collectors/multipathd_info >/tmp/out 2>/tmp/err
	is "node exporter's multipathd_info: one line for each path" "$(grep -c '^node_dmpath_info{device="sd[a-d]",dm_path_state="active",path_state="ready"} 1$' /tmp/out)$(cat /tmp/err)" 4
	echo offline >/sys/block/sdd/device/state
	ok "a path is offline" wait_for 20 path_is sdd failed faulty
	out=$(/usr/lib/nagios/plugins/check_madrisan_multipath 2>&1)
	matches "check_madrisan_multipath: a path is faulty" "$? $out" '^2 '
	sh /usr/share/prometheus-node-exporter-collectors/multipathd_info >/tmp/out 2>/tmp/err
	matches "node exporter's multipathd_info tells it" "$(cat /tmp/out)" '^node_dmpath_info\{device="sdd",dm_path_state="failed",path_state="faulty"\} 1$'
	echo running >/sys/block/sdd/device/state
	ok "it is back" wait_for 20 all_ready
}

# name wanted-pattern command...: both streams together, as most of these read them
answers() {
	local name=$1 want=$2 out rc
	shift 2
	out=$(timeout 30 "$@" 2>&1)
	rc=$?
	matches "$name" "$rc:$out" "$want"
}

# It looks for the word running, which a daemon says that is at work at that moment: see the comparison at the end.
blkdeactivate_says() { /sbin/blkdeactivate -m disablequeueing -d retry /dev/nosuch 2>&1; }

scene_formats() {
	local out w
	w=$(cat /etc/multipath/wwids | sed -n 's,^/\(.*\)/$,\1,p' | head -1)
	out=$(multipathd show paths format "%w %d %t %i %o %T %z %s %m" 2>&1)
	is "HPE: show paths has a heading and four lines of nine words or more" \
		"$(awk 'NR > 1 && NF >= 9 && $4 ~ /^[0-9]+:[0-9]+:[0-9]+:[0-9]+$/ && $6 == "ready"' <<<"$out" | wc -l)" 4
	is "HPE: show multipaths json is one object with end of file behind" \
		"$(multipathd show multipaths json 2>&1 | /usr/bin/python3 -c '
import json, sys
d = json.load(sys.stdin)
m = d["maps"][0]
print(sorted(m[k] != None for k in ("name", "uuid", "sysfs", "vend", "queueing", "features")), m["paths"], len(m["path_groups"]),
	[p[k] for g in m["path_groups"] for p in g["paths"] for k in ("dm_st", "chk_st")])')" \
		"[True, True, True, True, True, True] 2 2 ['active', 'ready', 'active', 'ready']"
	answers "HPE: show maps format" "^0:uuid +sysfs +name +vend/prod" multipathd show maps format "%w %d %n %s"
	# IBM's driver hands the quotes over as words of their own, blanks and all
	out=$(multipathd show maps raw format '"' '%w,%d' '"' 2>&1)
	is "IBM: show maps raw format, quotes as words" "$(tr -d ' ' <<<"$out" | grep -cE '^3[0-9a-f]+,dm-[0-9]+$')" 2
	out=$(multipathd show paths raw format "device='%d' serial='%z' multipath='%m' host_wwpn='%N' target_wwnn='%n' host_wwpn='%R' target_wwpn='%r' host_adapter='%a'" 2>&1)
	is "curtin: show paths raw format is four lines of shell words" "$(while read -r line; do (eval "$line" && echo "$device$multipath"); done <<<"$out" | sort | paste -sd' ')" \
		"sdampatha sdbmpathb sdcmpatha sddmpathb"
	out=$(multipathd show maps raw format "name=%n multipath='%w' sysfs='%d' paths='%N'" 2>&1)
	is "curtin: show maps raw format is two lines of shell words" "$(while read -r line; do (eval "$line" && echo "$name=$sysfs:$paths"); done <<<"$out" | sed 's/dm-[0-9]*/DM/' | sort | paste -sd' ')" \
		"mpatha=DM:2 mpathb=DM:2"
	is "Dell gobrick: the line of a map in show maps has three words, the last is the WWID" \
		"$(multipathd show maps 2>&1 | awk '/ dm-[0-9]+ / && NF == 3 && $3 ~ /^3/' | wc -l)" 2
	answers "os-brick, gobrick, vdsm: show status" '^busy: False|^0:path checker states' multipathd show status
	is "vdsm: show status says busy: false" "$(multipathd show status | tr A-Z a-z | grep -c 'busy: false')" 1
	is "vdsm: show config local: sections and keywords with a value" "$(multipathd show config local | awk 'NF && !/^[ \t]*}$/ && !/ \{$/ && NF < 2' | wc -l)" 0
	is "vdsm: resize map: exactly ok" "$(multipathd resize map mpatha; echo $?)" $'ok\n0'
	answers "Trident: show daemon" '^0:pid [0-9]+ (running|idle)$' multipathd show daemon
	answers "os-brick: reconfigure" '^0:ok$' multipathd reconfigure
	wait_for 30 mpd_is_idle
	answers "gobrick: del path" '^0:ok$' multipathd del path sdd
	answers "gobrick: add path" '^0:ok$' multipathd add path sdd
	ok "which is in its map again" wait_for 20 all_ready
	answers "avocado: -k with the command in the option" "^0:name +failback" multipathd "-kshow maps status"
	answers "XenServer: help has switchgroup" 'switchgroup' multipathd -khelp
	blkdeactivate_says >/tmp/blk.ours
	is "blkdeactivate: what it asks to stop queueing is answered ok" "$(multipathd disablequeueing maps | grep -c '^ok$')" 1
	multipathd restorequeueing maps >/dev/null
	is "os-brick: del map" "$(multipathd del map mpathb 2>&1)" ok
	is "which is gone" "$(dmsetup ls --target multipath | cut -f1)" mpatha
}

setup
ok "our daemon starts" mpd_start ours -v3 || bail "no daemon"
ok "its four paths are active ready" wait_for 60 all_ready || { mpd show topology; mpd_log_tail; }
scene_hostile
scene_stocks_clients
scene_programs
scene_libdmmp
scene_formats
ok "it is the same daemon" kill -0 "$MPD"
[ "$TAP_BAD" = 0 ] || mpd_log_tail 30
mpd_stop
is "and ends with success" "$MPD_RC" 0
dmsetup remove_all --retry >/dev/null 2>&1
ok "Debian's daemon starts" mpd_start stock || bail "Debian's daemon does not start"
wait_for 60 all_ready
scene_our_clients_stocks_daemon
is "libdmmp: reads from our daemon what it reads from Debian's" "$(dmmp_list_of <(dmmp 0 list))" "$(dmmp_list_of /tmp/dmmp.ours)"
ln -sf /usr/local/sbin/stock-multipathd /usr/sbin/multipathd
is "blkdeactivate does with ours what it does with Debian's daemon" "$(cat /tmp/blk.ours)" "$(blkdeactivate_says)"
mpd_stop
tap_end
