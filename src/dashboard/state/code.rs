//! The code view: before which line the loop stands, which line has made the last call, and how
//! often each line has made its call in the last second.
//!
//! | file | what lives there |
//! |---|---|
//! | `counts` | how often each line has made its call |
//! | `marks` | which call is next, and which was the last |
//! | `view` | what is looked at, and what is said of each line |
//! | `operate` | what the operator does there |

mod counts;
mod marks;
mod operate;
mod view;

pub use self::counts::Code;
pub use self::marks::{Call, How, Marks};
pub use self::view::{View, Viewer, result_text};
