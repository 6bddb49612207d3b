# Tests: every program prints TAP lines; tests/run adds them up and ends with "N passed, N failed".

UNIT  := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/libminipath.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LDLIBS) -lcmocka

unit: $(UNIT)

# One libFuzzer program per tests/fuzz/fuzz_*.c, built by clang with ASan and UBSan. FUZZCOV are
# further flags; tests/fuzz/run has runs that take them into a folder FB of their own.
FB ?= build-fuzz
fuzz:
	$(Q)$(MAKE) --no-print-directory B=$(FB) CC=clang CFLAGS="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all $(FUZZCOV)" \
	  HARDEN= $(FB)/libminipath.a $(FUZZ:%=$(FB)/tests/fuzz/%)

$(FB)/tests/fuzz/%: tests/fuzz/%.c $(FB)/libminipath.a
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D) && clang -std=gnu11 $(OPT) $(WARN) -Wno-missing-prototypes -fsanitize=fuzzer,address,undefined \
	  -fno-sanitize-recover=all $(FUZZCOV) $(CPPFLAGS) -o $@ $< $(FB)/libminipath.a $(LDLIBS)

include tests/conf/rules.mk
include tests/daemon/rules.mk
include tests/scenarios/rules.mk

deps-build deps-check deps-vm: deps-%:
	$(Q)dist/install-deps $*

check: deps-build deps-check deps-vm
	$(Q)tests/run

check-long: deps-build deps-check deps-vm
	$(Q)tests/run --long

check-vm: deps-build deps-check deps-vm
	$(Q)tests/run vm

check-layers:
	$(Q)tests/layers.sh

demo: deps-build
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/demo.sh

bench: deps-build deps-check
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/bench/run

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

.PHONY: unit fuzz check check-long check-vm check-layers demo bench format deps-build deps-check deps-vm
