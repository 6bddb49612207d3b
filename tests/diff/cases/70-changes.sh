# What changes below a map or beside it: sizes, names, WWIDs, write protection, and paths that something else uses.
# weight: 195
# shellcheck shell=bash
W=333333330000007d0
V=333333330000007d1
usual() {
	conf <<E
defaults {
	user_friendly_names yes
	find_multipaths ${1:-yes}
@0.14 A01 	detect_pgpolicy no
}
${2:-}
E
}
names() { # ALIAS-OF-W ALIAS-OF-V
	echo "multipaths {
	multipath {
		wwid $W
		alias $1
	}
	multipath {
		wwid $V
		alias $2
	}
}"
}
rescan() { for d; do echo 1 >"/sys/block/$d/device/rescan"; done; udevadm settle; }

topology sdebug add_host=2 virtual_gb=1
case_is resize
usual
run
change 'echo 2 >$SDEBUG/virtual_gb; rescan sda sdb'
run -ll
run -d
run
run -r
run -ll
change 'echo 1 >$SDEBUG/virtual_gb; rescan sda sdb'
run -r mpatha
run -ll
run -F

case_is sizes-differ-before
usual
change 'echo 2 >$SDEBUG/virtual_gb; rescan sda'
run -d
run
run -ll
run -F

case_is sizes-differ-after
usual
run
change 'echo 2 >$SDEBUG/virtual_gb; rescan sdb'
run -ll
run -d
run
run -r
run -ll
run -F

topology sdebug add_host=3
case_is wwid-changed
usual
run
change 'echo 1 >$SDEBUG/vpd_use_hostno; rescan sdc; udevadm trigger --settle /sys/block/sdc'
run -ll
run -d
run
run -r
run -ll
run -c /dev/sdc
run -F

topology sdebug add_host=2 wp=1
case_is write-protected
usual
run -d
run
run -ll
run -r
run -ll
run -F

topology sdebug add_host=2 max_luns=2
case_is rename-forced
usual
run
usual yes "$(names one two)"
run -d -r
run -r
run -ll
usual yes "$(names one three)"
run -r
usual yes "$(names 'one more' two)"
run -r "$V"
run -r
run -ll
usual no
run -r
run -ll
run -F

case_is swap-forced
usual
run
usual yes "$(names mpathb mpatha)"
run -r
run -ll
run -l
run -F

case_is name-taken
usual yes "$(names taken two)"
prepare 'dmsetup create taken --table "0 8 zero"; udevadm settle'
run -d
run
run -ll
prepare 'dmsetup remove taken; udevadm settle'
run
run -ll
run -F

topology sdebug add_host=2
# multipath-tools waits for as long as the lock is held; so do we, for a while
case_is locked
usual
prepare 'flock -x /dev/sda sleep 4 & sleep 1'
run
run -ll
run -F

for mode in yes smart greedy; do
	case_is mounted-$mode
	usual $mode
	prepare 'modprobe ext4; mkfs.ext4 -q /dev/sda; mkdir -p /tmp/mnt; mount /dev/sda /tmp/mnt; udevadm settle'
	run -c /dev/sda
	run -c /dev/sdb
	run -d
	run
	run -ll
	prepare 'umount /tmp/mnt; udevadm settle'
	run -c /dev/sda
	run
	run -ll
	run -F

	case_is swap-space-$mode
	usual $mode
	prepare 'mkswap /dev/sda >/dev/null 2>&1; swapon /dev/sda; udevadm settle'
	run -c /dev/sda
	run
	prepare 'swapoff /dev/sda; udevadm settle'
	run
	run -F

	case_is logical-volume-$mode
	usual $mode
	prepare 'dmsetup create vg-lv --uuid LVM-abcdefghijklmnop --table "0 8 linear /dev/sda 0"; udevadm settle'
	run -c /dev/sda
	run -u sda
	run
	run -ll
	prepare 'dmsetup remove vg-lv; udevadm settle'
	run
	prepare 'dmsetup create vg-lv --uuid LVM-abcdefghijklmnop --table "0 8 linear /dev/mapper/mpatha 0"; udevadm settle'
	run -r
	run -f mpatha
	run -F
	prepare 'dmsetup remove vg-lv; udevadm settle'
	run -F
done

case_is partition
usual
run
prepare 'dmsetup create mpatha-part1 --uuid part1-mpath-333333330000007d0 --table "0 8 linear /dev/mapper/mpatha 8"; udevadm settle'
usual yes "multipaths {
	multipath {
		wwid $W
		alias named
	}
}"
run -r
run -ll
prepare 'exec 8</dev/mapper/named*1'
run -F
run -f named
prepare 'exec 8<&-; udevadm settle'
run -f named

case_is partition-delimiter
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
	partition_delimiter _
@0.14 A01 	detect_pgpolicy no
}
E
run
prepare 'dmsetup create mpatha1 --uuid part1-mpath-333333330000007d0 --table "0 8 linear /dev/mapper/mpatha 8"; udevadm settle'
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
	partition_delimiter _
@0.14 A01 	detect_pgpolicy no
}
multipaths {
	multipath {
		wwid $W
		alias named2
	}
}
E
run -r
# 0.9.4 looks again for a partition map that it has just removed, and libdevmapper says so.
errors none
run -F
