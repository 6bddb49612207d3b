#!/bin/bash
# Real transports on a real kernel (issue 4): target port groups of a LIO disk, and the time-outs that multipath.conf
# sets in the sysfs of iSCSI, FC and SAS. Run by boot, in the guest:
#   SAS=1 tests/vm/boot tests/vm/transports.sh
# FC is the kernel's own FCoE initiator and target at the two ends of a veth pair, SAS the LSI adapter that QEMU imitates.
set -u
. tests/vm/lib.sh
MULTIPATH=${MULTIPATH-$TOP/build/multipath}
[ -x "$MULTIPATH" ] || bail "the binary under test is missing: $MULTIPATH (run: make)"
CFG=/sys/kernel/config/target
STORE=$CFG/core/fileio_0/store

mp() {
	timeout 60 "$MULTIPATH" "$@" >/tmp/out 2>/tmp/err
	RC=$?
	OUT=$(cat /tmp/out)
	ERR=$(sed -E 's/^[0-9]+\.[0-9]{6} \| //' /tmp/err)
}

# settings LINE...: the usual configuration, and these over what the hardware table has for LIO
settings() {
	{
		printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n}\noverrides {\n'
		printf '\t%s\n' "$@"
		printf '}\n'
	} >/etc/multipath.conf
}
globally() { # LINE: what only defaults may say
	sed -i "s/^defaults {/&\n\t$1/" /etc/multipath.conf
}
access_states() { cat $(printf '/sys/block/%s/device/access_state ' $(iscsi_disks)) | tr '\n' ' '; }

# The devices of each group of what -ll printed: "sda sdb|sdc sdd"
groups() {
	awk '/policy=/ { n++; next } / [0-9]+:[0-9]+:[0-9]+:[0-9]+ / { sub(/^[^0-9]*/, ""); g[n] = g[n] (g[n] ? " " : "") $2 }
		END { for (i = 1; i <= n; i++) printf "%s%s", g[i], i < n ? "|" : "\n" }' <<<"$OUT"
}

# --- iSCSI: one disk through two targets, each with a port group of its own and two portals

lio_store() {
	need_modules target_core_mod target_core_file
	truncate -s 64M /tmp/lun.img
	mkdir -p $STORE
	echo "fd_dev_name=/tmp/lun.img,fd_dev_size=$((64 << 20)),fd_buffered_io=1" >$STORE/control
	echo 1 >$STORE/enable
	echo 59e8ba68638854e9093f3ba3a0e00001 >$STORE/wwn/vpd_unit_serial
}

port_group() { # NAME ID STATE
	mkdir $STORE/alua/$1
	echo $2 >$STORE/alua/$1/tg_pt_gp_id
	echo $3 >$STORE/alua/$1/alua_access_state
}

iscsi_side() { # NAME PORT-GROUP PORTAL...
	local tpg=$CFG/iscsi/iqn.2018-01.cn.tedu:$1/tpgt_1 p
	mkdir -p $tpg/lun/lun_0 $tpg/acls/$ISCSI_CLIENT
	ln -s $STORE $tpg/lun/lun_0/store
	echo $2 >$tpg/lun/lun_0/alua_tg_pt_gp
	mkdir -p $tpg/acls/$ISCSI_CLIENT/lun_0
	ln -s $tpg/lun/lun_0 $tpg/acls/$ISCSI_CLIENT/lun_0/lun
	echo 0 >$tpg/attrib/authentication
	shift 2
	for p; do mkdir $tpg/np/$p:3260; done
	echo 1 >$tpg/enable
}

login() { # NAME PORTAL COUNT-AFTER
	iscsiadm -m node -o new -T iqn.2018-01.cn.tedu:$1 -p $2:3260,1 >/dev/null &&
		iscsiadm -m node -T iqn.2018-01.cn.tedu:$1 -p $2:3260 --login >/dev/null &&
		wait_for 20 iscsi_disk_count $3
}

