//! What is drawn: one file for each thing on the screen.

pub mod charts;
pub mod engine;
mod fit;
pub mod header;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
