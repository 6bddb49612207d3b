# minipath: one executable, many names. Variables: CC, CFLAGS, PREFIX, DESTDIR, SAN=1, V=1.
# Fragments (parser/rules.mk, tests/rules.mk, ...) hold what only their folder needs.

CC       ?= cc
PREFIX   ?= /usr
SBINDIR  ?= $(PREFIX)/sbin
DOCDIR   ?= $(PREFIX)/share/doc/minipath
MANDIR   ?= $(PREFIX)/share/man
FLEX     ?= flex
BISON    ?= bison

comma    := ,
# One build folder per compiler and sanitizer setting, so that they never mix.
variant  := $(if $(SAN),-san)$(if $(TSAN),-tsan)$(if $(findstring clang,$(CC)),-clang)
B        ?= build$(variant)

OPT      ?= -O2 -g
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
            -Wno-sign-conversion -Wformat=2 -Wformat-nonliteral $(if $(findstring clang,$(CC)),,-Wno-format-truncation) -Wvla -Werror
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)\
            $(if $(TSAN),-fsanitize=thread)
HARDEN   := $(if $(SAN)$(TSAN),,-D_FORTIFY_SOURCE=2 -fstack-protector-strong) -fPIE
CPPFLAGS += -D_GNU_SOURCE -I. -I$(B)
ALLFLAGS  = -std=gnu11 $(OPT) $(WARN) $(HARDEN) $(SANFLAGS) $(CFLAGS) -MMD -MP
LDLIBS   += -ldevmapper -ludev -lpthread
LINK      = $(CC) $(OPT) $(SANFLAGS) -pie -Wl,-z,relro,-z,now,--as-needed $(LDFLAGS)

ifndef V
Q := @
say = @printf '  %-5s %s\n' '$(1)' '$(patsubst $(B)/%,%,$(2))';
endif

all: $(B)/minipath

MAIN := cli/minipath.c
SRC  := $(filter-out $(MAIN),$(wildcard parser/*.c core/host/*.c core/model/*.c core/model/*/*.c \
          core/engine/*.c daemon/*.c cli/*.c cli/*/*.c))
GEN  := $(B)/parser/lex.c $(B)/parser/grammar.c
OBJ  := $(SRC:%.c=$(B)/%.o) $(GEN:.c=.o)

$(B)/libminipath.a: $(OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/minipath: $(B)/$(MAIN:.c=.o) $(B)/libminipath.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)
	$(Q)for n in $(LINKS); do ln -sf minipath $(B)/$$n; done

# Names the executable answers to beside its own.
LINKS := multipath multipathd multipathc kpartx mpathpersist

$(B)/%.o: %.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALLFLAGS) $(CPPFLAGS) -c -o $@ $<

# Generated code is compiled with the warnings that flex and bison themselves keep.
$(B)/parser/lex.o $(B)/parser/grammar.o: $(B)/%.o: $(B)/%.c
	$(call say,CC,$@)
	$(Q)$(CC) $(ALLFLAGS) -Wno-conversion -Wno-missing-prototypes -Wno-unused-function \
	  -Wno-unused-but-set-variable $(CPPFLAGS) -c -o $@ $<

$(B)/parser/lex.c: parser/lex.l $(B)/parser/grammar.c
	$(call say,FLEX,$@)
	$(Q)mkdir -p $(@D) && $(FLEX) -o $@ --header-file=$(B)/parser/lex.h $<

$(B)/parser/grammar.c: parser/grammar.y
	$(call say,BISON,$@)
	$(Q)mkdir -p $(@D) && $(BISON) -Wall -Werror --defines=$(B)/parser/grammar.h -o $@ $<

# Sources that include generated headers wait for them (the dependency files only know later).
$(OBJ): | $(GEN)
.SECONDARY: $(GEN)

include tests/rules.mk
include dist/rules.mk

install: $(B)/minipath
	install -D -m 755 -s $(B)/minipath $(DESTDIR)$(SBINDIR)/minipath
	for n in $(LINKS); do ln -sf minipath $(DESTDIR)$(SBINDIR)/$$n; done

clean:
	rm -rf build build-*

.PHONY: all install clean
-include $(shell find $(B) -name '*.d' 2>/dev/null)
