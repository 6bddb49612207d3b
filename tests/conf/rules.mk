# The driver of tests/conf: reads a configuration and prints it, see confdump.c.
confdump: $(B)/tests/conf/confdump

$(B)/tests/conf/confdump: $(B)/tests/conf/confdump.o $(B)/libminipath.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)

# Words for libFuzzer (-dict=), from the keyword table.
$(B)/tests/conf/conf.dict: $(B)/tests/conf/confdump
	$(Q)$< -k | sort -u >$@

fuzz: $(B)/tests/conf/conf.dict

.PHONY: confdump
