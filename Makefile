# `make` builds build/dbwarden from a bare Debian 12; the other targets are for those who work on it.

BUILD = build
ASAN = build-asan
COV = build-cov
DB = sqlite
C_FILES = $(shell find include src python tests bench -name '*.[ch]' 2>/dev/null)

.PHONY: all deps check check-format check-layers check-sizes format tidy unit clean demo test bench soak coverage

all: deps $(BUILD)/build.ninja
	ninja -C $(BUILD)

deps:
	@tools/deps.sh build

$(BUILD)/build.ninja:
	meson setup $(BUILD)

$(ASAN)/build.ninja:
	meson setup $(ASAN) -Db_sanitize=address,undefined -Db_lundef=false -Dwerror=true \
	  -Dc_args=-fno-sanitize-recover=all

$(COV)/build.ninja:
	meson setup $(COV) -Db_coverage=true -Doptimization=0

clean:
	rm -rf $(BUILD) $(ASAN) $(COV)

# ---- style

check: check-format check-layers check-sizes

check-format:
	@tools/deps.sh test
	@unformatted=$$(for file in $(C_FILES); do clang-format $$file | cmp -s - $$file || echo $$file; done); \
	if [ -n "$$unformatted" ]; then echo "not formatted, see \`make format\`:" $$unformatted; exit 1; fi

check-layers:
	@tools/layers.py

check-sizes:
	@tools/sizes.py --summary

format:
	clang-format -i $(C_FILES)

tidy: all
	@tools/deps.sh test
	run-clang-tidy -quiet -p $(BUILD) '^$(CURDIR)/src/'

# ---- tests; each installs what it needs

unit: deps $(ASAN)/build.ninja
	ninja -C $(ASAN)
	meson test -C $(ASAN) --no-rebuild --suite unit --print-errorlogs

test: # everything; ends with "N passed, N failed"; SEED=random takes new random schemas, inputs and faults
	tests/run.sh

coverage: # everything once more, counted; the report is in build-cov/coverage
	tests/coverage.sh

soak: all # hours: the laws on thousands of random schemas, the fuzzers for minutes each
	tests/soak.sh

# ---- to look at

demo: all # DB=postgresql for a server, which it starts itself
	examples/demo.sh $(DB)

bench: all
	bench/run.sh
