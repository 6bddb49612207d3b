# What is made from the tables (man page of the configuration, completions, all-defaults.conf),
# and where everything is installed.

COMPDIR_BASH ?= $(PREFIX)/share/bash-completion/completions
COMPDIR_ZSH  ?= $(PREFIX)/share/zsh/site-functions
COMPDIR_FISH ?= $(PREFIX)/share/fish/vendor_completions.d

MKDOC  := $(B)/man/mkdoc
MAN    := $(sort $(wildcard man/*.[1-8])) $(B)/man/minipath.1 $(B)/man/multipath.conf.5
COMP   := $(B)/completions

$(MKDOC): $(B)/man/mkdoc.o $(B)/libminipath.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)

$(B)/man/multipath.conf.5: man/multipath.conf.5.in man/keywords.txt $(MKDOC)
	$(call say,MAN,$@)
	$(Q)mkdir -p $(@D) && $(MKDOC) man man/keywords.txt $< >$@.new && mv $@.new $@

$(B)/man/minipath.1: man/minipath.1.in $(B)/minipath
	$(call say,MAN,$@)
	$(Q)mkdir -p $(@D) && { sed '/^@verbs/,$$d' $<; \
	  $(B)/minipath --help | sed -n 's/^  \([a-z][a-z-]*\)  *\(.*\)/.TP\n.B \1\n\2/p' | sed 's/-/\\-/g'; \
	  sed '1,/^@verbs/d' $<; } >$@.new && mv $@.new $@

$(COMP)/done: dist/completions/generate $(B)/minipath $(MKDOC)
	$(call say,COMP,$(COMP))
	$(Q)mkdir -p $(COMP) && dist/completions/generate $(B) $(COMP) && touch $@

doc: $(MAN) $(COMP)/done

all-defaults: $(MKDOC)
	$(MKDOC) all-defaults >conf-examples/all-defaults.conf.new
	mv conf-examples/all-defaults.conf.new conf-examples/all-defaults.conf

check-man: all
	$(Q)tests/man.sh

install: install-doc

install-doc: doc
	install -d $(DESTDIR)$(DOCDIR)
	install -m 644 conf-examples/*.conf $(DESTDIR)$(DOCDIR)
	install -m 644 dist/github-problem-matcher.json dist/lint-workflow.yml $(DESTDIR)$(DOCDIR)
	install -d $(DESTDIR)$(DOCDIR)/monitoring $(DESTDIR)$(DOCDIR)/schema
	install -m 644 dist/monitoring/* $(DESTDIR)$(DOCDIR)/monitoring
	install -m 644 dist/schema/*.json $(DESTDIR)$(DOCDIR)/schema
	for m in $(MAN); do install -D -m 644 $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/} || exit 1; done
	install -D -m 644 $(COMP)/minipath.bash $(DESTDIR)$(COMPDIR_BASH)/minipath
	for n in $(LINKS); do ln -sf minipath $(DESTDIR)$(COMPDIR_BASH)/$$n || exit 1; done
	install -D -m 644 $(COMP)/_minipath $(DESTDIR)$(COMPDIR_ZSH)/_minipath
	install -D -m 644 $(COMP)/minipath.fish $(DESTDIR)$(COMPDIR_FISH)/minipath.fish

.PHONY: doc all-defaults check-man install-doc
