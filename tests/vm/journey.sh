#!/bin/bash
# The first journey (issue 2), on a real kernel: the well-known iSCSI multipath tutorial from target to `multipath -F`.
# Run by boot, in the guest:  tests/vm/boot tests/vm/journey.sh
#
# MULTIPATH and MINIPATH name the binaries under test (build/multipath, build/minipath). To prove the script itself:
#   MULTIPATH=/usr/local/stock/multipath MINIPATH= tests/vm/boot tests/vm/journey.sh
# runs it with Debian's multipath-tools 0.9.4; the steps only minipath has are then named as SKIP.
set -u
. tests/vm/lib.sh
MULTIPATH=${MULTIPATH-$TOP/build/multipath}
MINIPATH=${MINIPATH-$TOP/build/minipath}
STOCK=
[ "${MULTIPATH#/usr/local/stock/}" = "$MULTIPATH" ] || STOCK=1
[ -x "$MULTIPATH" ] || bail "the binary under test is missing: $MULTIPATH (run: make)"
[ -n "$STOCK" ] || [ -x "$MINIPATH" ] || bail "the binary under test is missing: $MINIPATH (run: make)"

SIZE=10000000000 SIZE_TEXT=9.3G
SERIAL=59e8ba68638854e9093f3ba3a0e00001

# mp ARGS...: run the binary under test; leaves OUT, ERR and RC
mp() {
	timeout 60 "$MULTIPATH" "$@" >/tmp/out 2>/tmp/err
	RC=$?
	OUT=$(cat /tmp/out)
	ERR=$(sed -E 's/^[0-9]+\.[0-9]{6} \| //' /tmp/err)
}

# 1 -- target, two portals, one disk seen twice
need_iscsi_host() {
	base_modules
	slim_udev
	start_udev
	iscsi_target store $SIZE $SERIAL || bail "LIO does not take the target"
	iscsi_login 1 || bail "the initiator does not log in"
	read -r A B < <(disk_names | tr '\n' ' ')
	[ -n "$A" ] && [ -n "$B" ] || bail "two portals, but not two disks: $(disk_names)"
	HA=$(hctl "$A") HB=$(hctl "$B") DA=$(cat "/sys/block/$A/dev") DB=$(cat "/sys/block/$B/dev")
	WWID=$(/lib/udev/scsi_id --whitelisted --device="/dev/$B")
}

# What device-mapper tells udev's rules of a change is in the upper half of the cookie (libdevmapper.h,
# DM_UDEV_*): 20h no fallback by the library, 40h primary source, 100h the first flag of the subsystem, "loaded anew".
watch_udev() {
	udevadm monitor --kernel --property --subsystem-match=block >/tmp/monitor &
	MONITOR=$!
	wait_for 20 grep -q ^KERNEL /tmp/monitor
}
flags_seen() { grep -q ^DM_COOKIE= /tmp/monitor; }
udev_flags() {
	wait_for 10 flags_seen
	kill $MONITOR
	awk -F= '$1 == "DM_COOKIE" { printf "%x\n", int($2 / 65536) }' /tmp/monitor | sort -u | paste -sd' '
}

hctl() { basename "$(readlink -f "/sys/block/$1/device")"; }

