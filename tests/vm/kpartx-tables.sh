# Partition tables made with sfdisk, sgdisk and parted, each handed to compare() of kpartx.sh. Sourced.
# All of them with TEST_LONG, else every third: a table takes some seconds under emulation.

TABLES=0
wanted() {
	TABLES=$((TABLES + 1))
	[ -n "${TEST_LONG:-}" ] || [ $((TABLES % 3)) = 1 ]
}
fresh() { # name size: fails where the table is not wanted now; IMG is then a file nobody looks at
	SKIP=
	rm -f /tmp/*.img
	IMG=/tmp/$1.img
	wanted || SKIP=1 IMG=/tmp/skipped.img
	[ -z "$SKIP" ] && truncate -s "$2" "$IMG"
}
sf() { # name size script-line...
	local name=$1 size=$2
	shift 2
	fresh "$name" "$size" || return
	printf '%s\n' "$@" | sfdisk -q "$IMG" >/tmp/tool.log 2>&1 || ok "$name: sfdisk makes it" false || sed 's/^/# /' /tmp/tool.log
}
sg() { # name size argument...
	local name=$1 size=$2
	shift 2
	fresh "$name" "$size" || return
	sgdisk "$@" "$IMG" >/tmp/tool.log 2>&1 || ok "$name: sgdisk makes it" false || sed 's/^/# /' /tmp/tool.log
}
pa() { # name size argument...
	local name=$1 size=$2
	shift 2
	fresh "$name" "$size" || return
	parted -s "$IMG" "$@" >/tmp/tool.log 2>&1 || ok "$name: parted makes it" false || sed 's/^/# /' /tmp/tool.log
}
same() { [ -n "$SKIP" ] || compare "${1:-$(basename "$IMG" .img)}" "$IMG"; }
poke() { # offset bytes(printf): change the image
	printf "$2" | dd of="$IMG" bs=1 seek="$1" conv=notrunc 2>/dev/null
}

sf dos-one 64M 'label: dos' 'size=8M'; same
sf dos-four 64M 'label: dos' 'size=4M' 'size=4M,type=82' 'size=4M,bootable' 'type=83'; same
sf dos-whole 16M 'label: dos' 'type=83'; same
sf dos-gap 64M 'label: dos' '1: size=4M' '4: size=4M'; same
sf dos-order 64M 'label: dos' '1: start=60000,size=1000' '2: start=2048,size=1000' '3: start=30000,size=1000'; same
sf dos-small 64M 'label: dos' 'start=2048,size=1' 'start=2049,size=1' 'start=2050,size=3'; same
sf dos-low 64M 'label: dos' 'start=1,size=62' 'start=63,size=16065'; same
sf dos-logical 64M 'label: dos' 'size=4M' 'size=30M,type=5' 'size=4M' 'size=4M'; same
sf dos-logical-lba 64M 'label: dos' 'size=4M' 'size=30M,type=f' 'size=4M' 'size=4M'; same
sf dos-logical-linux 64M 'label: dos' 'size=30M,type=85' 'size=4M' 'size=4M'; same
sf dos-logical-first 64M 'label: dos' '1: size=20M,type=5' '2: size=4M' '3: size=4M' '4: size=4M' '5: size=3M' '6: size=3M'; same
sf dos-logical-many 64M 'label: dos' 'type=5' 'size=2M' 'size=2M' 'size=2M' 'size=2M' 'size=2M' 'size=2M' 'size=2M' 'size=2M'; same
sfdisk -q --delete "$IMG" 5 >/dev/null 2>&1; same dos-logical-first-deleted
sfdisk -q --delete "$IMG" 7 9 >/dev/null 2>&1; same dos-logical-more-deleted
sf dos-extended-empty 64M 'label: dos' 'size=4M' 'size=30M,type=5'; same
sf dos-types 64M 'label: dos' 'size=4M,type=7' 'size=4M,type=a5' 'size=4M,type=bf' 'size=4M,type=fd'; same
sf dos-large 3T 'label: dos' 'start=2048,size=100G' 'start=1T,size=900G'; same
sf sun 64M 'label: sun' '1: start=0,size=16065' '2: start=16065,size=32130'; same
sf gpt-sfdisk 64M 'label: gpt' 'size=4M' 'size=4M' 'size=4M'; same
sf gpt-sfdisk-gap 64M 'label: gpt' '2: size=4M' '7: size=4M' '1: start=100000,size=2M'; same

sg gpt-one 64M -n 1:2048:+8M; same
sg gpt-five 64M -n 1:0:+1M -n 2:0:+2M -n 3:0:+3M -n 4:0:+4M -n 5:0:0; same
sg gpt-128 64M -n 128:0:+4M -n 64:0:+4M; same
sg gpt-align-1 64M -a 1 -n 1:34:34 -n 2:35:40 -n 3:50:131038; same
sg gpt-hybrid 64M -n 1:0:+4M -n 2:0:+4M -n 3:0:+4M -h 2:3; same
sg gpt-256 64M -S 256 -n 1:0:+4M -n 200:0:+4M; same
sg gpt-moved 64M -j 1000 -n 1:2048:+4M; same
sg gpt-large 3T -n 1:0:+100G -n 2:0:+2T -n 3:0:0; same
sg gpt-primary-gone 64M -n 1:0:+4M -n 3:0:+4M; dd if=/dev/zero of="$IMG" bs=512 seek=1 count=1 conv=notrunc 2>/dev/null; same
sg gpt-primary-bad 64M -n 1:0:+4M -n 3:0:+4M; poke 530 X; same
sg gpt-entries-bad 64M -n 1:0:+4M -n 3:0:+4M; poke 1060 X; same
sg gpt-backup-gone 64M -n 1:0:+4M -n 3:0:+4M; dd if=/dev/zero of="$IMG" bs=512 seek=131071 count=1 conv=notrunc 2>/dev/null; same
sg gpt-grown 64M -n 1:0:+4M -n 3:0:+4M; truncate -s 80M "$IMG"; same
sg gpt-shrunk 64M -n 1:0:+4M -n 3:0:+4M; truncate -s 40M "$IMG"; same

pa parted-dos 64M mklabel msdos mkpart primary 1M 8M mkpart extended 8M 60M mkpart logical 9M 20M mkpart logical 21M 30M; same
pa parted-dos-deleted 64M mklabel msdos mkpart extended 8M 60M mkpart logical 9M 20M mkpart logical 21M 30M mkpart logical 31M 40M rm 5; same
pa parted-gpt 64M mklabel gpt mkpart a 1M 8M mkpart b 8M 20M set 1 bios_grub on; same
pa parted-mac 64M mklabel mac mkpart a 1M 8M mkpart b 9M 20M; same
pa parted-bsd 64M mklabel bsd mkpart ext2 1M 8M mkpart ext2 9M 20M; same
pa parted-sun 64M mklabel sun mkpart ext2 8M 24M mkpart ext2 24M 40M; same

# 4,096-byte sectors: the tools must see them, so they work on the loop device
four_k() { # name size command...: LOOP is the device
	local name=$1 size=$2
	shift 2
	fresh "$name" "$size" || return
	LOOP=$(losetup -f --show -b 4096 "$IMG")
	"$@" >/tmp/tool.log 2>&1
	compare "$name" "$LOOP"
	losetup -d "$LOOP"
}
sf_4k() { printf '%s\n' "$@" | sfdisk -q --no-reread "$LOOP"; }
pa_4k() { parted -s "$LOOP" "$@"; }
sg_4k() { sgdisk "$@" "$LOOP"; }
four_k 4k-dos 64M sf_4k 'label: dos' 'size=4M' 'size=40M,type=5' 'size=4M' 'size=5M'
four_k 4k-dos-primary 64M sf_4k 'label: dos' 'size=4M' '3: size=8M'
four_k 4k-gpt 64M sf_4k 'label: gpt' 'size=4M' 'size=8M'
four_k 4k-sgdisk 64M sg_4k -n 1:0:+4M -n 9:0:+8M
four_k 4k-parted 64M pa_4k mklabel gpt mkpart a 1M 8M mkpart b 9M 20M
