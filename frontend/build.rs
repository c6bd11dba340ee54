//! Keeps the relocations in the module: the build splits it at the lazy routes by them.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-cdylib=--emit-relocs");
}
