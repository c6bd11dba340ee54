//! Development or release: the one choice that every build step depends on.

use anyhow::{Result, bail};

/// What a build is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Quick to build, large, with debug assertions; nothing is compressed.
    Dev,
    /// What is shipped: optimised, minified, precompressed.
    Release,
}

impl Mode {
    /// Reads `--dev` or `--release`; release when neither is given.
    pub(crate) fn from_flags(flags: &[String]) -> Result<Self> {
        match flags {
            [] => Ok(Self::Release),
            [flag] if flag == "--release" => Ok(Self::Release),
            [flag] if flag == "--dev" => Ok(Self::Dev),
            other => bail!("expected --dev or --release, got `{}`", other.join(" ")),
        }
    }

    /// A short name for folders and messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    /// Cargo's profile for the browser's half; `wasm-release` is explained in the root `Cargo.toml`.
    pub(crate) fn wasm_profile(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "wasm-release",
        }
    }

    /// The folder that cargo names after the profile.
    pub(crate) fn wasm_profile_folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "wasm-release",
        }
    }

    /// The folder of the server's binary.
    pub(crate) fn server_profile_folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}
