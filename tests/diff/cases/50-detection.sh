# What 0.14.3 detects and 0.9.4 has to be told: the same outcome from the two configurations.
# weight: 12
# shellcheck shell=bash
topology sdebug add_host=4
case_is pgpolicy
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.9 A01 	path_grouping_policy group_by_prio
}
E
run -d
run
run -ll
run -l
run -rr
run -p failover
run
run -F
