//! The ratatui front end.

pub mod format;
pub mod theme;
