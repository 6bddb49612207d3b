#!/bin/bash
# Real clients on a real kernel (issue 4): the programs and libraries that call multipath run as they are, find ours
# under the name they call, and must conclude what device-mapper says. Run by boot, in the guest:
#   tests/clients/cache.sh && tests/vm/boot tests/clients/guest.sh
# VM_PASS=SCENES SCENES="no_maps two_maps" runs some scenes only.
# The programs come in /vm/cache/clients.tar (cache.sh). What clients ask the daemon is tests/vm/daemon-clients.sh's; here
# nothing but the commands may change a map, so check_multipath, which looks for the name multipathd in the process list
# only, gets a sleep of that name.
set -u
. tests/vm/lib.sh
HERE=$TOP/tests/clients
MULTIPATH=${MULTIPATH-$TOP/build/multipath}
MINIPATH=${MINIPATH-$TOP/build/minipath}
[ -x "$MULTIPATH" ] || bail "the binary under test is missing: $MULTIPATH (run: make)"
[ -s /vm/cache/clients.tar ] || bail "no client programs here (run: tests/clients/cache.sh)"

mp() { # leaves ERR and RC, and its answer in /tmp/out
	timeout 60 multipath "$@" >/tmp/out 2>/tmp/err
	RC=$?
	ERR=$(sed -E 's/^[0-9]+\.[0-9]{6} \| //' /tmp/err)
}

config() { printf 'defaults {\n\tuser_friendly_names %s\n\tfind_multipaths yes\n}\n' "$1" >/etc/multipath.conf; }

install_clients() {
	tar -xf /vm/cache/clients.tar -C / --keep-directory-symlink || bail "clients.tar does not unpack"
	# libblockdev wants Red Hat's script to be there before it loads; Debian has none, and nothing here calls it.
	printf '#!/bin/sh\nexit 1\n' >/usr/sbin/mpathconf
	chmod 755 /usr/sbin/mpathconf
	# By link and not by copy: the program must know its name however it is reached.
	ln -sf "$MULTIPATH" /usr/sbin/multipath
	[ "$(command -v multipath)" = /usr/sbin/multipath ] || bail "another multipath is first in PATH"
}

# --- the libraries, in one process

start_library() {
	coproc LIB { /usr/bin/python3 "$HERE/library.py" 2>/tmp/library.err; }
	# Bash forgets the descriptors of a coprocess that ends; ours must outlive it to say so.
	exec 6<&"${LIB[0]}" 7>&"${LIB[1]}"
	# Both import while the disks are set up.
	echo "brick get_dm_name none" >&7
	echo "blockdev get_available_plugin_names" >&7
}
lib_started() { # what the two first calls answered
	local a b
	read -t 180 -r a <&6
	read -t 60 -r b <&6
	echo "$a $b"
}
lib() { # library method args: LIB_ANSWER, in this shell and not a sub-shell, which has no coprocess
	echo "$*" >&7
	LIB_ANSWER='no answer'
	read -t 120 -r LIB_ANSWER <&6
}
lib_is() { # name wanted library method args
	local name=$1 want=$2
	shift 2
	lib "$@"
	is "$name" "$LIB_ANSWER" "$want" || sed 's/^/# library: /' /tmp/library.err | tail -5
}

# --- what device-mapper says, to judge by

truth() { # "NAME(sdX sdY) ..." of all maps, paths in the table's order
	local name
	for name in $(dmsetup ls --target multipath 2>/dev/null | awk '/\(/ { print $1 }' | sort); do
		echo "$name($(dmsetup table "$name" | grep -o '[0-9]*:[0-9]*' | while read -r n; do
			basename "$(readlink -f "/sys/dev/block/$n")"
		done | paste -sd' '))"
	done | paste -sd' '
}

# --- check_multipath

CHECK=/usr/lib/nagios/plugins/check_multipath

check() { # name wanted-rc pattern options...
	local name=$1 rc=$2 pattern=$3 out got
	shift 3
	out=$(timeout 60 $CHECK -l ';;' "$@" 2>&1)
	got=$?
	# It prints in the order of a Perl hash.
	out=$(sed 's/;;/\n/g' <<<"$out" | sort | paste -sd' ')
	matches "check_multipath: $name" "exit $got: $out" "^exit $rc: .*$pattern"
}

