# make install, uninstall: DESTDIR goes before everything, prefix and the
# folders below are where things are found afterwards.

prefix ?= /usr/local
bindir ?= $(prefix)/bin
includedir ?= $(prefix)/include
mandir ?= $(prefix)/share/man
docdir ?= $(prefix)/share/doc/tcg-c
bashdir ?= $(prefix)/share/bash-completion/completions
zshdir ?= $(prefix)/share/zsh/site-functions
# Where systemd-binfmt looks. Not written by `make install` of itself: it would
# change how the whole machine runs programs.
binfmtdir ?= $(prefix)/lib/binfmt.d
INSTALL ?= install
STRIP ?= strip

STATIC_TOOLS := $(notdir $(filter-out %.so,$(PROGRAMS)))
MAN_NAMES := tcg tcg-profile tcg-explore tcg-irdump tcg-irbackend
MAN_PAGES := $(MAN_NAMES:%=$(BUILD)/man/%.1)
# Links, each to what stands behind the colon.
BIN_LINKS := $(foreach g,$(GUEST_NAMES),tcg-$(g):tcg tcg-$(g)-static:tcg \
               tcg-$(g)-dyn:tcg-dyn)
LINK_NAMES := $(foreach l,$(BIN_LINKS),$(firstword $(subst :, ,$(l))))
COMPLETED := $(filter-out tcg,$(MAN_NAMES)) tcg-dyn $(LINK_NAMES)

$(BUILD)/man/%.1: $(BUILD)/% dist/man/%.1.in dist/man.awk VERSION
	@mkdir -p $(@D)
	@echo "  MAN   $@"
	$(Q)$< --help | awk -v template=dist/man/$*.1.in -v version=$(VERSION) \
	  -f dist/man.awk > $@

.PHONY: man dyn install install-programs install-data uninstall
man: $(MAN_PAGES)

# The build that loads plugins which are shared objects.
dyn:
	$(Q)$(MAKE) --no-print-directory MODE=shared build/shared/tcg \
	  $(GUEST_NAMES:%=build/shared/tcg-%)

install: install-programs install-data

install-programs: all dyn
	$(Q)$(INSTALL) -d $(DESTDIR)$(bindir)
	$(Q)for p in $(STATIC_TOOLS); do \
	  $(INSTALL) -m 755 $(BUILD)/$$p $(DESTDIR)$(bindir)/$$p && \
	  case `head -c 2 $(BUILD)/$$p` in '#!') ;; *) \
	    $(STRIP) $(DESTDIR)$(bindir)/$$p ;; esac || exit 1; done
	$(Q)$(INSTALL) -m 755 build/shared/tcg $(DESTDIR)$(bindir)/tcg-dyn
	$(Q)$(STRIP) $(DESTDIR)$(bindir)/tcg-dyn
	$(Q)for l in $(BIN_LINKS); do \
	  ln -sf $${l#*:} $(DESTDIR)$(bindir)/$${l%:*} || exit 1; done

install-data: man
	$(Q)$(INSTALL) -d $(DESTDIR)$(includedir) $(DESTDIR)$(mandir)/man1 \
	  $(DESTDIR)$(docdir) $(DESTDIR)$(bashdir) $(DESTDIR)$(zshdir)
	$(Q)$(INSTALL) -m 644 src/plugin/tcg-plugin.h $(DESTDIR)$(includedir)
	$(Q)$(INSTALL) -m 644 $(MAN_PAGES) $(DESTDIR)$(mandir)/man1
	$(Q)$(INSTALL) -m 644 $(BUILD)/man/tcg.1 \
	  $(DESTDIR)$(mandir)/man1/tcg-dyn.1
	$(Q)for l in $(BIN_LINKS); do \
	  ln -sf $${l#*:}.1 $(DESTDIR)$(mandir)/man1/$${l%:*}.1 || exit 1; done
	$(Q)$(INSTALL) -m 644 README.md CHANGELOG.md LICENSE docs/*.md \
	  $(DESTDIR)$(docdir)
	$(Q)$(INSTALL) -m 644 dist/completion/tcg.bash $(DESTDIR)$(bashdir)/tcg
	$(Q)for n in $(COMPLETED); do \
	  ln -sf tcg $(DESTDIR)$(bashdir)/$$n || exit 1; done
	$(Q)$(INSTALL) -m 644 dist/completion/_tcg $(DESTDIR)$(zshdir)/_tcg

# For the kernel: `make install-binfmt`, then systemctl restart systemd-binfmt.
.PHONY: install-binfmt
install-binfmt: all
	$(Q)$(INSTALL) -d $(DESTDIR)$(binfmtdir)
	$(Q)for g in $(GUEST_NAMES); do \
	  dist/binfmt.sh $(BUILD)/tcg-$$g $(bindir)/tcg-$$g conf \
	    > $(DESTDIR)$(binfmtdir)/tcg-$$g.conf || exit 1; done

uninstall:
	$(Q)rm -f $(addprefix $(DESTDIR)$(bindir)/, \
	    $(STATIC_TOOLS) $(LINK_NAMES) tcg-dyn) \
	  $(DESTDIR)$(includedir)/tcg-plugin.h \
	  $(patsubst %,$(DESTDIR)$(mandir)/man1/%.1, \
	    $(MAN_NAMES) $(LINK_NAMES) tcg-dyn) \
	  $(addprefix $(DESTDIR)$(bashdir)/,tcg $(COMPLETED)) \
	  $(DESTDIR)$(zshdir)/_tcg \
	  $(GUEST_NAMES:%=$(DESTDIR)$(binfmtdir)/tcg-%.conf)
	$(Q)rm -rf $(DESTDIR)$(docdir)
