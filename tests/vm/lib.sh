# Helpers for scripts that run in the guest (see boot). Sourced, not run.
#
# TAP on standard output; set-up noise goes to standard error only when something is wrong.
VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$VM_DIR/../.." && pwd)
SDEBUG=/sys/bus/pseudo/drivers/scsi_debug

# --- TAP

TAP_N=0 TAP_BAD=0
ok() { # name command...
	local name=$1
	shift
	TAP_N=$((TAP_N + 1))
	if "$@"; then
		echo "ok $TAP_N - $name"
	else
		TAP_BAD=$((TAP_BAD + 1))
		echo "not ok $TAP_N - $name"
		return 1
	fi
}

is() { # name got wanted: equal text, with a diff when it is not
	local name=$1
	if ! ok "$name" [ "$2" = "$3" ]; then
		diff -u --label wanted <(printf '%s\n' "$3") --label got <(printf '%s\n' "$2") | sed 's/^/# /'
		return 1
	fi
}

matches() { # name got pattern (extended regular expression)
	local name=$1
	if ! ok "$name" grep -Eq -- "$3" <<<"$2"; then
		printf '# no line matches: %s\n' "$3"
		sed 's/^/#   /' <<<"$2"
		return 1
	fi
}

bail() { # what the rest depends on is not there
	echo "not ok $((TAP_N + 1)) - $*"
	echo "1..$((TAP_N + 1))"
	exit 1
}

tap_end() {
	echo "1..$TAP_N"
	[ "$TAP_BAD" = 0 ]
}

# wait_for SECONDS COMMAND...: until it succeeds, or the time is over
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# --- kernel and udev

need_modules() {
	local m
	for m in "$@"; do
		modprobe "$m" || bail "the guest's kernel has no module $m"
	done
}

base_modules() {
	need_modules dm_multipath dm-service-time dm-round-robin dm-queue-length sd_mod sg \
		scsi_dh_alua scsi_dh_rdac scsi_dh_emc
}

# Under emulation udev's storage rules cost about a second of processor per event. Keep udev real, with dm's own rules
# and its cookies, and of the storage rules only the part multipath reads: scsi_id.
slim_udev() {
	mkdir -p /run/rules /etc/udev/rules.d /usr/lib/udev/rules.d
	cp /usr/lib/udev/rules.d/50-udev-default.rules /usr/lib/udev/rules.d/55-dm.rules \
		/usr/lib/udev/rules.d/95-dm-notify.rules /run/rules/ || bail "udev's or dmsetup's rules are missing"
	cat >/run/rules/61-scsi-id.rules <<-'RULES'
		ACTION!="remove", SUBSYSTEM=="block", KERNEL=="sd*", ENV{DEVTYPE}=="disk", IMPORT{program}="scsi_id --export --whitelisted -d $devnode"
	RULES
	# One bind mount instead of masking forty files one by one.
	mount --bind /run/rules /usr/lib/udev/rules.d
	mount -t tmpfs tmpfs /etc/udev/rules.d
}

start_udev() {
	/lib/systemd/systemd-udevd --daemon >/dev/null 2>&1 || bail "udevd does not start"
	udevadm trigger --subsystem-match=block
	udevadm settle -t 60
}

# --- scsi_debug disks

# Disks of one target are probed in parallel and take their letters as they come: load again until they are in order.
sdebug_load() { # module parameters
	local try want
	sdebug_unload
	for try in 1 2 3 4 5 6 7 8; do
		modprobe scsi_debug "$@" || return 1
		want=$(cat $SDEBUG/add_host) want=$((want * $(cat $SDEBUG/num_tgts) * $(cat $SDEBUG/max_luns)))
		wait_for 20 sdebug_count "$want" || return 1
		udevadm settle -t 60
		wait_for 10 sdebug_alua_known || echo "# scsi_debug: the ALUA states are not those of its hosts"
		sdebug_in_order && return 0
		sdebug_unload
	done
	echo "# scsi_debug: letters never came in H:C:T:L order ($*)"
	return 1
}

sdebug_unload() {
	[ ! -d $SDEBUG ] || wait_for 10 modprobe -r scsi_debug 2>/dev/null
	udevadm settle -t 30
}

# The disks of scsi_debug, by H:C:T:L: "H:C:T:L sdX" lines
sdebug_disks() {
	local d
	for d in /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*:*:*:*/block/sd*; do
		[ -e "$d" ] || continue
		d=${d#*/target}
		d=${d#*/}
		echo "${d%%/*} ${d##*/}"
	done | sort -t: -k1,1n -k2,2n -k3,3n -k4,4n
}

# scsi_debug's hosts are active/optimized, non-optimized and standby in turn. The kernel calls a path optimized until it
# has asked, which it does after the disk is there.
sdebug_alua_known() {
	local d host want
	for d in /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*:*:*:*; do
		[ -e "$d/access_state" ] || continue
		host=${d##*/}
		case $((${host%%:*} % 3)) in
		0) want=active/optimized ;;
		1) want=active/non-optimized ;;
		2) want=standby ;;
		esac
		[ "$(<"$d/access_state")" = $want ] || return 1
	done
}

sdebug_count() { # no process, as it is asked often
	local d n=0
	for d in /sys/bus/pseudo/drivers/scsi_debug/adapter*/host*/target*/*:*:*:*/block/sd*; do
		[ ! -e "$d" ] || n=$((n + 1))
	done
	[ "$n" = "$1" ]
}