fake_multipathd() {
	cp /bin/sleep /run/multipathd
	/run/multipathd 900 &
	FAKE=$!
	# The name is in the list once the child has become a sleep.
	wait_for 10 eval 'ps -e | grep -q " multipathd$"'
}

# --- the scenes

scene_no_maps() {
	is "no maps: device-mapper has none" "$(truth)" ""
	check "no maps" 1 'No LUN found or no multipath driver' -m 1 -o 2
	is "ReaR: multipath is not used" "$("$HERE/rear.sh" is_multipath_used 2>/dev/null)" "is_multipath_used: exit 1"
	is "libraries: os-brick is loaded, libblockdev accepts our version" "$(lib_started)" '"" ["mpath"]'
	lib_is "os-brick: no map of /dev/$A" null brick find_multipath_device "/dev/$A"
	lib_is "os-brick: multipath -a is confirmed" true brick multipath_add_wwid "$W1"
	is "lvm2: finds that WWID in the file" "$("$HERE/rules.py" conclude wwids /etc/multipath/wwids)" "lvm2: ${W1#3}"
	lib_is "libblockdev: /dev/$A is no member" false blockdev mpath_is_mpath_member "/dev/$A"
	lib_is "libblockdev: no members" '[]' blockdev mpath_get_mpath_members
}

# the answer of one os-brick call, as JSON
brick_map() { # name wwid disk...
	local name=$1 wwid=$2 d hctl list=
	shift 2
	for d in "$@"; do
		IFS=: read -ra hctl <<<"$(basename "$(readlink -f "/sys/block/$d/device")")"
		list+="${list:+, }{\"channel\": \"${hctl[1]}\", \"device\": \"/dev/$d\", \"host\": \"${hctl[0]}\", "
		list+="\"id\": \"${hctl[2]}\", \"lun\": \"${hctl[3]}\"}"
	done
	echo "{\"device\": \"/dev/mapper/$name\", \"devices\": [$list], \"id\": \"$wwid\", \"name\": \"$name\"}"
}

scene_two_maps() {
	local d
	mp
	is "two maps are made" "$RC $(truth)" "0 mpatha($A $C) mpathb($B $D)"
	check "all paths good, -l" 0 'LUN mpatha: 2/2\. LUN mpathb: 2/2\. OK' -m 1 -o 2
	check "all paths good, -ll" 0 'LUN mpatha: 2/2\. LUN mpathb: 2/2\. OK' -m 1 -o 2 -L
	check "limits for one WWID, shown by dm device" 1 'LUN dm-[0-9]+: less than 3 paths \(2/3\)' -p DN \
		-m 1 -o 2 -e "W!$W1,1,3,warning:"
	check "hosts and policies are counted" 0 'mpatha: policies 2/1.*mpatha: scsi-hosts 2/2' -m 1 -o 2 -v -a "sh,1,2,p,1,1"
	lib_is "os-brick: the map of /dev/$A" "$(brick_map mpatha "$W1" "$A" "$C")" brick find_multipath_device "/dev/$A"
	lib_is "os-brick: the map of /dev/$D" "$(brick_map mpathb "$W2" "$B" "$D")" brick find_multipath_device "/dev/$D"
	lib_is "os-brick: the dm device by sysfs" "\"$(basename "$(readlink -f /dev/mapper/mpatha)")\"" \
		brick find_sysfs_multipath_dm "$A,"
	for d in "$A" "$D"; do
		lib_is "libblockdev: /dev/$d is a member" true blockdev mpath_is_mpath_member "/dev/$d"
	done
	lib blockdev mpath_get_mpath_members
	is "libblockdev: the members" "$(grep -o 'sd[a-z]*' <<<"$LIB_ANSWER" | sort | paste -sd' ')" "$A $B $C $D"
	"$HERE/rear.sh" is_multipath_used "is_multipath_path $A" "is_multipath_path loop0" listing >/tmp/rear 2>/tmp/err
	is "ReaR: multipath is used, $A is a path, loop0 is none" "$(grep exit /tmp/rear | paste -sd';')" \
		"is_multipath_used: exit 0;is_multipath_path $A: exit 0;is_multipath_path loop0: exit 1;listing: exit 0"
	matches "ReaR: recovery lists the maps with their sizes" "$(paste -sd' ' /tmp/rear)" \
		"Listing multipath device found mpatha \($W1\) dm-[0-9]+ .* size=8.0M mpathb \($W2\) dm-[0-9]+ .* size=8.0M"
	is "vdsm: dmsetup's status has all paths active" \
		"$(dmsetup status --target multipath | grep -oE '[0-9]+:[0-9]+ [AF]' | cut -d' ' -f2 | paste -sd' ')" "A A A A"
	rules_all
}

