# tcg-c's front door. `make help` says what there is.
#
#   make [MODE=release|shared|debug|asan|ubsan|tsan] [CC=clang] [WERROR=1] [V=1]
#
# Release output is in build/, another mode's in build/MODE/, another compiler's
# in build/CC/ or build/CC/MODE/. Everything that
# is not a main program goes into one archive; each program takes from it what
# it uses, so that tcg-riscv64 needs libc alone even where Capstone is present.

.DEFAULT_GOAL := all

# The guests, NAME/FOLDER: the row is src/guest/NAME.c, the frontend's folder
# src/frontend/FOLDER; tcg-NAME is linked to tcg.
GUESTS := riscv64/riscv

MODE ?= release
CC := gcc
AR := ar
COMPILER := $(notdir $(firstword $(CC)))
BUILD := build$(if $(filter-out gcc,$(COMPILER)),/$(COMPILER))$(if \
           $(filter-out release,$(MODE)),/$(MODE))
Q := $(if $(V),,@)
VERSION := $(shell cat VERSION)
HASH := \#

MODE_release := -O2 -g
MODE_shared := -O2 -g -DTCG_DLOPEN
MODE_debug := -Og -g3 -DTCG_DEBUG
MODE_asan := -O1 -g -DTCG_DEBUG -fsanitize=address -fno-omit-frame-pointer
MODE_ubsan := -O1 -g -DTCG_DEBUG -fsanitize=undefined -fno-sanitize-recover=all
# gcc warns that a fence means nothing to TSan; the interpreter has one.
MODE_tsan := -O1 -g -fsanitize=thread \
             $(if $(filter gcc%,$(COMPILER)),-Wno-tsan)
ifndef MODE_$(MODE)
$(error MODE=$(MODE): use release, shared, debug, asan, ubsan or tsan)
endif

# The host that it is built for. CROSS: not this machine; then what is to be run
# now is built by gcc, and optional libraries are done without.
HOST := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
CROSS := $(filter-out $(shell uname -m),$(HOST))
BUILD_CC := $(if $(CROSS),gcc,$(CC))

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        $(if $(WERROR),-Werror)
CFLAGS := -std=gnu11 $(MODE_$(MODE)) $(WARN) -fPIE
CPPFLAGS := -D_GNU_SOURCE -Isrc -I$(BUILD)
# Static and position-independent: the host's loader puts the emulator high
# up, which leaves the guest its own low addresses. Sanitizers need shared libc,
# and so does MODE=shared, whose plugins are shared objects too; and a C library
# that lacks what such programs begin with.
STATIC := $(if $(filter release debug,$(MODE)),$(wildcard \
            $(shell $(CC) -print-file-name=rcrt1.o)))
LDFLAGS := $(if $(STATIC),-static-pie,-pie) \
           $(MODE_$(MODE)) $(if $(filter shared,$(MODE)),-rdynamic)
# RISC-V's compiler calls functions for atomics of single bytes.
LDLIBS := -lm -lpthread $(if $(filter riscv64,$(HOST)),-latomic)
# The generator is run by this Makefile: a leak there must not stop a build.
export ASAN_OPTIONS ?= detect_leaks=0

# What programs can do without, but are poorer for. It is asked for once for a
# build folder: this "makefile" is made first, and make starts anew then.
ifneq ($(filter-out clean help uninstall,$(or $(MAKECMDGOALS),all)),)
-include $(BUILD)/asked.mk
endif
$(BUILD)/asked.mk: tests/need.sh
	@mkdir -p $(@D)
	@tests/need.sh -o /usr/include/capstone/capstone.h libcapstone-dev \
	  "shows host code as instructions"
	@tests/need.sh -o /usr/include/elfutils/libdwfl.h libdw-dev \
	  "builds tcg-profile, and tcg-explore shows the source"
	@touch $@

# Host disassembly, in the IR tools only.
CAPSTONE := $(if $(CROSS),,$(wildcard /usr/include/capstone/capstone.h))
CAPSTONE_DEF := $(if $(CAPSTONE),-DHAVE_CAPSTONE)
CAPSTONE_LIB := $(if $(CAPSTONE),-lcapstone)

# Symbols and unwinding, in tcg-profile only. Source lines, in tcg-explore.
DW := $(if $(CROSS),,$(wildcard /usr/include/elfutils/libdwfl.h))
WITHOUT := $(if $(DW),,src/profile/unwind.c)

