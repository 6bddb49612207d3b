# A LIO disk through two iSCSI portals: transport states, and the sysfs of a real transport.
# weight: 80
# shellcheck shell=bash
topology iscsi
usual() {
	conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
	${1:-}
@0.14 A01 	detect_pgpolicy no
}
${2:-}
E
}

case_is create
usual
run -d
run
run -ll
run -l
run -rr
run -T
run -c /dev/sda
run -F

case_is node-name
usual 'path_grouping_policy group_by_node_name' 'overrides {
	path_grouping_policy group_by_node_name
}'
run
run -F

case_is protocol-blacklist
usual '' 'blacklist {
	protocol "scsi:iscsi"
}'
run -d
run
run -c /dev/sda

case_is link-cut
usual
run
change 'cut_link 127.0.4.5; wait_for 40 grep -q transport-offline /sys/block/sdb/device/state'
run -ll
run -l
run -d
run -rr
run -ll
change 'mend_links; wait_for 60 grep -q running /sys/block/sdb/device/state'
run -ll
run -F

case_is link-cut-before
usual
change 'cut_link 127.0.4.5; wait_for 40 grep -q transport-offline /sys/block/sdb/device/state'
run -d
run
run -ll
change 'mend_links; wait_for 60 grep -q running /sys/block/sdb/device/state'
run
run -ll
run -F