start_iscsi() {
	need_modules iscsi_target_mod iscsi_tcp
	port_group left 1 0
	port_group right 2 0
	iscsi_side server1 left 127.0.2.5 127.0.4.5
	iscsi_side server2 right 127.0.6.5 127.0.8.5
	mkdir -p /run/lock/iscsi /etc/iscsi
	echo "InitiatorName=$ISCSI_CLIENT" >/etc/iscsi/initiatorname.iscsi
	iscsid
	login server1 127.0.2.5 1 && login server1 127.0.4.5 2 && login server2 127.0.6.5 3 && login server2 127.0.8.5 4 ||
		bail "the initiator does not log in"
	udevadm settle -t 60
}

# Both groups are active/optimized: by priority they are one, by port group two.
test_group_by_tpg() {
	local a b c d
	read -r a b c d < <(disk_names | tr '\n' ' ')
	settings 'path_grouping_policy group_by_tpg' 'detect_pgpolicy no'
	mp
	is "group_by_tpg: exit 0" $RC 0
	mp -ll
	is "group_by_tpg: two groups, each of a port group" "$(groups)" "$a $b|$c $d"
	is "group_by_tpg: of one priority" "$(grep -c "prio=50" <<<"$OUT")" 2
	mp -rr -p group_by_prio
	is "-p group_by_prio: the same paths are one group" "$(groups)" "$a $b $c $d"
	mp -rr -p group_by_tpg
	is "-p group_by_tpg: two groups again" "$(groups)" "$a $b|$c $d"
	settings 'detect_pgpolicy_use_tpg yes'
	mp -rr
	is "detect_pgpolicy_use_tpg: by port group" "$(groups)" "$a $b|$c $d"
	settings
	mp -rr
	is "detect_pgpolicy: by priority" "$(groups)" "$a $b $c $d"
	settings 'path_grouping_policy group_by_tpg' 'detect_pgpolicy no' 'detect_prio no' 'prio const'
	mp -rr
	is "group_by_tpg without ALUA priorities: failover" "$(groups)" "$a|$b|$c|$d"
	matches "... and it is said" "$ERR" 'mpatha: path_grouping_policy = failover .*not all paths use alua prio'
	echo 1 >$STORE/alua/right/alua_access_state
	settings 'path_grouping_policy group_by_tpg' 'detect_pgpolicy no'
	for d in "$c" "$d"; do echo 1 >/sys/block/$d/device/rescan; done
	wait_for 20 eval '[ "$(access_states)" = "active/optimized active/optimized active/non-optimized active/non-optimized " ]'
	mp -rr
	is "group_by_tpg: a port group becomes non-optimized" "$(groups) $(grep -o 'prio=[0-9]*' <<<"$OUT" | tr '\n' ' ')" \
		"$a $b|$c $d prio=50 prio=10 "
	mp -F
}

test_iscsi_timeouts() {
	local s
	settings 'fast_io_fail_tmo 7' 'dev_loss_tmo 90' 'max_sectors_kb 128' 'eh_deadline 30'
	globally 'max_retries 2'
	mp
	for s in /sys/class/iscsi_session/session*; do
		is "iSCSI: recovery_tmo of ${s##*/} is fast_io_fail_tmo" "$(cat $s/recovery_tmo)" 7
	done
	is "max_sectors_kb of the paths" "$(cat $(printf '/sys/block/%s/queue/max_sectors_kb ' $(iscsi_disks)) | sort -u)" 128
	is "max_retries of the disks" "$(cat /sys/class/scsi_disk/*/max_retries | sort -u)" 2
	mp -F
}

# --- FC: the kernel's FCoE initiator and target, a veth pair for each of two paths

# The port name that fcoe makes of an interface's address 02:00:00:00:00:NN
fc_name() { echo "20:00:02:00:00:00:00:$1"; }

fc_port() { echo "$1" >/sys/module/libfcoe/parameters/create_vn2vn; }

fc_target() { # INTERFACE NN INITIATOR-NN
	local tpg=$CFG/fc/$(fc_name "$2")/tpgt_1
	mkdir -p "$tpg/lun/lun_0" || return 1
	ln -s $STORE "$tpg/lun/lun_0/store"
	mkdir -p "$tpg/acls/$(fc_name "$3")/lun_0"
	ln -s "$tpg/lun/lun_0" "$tpg/acls/$(fc_name "$3")/lun_0/lun"
}

