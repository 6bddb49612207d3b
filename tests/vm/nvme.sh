#!/bin/bash
# NVMe on a real kernel (issue 4): nvmet with TCP on loopback, one namespace behind two ports with different ANA
# states; with the driver's own multipathing off (paths are ours) and on (listed only). Debian's multipath-tools beside.
# Run by boot, in the guest:  tests/vm/boot tests/vm/nvme.sh
set -u
. tests/vm/lib.sh
MULTIPATH=${MULTIPATH-$TOP/build/multipath}
STOCK=/usr/local/stock/multipath
[ -x "$MULTIPATH" ] || bail "the binary under test is missing: $MULTIPATH (run: make)"
NQN=nqn.2014-08.org.nvmexpress:uuid:11111111-2222-3333-4444-555555555555
CFG=/sys/kernel/config/nvmet

target() {
	local s=$CFG/subsystems/$NQN p
	need_modules nvmet nvmet-tcp nvme-tcp
	truncate -s 64M /tmp/ns.img
	mkdir "$s"
	echo 1 >"$s/attr_allow_any_host"
	echo minipath-ns >"$s/attr_model" 2>/dev/null
	mkdir "$s/namespaces/1"
	echo -n /tmp/ns.img >"$s/namespaces/1/device_path"
	echo 1 >"$s/namespaces/1/buffered_io"
	echo 6f1ca1e1-0000-4000-8000-000000000001 >"$s/namespaces/1/device_uuid"
	echo 1 >"$s/namespaces/1/enable"
	for p in 1 2; do
		mkdir "$CFG/ports/$p"
		echo tcp >"$CFG/ports/$p/addr_trtype"
		echo ipv4 >"$CFG/ports/$p/addr_adrfam"
		echo 127.0.6.$p >"$CFG/ports/$p/addr_traddr"
		echo 4420 >"$CFG/ports/$p/addr_trsvcid"
	done
	echo non-optimized >"$CFG/ports/2/ana_groups/1/ana_state"
	for p in 1 2; do ln -s "$s" "$CFG/ports/$p/subsystems/$NQN"; done
}

connect() {
	local p
	for p in 1 2; do
		echo "transport=tcp,nqn=$NQN,traddr=127.0.6.$p,trsvcid=4420" >/dev/nvme-fabrics || bail "the initiator does not connect to port $p"
	done
	wait_for 20 test -e "/sys/class/block/$1" || bail "no namespace $1: $(ls /sys/class/block)"
	udevadm settle -t 60
}

disconnect() {
	local c
	for c in /sys/class/nvme/nvme*; do [ ! -e "$c" ] || echo 1 >"$c/delete_controller"; done
	wait_for 20 no_controllers
}
no_controllers() { ! ls -d /sys/class/nvme/nvme* >/dev/null 2>&1; }

# side PROGRAM ARGS...: what it prints
side() { timeout 60 "$@" 2>/tmp/err; }

base_modules
slim_udev
cat >/run/rules/62-nvme.rules <<-'R'
	SUBSYSTEM=="block", KERNEL=="nvme*n*", ATTR{wwid}=="?*", ENV{ID_WWN}="$attr{wwid}"
R
modprobe nvme_core multipath=N || bail "no nvme_core"
start_udev
target

# -- the driver leaves multipathing to us
connect nvme1n1
is "native multipathing is off" "$(cat /sys/module/nvme_core/parameters/multipath)" N
printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n}\n' >/etc/multipath.conf
WWID=uuid.6f1ca1e1-0000-4000-8000-000000000001
stock_dry=$(side $STOCK -d | sed 's/^: //')
multipath_reset
printf 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n}\n' >/etc/multipath.conf
is "multipath -d prints what Debian's prints" "$(side "$MULTIPATH" -d | sed 's/^: //')" "$stock_dry"
side "$MULTIPATH" >/tmp/out
matches "multipath makes the map of the namespace" "$(cat /tmp/out)" "^create: mpatha \($WWID\) undef NVME,"
matches "... grouped by ANA state: optimized first" "$(sed -n 3p /tmp/out)" "prio=50 status=undef"
matches "... non-optimized second" "$(sed -n 5p /tmp/out)" "prio=10 status=undef"
is "multipath -ll prints what Debian's prints" "$(side "$MULTIPATH" -ll)" "$(side $STOCK -ll)"
matches "the optimized path is ready" "$(side "$MULTIPATH" -ll)" "nvme0n1 259:.* active ready running"
echo inaccessible >"$CFG/ports/1/ana_groups/1/ana_state"
wait_for 10 sh -c "'$MULTIPATH' -ll 2>/dev/null | grep -q 'prio=1 '"
is "an ANA change is seen in the priorities" "$(side "$MULTIPATH" -ll | grep -c 'prio=10 ')" 1
echo optimized >"$CFG/ports/1/ana_groups/1/ana_state"
dd if=/dev/urandom of=/tmp/data bs=1M count=4 2>/dev/null
dd if=/tmp/data of=/dev/mapper/mpatha bs=1M oflag=direct 2>/dev/null
ok "data written through the map is on the namespace" cmp -n 4194304 /tmp/data /tmp/ns.img
side "$MULTIPATH" -F
is "multipath -F removes it" "$(dmsetup ls | grep -c mpath)" 0
disconnect || bail "the controllers do not go away"

# -- the driver multipaths by itself: nothing of ours, but listed on request
wait_for 10 rmmod nvme_tcp nvme_fabrics nvme_core || bail "the driver cannot be unloaded"
modprobe nvme_core multipath=Y
modprobe nvme-tcp
connect nvme0n1
is "native multipathing is on" "$(cat /sys/module/nvme_core/parameters/multipath)" Y
multipath_reset
is "multipath makes no map" "$(side "$MULTIPATH")" ""
is "multipath -ll lists nothing by default" "$(side "$MULTIPATH" -ll)" ""
# 0.14.3 names a path by controller, cntlid, namespace and nsid; 0.9.4 left one out (ACCEPTED.md: NVME1)
no_address() { sed -E 's/- [0-9:]+ nvme/- H nvme/'; }
is "multipath -ll -e prints what Debian's prints" "$(side "$MULTIPATH" -ll -e | no_address)" "$(side $STOCK -ll -e | no_address)"
matches "... the namespace with its paths" "$(side "$MULTIPATH" -ll -e)" "^$WWID \[nvme\]:nvme0n1 NVMe,"
printf 'defaults {\n\tenable_foreign nvme\n}\n' >/etc/multipath.conf
is "enable_foreign does the same" "$(side "$MULTIPATH" -l | no_address)" "$(side $STOCK -l | no_address)"
is "-t has the devnode rule without nvme" "$("$MULTIPATH" -t | grep -c 'devnode "!^(sd\[a-z\]|dasd\[a-z\])"')" 1
tap_end
