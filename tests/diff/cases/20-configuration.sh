# What multipath.conf decides: names, table options, grouping; then, with two disks, blacklists, find_multipaths, renames.
# weight: 180
# shellcheck shell=bash
topology sdebug add_host=2
W=333333330000007d0
V=333333330000007d1

# setting NAME LINE-IN-DEFAULTS [SECTIONS]: the usual configuration and this, created and listed
setting() {
	case_is "$1"
	conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
	${2:-}
@0.14 A01 	detect_pgpolicy no
}
${3:-}
E
	run
	run -ll
}

setting names-no 'user_friendly_names no'
setting prefix 'alias_prefix disk'
setting policy-multibus 'path_grouping_policy multibus'
setting policy-failover 'path_grouping_policy failover'
setting policy-group_by_serial 'path_grouping_policy group_by_serial'
setting policy-group_by_prio 'path_grouping_policy group_by_prio'
setting policy-group_by_node_name 'path_grouping_policy group_by_node_name'
setting selector-rr 'path_selector "round-robin 0"'
setting selector-ql 'path_selector "queue-length 0"'
setting minio 'rr_min_io_rq 7'
setting weight 'rr_weight priorities'
setting weight-multibus 'rr_weight priorities
	path_grouping_policy multibus'
setting features 'features "1 queue_if_no_path"'
setting features-many 'features "2 pg_init_retries 50"'
setting retry-fail 'no_path_retry fail'
setting retry-queue 'no_path_retry queue'
setting retry-number 'no_path_retry 12'
setting handler 'hardware_handler "1 rdac"'
setting handler-forced 'hardware_handler "1 rdac"
	retain_attached_hw_handler no'
setting prio-const 'prio const
	detect_prio no'
setting prio-alua 'prio alua
	detect_prio no'
setting prio-alua-exclusive 'prio alua
	prio_args exclusive_pref_bit
	detect_prio no'
setting prio-sysfs 'prio sysfs
	detect_prio no'
setting prio-unknown 'prio nosuch
	detect_prio no'
setting prio-random-const 'prio const'
setting checker-directio 'path_checker directio
	detect_checker no'
setting checker-readsector0 'path_checker readsector0
	detect_checker no'
setting checker-none 'path_checker none
	detect_checker no'
setting checker-unknown 'path_checker nosuch
	detect_checker no'
setting uid-attribute 'uid_attribute ID_WWN'
setting uid-attribute-none 'uid_attribute NOSUCH'
setting skip-kpartx 'skip_kpartx yes'
setting deferred 'deferred_remove yes'
setting queue-mode 'features "2 queue_mode bio"'
setting marginal 'marginal_pathgroups on'

topology sdebug add_host=2 max_luns=2
setting alias '' "multipaths {
	multipath {
		wwid $W
		alias boot
	}
}"
setting alias-one-policy '' "multipaths {
	multipath {
		wwid $V
		alias \"data disk\"
		path_grouping_policy multibus
		no_path_retry 5
	}
}"
setting alias-same '' "multipaths {
	multipath {
		wwid $W
		alias same
	}
	multipath {
		wwid $V
		alias same
	}
}"
setting device '' 'devices {
	device {
		vendor Linux
		product scsi_debug
		path_grouping_policy multibus
		no_path_retry 3
		prio const
		detect_prio no
	}
}'
setting device-regex '' 'devices {
	device {
		vendor "^L.*x"
		product "(scsi|ata)_debug"
		features "1 queue_if_no_path"
	}
}'
setting overrides 'path_grouping_policy failover' 'overrides {
	path_grouping_policy multibus
	no_path_retry fail
}'

setting blacklist-devnode '' 'blacklist {
	devnode "^sd[ac]"
}'
setting blacklist-devnode-all '' 'blacklist {
	devnode ".*"
}'
setting blacklist-wwid '' "blacklist {
	wwid $W
}"
setting blacklist-wwid-all '' "blacklist {
	wwid .*
}
blacklist_exceptions {
	wwid $V
}"
setting blacklist-device '' 'blacklist {
	device {
		vendor Linux
		product .*
	}
}'
setting blacklist-device-exception '' 'blacklist {
	device {
		vendor .*
		product .*
	}
}
blacklist_exceptions {
	device {
		vendor Linux
		product scsi_debug
	}
}'
setting blacklist-property '' 'blacklist {
	property ID_MODEL
}'
setting blacklist-property-exception '' 'blacklist_exceptions {
	property "(NOSUCH|OTHER)"
}'
setting blacklist-property-allowed '' 'blacklist_exceptions {
	property "(SCSI_IDENT_|ID_WWN)"
}'
setting blacklist-protocol '' 'blacklist {
	protocol "scsi:unspec"
}'
setting blacklist-protocol-exception '' 'blacklist {
	protocol ".*"
}
blacklist_exceptions {
	protocol "scsi:unspec"
}'
setting blacklist-inverted '' 'blacklist {
	devnode "!^sd[bd]"
}'
setting blacklist-exception-devnode '' 'blacklist {
	devnode "^sd"
}
blacklist_exceptions {
	devnode "^sd[ac]$"
}'

# find_multipaths and the ways to ask
for mode in strict no yes greedy smart; do
	case_is "find-$mode"
	conf <<E
defaults {
	user_friendly_names yes
	find_multipaths $mode
	find_multipaths_timeout -10
@0.14 A01 	detect_pgpolicy no
}
E
	run -c /dev/sda
	run -d
	run
	run -c /dev/sda
	run -F
	run -c /dev/sda
	run -i -c /dev/sda
	run -i -d
	run -w $W
	run -c /dev/sda
done

# the files as they are found
case_is bindings-there
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
prepare 'printf "# a comment\nmpathc 333333330000007d1\nmpathf somethingelse\n" >/etc/multipath/bindings; chmod 600 /etc/multipath/bindings'
run
run -ll
run -F

case_is rename
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
multipaths {
	multipath {
		wwid $W
		alias renamed
	}
}
E
run -d
run
run -ll
run -F

case_is swap-names
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
multipaths {
	multipath {
		wwid $W
		alias mpathb
	}
	multipath {
		wwid $V
		alias mpatha
	}
}
E
run
run -ll
run
run -ll
run -F

case_is reload-for-change
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
	path_grouping_policy failover
@0.14 A01 	detect_pgpolicy no
}
E
run
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
	path_grouping_policy multibus
@0.14 A01 	detect_pgpolicy no
}
E
run
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
	path_grouping_policy multibus
	path_selector "round-robin 0"
@0.14 A01 	detect_pgpolicy no
}
E
run
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
	path_grouping_policy multibus
	path_selector "round-robin 0"
	rr_min_io_rq 5
@0.14 A01 	detect_pgpolicy no
}
E
run
run mpathb
run -r mpathb
run -ll
run -f mpatha
run
run -F