start_fc() {
	local i
	need_modules veth libfcoe fcoe tcm_fc
	for i in 1 2; do
		ip link add fci$i address 02:00:00:00:00:1$i mtu 2500 type veth peer name fct$i address 02:00:00:00:00:2$i mtu 2500
		ip link set fci$i up
		ip link set fct$i up
		fc_port fct$i || return 1
	done
	wait_for 20 fc_online 2 || return 1
	for i in 1 2; do
		fc_target fct$i 2$i 1$i && fc_port fci$i || return 1
		wait_for 30 fc_disk_count $i || return 1
	done
	udevadm settle -t 60
}
fc_online() { [ "$(cat /sys/class/fc_host/*/port_state | grep -c Online)" -ge "$1" ]; }
fc_disks() { ls -d /sys/class/fc_remote_ports/rport-*/device/target*/*/block/sd* 2>/dev/null; }
fc_disk_count() { [ "$(fc_disks | wc -l)" = "$1" ]; }
fc_attr() { # NAME: of the remote ports that have a disk
	local d
	for d in $(fc_disks); do
		d=${d%/device/target*}
		cat "$d/$1"
	done | tr '\n' ' '
}

test_fc() {
	local a b
	read -r a b < <(fc_disks | sed 's|.*/||' | tr '\n' ' ')
	settings 'fast_io_fail_tmo 11' 'dev_loss_tmo 77'
	mp
	is "FC: the map is made of both ports" "$RC $(groups)" "0 $a $b"
	is "FC: dev_loss_tmo of the remote ports" "$(fc_attr dev_loss_tmo)" "77 77 "
	is "FC: fast_io_fail_tmo of the remote ports" "$(fc_attr fast_io_fail_tmo)" "11 11 "
	settings 'no_path_retry queue' 'dev_loss_tmo 60'
	mp -rr
	is "FC: queueing for ever raises dev_loss_tmo" "$(fc_attr dev_loss_tmo)" "2147483647 2147483647 "
	settings 'fast_io_fail_tmo 30' 'dev_loss_tmo 30' 'no_path_retry fail'
	mp -rr
	is "FC: a fast_io_fail_tmo that is not smaller is turned off" "$(fc_attr fast_io_fail_tmo)" "off off "
	settings 'fast_io_fail_tmo 5' 'protocol {' 'type scsi:fcp' 'fast_io_fail_tmo 9' '}'
	mp -rr
	is "FC: overrides/protocol wins" "$(fc_attr fast_io_fail_tmo)" "9 9 "
	mp -F
	settings
	printf 'blacklist {\n\tprotocol "scsi:fcp"\n}\n' >>/etc/multipath.conf
	mp
	is "FC: blacklisted as protocol scsi:fcp" "$RC$OUT" 0
	for i in 1 2; do echo fci$i >/sys/module/libfcoe/parameters/destroy; done
	wait_for 20 fc_disk_count 0
}

# --- SAS: the adapter that QEMU imitates, twice, with one disk

test_sas() {
	need_modules mptsas
	wait_for 40 eval '[ "$(ls -d /sys/class/sas_end_device/*/device/target*/*/block/sd* 2>/dev/null | wc -l)" = 2 ]' ||
		bail "no SAS disks"
	udevadm settle -t 60
	scsi_id_is_udevs "$(basename "$(ls -d /sys/class/sas_end_device/*/device/target*/*/block/sd* | head -1)")"
	settings 'dev_loss_tmo 30'
	mp -v3
	is "SAS: exit 0" $RC 0
	# This kernel shows the time-out and has no way to set it.
	matches "SAS: the end device's time-out is tried" "$ERR" 'I_T_nexus_loss_timeout of end_device-[0-9:]+ '
	mp -ll
	is "SAS: one map with both paths ready" "$(grep -c 'active ready running' <<<"$OUT")" 2
	mp -F
	printf 'blacklist {\n\tprotocol "scsi:sas"\n}\n' >>/etc/multipath.conf
	mp
	is "SAS: blacklisted as protocol scsi:sas" "$RC$OUT" 0
}

base_modules
slim_udev
start_udev
multipath_reset
mkdir -p /etc/multipath
lio_store
start_iscsi
test_group_by_tpg
test_iscsi_timeouts
iscsi_logout
start_fc || bail "FCoE: no disks behind two pairs of ports"
test_fc
test_sas
tap_end
