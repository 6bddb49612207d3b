# The control socket's server with answers of its own, for tests/daemon/*.py.
$(B)/tests/daemon/server: $(B)/tests/daemon/server.o $(B)/libminipath.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)
