# Sourced before cargo is called: selects the toolchain that wasm-target.sh found for this machine.
if [ -f target/.rust-toolchain ]; then
  if command -v rustup >/dev/null 2>&1; then
    RUSTUP_TOOLCHAIN=$(cat target/.rust-toolchain)
    export RUSTUP_TOOLCHAIN
  fi
fi
