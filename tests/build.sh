#!/bin/bash
# The whole tree builds without a warning by gcc and by clang. Prints TAP.
cd "$(dirname "$0")/.." || exit 1
for cc in gcc clang; do
	if make -s -j2 CC=$cc all 2>&1; then echo "ok - builds with $cc"; else echo "not ok - builds with $cc"; fi
done
