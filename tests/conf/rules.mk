# The driver of tests/conf: reads a configuration and prints it, see confdump.c.
confdump: $(B)/tests/conf/confdump

$(B)/tests/conf/confdump: $(B)/tests/conf/confdump.o $(B)/libminipath.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)

.PHONY: confdump