# The rules over what the guest prints now; those that read standard error, too, get it.
rules_all() {
	local want name
	want=$(truth)
	multipath -ll >/tmp/ll 2>/dev/null
	multipath -v4 -ll >/tmp/v4 2>&1
	multipath -l -v1 >/tmp/names 2>/dev/null
	multipath -T >/tmp/config 2>/dev/null
	multipath --version >/tmp/version 2>&1
	multipath -a "$W2" >/tmp/add 2>&1
	"$HERE/rules.py" conclude topology /tmp/ll topology+stderr /tmp/v4 names /tmp/names config /tmp/config \
		version /tmp/version add /tmp/add >/tmp/said
	said() { sed -n "s/^$1: //p" /tmp/said; }
	for name in os_brick check_multipath checkmk xsos insights avocado xenserver 'insights(-v4)'; do
		is "rule $name" "$(said "$name")" "$want"
	done
	is "rule rear" "$(said rear)" "mpatha size=8.0M, mpathb size=8.0M"
	is "rules open_iscsi and dracut: the names" "$(said open_iscsi)/$(said dracut)" "mpatha mpathb/mpatha mpathb"
	matches "rule vdsm: the local configuration" "$(said vdsm)" '^[0-9]+ pairs$'
	is "rule trident: find_multipaths" "$(said trident)" yes
	matches "rule blockdev: the version" "$(said blockdev)" '^[0-9]+\.[0-9.]+$'
	is "rule gobrick: both outputs of multipath -a" "$(said gobrick)" "$W2"
}

scene_one_path_dead() {
	echo offline >"/sys/block/$C/device/state"
	check "one path offline, -l" 1 'WARNING: LUN mpatha: less than 2 paths \(1/2\)\.' -m 1 -o 2 -s
	check "one path offline, -ll" 1 'WARNING: LUN mpatha: less than 2 paths \(1/2\)\.' -m 1 -o 2 -s -L
	multipath -ll >/tmp/ll 2>/dev/null
	"$HERE/rules.py" conclude topology /tmp/ll >/tmp/said
	for d in check_multipath insights xenserver; do
		is "rule $d: one path is bad" "$(sed -n "s/^$d: //p" /tmp/said)" "mpatha($A $C!) mpathb($B $D)"
	done
	is "rule checkmk: reads it" "$(sed -n "s/^checkmk: //p" /tmp/said)" "$(truth)"
	lib_is "os-brick: both paths, dead or not" "$(brick_map mpatha "$W1" "$A" "$C")" brick find_multipath_device "/dev/$A"
	echo offline >"/sys/block/$A/device/state"
	check "all paths offline, reload asked" 2 'CRITICAL: LUN mpatha: less than 1 paths \(0/2\)!.*Reload was issued' \
		-m 1 -o 2 -s -L -r
	echo running >"/sys/block/$A/device/state"
	echo running >"/sys/block/$C/device/state"
	check "all paths are back" 0 'LUN mpatha: 2/2\.' -m 1 -o 2 -L
}

scene_no_daemon() {
	kill "$FAKE"
	wait "$FAKE" 2>/dev/null
	check "no process multipathd" 1 'No multipathd running' -m 1 -o 2 -n warning
	check "no process multipathd, not asked" 0 'LUN mpatha: 2/2' -m 1 -o 2 -M
	# It wants a daemon for its switch only; maps it takes down with dmsetup.
	matches "blkdeactivate: takes a map down" "$(blkdeactivate -u -m disablequeueing /dev/mapper/mpatha 2>&1)" \
		'mpatha.*done'
	is "blkdeactivate: only that one" "$(truth)" "mpathb($B $D)"
}

