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

# settings LINE...: the usual configuration and these
settings() {
	{
		printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n'
		printf '\t%s\n' "$@"
		printf '}\n'
	} >/etc/multipath.conf
}

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
	mp -rr
	is "group_by_tpg: a port group becomes non-optimized" "$(groups) $(grep -o 'prio=[0-9]*' <<<"$OUT" | tr '\n' ' ')" \
		"$a $b|$c $d prio=50 prio=10 "
	mp -F
}

test_iscsi_timeouts() {
	local s
	settings 'fast_io_fail_tmo 7' 'dev_loss_tmo 90' 'max_sectors_kb 128' 'eh_deadline 30' 'max_retries 2'
	mp
	for s in /sys/class/iscsi_session/session*; do
		is "iSCSI: recovery_tmo of ${s##*/} is fast_io_fail_tmo" "$(cat $s/recovery_tmo)" 7
	done
	is "max_sectors_kb of the paths" "$(cat $(printf '/sys/block/%s/queue/max_sectors_kb ' $(iscsi_disks)) | sort -u)" 128
	is "max_retries of the disks" "$(cat /sys/class/scsi_disk/*/max_retries | sort -u)" 2
	mp -F
}

# --- FC: fcoe and tcm_fc, VN2VN, two pairs of ports

fc_wwpn() { # interface: of the host made on it
	cat /sys/bus/fcoe/devices/*/../"$1"/*/fc_host/host*/port_name 2>/dev/null | head -1
}

fc_target() { # port name 0x2000...
	local wwn tpg
	wwn=$(sed 's/^0x//; s/../&:/g; s/:$//' <<<"$1")
	tpg=$CFG/fc/$wwn/tpgt_1
	mkdir -p $tpg/lun/lun_0 || return 1
	ln -s $STORE $tpg/lun/lun_0/store
	for other in /sys/class/fc_host/host*/port_name; do
		[ "$(cat $other)" != "$1" ] || continue
		wwn=$(sed 's/^0x//; s/../&:/g; s/:$//' "$other")
		mkdir -p $tpg/acls/$wwn/lun_0 && ln -s $tpg/lun/lun_0 $tpg/acls/$wwn/lun_0/lun
	done
}

start_fc() {
	local i
	need_modules veth libfc libfcoe fcoe tcm_fc
	for i in 0 1; do
		ip link add fci$i mtu 2500 type veth peer name fct$i mtu 2500
		ip link set fci$i up
		ip link set fct$i up
	done
	for i in fct0 fct1 fci0 fci1; do
		echo $i >/sys/module/libfcoe/parameters/create_vn2vn || return 1
		sleep 1
	done
	ls /sys/class/fc_host/ /sys/class/fc_remote_ports /sys/bus/fcoe/devices
	grep -H . /sys/class/fc_host/*/{port_name,port_state,symbolic_name}
}

base_modules
slim_udev
start_udev
multipath_reset
mkdir -p /etc/multipath
lio_store
if [ -z "${ONLY:-}" ] || [ "$ONLY" = iscsi ]; then
start_iscsi
test_group_by_tpg
test_iscsi_timeouts
iscsi_logout
fi
if [ -z "${ONLY:-}" ] || [ "$ONLY" = fc ]; then
start_fc
sleep 5
ls /sys/class/fc_remote_ports
dmesg | tail -40
fi
if [ -z "${ONLY:-}" ] || [ "$ONLY" = sas ]; then
need_modules mptsas
sleep 5
ls /sys/class/sas_end_device /sys/class/sas_rphy
grep -H . /sys/class/sas_end_device/*/*
disk_names
dmesg | tail -30
fi
tap_end
