$(B)/tests/scenarios/scenario: $(patsubst %,$(B)/tests/scenarios/%.o,scenario world kernel) $(B)/libminipath.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)