scene_flush() {
	local want
	lib_is "os-brick: flush_multipath_device" null brick flush_multipath_device mpathb
	is "os-brick: the map is gone" "$(truth)" ""
	mp
	# It flushes, then takes the empty list for an error, whoever prints it: hence the same words with Debian's multipath.
	lib blockdev mpath_flush_mpaths
	want=$LIB_ANSWER
	is "libblockdev: mpath_flush_mpaths leaves no map" "$(truth)" ""
	ln -sf /usr/local/stock/multipath /usr/sbin/multipath
	lib blockdev mpath_flush_mpaths
	ln -sf "$MULTIPATH" /usr/sbin/multipath
	is "libblockdev: ... and says what it says with Debian's multipath" "$want" "$LIB_ANSWER"
	mp
	exec 8</dev/mapper/mpatha
	lib blockdev mpath_flush_mpaths
	matches "libblockdev: a map in use is an error" "$LIB_ANSWER" '"error": .*exit code 1'
	exec 8<&-
	udevadm settle -t 30
	mp -f mpatha
	is "curtin: multipath -f, exit 0 or 1" "$RC" 0
	mp -f mpatha
	is "curtin: multipath -f of no map, exit 0 or 1" "$RC" 1
	mp -c "/dev/$A"
	is "curtin, avocado: multipath -c of a path" "$RC" 0
	mp -c /dev/loop0
	is "curtin, avocado: multipath -c of a loop device" "$RC" 1
	mp -F
}

# An alias with the signs that check_multipath takes and device-mapper does not write in another way, and a WWID.
scene_names() {
	config no
	printf 'multipaths {\n\tmultipath {\n\t\twwid %s\n\t\talias data.vol_1-a+b\n\t}\n}\n' "$W1" >>/etc/multipath.conf
	mp
	is "names: alias and WWID" "$(truth)" "$W2($B $D) data.vol_1-a+b($A $C)"
	check "alias and WWID" 0 "LUN $W1: 2/2\. LUN $W2: 2/2" -m 1 -o 2 -L -M -p WDN
	lib_is "os-brick: by alias" "$(brick_map data.vol_1-a+b "$W1" "$A" "$C")" brick find_multipath_device "/dev/$C"
	lib_is "os-brick: by WWID" "$(brick_map "$W2" "$W2" "$B" "$D")" brick find_multipath_device "/dev/$B"
	lib_is "os-brick: find_multipath_device_path by WWID" "\"/dev/mapper/$W2\"" brick find_multipath_device_path "$W2"
	multipath -ll >/tmp/ll 2>/dev/null
	is "names: every rule reads them" \
		"$("$HERE/rules.py" conclude topology /tmp/ll | sed -n '/^rear/!s/^[^:]*: //p' | sort -u)" "$(truth)"
	mp -F
}

# Queries answer, and nothing but the answer comes out, however bad the configuration is.
scene_mistakes() {
	local q want
	config yes
	mp
	for q in -ll -l "-ll mpatha" "-l /dev/$A" "-v1 -l" "-v1 -ll" "-c /dev/$A" "-C mpatha" "-u $A" "-U mpatha" \
		"-a $W1" "-w $W1" -W "-f mpathb" -F; do
		cp "$HERE/mistakes.conf" /etc/multipath.conf
		if [[ $q == -U* ]]; then
			DM_MULTIPATH_DEVICE_PATH='' mp $q
		else
			mp $q
		fi
		# multipath-tools says this of itself at the default verbosity, bad configuration or not.
		want=
		case $q in -l* ) want='Warning: multipath devices exist, but multipathd service is not running' ;; esac
		is "mistakes: multipath $q: only its own words on stderr" "$ERR" "$want"
		ok "mistakes: multipath $q: nothing of the configuration on stdout" eval '! grep -q "multipath.conf\|line [0-9]" /tmp/out'
	done
	is "mistakes: the maps were flushed all the same" "$(truth)" ""
}

