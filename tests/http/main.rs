//! `http` without sockets: requests in bytes, and the answers as a client reads them.

mod asking;

mod pages;
mod pipeline;
mod ranges;
mod root;
mod site;
