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
MAN_NAMES := riscv64 profile explore irdump irbackend
MAN_PAGES := $(MAN_NAMES:%=$(BUILD)/man/tcg-%.1)
COMPLETED := $(MAN_NAMES:%=tcg-%) tcg-riscv64-static tcg-riscv64-dyn

$(BUILD)/man/%.1: $(BUILD)/% dist/man/%.1.in dist/man.awk VERSION
	@mkdir -p $(@D)
	@echo "  MAN   $@"
	$(Q)$< --help | awk -v template=dist/man/$*.1.in -v version=$(VERSION) \
	  -f dist/man.awk > $@

.PHONY: man dyn install install-programs install-data uninstall
man: $(MAN_PAGES)

# The build that loads plugins which are shared objects.
dyn:
	$(Q)$(MAKE) --no-print-directory MODE=shared build/shared/tcg-riscv64

install: install-programs install-data

install-programs: all dyn
	$(Q)$(INSTALL) -d $(DESTDIR)$(bindir)
	$(Q)for p in $(STATIC_TOOLS); do \
	  $(INSTALL) -m 755 $(BUILD)/$$p $(DESTDIR)$(bindir)/$$p && \
	  case `head -c 2 $(BUILD)/$$p` in '#!') ;; *) \
	    $(STRIP) $(DESTDIR)$(bindir)/$$p ;; esac || exit 1; done
	$(Q)$(INSTALL) -m 755 build/shared/tcg-riscv64 \
	  $(DESTDIR)$(bindir)/tcg-riscv64-dyn
	$(Q)$(STRIP) $(DESTDIR)$(bindir)/tcg-riscv64-dyn
	$(Q)ln -sf tcg-riscv64 $(DESTDIR)$(bindir)/tcg-riscv64-static

install-data: man
	$(Q)$(INSTALL) -d $(DESTDIR)$(includedir) $(DESTDIR)$(mandir)/man1 \
	  $(DESTDIR)$(docdir) $(DESTDIR)$(bashdir) $(DESTDIR)$(zshdir)
	$(Q)$(INSTALL) -m 644 src/plugin/tcg-plugin.h $(DESTDIR)$(includedir)
	$(Q)$(INSTALL) -m 644 $(MAN_PAGES) $(DESTDIR)$(mandir)/man1
	$(Q)ln -sf tcg-riscv64.1 $(DESTDIR)$(mandir)/man1/tcg-riscv64-static.1
	$(Q)$(INSTALL) -m 644 $(BUILD)/man/tcg-riscv64.1 \
	  $(DESTDIR)$(mandir)/man1/tcg-riscv64-dyn.1
	$(Q)$(INSTALL) -m 644 README.md CHANGELOG.md LICENSE docs/*.md \
	  $(DESTDIR)$(docdir)
	$(Q)$(INSTALL) -m 644 dist/completion/tcg.bash \
	  $(DESTDIR)$(bashdir)/tcg-riscv64
	$(Q)for n in $(filter-out tcg-riscv64,$(COMPLETED)); do \
	  ln -sf tcg-riscv64 $(DESTDIR)$(bashdir)/$$n || exit 1; done
	$(Q)$(INSTALL) -m 644 dist/completion/_tcg $(DESTDIR)$(zshdir)/_tcg

# For the kernel: `make install-binfmt`, then systemctl restart systemd-binfmt.
.PHONY: install-binfmt
install-binfmt: all
	$(Q)$(INSTALL) -d $(DESTDIR)$(binfmtdir)
	$(Q)dist/binfmt.sh $(BUILD)/tcg-riscv64 $(bindir)/tcg-riscv64 conf \
	  > $(DESTDIR)$(binfmtdir)/tcg-riscv64.conf

uninstall:
	$(Q)rm -f $(STATIC_TOOLS:%=$(DESTDIR)$(bindir)/%) \
	  $(DESTDIR)$(bindir)/tcg-riscv64-dyn \
	  $(DESTDIR)$(bindir)/tcg-riscv64-static \
	  $(DESTDIR)$(includedir)/tcg-plugin.h \
	  $(MAN_NAMES:%=$(DESTDIR)$(mandir)/man1/tcg-%.1) \
	  $(DESTDIR)$(mandir)/man1/tcg-riscv64-static.1 \
	  $(DESTDIR)$(mandir)/man1/tcg-riscv64-dyn.1 \
	  $(COMPLETED:%=$(DESTDIR)$(bashdir)/%) $(DESTDIR)$(zshdir)/_tcg \
	  $(DESTDIR)$(binfmtdir)/tcg-riscv64.conf
	$(Q)rm -rf $(DESTDIR)$(docdir)
