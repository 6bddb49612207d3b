#!/bin/bash
# clang-format, cppcheck, function length and unfinished work. Prints TAP.
cd "$(dirname "$0")/.." || exit 1
mapfile -t src < <(git ls-files -co --exclude-standard '*.c' '*.h')
if clang-format --dry-run --Werror "${src[@]}"; then echo "ok - clang-format"; else echo "not ok - clang-format"; fi
mapfile -t c < <(git ls-files -co --exclude-standard 'parser/*.c' 'core/*.c' 'daemon/*.c' 'cli/*.c')
if cppcheck -q -j2 --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches -I. "${c[@]}"; then
	echo "ok - cppcheck"; else echo "not ok - cppcheck"; fi
long=$(awk 'FNR==1{b=0} /^\{/{b=FNR} /^\}/{if(b&&FNR-b>100)printf "%s:%d %d lines\n",FILENAME,b,FNR-b; b=0}' "${c[@]}")
if [ -z "$long" ]; then echo "ok - no function over 100 lines"; else echo "$long"; echo "not ok - no function over 100 lines"; fi
todo=$(grep -nE 'TODO|FIXME|XXX' "${c[@]}")
if [ -z "$todo" ]; then echo "ok - no unfinished work"; else echo "$todo"; echo "not ok - no unfinished work"; fi