# The backends: those whose code runs on the host first, of these its own. What
# else only runs on its own host is left out.
BACKENDS := $(patsubst src/backend/%/backend.c,%,\
              $(wildcard src/backend/*/backend.c))
BACKENDS := $(filter $(HOST),$(BACKENDS)) interp \
            $(filter-out $(HOST) interp,$(BACKENDS))
FOREIGN := $(filter-out src/host/$(HOST)/%,$(wildcard src/host/*/*.c)) \
           $(filter-out src/backend/$(HOST)/%,\
             $(wildcard src/backend/*/native.c)) \
           src/backend/$(HOST)/foreign.c

GUEST_NAMES := $(foreach g,$(GUESTS),$(firstword $(subst /, ,$(g))))
FRONTENDS := $(sort $(foreach g,$(GUESTS),$(lastword $(subst /, ,$(g)))))
# Guests that lie here but are not in the list.
OTHERS := $(filter-out $(FRONTENDS),$(notdir $(patsubst %/,%, \
            $(wildcard src/frontend/*/))))
OTHER_ROWS := $(filter-out guest tables $(GUEST_NAMES) \
                $(GUEST_NAMES:%=%_tables), \
                $(basename $(notdir $(wildcard src/guest/*.c))))
UNBUILT := $(foreach f,$(OTHERS),src/frontend/$(f)/% src/disas/$(f)%) \
           $(foreach r,$(OTHER_ROWS),src/guest/$(r).c src/linux-user/abi/$(r)/%)

# The hosts whose code Capstone is told to read.
SYNTAXES := $(patsubst src/disas/%_syntax.c,%,$(wildcard src/disas/*_syntax.c))

MAINS := $(wildcard src/tools/*.c)
SOURCES := $(filter-out $(MAINS) $(WITHOUT) $(FOREIGN) $(UNBUILT),\
             $(wildcard src/*/*.c src/*/*/*.c src/*/*/*/*.c))
PLUGINS := $(wildcard plugins/*.c)
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o) $(PLUGINS:%.c=$(BUILD)/obj/%.o)
SHARED_PLUGINS := $(if $(filter shared,$(MODE)),$(PLUGINS:%.c=$(BUILD)/%.so))
LIB := $(BUILD)/libtcg.a
LINKS := $(GUEST_NAMES:%=$(BUILD)/tcg-%)
PROGRAMS := $(patsubst src/tools/%.c,$(BUILD)/tcg-%, \
              $(subst /tcg-,/,$(filter-out %/tcg.c,$(MAINS)))) \
            $(BUILD)/tcg $(if $(CAPSTONE),$(BUILD)/tcg-disas)
DECODE := $(patsubst %,$(BUILD)/decode,$(firstword \
            $(wildcard tools/decode/*.c)))
PATTERNS := $(foreach f,$(FRONTENDS),$(addprefix $(f)/,$(basename $(notdir \
              $(wildcard src/frontend/$(f)/*.decode)))))
# gen/FOLDER/NAME.inc and so on, of src/frontend/FOLDER/NAME.decode.
gen_of = $(foreach p,$(PATTERNS),$(BUILD)/gen/$(dir $(p))$(1)$(notdir $(p)).inc)
DECODERS := $(call gen_of)
DISASSEMBLERS := $(call gen_of,disas_)
TABLES := $(call gen_of,table_)
GENERATED := $(if $(DECODE),$(DECODERS) $(DISASSEMBLERS) $(TABLES)) \
             $(BUILD)/gen/plugins.def $(BUILD)/gen/guests.def \
             $(BUILD)/gen/frontends.def $(BUILD)/gen/syntaxes.def \
             $(BUILD)/gen/backends.def $(BUILD)/gen/version.h

.SECONDARY:
.PHONY: all
all: $(DECODE) $(PROGRAMS) $(LINKS) $(SHARED_PLUGINS)
	$(if $(CAPSTONE),,@echo "without Capstone: host code is shown as bytes;" \
	  "apt-get install libcapstone-dev, and make again")
	$(if $(DW),,@echo "without libdw: no tcg-profile, and no source in" \
	  "tcg-explore; apt-get install libdw-dev, and make again")

# ---- programs ----------------------------------------------------------

$(BUILD)/tcg: $(BUILD)/obj/src/tools/tcg.o $(LIB)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The same with Capstone, for -d out_asm: it has 80,000 relocations, which
# would cost each start of the emulator more than a millisecond.
$(BUILD)/tcg-disas: $(BUILD)/obj/src/tools/tcg.o $(LIB)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -Wl,-u,host_disas -o $@ $^ $(CAPSTONE_LIB) $(LDLIBS)

# Not symbolic: each can be copied, and keeps its name whoever resolves it.
$(LINKS): $(BUILD)/tcg
	$(Q)ln -f $< $@

# It loads libstdc++ for the names of C++ functions, so it is not static.
# Without libdw there is one that says so.
$(BUILD)/tcg-profile: $(if $(DW),$(BUILD)/obj/src/tools/tcg-profile.o $(LIB)) \
                      $(BUILD)/libdw
	@echo "  LINK  $@"
	$(Q)rm -f $@
ifneq ($(DW),)
	$(Q)$(CC) -pie $(MODE_$(MODE)) -o $@ $(filter %.o %.a,$^) -ldw -lelf $(LDLIBS)
else
	$(Q)printf '#!/bin/sh\necho "tcg-profile: %s" >&2\nexit 1\n' \
	  "built without libdw; apt-get install libdw-dev, and make again" > $@
	$(Q)chmod +x $@
endif

$(BUILD)/obj/src/profile/svg.o: src/profile/flame.js

$(BUILD)/tcg-ir%: $(BUILD)/obj/src/tools/ir%.o $(LIB)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(CAPSTONE_LIB) $(LDLIBS)

$(BUILD)/tcg-explore: $(BUILD)/obj/src/tools/explore.o $(LIB)
	@echo "  LINK  $@"
	$(Q)$(CC) -pie $(MODE_$(MODE)) -o $@ $^ $(CAPSTONE_LIB) $(if $(DW),-ldw) \
	  $(LDLIBS)

# Made anew each time, so that a deleted source leaves nothing behind; q, not
# r: two folders may have files of the same name.
$(LIB): $(OBJECTS) $(BUILD)/sources
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(AR) qcs $@ $(OBJECTS)

# These change when what they hold does: the lists of sources and plugins, and
# whether Capstone and libdw are there.
$(BUILD)/sources: TEXT = $(SOURCES) $(PLUGINS)
$(BUILD)/capstone: TEXT = $(CAPSTONE)
$(BUILD)/libdw: TEXT = $(DW)
$(BUILD)/gen/plugins.def: TEXT = \
    $(foreach p,$(PLUGINS),PLUGIN($(basename $(notdir $(p)))))
$(BUILD)/gen/guests.def: TEXT = $(foreach g,$(GUEST_NAMES),GUEST($(g)))
$(BUILD)/gen/frontends.def: TEXT = $(foreach f,$(FRONTENDS),FRONTEND($(f)))
$(BUILD)/gen/syntaxes.def: TEXT = $(foreach s,$(SYNTAXES),SYNTAX($(s)))
$(BUILD)/gen/backends.def: TEXT = $(foreach b,$(BACKENDS),BACKEND($b))
$(BUILD)/gen/version.h: TEXT = $(HASH)define TCG_VERSION "$(VERSION)"
$(BUILD)/sources $(BUILD)/capstone $(BUILD)/libdw \
  $(BUILD)/gen/plugins.def $(BUILD)/gen/guests.def $(BUILD)/gen/frontends.def \
  $(BUILD)/gen/syntaxes.def $(BUILD)/gen/backends.def \
  $(BUILD)/gen/version.h: FORCE
	@mkdir -p $(@D)
	@echo '$(TEXT)' | cmp -s - $@ || echo '$(TEXT)' > $@

$(BUILD)/obj/src/disas/%.o: CPPFLAGS += $(CAPSTONE_DEF)
$(filter $(BUILD)/obj/src/disas/%,$(OBJECTS)): $(BUILD)/capstone
$(BUILD)/obj/src/tools/explore/source.o: CPPFLAGS += $(if $(DW),-DHAVE_LIBDW)
$(BUILD)/obj/src/tools/explore/source.o: $(BUILD)/libdw
# What it embeds.
$(BUILD)/obj/src/tools/explore/page.o: $(addprefix src/tools/explore/, \
  page.html page.css texts.js layout.js source.js views.js way.js link.js page.js)
$(BUILD)/obj/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# ---- plugins -----------------------------------------------------------

# Built in; and with MODE=shared as shared objects too, from the same source.
PLUGIN_FLAGS := $(filter-out -fPIE,$(CFLAGS)) -Isrc/plugin
$(PLUGINS:%.c=$(BUILD)/obj/%.o): CPPFLAGS += -Isrc/plugin -DTCG_PLUGIN_BUILTIN
$(BUILD)/plugins/%.so: plugins/%.c src/plugin/tcg-plugin.h
	@mkdir -p $(@D)
	@echo "  SO    $@"
	$(Q)$(CC) -D_GNU_SOURCE $(PLUGIN_FLAGS) -fPIC -shared -o $@ $<

# ---- decoders ----------------------------------------------------------

DECODE_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tools/decode/*.c))
$(DECODE_OBJECTS): $(BUILD)/obj/%.o: %.c | $(BUILD)/gen/version.h
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(BUILD_CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/decode: $(DECODE_OBJECTS)
	@echo "  LINK  $@"
	$(Q)$(BUILD_CC) $(LDFLAGS) -o $@ $^

# One for the frontend, whose functions are in several files, one for the
# disassembler, and the patterns as a table for the explorer.  A number at the
# end of the name is the patterns' width: insn16.decode.
width_of = $(shell echo $(1) | sed -n 's/.*[^0-9]\([0-9]\+\).decode$$/-w \1/p')
define generate
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	$(Q)$(DECODE) $(call width_of,$<) $(1) -o $@ $< || { rm -f $@; exit 1; }
endef
# The rule's prerequisite is found by the target's name, and its prefix.
.SECONDEXPANSION:
source_of = src/frontend/$(patsubst $(BUILD)/gen/%,%,$(dir $(1)))$(patsubst \
              $(2)%.inc,%.decode,$(notdir $(1)))
$(DECODERS): $$(call source_of,$$@) $(DECODE) Makefile
	$(call generate,--static-decode decode_$(basename $(@F)) --translate have)
$(DISASSEMBLERS): $$(call source_of,$$@,disas_) $(DECODE) Makefile
	$(call generate,--static-decode decode_$(patsubst disas_%.inc,%,$(@F)))
$(TABLES): $$(call source_of,$$@,table_) $(DECODE) Makefile
	$(call generate,--table)

# ---- unit tests --------------------------------------------------------

UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,\
          $(wildcard tests/unit/test_*.c))
UNIT_HELPERS := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out \
          $(wildcard tests/unit/test_*.c),$(wildcard tests/unit/*.c)))

.PHONY: unit-programs unit
unit-programs: $(UNIT)
$(UNIT:$(BUILD)/%=$(BUILD)/obj/tests/%.o) $(UNIT_HELPERS): | need-unit
unit: need-unit
	$(Q)$(MAKE) --no-print-directory unit-programs
	$(Q)tests/run-unit.sh $(BUILD)

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(UNIT_HELPERS) $(LIB)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) -pie $(MODE_$(MODE)) -o $@ $^ -lcmocka $(CAPSTONE_LIB) $(LDLIBS)

# ---- tests -------------------------------------------------------------

SUITES := unit decode asm disas ir tools explore insn guest gdb plugin profile \
          toy install real
.PHONY: test check $(SUITES:%=test-%)
test: need-unit need-guest need-qemu need-capstone need-dw need-gdb \
      need-python
	$(Q)$(MAKE) --no-print-directory all unit-programs
	$(Q)tests/run.sh $(BUILD) check $(SUITES)

test-gdb: need-gdb
$(SUITES:%=test-%): need-unit need-guest need-qemu need-dw
	$(Q)$(MAKE) --no-print-directory all unit-programs
	$(Q)tests/run.sh $(BUILD) $(@:test-%=%)

# Real programs; without the tree, which is large, `test` skips them.
.PHONY: real
real: all
	$(Q)[ -e build/rootfs/.packages ] || tests/real/rootfs.sh build/rootfs
	$(Q)tests/run.sh $(BUILD) real

check: all
	$(Q)tests/run-check.sh $(BUILD)

# Not part of test: as a RISC-V host would have it (docs/testing.md).
.PHONY: test-riscv64-host
test-riscv64-host: all need-guest need-qemu
	$(Q)tests/host/run.sh $(BUILD)

# Not part of test: gcc's execute tests, fetched from Debian; and every thread
# and signal test REPEAT times.
.PHONY: torture repeat
REPEAT ?= 100
torture: all need-guest need-qemu
	$(Q)tests/torture/run.sh $(BUILD)
repeat: all need-guest
	$(Q)tests/guest/repeat.sh $(BUILD) $(REPEAT)

# ---- programs to look at -----------------------------------------------

DHRYSTONE := bench/prebuilt/dhrystone.riscv64
.PHONY: run bench dhrystone
run: all
	@tests/need.sh -o qemu-riscv64 qemu-user "what Dhrystone is compared with"
	@tests/need.sh -o riscv64-linux-gnu-gcc \
	  "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross" \
	  "builds the tutorials' programs"
	$(Q)bench/run-dhrystone.sh $(BUILD)/tcg $(DHRYSTONE)

# The committed binary, from its source.
dhrystone: need-guest
	riscv64-linux-gnu-gcc -O2 -static -s -o $(DHRYSTONE) \
	  bench/dhrystone/*.c

# The guest's vDSO, from its source.
.PHONY: vdso
vdso: need-guest
	src/linux-user/abi/riscv64/vdso.sh > src/linux-user/abi/riscv64/vdso.inc.new
	mv src/linux-user/abi/riscv64/vdso.inc.new src/linux-user/abi/riscv64/vdso.inc

bench: all need-python need-guest need-qemu
	$(Q)bench/run.py --svg $(BUILD)/bench.svg --json $(BUILD)/bench.json \
	  $(BENCH_FLAGS)

# ---- what the targets need ---------------------------------------------

.PHONY: need-unit need-guest need-qemu need-capstone need-dw need-python \
        need-gdb
need-unit:
	@tests/need.sh /usr/include/cmocka.h libcmocka-dev \
	  "the unit tests use it"
need-guest:
	@tests/need.sh riscv64-linux-gnu-gcc \
	  "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross" \
	  "builds the guest's programs"
	@tests/need.sh riscv64-linux-gnu-objdump binutils-riscv64-linux-gnu \
	  "what our disassembly is compared with"
	@tests/need.sh riscv64-linux-gnu-g++ g++-riscv64-linux-gnu \
	  "builds the guest's C++ programs"
	@tests/need.sh g++ g++ "builds the guest programs' native twins"
need-qemu:
	@tests/need.sh qemu-riscv64 qemu-user \
	  "what results are compared with"
need-capstone:
	@tests/need.sh /usr/include/capstone/capstone.h libcapstone-dev \
	  "shows host code as instructions"
need-gdb:
	@tests/need.sh -o gdb-multiarch gdb-multiarch \
	  "the debugger's tests are its sessions"
need-dw:
	@tests/need.sh /usr/include/elfutils/libdwfl.h libdw-dev \
	  "builds tcg-profile, and tcg-explore shows the source"
need-python:
	@tests/need.sh python3 python3 \
	  "runs the benchmarks and the explorer's tests"

# ---- installing --------------------------------------------------------

include dist/install.mk

# ---- the rest ----------------------------------------------------------

.PHONY: clean help FORCE
clean:
	rm -rf build
FORCE:

define HELP
make           build the emulator and the tools ($(BUILD)/)
make torture   gcc's execute tests, compared with qemu-riscv64 (an hour)
make repeat    thread and signal tests REPEAT=100 times, and a soak
make run       run Dhrystone under tcg-riscv64, and under qemu-riscv64
make test      every test; the last line is "N passed, N failed"
make test-X    one suite: $(SUITES)
make unit      the unit tests alone
make real      real riscv64 programs of Debian (fetches 2 GB at first)
make test-riscv64-host  build for a RISC-V host, run that emulator emulated
make check     include order, function and file lengths, lone headers
make bench     native, qemu-riscv64 and tcg-riscv64 side by side
make dhrystone rebuild the committed Dhrystone binary
make vdso      rebuild the guest's vDSO
make install   DESTDIR, prefix=/usr/local, bindir, ...; make uninstall
make clean     remove build/
MODE=release|shared|debug|asan|ubsan|tsan   CC=clang   WERROR=1   V=1
endef
export HELP
help:
	@echo "$$HELP"

-include $(wildcard $(BUILD)/obj/src/*/*.d $(BUILD)/obj/src/*/*/*.d \
  $(BUILD)/obj/src/*/*/*/*.d $(BUILD)/obj/plugins/*.d \
  $(BUILD)/obj/tools/decode/*.d $(BUILD)/obj/tests/unit/*.d)
