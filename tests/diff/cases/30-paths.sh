# Paths in every number and state.
# weight: 210
# shellcheck shell=bash
W=333333330000007d0
usual() {
	conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
	${1:-}
@0.14 A01 	detect_pgpolicy no
}
E
}

for n in $(seq 16); do
	topology grow $n
	case_is paths-$n
	usual
	run -d
	run
	run -ll
	case $n in
	1 | 2 | 3 | 8 | 16)
		run -l
		run -rr
		;;
	esac
	run -F
	case $n in
	3 | 8 | 16)
		case_is paths-$n-by-prio
		usual 'path_grouping_policy group_by_prio'
		run
		run -ll
		run -F
		case_is paths-$n-multibus
		usual 'path_grouping_policy multibus'
		run
		run -F
		;;
	esac
done

topology sdebug add_host=1
case_is single-greedy
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths no
@0.14 A01 	detect_pgpolicy no
}
E
run
run -ll
run -F

topology sdebug add_host=4
case_is offline-before
usual
change 'echo offline >/sys/block/sdb/device/state'
run -d
run
run -ll
run -l
run -rr
run -F

case_is offline-after
usual
run
change 'echo offline >/sys/block/sda/device/state'
run -ll
run -l
run
run -ll
run -rr
run -ll
change 'echo running >/sys/block/sda/device/state'
run -ll
run
run -F

case_is all-offline
usual
change 'for d in sda sdb sdc sdd; do echo offline >/sys/block/$d/device/state; done'
run -d
run
run -ll
run -F

case_is deleted-after
usual
run
change 'echo 1 >/sys/block/sdd/device/delete'
run -ll
run -l
run -d
run
run -ll
run -r
run -F

case_is failed-in-kernel
usual 'path_grouping_policy multibus'
run
prepare 'dmsetup message mpatha 0 "fail_path 8:16"'
run -ll
run -l
run
run -ll
run -r
run -ll
prepare 'for d in 0 16 32 48; do dmsetup message mpatha 0 "fail_path 8:$d"; done'
run -ll
run -C /dev/mapper/mpatha
run -F

case_is switched-group
usual
run
prepare 'dmsetup message mpatha 0 "switch_group 3"; dd if=/dev/mapper/mpatha of=/dev/null bs=4096 count=1 iflag=direct 2>/dev/null; udevadm settle'
run -ll
run -l
run -F

case_is read-only-paths
usual
change 'for d in sda sdb sdc sdd; do blockdev --setro /dev/$d; done'
run -d
run
run -ll
run -F

case_is suspended
usual
run
prepare 'dmsetup suspend mpatha'
run -ll
run -l
prepare 'dmsetup resume mpatha; udevadm settle'
run -F

case_is in-use-elsewhere
usual
prepare 'dmsetup create holder --table "0 8 linear /dev/sda 0"; udevadm settle'
run
run -ll
prepare 'dmsetup remove holder; udevadm settle'
run
run -F

topology sdebug add_host=2 sector_size=4096
case_is sectors-4096
usual
run
run -ll
run -F

topology sdebug add_host=2 virtual_gb=2050
case_is big-disk
usual
run
run -ll
run -F
