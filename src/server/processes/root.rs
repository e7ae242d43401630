//! The root folder's descriptor, on its way from the parent to a worker: a message over their
//! channel carries it (unix(7), `SCM_RIGHTS`). A name could be another folder's by then.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};

/// Room for one descriptor.
const SPACE: usize = rustix::cmsg_space!(ScmRights(1));

/// Puts the descriptor into a channel whose other end the worker gets.
pub(super) fn send(channel: &OwnedFd, root: BorrowedFd<'_>) -> io::Result<()> {
    let (mut space, roots) = ([MaybeUninit::uninit(); SPACE], [root]);
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&roots));
    // It goes with at least one byte.
    let byte = [IoSlice::new(&[0])];
    rustix::net::sendmsg(channel, &byte, &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Takes it, as the worker that was started with `--root`: its channel is standard output.
///
/// # Errors
/// The parent is gone, or sent none.
pub fn receive_root() -> io::Result<OwnedFd> {
    let (mut space, mut byte) = ([MaybeUninit::uninit(); SPACE], [0]);
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::CMSG_CLOEXEC;
    let mut byte = [IoSliceMut::new(&mut byte)];
    rustix::net::recvmsg(io::stdout().as_fd(), &mut byte, &mut control, flags)?;
    let root = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut roots) => roots.next(),
        _ => None,
    });
    root.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}