sdebug_in_order() {
	local names
	names=$(sdebug_disks | cut -d' ' -f2)
	[ "$names" = "$(awk '{ print length($0), $0 }' <<<"$names" | sort -k1,1n -k2 | cut -d' ' -f2)" ]
}

# disk_names: the sd names of all SCSI disks in H:C:T:L order
disk_names() {
	local d
	for d in /sys/class/scsi_device/*/device/block/sd*; do
		[ ! -e "$d" ] || echo "$(echo "$d" | cut -d/ -f5) ${d##*/}"
	done | sort -t: -k1,1n -k2,2n -k3,3n -k4,4n | cut -d' ' -f2
}

# scsi_id_is_udevs DISK: what `minipath scsi-id` prints of it, and its exit status, with the options people use
scsi_id_is_udevs() {
	local args got
	for args in "-g -u -d" "-g -d" "-g -p 0x80 -d" "-g -u -p 0x83 -d" "--page=0x83 --whitelisted --replace-whitespace --device" \
		"--export --whitelisted -d" "-x -g -u -p 0x80 -d" "-x -g -p 0x83 -d" "-b -d"; do
		got=$("${MINIPATH:-$TOP/build/minipath}" scsi-id $args "/dev/$1" 2>/dev/null; echo "exit $?")
		is "scsi-id $args $1 is udev's" "$got" "$(/lib/udev/scsi_id $args "/dev/$1" 2>/dev/null; echo "exit $?")"
	done
}

# --- an iSCSI target on this guest's loopback, two portals, one LUN

ISCSI_TARGET=iqn.2018-01.cn.tedu:server1
ISCSI_CLIENT=iqn.2018-01.cn.tedu:client1
ISCSI_PORTALS="127.0.2.5 127.0.4.5"

# LIO is set up through configfs itself: it is all there is to it, and costs no Python start under emulation.
iscsi_target() { # backstore-name size-bytes serial(32 hex)
	local name=$1 size=$2 serial=$3 cfg=/sys/kernel/config/target store tpg p
	need_modules target_core_mod target_core_file iscsi_target_mod
	truncate -s "$size" /tmp/lun.img
	store=$cfg/core/fileio_0/$name
	mkdir -p "$store"
	echo "fd_dev_name=/tmp/lun.img,fd_dev_size=$size,fd_buffered_io=1" >"$store/control"
	echo 1 >"$store/enable"
	echo 1 >"$store/attrib/emulate_model_alias"
	echo "$serial" >"$store/wwn/vpd_unit_serial"
	tpg=$cfg/iscsi/$ISCSI_TARGET/tpgt_1
	mkdir -p "$tpg/lun/lun_0" "$tpg/acls/$ISCSI_CLIENT"
	ln -s "$store" "$tpg/lun/lun_0/store"
	mkdir -p "$tpg/acls/$ISCSI_CLIENT/lun_0"
	ln -s "$tpg/lun/lun_0" "$tpg/acls/$ISCSI_CLIENT/lun_0/lun"
	echo 0 >"$tpg/attrib/authentication"
	for p in $ISCSI_PORTALS; do mkdir "$tpg/np/$p:3260"; done
	echo 1 >"$tpg/enable"
}

# One session per portal, one after the other, so that the first portal has the first disk.
iscsi_login() { # replacement_timeout [ping-interval-and-timeout, 0: no pings]
	local p n=0
	need_modules iscsi_tcp
	mkdir -p /run/lock/iscsi /etc/iscsi
	rm -f /etc/iscsi/initiatorname.iscsi
	rm -rf /etc/iscsi/nodes /etc/iscsi/send_targets
	echo "InitiatorName=$ISCSI_CLIENT" >/etc/iscsi/initiatorname.iscsi
	[ -n "$(pgrep -x iscsid)" ] || iscsid || return 1
	for p in $ISCSI_PORTALS; do
		iscsiadm -m node -o new -T "$ISCSI_TARGET" -p "$p:3260,1" >/dev/null || return 1
		iscsiadm -m node -T "$ISCSI_TARGET" -p "$p:3260" -o update \
			-n node.session.timeo.replacement_timeout -v "$1" \
			-n node.conn[0].timeo.noop_out_interval -v "${2:-1}" -n node.conn[0].timeo.noop_out_timeout -v "${2:-1}" || return 1
		iscsiadm -m node -T "$ISCSI_TARGET" -p "$p:3260" --login >/dev/null || return 1
		n=$((n + 1))
		wait_for 20 iscsi_disk_count $n || return 1
	done
	udevadm settle -t 60
}

iscsi_logout() {
	mend_links
	[ ! -e /etc/iscsi/nodes ] || iscsiadm -m node -u >/dev/null 2>&1
	wait_for 20 iscsi_disk_count 0
}

iscsi_disks() {
	local d
	for d in /sys/class/iscsi_session/*/device/target*/*/block/sd*; do
		[ ! -e "$d" ] || echo "${d##*/}"
	done
}

iscsi_disk_count() { [ "$(iscsi_disks | wc -l)" = "$1" ]; }

# A link dies without a word: packets to and from the portal are dropped.
cut_link() { # address
	nft add table inet cut
	nft add chain inet cut out '{ type filter hook output priority 0; }'
	nft add rule inet cut out ip daddr "$1" drop
	nft add rule inet cut out ip saddr "$1" drop
}

mend_links() { nft delete table inet cut 2>/dev/null; }

# --- multipath state

# The state every run starts from: no maps, no files of ours, no configuration.
multipath_reset() {
	dmsetup remove_all --retry >/dev/null 2>&1
	rm -rf /etc/multipath /etc/multipath.conf /run/multipath
	udevadm settle -t 30
}
