#!/bin/bash
# The whole tree builds without a warning by gcc and by clang, and compiles for musl, the C library of Alpine. Prints TAP.
cd "$(dirname "$0")/.." || exit 1
for cc in gcc clang; do
	if make -s -j2 CC=$cc all 2>&1; then echo "ok - builds with $cc"; else echo "not ok - builds with $cc"; fi
done
# Debian has no libdevmapper for musl to link with: objects only. Headers of the kernel and of the two libraries are
# Debian's; <sys/queue.h> Alpine has as bsd-compat-headers.
inc=build-musl/include
mkdir -p $inc/sys
multi=/usr/include/$(gcc -print-multiarch)
ln -sfn /usr/include/{libdevmapper.h,libudev.h,linux,asm-generic} $inc/
ln -sfn "$multi/asm" $inc/
ln -sfn "$multi/sys/queue.h" $inc/sys/
if make -s -j2 CC=musl-gcc CFLAGS="-isystem $inc" B=build-musl build-musl/libminipath.a 2>&1; then
	echo "ok - compiles for musl"
else
	echo "not ok - compiles for musl"
fi
