//! A server that is broken, or not ours any more, and answers without an end: it is no more read than it may be.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration as Wait;

/// What one answer claims to hold.
pub(crate) const CLAIMED: usize = 1024 * 1024 * 1024;

/// A line to a server, on which the answer to one message never ends.
pub(crate) struct Flood {
    pub(crate) port: u16,
    sent: Arc<AtomicUsize>,
}

impl Flood {
    /// Stands before a server; after a message that holds `word`, `head` and then bytes without an end come instead of its
    /// answer.
    pub(crate) fn before(server: &str, word: &'static str, head: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let flood = Self {
            port: listener.local_addr().unwrap().port(),
            sent: Arc::default(),
        };
        let (server, sent) = (server.to_owned(), Arc::clone(&flood.sent));
        std::thread::spawn(move || {
            while let Ok((caller, _)) = listener.accept() {
                let server = TcpStream::connect(&server).unwrap();
                let (head, sent) = (head.clone(), Arc::clone(&sent));
                std::thread::spawn(move || line(caller, server, word, &head, &sent));
            }
        });
        flood
    }

    /// How many bytes it could be rid of.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }
}

fn line(mut caller: TcpStream, mut server: TcpStream, word: &str, head: &[u8], sent: &AtomicUsize) {
    let (mut from, mut to) = (server.try_clone().unwrap(), caller.try_clone().unwrap());
    let back = std::thread::spawn(move || drop(std::io::copy(&mut from, &mut to)));
    let mut bytes = [0; 65536];
    while let Ok(read @ 1..) = caller.read(&mut bytes) {
        let asked = &bytes[..read];
        if asked
            .windows(word.len())
            .any(|part| part == word.as_bytes())
        {
            // What the server still says is not let through.
            drop(server.shutdown(std::net::Shutdown::Both));
            back.join().unwrap();
            caller.set_write_timeout(Some(Wait::from_secs(5))).unwrap();
            let mut rest = head.to_vec();
            while sent.load(Ordering::SeqCst) < CLAIMED && caller.write_all(&rest).is_ok() {
                sent.fetch_add(rest.len(), Ordering::SeqCst);
                rest = vec![b'x'; 1024 * 1024];
            }
            return;
        }
        if server.write_all(asked).is_err() {
            return;
        }
    }
}
