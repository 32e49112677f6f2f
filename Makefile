# `make deps && make` builds build/dbwarden on a bare Debian 12; the other targets are for those who work on it.
# Packages are installed by `deps` alone, and by what calls it: demo, test, coverage, mutants, soak and bench.

BUILD = build
ASAN = build-asan
TSAN = build-tsan
COV = build-cov
DB = sqlite
PREFIX = /usr/local
FOR = build
C_FILES = $(shell find include src python tests bench -name '*.[ch]' 2>/dev/null)

.PHONY: all install wheel deps check check-format check-layers check-sizes format tidy unit clean demo test bench soak coverage mutants

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

install: all # PREFIX=/usr/local; DESTDIR=folder for packagers
	meson configure $(BUILD) -Dprefix=$(PREFIX)
	meson install -C $(BUILD) --no-rebuild --quiet

wheel: # dist/*.whl with everything in it but glibc
	@tools/deps.sh install build
	tools/wheel.py

deps: # FOR=test: what the tests need too
	@tools/deps.sh install $(FOR)

$(BUILD)/build.ninja:
	meson setup $(BUILD) || { tools/deps.sh missing build; exit 1; }

$(ASAN)/build.ninja:
	meson setup $(ASAN) -Db_sanitize=address,undefined -Db_lundef=false -Dwerror=true \
	  -Dc_args=-fno-sanitize-recover=all || { tools/deps.sh missing build; exit 1; }

$(TSAN)/build.ninja:
	meson setup $(TSAN) -Db_sanitize=thread -Db_lundef=false -Dwerror=true || { tools/deps.sh missing build; exit 1; }

$(COV)/build.ninja:
	meson setup $(COV) -Db_coverage=true -Doptimization=0

clean:
	rm -rf $(BUILD) $(ASAN) $(TSAN) $(COV)

# ---- style

check: check-format check-layers check-sizes

check-format:
	@command -v clang-format >/dev/null || { tools/deps.sh missing test; exit 1; }
	@clang-format --dry-run -Werror $(C_FILES) || { echo "not formatted, see \`make format\`"; exit 1; }

check-layers:
	@tools/layers.py

check-sizes:
	@tools/sizes.py --summary

format:
	clang-format -i $(C_FILES)

tidy: all
	@command -v run-clang-tidy >/dev/null || { tools/deps.sh missing test; exit 1; }
	run-clang-tidy -quiet -p $(BUILD) '^$(CURDIR)/src/'

# ---- tests

unit: $(ASAN)/build.ninja
	@tools/deps.sh missing build
	ninja -C $(ASAN)
	meson test -C $(ASAN) --no-rebuild --suite unit --print-errorlogs

test: # installs packages and servers, then everything; ends with "N passed, N failed"; SEED=random takes new random schemas, inputs and faults
	tests/run.sh

coverage: # everything once more, counted; the report is in build-cov/coverage
	tests/coverage.sh

soak: # hours: the laws on thousands of random schemas, the fuzzers for minutes each
	tests/soak.sh

mutants: # half an hour: are random faults in src/ noticed? ARGS=--help tells what it can do
	@tools/deps.sh install test
	tools/mutants.py $(ARGS)

# ---- to look at

demo: # DB=postgresql for a server, which it installs and starts itself
	@tools/deps.sh install build
	@$(MAKE) -s all
	examples/demo.sh $(DB)

bench:
	@tools/deps.sh install test
	@$(MAKE) -s all
	bench/run.sh