# topology PREFIX DM WP STATUS PRIO PATH-A PATH-B: the block as multipath prints it, both paths in one group; PATH is
# "dm-state checker-state device-state". Columns are as wide as their longest entry.
topology() {
	local a b w1=$((${#HA} > ${#HB} ? ${#HA} : ${#HB})) w2=$((${#A} > ${#B} ? ${#A} : ${#B}))
	local w3=$((${#DA} > ${#DB} ? ${#DA} : ${#DB})) w4 w5
	local -a pa pb
	read -ra pa <<<"$6"
	read -ra pb <<<"$7"
	w4=$((${#pa[0]} > ${#pb[0]} ? ${#pa[0]} : ${#pb[0]}))
	w5=$((${#pa[1]} > ${#pb[1]} ? ${#pa[1]} : ${#pb[1]}))
	printf -v a "%-${w1}s %-${w2}s %-${w3}s %-${w4}s %-${w5}s %s" "$HA" "$A" "$DA" "${pa[@]}"
	printf -v b "%-${w1}s %-${w2}s %-${w3}s %-${w4}s %-${w5}s %s" "$HB" "$B" "$DB" "${pb[@]}"
	printf '%s' "$1"
	cat <<-TEXT
		mpatha ($WWID) $2 LIO-ORG,store
		size=$SIZE_TEXT features='0' hwhandler='1 alua' wp=$3
		\`-+- policy='service-time 0' prio=$5 status=$4
		  |- $a
		  \`- $b
	TEXT
}

step1_disks() {
	is "1 both disks are the same logical unit" \
		"$(/lib/udev/scsi_id --whitelisted --device="/dev/$A")" "$WWID"
	is "1 the disk has the size the target gave it" "$(cat "/sys/block/$B/size")" $((SIZE / 512))
	# What the expected text below rests on, so that a kernel that differs is named here and not there.
	is "1 the kernel attached the ALUA handler" "$(cat "/sys/block/$A/device/dh_state")" alua
	is "1 both ports are active/optimized" \
		"$(cat "/sys/block/$A/device/access_state" "/sys/block/$B/device/access_state")" \
		$'active/optimized\nactive/optimized'
}

step2_scsi_id() {
	if [ -n "$STOCK" ] && [ ! -x "$MINIPATH" ]; then
		echo "# SKIP scsi-id: only minipath has it, and this run proves the script with Debian's multipath-tools"
		return
	fi
	local d got
	for d in "$A" "$B"; do
		got=$("$MINIPATH" scsi-id --whitelisted --device="/dev/$d" 2>&1)
		is "2 minipath scsi-id --whitelisted --device=/dev/$d" "$got" "$WWID"
	done
	scsi_id_is_udevs "$A"
	got=$("$MINIPATH" scsi-id --whitelisted --device=/dev/nosuch 2>/dev/null)
	is "2 scsi-id of no device: exit 1, nothing on stdout" "$?:$got" "1:"
}

step3_configuration() {
	mkdir -p /etc/multipath
	cat >/etc/multipath.conf <<-CONF
		defaults {
		        user_friendly_names yes
		find_multipaths yes
		}
		multipaths {
		    multipath {
		        wwid    "$WWID"
		        alias   mpatha
		    }
		}
	CONF
	mp -t
	is "3 the configuration is read: multipath -t" "$RC" 0
	matches "3 ... with the alias in it" "$OUT" '^		alias "mpatha"$'
}

step4_create_and_reload() {
	mp
	is "4 multipath: exit 0" "$RC" 0
	is "4 multipath prints the create: block" "$OUT" \
		"$(topology 'create: ' undef undef undef 50 'undef ready running' 'undef ready running')"
	ok "4 /dev/mapper/mpatha is there" [ -b /dev/mapper/mpatha ]
	is "4 it is a multipath map with the disk's WWID" \
		"$(dmsetup info -c --noheadings -o uuid mpatha)" "mpath-$WWID"
	is "4 both paths are in it" "$(dmsetup deps -o devname mpatha)" \
		"2 dependencies	: ($B) ($A)"
	mp
	is "4 multipath again changes nothing and prints nothing" "$RC:$OUT" "0:"
	watch_udev
	mp -rr
	is "4 multipath -rr: exit 0" "$RC" 0
	is "4 ... and for udev's rules the map is as good as new: kpartx and blkid look again" "$(udev_flags)" 60
	is "4 multipath -rr prints the reload: block" "$OUT" \
		"$(topology 'reload: ' undef undef undef 50 'active ready running' 'active ready running')"
	mp -r
	is "4 multipath -r without a daemon prints it too" "$RC:$OUT" \
		"0:$(topology 'reload: ' undef undef undef 50 'active ready running' 'active ready running')"
	is "4 the wwids file knows the disk" "$(grep '^/' /etc/multipath/wwids)" "/$WWID/"
}

step5_lists() {
	mp -ll
	is "5 multipath -ll" "$RC:$OUT" \
		"0:$(topology '' dm-0 rw enabled 50 'active ready running' 'active ready running')"
	mp -l
	is "5 multipath -l" "$RC:$OUT" \
		"0:$(topology '' dm-0 rw enabled 0 'active undef running' 'active undef running')"
	mp -ll mpatha
	is "5 multipath -ll mpatha" "$OUT" \
		"$(topology '' dm-0 rw enabled 50 'active ready running' 'active ready running')"
	mp -ll nosuch
	is "5 multipath -ll of what names nothing prints nothing, exit 1 (A21)" "$RC:$OUT" "1:"
}

step5_data() {
	ok "5 data written through the map is read back (fio, crc32c)" \
		fio --name=journey --filename=/dev/mapper/mpatha --rw=randwrite --bs=64k --size=8M --direct=1 \
		--verify=crc32c --verify_state_save=0 --output=/tmp/fio.log --minimal
	dd if=/dev/urandom of=/tmp/data bs=64k count=16 2>/dev/null
	dd if=/tmp/data of=/dev/mapper/mpatha bs=64k seek=256 oflag=direct 2>/dev/null
	# Each path must show what went through the map: one disk, two ways.
	for d in "$A" "$B"; do
		ok "5 the same bytes are seen through $d" \
			cmp /tmp/data <(dd "if=/dev/$d" bs=64k skip=256 count=16 iflag=direct 2>/dev/null)
	done
}

shows() { # wanted text: does -ll print it now?
	mp -ll
	[ "$OUT" = "$1" ]
}

step6_link() {
	# 0.14.3 calls a path whose sysfs state is down `offline`; 0.9.4 said so only of the state `offline` itself.
	local dead='active faulty offline'
	[ -z "$STOCK" ] || dead='active faulty running'
	cut_link 127.0.4.5
	wait_for 30 grep -q transport-offline "/sys/block/$B/device/state" || echo "# the session is still up after 30 s"
	mp -ll
	is "6 the cut link's path is faulty" "$RC:$OUT" \
		"0:$(topology '' dm-0 rw active 50 'active ready running' "$dead")"
	ok "6 data still comes through the map" \
		cmp /tmp/data <(dd if=/dev/mapper/mpatha bs=64k skip=256 count=16 iflag=direct 2>/dev/null)
	mend_links
	wait_for 30 grep -q running "/sys/block/$B/device/state" || echo "# the session is not back after 30 s"
	mp -r
	wait_for 10 shows "$(topology '' dm-0 rw enabled 50 'active ready running' 'active ready running')"
	is "6 the link mended, its path is ready again" "$RC:$OUT" \
		"0:$(topology '' dm-0 rw enabled 50 'active ready running' 'active ready running')"
}

step7_remove() {
	exec 8</dev/mapper/mpatha
	mp -f mpatha
	is "7 multipath -f of a map in use: exit 1" "$RC:$OUT" "1:"
	matches "7 ... and says so" "$ERR" '^mpatha: map in use$'
	mp -F
	is "7 multipath -F with a map in use: exit 1" "$RC:$OUT" "1:"
	matches "7 ... and says so" "$ERR" '^mpatha: map in use$'
	ok "7 the map is still there" [ -b /dev/mapper/mpatha ]
	exec 8<&-
	udevadm settle -t 30
	mp -f mpatha
	is "7 multipath -f removes it" "$RC:$OUT" "0:"
	is "7 device-mapper has no map" "$(dmsetup info -c --noheadings -o name 2>/dev/null)" "No devices found"
	ok "7 nor has /dev/mapper" [ ! -e /dev/mapper/mpatha ]
	mp -f mpatha
	is "7 multipath -f of no map: exit 1" "$RC:$OUT" "1:"
	mp -v1
	is "7 multipath -v1 creates it again and prints its name" "$RC:$OUT" "0:mpatha"
	mp -F
	is "7 multipath -F removes all" "$RC:$OUT" "0:"
	is "7 device-mapper has no map" "$(dmsetup info -c --noheadings -o name 2>/dev/null)" "No devices found"
}

daemon_idle() { stock-multipathd show daemon 2>/dev/null | grep -q idle; }

# A daemon (Debian's) is asked by -r alone; -rr prints its block by itself.
step8_with_a_daemon() {
	if [ -n "$STOCK" ]; then
		echo "# SKIP -rr beside a daemon: multipath-tools hands it over, so only minipath prints the block"
		return
	fi
	stock-multipathd -d -s >/tmp/multipathd.log 2>&1 &
	local pid=$!
	if ! wait_for 60 daemon_idle; then
		ok "8 Debian's multipathd runs" false
		sed 's/^/# /' /tmp/multipathd.log
		return
	fi
	wait_for 20 [ -b /dev/mapper/mpatha ]
	mp -r
	is "8 multipath -r beside a daemon asks it and prints nothing" "$RC:$OUT" "0:"
	wait_for 60 daemon_idle
	mp -rr
	# Beside a daemon, which will end it, queueing stays on as the hardware table wants it for LIO.
	is "8 multipath -rr beside a daemon prints the block" "$RC:$OUT" \
		"0:$(topology 'reload: ' undef undef undef 50 'active ready running' 'active ready running' |
			sed "s/features='0'/features='1 queue_if_no_path'/")"
	mp -f mpatha
	is "8 multipath -f beside a daemon is done by it" "$RC:$OUT" "0:"
	ok "8 the map is gone" wait_for 10 [ ! -e /dev/mapper/mpatha ]
	stock-multipathd shutdown >/dev/null 2>&1
	wait_for 20 eval '! kill -0 '"$pid"' 2>/dev/null' || kill -9 "$pid"
}

need_iscsi_host
step1_disks
step2_scsi_id
step3_configuration
step4_create_and_reload
step5_lists
step5_data
step6_link
step7_remove
step8_with_a_daemon
tap_end
