//! Who may come in: accounts, passwords, sessions, and the gate in front of every route.

pub mod audit;
pub mod client_address;
mod device;
pub mod first_run;
pub mod gate;
pub mod join;
pub mod local_path;
pub mod log_in;
pub mod log_out;
pub mod own_password;
pub mod password;
pub mod sessions;
pub mod throttle;
pub mod wordpress;

pub use client_address::ClientAddress;