# Recorded hosts through the real check_multipath: ours is asked to replay.
scene_snapshots() {
	local dir host want
	rm /usr/sbin/multipath
	for dir in "$TOP"/tests/snapshots/*/; do
		host=$(basename "$dir")
		printf '#!/bin/sh\nexec %s replay %s -- multipath "$@"\n' "$MINIPATH" "$dir" >/usr/sbin/multipath
		chmod 755 /usr/sbin/multipath
		# The golden file says what the rules conclude; the program must agree: maps with the number of good paths.
		want=$(awk -v h="$host" '$1 == h && $2 == "check_multipath:" { $1 = $2 = ""; print }' "$HERE/conclusions" | good_paths)
		is "snapshot $host: check_multipath" \
			"$($CHECK -M -L -m 1 -o 1 -n ok -v -p NWD -l '; ' | said_paths)" "$want"
	done
	ln -sf "$MULTIPATH" /usr/sbin/multipath
}
good_paths() { # "a(sda sdb!)" to "a 1"
	grep -oE '[^ ()]+\([^)]*\)' | while IFS='()' read -r name paths; do
		echo "$name $(wc -w <<<"$(sed -E 's/[^ ]+!//g' <<<"$paths")")"
	done | sort
}
said_paths() { # "LUN a: 1/0.; ..." to "a 1"
	grep -oE 'LUN [^:]+: [0-9]+/' | sed -E 's,LUN (.*): ([0-9]+)/,\1 \2,' | sort
}

# sos collects; it must find the answers and see no failure.
scene_sos() {
	local dir=/tmp/sos
	if [ -z "${TEST_LONG:-}${SCENES:-}" ]; then
		echo "# SKIP sos report: half a minute of Python for four commands that are tested above; tests/run --long runs it"
		return
	fi
	config yes
	mp
	mkdir -p $dir
	if ! timeout 120 python3 -W ignore /usr/bin/sos report --batch --build -o multipath --tmp-dir $dir \
		>/tmp/sos.log 2>&1; then
		ok "sos report runs" false
		tail -5 /tmp/sos.log | sed 's/^/# /'
		return
	fi
	is "sos: has the listing" "$(grep -v Warning "$(echo $dir/sosreport-*/sos_commands/multipath/multipath_-ll)")" "$(multipath -ll 2>/dev/null)"
	matches "sos: has the configuration" "$(cat $dir/sosreport-*/sos_commands/multipath/multipath_-t)" '^defaults \{'
	mp -F
}

scene_iscsi() {
	local all
	config yes
	iscsi_target store 1073741824 59e8ba68638854e9093f3ba3a0e00001 && iscsi_login 5 || bail "no iSCSI disks"
	mp
	all=$(truth | grep -oE '[^ ()]+\([^)]*\)')
	NAME=$(grep -F "($(iscsi_disks | sort | paste -sd' '))" <<<"$all" | cut -d'(' -f1)
	[ -n "$NAME" ] || bail "no map of the iSCSI disks: $all"
	matches "open-iscsi: umountiscsi.sh would deactivate that map" \
		"$(/lib/open-iscsi/umountiscsi.sh --dry-run 2>&1 | sed -n '/multipath volumes/,$p' | tr '\n' ' ')" \
		"multipath volumes:  +$NAME *\$"
	is "open-iscsi: umountiscsi.sh" "$(/lib/open-iscsi/umountiscsi.sh 2>&1; echo "exit $?")" \
		$'Unmounting all devices marked _netdev\nexit 0'
	ok "open-iscsi: the map is gone" [ ! -e "/dev/mapper/$NAME" ]
	is "open-iscsi: the others are not" "$(truth)" "$(grep -v "^$NAME(" <<<"$all" | paste -sd' ')"
	/lib/open-iscsi/logout-all.sh >/tmp/logout 2>&1
	is "open-iscsi: logout-all.sh" "$?" 0 || sed 's/^/# /' /tmp/logout
	ok "open-iscsi: no session is left" wait_for 20 iscsi_disk_count 0
	mp -F
}

took() { echo "# $1: $((SECONDS - BEGAN)) s"; BEGAN=$SECONDS; }
BEGAN=$SECONDS
base_modules
slim_udev
start_udev
install_clients
start_library
took "clients unpacked"
sdebug_load add_host=2 max_luns=2 vpd_use_hostno=0 dev_size_mb=8 || bail "no scsi_debug disks"
read -r A B C D < <(disk_names | paste -sd' ')
W1=$(/lib/udev/scsi_id --whitelisted --device="/dev/$A") W2=$(/lib/udev/scsi_id --whitelisted --device="/dev/$B")
[ "$W1" = "$(/lib/udev/scsi_id --whitelisted --device="/dev/$C")" ] || bail "the disks are not two units with two paths"
multipath_reset
config yes
fake_multipathd || bail "no process of the name multipathd"
took "disks"
for scene in ${SCENES:-no_maps two_maps one_path_dead no_daemon flush names mistakes snapshots sos iscsi}; do
	"scene_$scene"
	took "$scene"
done
tap_end
