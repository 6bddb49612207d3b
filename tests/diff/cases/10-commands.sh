# Every command of multipath on two paths of one disk (one active/optimized, one not).
# weight: 110
# shellcheck shell=bash
topology sdebug add_host=2
W=333333330000007d0

case_is create
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run -ll
run -ll $W
run -d -v2
run -d -v1
run -d -v0
run -d
run
run
run -ll
run -l
run -ll -v1
run -ll -v0
run -l -v1
run -ll mpatha
run -ll $W
run -ll /dev/sda
run -ll 8:16
run -ll /dev/mapper/mpatha
run -ll /dev/dm-0
run -l mpatha
run -ll nosuch
run -lx
run -r -v0
run -r -v1
run -r
run -rr
run -r mpatha
run -r /dev/sdb
run -d
run -d -r
run -d -l
run -l -d
run -F

case_is verbose
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run -d -v3
run -v3
run -v3
run -ll -v3
run -l -v3
run -rv3
run -F -v3

case_is levels
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
	verbosity 1
@0.14 A01 	detect_pgpolicy no
}
E
run
run -ll
run -F
run -v0
run -F
run -v2 -d

case_is flush
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run -f nosuch
run -f
run
prepare 'exec 8</dev/mapper/mpatha'
run -f mpatha
run -F
run -f mpatha -R 1
prepare 'exec 8<&-; udevadm settle'
run -f /dev/sda
run -f 8:0
run -f /dev/mapper/mpatha
run
run -f /dev/dm-0
run
run -f $W
run
run -f mpatha
run -f mpatha
run -F
run -W

case_is other-map
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
prepare 'dmsetup create other --table "0 8 zero"; udevadm settle'
run -f other
run -ll other
run -C other
run
run -F
prepare 'dmsetup remove other; udevadm settle'

case_is wwids
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths strict
@0.14 A01 	detect_pgpolicy no
}
E
run
run -a /dev/sda
run -a /dev/sda
run -a somewwid
run -w /dev/sda
run -w /dev/sda
run -w nosuch
run -a $W
run
run -w $W
run -W
run -a /dev/sdb
run -F
run -W
run -a
run -w
run -a /dev/nosuch

case_is check
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run -c /dev/sda
run -c
run -c sda
run -c nosuch
run -u sda
run -u
run -u nosuch
run -i -c /dev/sda
run -C /dev/sda
run -C mpatha
run
run -c /dev/sda
run -c /dev/sdb
run -u sda
run -u sdb
run -C /dev/mapper/mpatha
run -C mpatha
run -C /dev/dm-0
run -C $W
run -C /dev/sda
run -C
prepare 'export ACTION=change DEVNAME=/dev/dm-0 DEVPATH=/devices/virtual/block/dm-0 DEVTYPE=disk SUBSYSTEM=block MAJOR=254 MINOR=0'
run -U dm-0
run -U
run -F

case_is kernel-names
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run -a sda
run sda
run -ll sda
run -ll dm-0
run -ll 254:0
run -r sdb
run -w sda
run -F

case_is policies
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run -p multibus
run -p failover
run -p group_by_serial
run -p group_by_prio
run -p group_by_node_name
run -p multibusXY
run -p nonsense
run -p multibus -d
run -p multibus -l
run -p

case_is bad-arguments
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run -h
run -Z
run -vx
run -v
run -l /etc/passwd
run /etc/passwd
run /dev/nosuch
run -ll /dev/nosuch
run 99:99
run nosuch
run -d nosuch
run -M x -D -d

case_is device-argument
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run /dev/sda
run -F
run 8:16
run -F
run $W
run -F
run mpatha
run -F
run /dev/sda /dev/nosuch
run -F

case_is ignore-wwids
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths strict
@0.14 A01 	detect_pgpolicy no
}
E
run -i -d
run -i
run -F

case_is read-only-bindings
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run -B
run
run -B -r
run -F

case_is queue
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
	no_path_retry queue
@0.14 A01 	detect_pgpolicy no
}
E
run
run -ll
run -r -q
run -ll
run -F

case_is foreign
conf <<E
defaults {
	user_friendly_names yes
	find_multipaths yes
@0.14 A01 	detect_pgpolicy no
}
E
run
run -ll -e
run -T
run -F
run -T
