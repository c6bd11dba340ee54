//! The migrations are embedded; Cargo must notice a new one, which changes no Rust file.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations/sqlite");
}
