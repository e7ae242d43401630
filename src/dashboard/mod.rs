//! The ratatui front end.

pub mod theme;
