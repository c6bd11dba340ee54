//! Every documented case over real HTTP: a server in the test answers, the crate's client asks.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod connection;
#[cfg(test)]
mod example;
#[cfg(test)]
mod guide;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod support;
#[cfg(test)]
mod wire;
