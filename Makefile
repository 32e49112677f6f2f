# `make` builds build/dbwarden from a bare Debian 12; the other targets are for those who work on it.

BUILD = build
ASAN = build-asan
C_FILES = $(shell find include src python tests bench -name '*.[ch]' 2>/dev/null)

.PHONY: all deps check check-format check-layers check-sizes format tidy unit clean demo test bench soak coverage

all: deps $(BUILD)/build.ninja
	ninja -C $(BUILD)

deps:
	@tools/deps.sh build

$(BUILD)/build.ninja:
	meson setup $(BUILD)

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

# ---- unit: under AddressSanitizer and UndefinedBehaviorSanitizer

unit: deps $(ASAN)/build.ninja
	ninja -C $(ASAN)
	meson test -C $(ASAN) --no-rebuild --suite unit --print-errorlogs

$(ASAN)/build.ninja:
	meson setup $(ASAN) -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fno-sanitize-recover=all

clean:
	rm -rf $(BUILD) $(ASAN)

# ---- demo

demo: all

# ---- test: everything

test: check unit

# ---- bench

bench: all

# ---- soak

soak: all

# ---- coverage

coverage: deps
