# What is made from the tables (man page of the configuration, completions, all-defaults.conf),
# and where everything is installed.

COMPDIR_BASH ?= $(PREFIX)/share/bash-completion/completions
COMPDIR_ZSH  ?= $(PREFIX)/share/zsh/site-functions
COMPDIR_FISH ?= $(PREFIX)/share/fish/vendor_completions.d

MKDOC  := $(B)/man/mkdoc
MAN    := $(sort $(wildcard man/*.[1-8])) $(B)/man/minipath.1 $(B)/man/multipath.conf.5 $(B)/man/multipathd.8
COMP   := $(B)/completions

$(MKDOC): $(B)/man/mkdoc.o $(B)/libminipath.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)

$(B)/man/multipath.conf.5: man/multipath.conf.5.in man/keywords.txt $(MKDOC)
	$(call say,MAN,$@)
	$(Q)mkdir -p $(@D) && $(MKDOC) man man/keywords.txt $< >$@.new && mv $@.new $@

$(B)/man/multipathd.8: man/multipathd.8.in $(MKDOC)
	$(call say,MAN,$@)
	$(Q)mkdir -p $(@D) && { sed '/^@verbs/,$$d' $<; $(MKDOC) man-verbs; sed '1,/^@verbs/d' $<; } >$@.new && mv $@.new $@

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

# udev: the rules under the names of this distribution (UDEV_NAMES: upstream or debian), and the helper they call.
UDEVDIR    ?= $(PREFIX)/lib/udev
UDEV_NAMES ?= $(if $(wildcard /etc/debian_version),debian,upstream)

install: install-udev

install-udev:
	install -d $(DESTDIR)$(UDEVDIR)/rules.d
	grep -v '^#' dist/udev/names | while read -r source upstream debian; do \
	  case $(UDEV_NAMES) in debian) name=$$debian ;; *) name=$$upstream ;; esac; \
	  sed 's|@SBINDIR@|$(SBINDIR)|' dist/udev/$$source >$(DESTDIR)$(UDEVDIR)/rules.d/$$name && \
	  chmod 644 $(DESTDIR)$(UDEVDIR)/rules.d/$$name || exit 1; \
	done
	ln -sf $(shell realpath -m --relative-to=$(UDEVDIR) $(SBINDIR))/minipath $(DESTDIR)$(UDEVDIR)/kpartx_id

# The daemon as a service of systemd or OpenRC, and what an initramfs needs (Debian's initramfs-tools, dracut).
UNITDIR      ?= $(PREFIX)/lib/systemd/system
TMPFILESDIR  ?= $(PREFIX)/lib/tmpfiles.d
MODULESDIR   ?= $(PREFIX)/lib/modules-load.d
INITRAMFSDIR ?= $(PREFIX)/share/initramfs-tools
DRACUTDIR    ?= $(PREFIX)/lib/dracut/modules.d/90multipath
UDEV_RULES    = $(shell awk '!/^\#/ { print $$(($(if $(filter debian,$(UDEV_NAMES)),3,2))) }' dist/udev/names)

# fill,MODE,SOURCE,TARGET: a file with its places filled in
fill = sed -e 's|@SBINDIR@|$(SBINDIR)|g' -e 's|@UDEVDIR@|$(UDEVDIR)|g' -e 's|@TMPFILESDIR@|$(TMPFILESDIR)|g' \
	  -e 's|@RULES@|$(UDEV_RULES)|g' $(2) | install -D -m $(1) /dev/stdin $(DESTDIR)$(3)

install: install-service install-initramfs

install-service:
	$(call fill,644,dist/systemd/multipathd.service.in,$(UNITDIR)/multipathd.service)
	$(call fill,644,dist/systemd/multipathd-queueing.service.in,$(UNITDIR)/multipathd-queueing.service)
	install -D -m 644 dist/systemd/multipathd.socket $(DESTDIR)$(UNITDIR)/multipathd.socket
	install -D -m 644 dist/systemd/tmpfiles.conf $(DESTDIR)$(TMPFILESDIR)/multipath.conf
	install -D -m 644 dist/systemd/modules-load.conf $(DESTDIR)$(MODULESDIR)/multipath.conf
	install -D -m 644 dist/systemd/scsi_dh.conf $(DESTDIR)$(MODULESDIR)/scsi_dh.conf

install-openrc:
	$(call fill,755,dist/openrc/multipathd.in,/etc/init.d/multipathd)

install-initramfs:
	$(call fill,755,dist/initramfs-tools/hook.in,$(INITRAMFSDIR)/hooks/multipath)
	$(call fill,755,dist/initramfs-tools/local-top.in,$(INITRAMFSDIR)/scripts/local-top/multipath)
	$(call fill,755,dist/dracut/module-setup.sh.in,$(DRACUTDIR)/module-setup.sh)
	install -m 755 dist/dracut/multipathd.sh dist/dracut/multipathd-stop.sh dist/dracut/multipath-shutdown.sh $(DESTDIR)$(DRACUTDIR)

.PHONY: install-udev install-service install-openrc install-initramfs
