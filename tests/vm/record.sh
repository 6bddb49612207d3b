#!/bin/bash
# Run by boot, in the guest, with SHARE set: record real hosts as snapshots (tests/snapshots/README.md) into /share.
#   SHARE=/tmp/rec tests/vm/boot tests/vm/record.sh
# Each scene gets a folder; what goes in is what a status check reads. Done by hand when a scene is added: the
# recordings are committed, the tests replay them.
set -u
. tests/vm/lib.sh
MULTIPATH=${MULTIPATH:-$TOP/build/multipath}

# copy DIR-BELOW-SYS FILE...: attributes that exist, as they are
copy() {
	local dir=$1 f
	shift
	mkdir -p "$OUT/sys/$dir"
	for f in "$@"; do
		[ -f "/sys/$dir/$f" ] || continue
		mkdir -p "$(dirname "$OUT/sys/$dir/$f")"
		cat "/sys/$dir/$f" >"$OUT/sys/$dir/$f" 2>/dev/null || rm -f "$OUT/sys/$dir/$f"
	done
}

link() { # path below sys: recorded as the link it is
	mkdir -p "$(dirname "$OUT/sys/$1")"
	cp -P "/sys/$1" "$OUT/sys/$1"
}

record_block() { # name
	local real=$(readlink -f "/sys/class/block/$1") dev
	real=${real#/sys/}
	copy "$real" dev size ro hidden queue/max_sectors_kb queue/logical_block_size dm/name dm/uuid dm/suspended partition
	mkdir -p "$OUT/sys/$real/holders"
	for h in /sys/"$real"/holders/*; do [ ! -L "$h" ] || cp -P "$h" "$OUT/sys/$real/holders/"; done
	link "class/block/$1"
	link "dev/block/$(cat "/sys/$real/dev")"
	[ -e "/sys/$real/device" ] || return 0
	cp -P "/sys/$real/device" "$OUT/sys/$real/device"
	dev=$(readlink -f "/sys/$real/device")
	copy "${dev#/sys/}" vendor model rev state timeout inquiry vpd_pg0 vpd_pg80 vpd_pg83 access_state preferred_path dh_state
}

record_answers() { # name: what TEST UNIT READY and a read of the first block get
	mkdir -p "$OUT/scsi/$1"
	if timeout 20 dd if="/dev/$1" of=/dev/null bs=4096 count=1 iflag=direct 2>/dev/null; then
		echo "00 00 00 -" | tee "$OUT/scsi/$1/read" >"$OUT/scsi/$1/000000000000"
	else
		echo "00 0f 00 -" >"$OUT/scsi/$1/000000000000"
		echo "error EIO" >"$OUT/scsi/$1/read"
	fi
}

record_dm() {
	local name uuid dev table status open
	mkdir -p "$OUT/dm"
	dmsetup info -c --noheadings --separator ' ' -o name,uuid,major,minor,open 2>/dev/null | while read -r name uuid maj min open; do
		[ -n "${open:-}" ] || continue
		{
			echo "uuid: $uuid"
			echo "dev: $maj:$min"
			echo "open: $open"
			dmsetup table "$name" | sed 's/^/table: /'
			dmsetup status "$name" | sed 's/^/status: /'
		} >"$OUT/dm/$name"
	done
}

record_transport() {
	local s
	for s in /sys/class/iscsi_session/session*; do
		[ -e "$s" ] || continue
		copy "class/iscsi_session/${s##*/}" targetname recovery_tmo
	done
	for s in /sys/class/iscsi_host/host*; do
		[ -e "$s" ] || continue
		copy "class/iscsi_host/${s##*/}" ipaddress
	done
}

record() { # scene
	OUT=/share/$1
	rm -rf "$OUT"
	mkdir -p "$OUT/proc/self" "$OUT/udev" "$OUT/etc/multipath" "$OUT/run/multipath"
	for b in $(ls /sys/class/block | grep -E '^(sd|dm-)'); do record_block "$b"; done
	for d in $(disk_names); do record_answers "$d"; done
	record_dm
	record_transport
	copy module/nvme_core/parameters multipath
	udevadm info -e | awk -v RS= -v ORS='\n\n' '/DEVNAME=\/dev\/(sd|dm-)/' >"$OUT/udev/export"
	grep -E '/dev/(sd|dm-)' /proc/self/mountinfo >"$OUT/proc/self/mountinfo"
	cp /proc/swaps "$OUT/proc/swaps"
	cp /etc/multipath.conf "$OUT/etc/" 2>/dev/null
	cp -r /etc/multipath/. "$OUT/etc/multipath/" 2>/dev/null
	date +%s >"$OUT/time"
	echo "# recorded $1"
}

config() { cat >/etc/multipath.conf; }

sdebug_scenes() {
	sdebug_load add_host=4 vpd_use_hostno=0 dev_size_mb=64
	multipath_reset
	config <<-'C'
		defaults {
			user_friendly_names yes
			find_multipaths yes
		}
	C
	record sdebug-4paths-none
	"$MULTIPATH" >/dev/null 2>&1
	record sdebug-4paths
	echo offline >/sys/block/sdb/device/state
	record sdebug-4paths-offline
	echo running >/sys/block/sdb/device/state
	multipath_reset
	sdebug_unload
	sdebug_load add_host=2 vpd_use_hostno=0 dev_size_mb=64 max_luns=3
	config <<-'C'
		defaults {
			find_multipaths off
			path_grouping_policy multibus
			detect_pgpolicy no
			no_path_retry 12
		}
		blacklist {
			wwid 33333333000000bb8
		}
	C
	"$MULTIPATH" >/dev/null 2>&1
	record sdebug-3maps-queueing
	multipath_reset
	sdebug_unload
}

iscsi_scenes() {
	iscsi_target store 10000000000 59e8ba68638854e9093f3ba3a0e00001 && iscsi_login 1
	multipath_reset
	config <<-C
		defaults {
		        user_friendly_names yes
		find_multipaths yes
		}
		multipaths {
		    multipath {
		        wwid    "$(/lib/udev/scsi_id --whitelisted --device=/dev/"$(disk_names | head -1)")"
		        alias   mpatha
		    }
		}
	C
	"$MULTIPATH" >/dev/null 2>&1
	record iscsi-tutorial
	cut_link 127.0.4.5
	wait_for 20 grep -q transport-offline /sys/block/*/device/state
	record iscsi-link-cut
	mend_links
}

base_modules
slim_udev
start_udev
sdebug_scenes
iscsi_scenes
echo "ok 1 - recorded"
