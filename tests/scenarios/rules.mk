$(B)/tests/scenarios/scenario: $(B)/tests/scenarios/scenario.o $(B)/libminipath.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)
