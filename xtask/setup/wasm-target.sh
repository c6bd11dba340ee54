#!/usr/bin/env bash
# Makes `cargo build --target wasm32-unknown-unknown` work. Safe to run again.
#
# In order:
#  1. nothing, if the active toolchain has the target;
#  2. `rustup target add`, which is what most machines need;
#  3. where rustup cannot fetch it: Debian's own compiler, whose packages hold the standard library's
#     source. It is built once for wasm (half a minute), and everything is then built by that compiler,
#     server and browser alike, linked to rustup as toolchain `debian`.
#
# Which toolchain that is stands in target/.rust-toolchain; env.sh reads it. To leave the third way, remove that file.
# WASM_TARGET_SKIP_RUSTUP=1 skips the second, WASM_TARGET_RUSTUP_TIMEOUT (60) bounds it in seconds.
. "$(dirname "$0")/lib.sh"

TARGET=wasm32-unknown-unknown
CHOICE=target/.rust-toolchain

# Whether a rustc (and its arguments) has the target's standard library.
has_std() {
  local folder
  folder=$("$@" --print target-libdir --target "$TARGET" 2>/dev/null) || return 1
  compgen -G "$folder/libstd-*.rlib" >/dev/null
}

debian_has() { [ -x "/usr/bin/$1" ]; }

if [ -f "$CHOICE" ]; then
  # chosen by an earlier run; a package upgrade may have removed what that run built
  if debian_has rustc && has_std /usr/bin/rustc; then exit 0; fi
elif has_std rustc && [ -z "${WASM_TARGET_SKIP_RUSTUP:-}" ]; then
  exit 0
fi

if [ -z "${WASM_TARGET_SKIP_RUSTUP:-}" ] && has rustup; then
  say "rustup target add $TARGET"
  if timeout "${WASM_TARGET_RUSTUP_TIMEOUT:-60}" rustup target add "$TARGET" && has_std rustc; then
    rm -f "$CHOICE"
    exit 0
  fi
  say "rustup cannot fetch it; going on with Debian's compiler"
fi

if ! debian_has rustc || ! debian_has cargo || ! debian_has cargo-clippy || ! debian_has rustfmt ||
  [ ! -d /usr/lib/rustlib/src/rust/library ] || ! has wasm-ld-22; then
  apt_install rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-22
fi
RUSTC=/usr/bin/rustc
LIBDIR=$($RUSTC --print target-libdir --target "$TARGET")

if ! has_std $RUSTC; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/src"
  : >"$work/src/lib.rs"
  printf '[package]\nname = "sysroot"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' >"$work/Cargo.toml"
  say "building the standard library for $TARGET ($($RUSTC --version); about half a minute)"
  # RUSTC_BOOTSTRAP: -Zbuild-std is not stable, but what it makes here is the stable library itself.
  # embed-bitcode: so that builds with and without link-time optimisation can use it.
  env -u RUSTUP_TOOLCHAIN -u CARGO_ENCODED_RUSTFLAGS \
    RUSTC_BOOTSTRAP=1 RUSTC=$RUSTC CARGO_TARGET_DIR="$work/target" \
    RUSTFLAGS="-Cembed-bitcode=yes -Zforce-unstable-if-unmarked" \
    CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_PANIC=unwind \
    /usr/bin/cargo build -q --release --manifest-path "$work/Cargo.toml" -Zbuild-std=std,panic_abort --target "$TARGET"
  as_root mkdir -p "$LIBDIR"
  find "$work/target/$TARGET/release" -name '*.rlib' ! -name '*sysroot*' -print0 |
    as_root xargs -0 cp -t "$LIBDIR"
fi

# rustc links wasm with `rust-lld`, which Debian does not ship; its lld is the same program.
HOST=$($RUSTC -vV | sed -n 's/^host: //p')
BIN=$($RUSTC --print sysroot)/lib/rustlib/$HOST/bin
if [ ! -x "$BIN/rust-lld" ]; then
  as_root mkdir -p "$BIN"
  as_root ln -sf "$(command -v lld-22 || echo /usr/lib/llvm-22/bin/lld)" "$BIN/rust-lld"
  say "linked $BIN/rust-lld to $(readlink "$BIN/rust-lld")"
fi

if has rustup && ! rustup toolchain list | grep -q '^debian'; then
  rustup toolchain link debian /usr
fi
has_std $RUSTC || die "Debian's compiler still has no $TARGET"
mkdir -p target
echo debian >"$CHOICE"
say "using Debian's $($RUSTC --version) for everything (rustup toolchain \`debian\`)"
