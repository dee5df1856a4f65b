//! A proxy on loopback that breaks one exchange at a time, for protocols that are no HTTP: what the server did is then held
//! against what the adapter says it did.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration as Wait;

use contain::domain::{Duration, Fact, Outcome};
use contain::provider::Provider;

/// More messages than anything sends.
pub(crate) const MOST: usize = 40;

/// How long an answer is waited for, one after the other, until the fault strikes or the call is over: on a busy machine a
/// call may run out of time before the message comes that was to meet it.
pub(crate) fn patience() -> [Duration; 3] {
    [1_500, 6_000, 24_000].map(Duration::from_millis)
}

/// Whether an action that met no fault came to its end.
pub(crate) fn is_over(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Done(_) | Outcome::AlreadySo => true,
        Outcome::Refused(_)
        | Outcome::Throttled { .. }
        | Outcome::Unavailable(_)
        | Outcome::InDoubt(_) => false,
    }
}

/// What befalls one message; messages are counted as they arrive, on all connections together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// The request never reaches the server.
    Lost,
    /// The server acts, and its reply never comes.
    Unheard,
    /// The server acts, and half of its reply comes before the connection breaks.
    Half,
    /// The server acts, and something else comes instead of its reply.
    Garbled,
    /// The server acts, and its reply comes after anybody waits for it.
    Late,
    /// The request reaches nobody, and the connection stays open.
    Held,
    /// The server acts, and its reply comes byte by byte.
    Drip,
    /// From this message on no connection comes about.
    Refused,
}

pub(crate) const FAULTS: [Fault; 8] = [
    Fault::Lost,
    Fault::Unheard,
    Fault::Half,
    Fault::Garbled,
    Fault::Late,
    Fault::Held,
    Fault::Drip,
    Fault::Refused,
];

/// The proxy; it ends with its handle.
pub(crate) struct Cut {
    pub(crate) port: u16,
    struck: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Drop for Cut {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        for stream in self.open.lock().unwrap().iter() {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

impl Cut {
    /// Stands before a server, and lets the fault befall the message of this number, counted from 0.
    pub(crate) fn before(server: &str, fault: Fault, nth: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let cut = Self {
            port: listener.local_addr().unwrap().port(),
            struck: Arc::default(),
            over: Arc::default(),
            open: Arc::default(),
        };
        if fault == Fault::Refused && nth == 0 {
            cut.struck.store(true, Ordering::SeqCst);
            return cut;
        }
        let (struck, over, open) = (
            Arc::clone(&cut.struck),
            Arc::clone(&cut.over),
            Arc::clone(&cut.open),
        );
        let server = server.to_owned();
        let count = Arc::new(AtomicUsize::new(0));
        std::thread::spawn(move || {
            while let Ok((caller, _)) = listener.accept() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                if fault == Fault::Refused && struck.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&server) else {
                    continue;
                };
                for stream in [&caller, &server] {
                    stream.set_nodelay(true).unwrap();
                    open.lock().unwrap().push(stream.try_clone().unwrap());
                }
                let line = Line {
                    fault,
                    nth,
                    count: Arc::clone(&count),
                    struck: Arc::clone(&struck),
                    spoils: Arc::default(),
                };
                let there = (caller.try_clone().unwrap(), server.try_clone().unwrap());
                let out = line.clone();
                std::thread::spawn(move || out.forward(there, true));
                std::thread::spawn(move || line.forward((server, caller), false));
            }
        });
        cut
    }

    /// Whether the message came that was to meet the fault.
    pub(crate) fn has_struck(&self) -> bool {
        self.struck.load(Ordering::SeqCst)
    }
}

/// A reply byte by byte, slower than anybody waits for a long one.
fn drip(to: &mut TcpStream, message: &[u8]) -> std::io::Result<()> {
    for byte in message {
        std::thread::park_timeout(Wait::from_millis(200));
        to.write_all(std::slice::from_ref(byte))?;
    }
    Ok(())
}

/// One connection through the proxy.
#[derive(Clone)]
struct Line {
    fault: Fault,
    nth: usize,
    count: Arc<AtomicUsize>,
    struck: Arc<AtomicBool>,
    /// Whether the next reply is spoilt.
    spoils: Arc<AtomicBool>,
}

impl Line {
    fn forward(&self, (mut from, mut to): (TcpStream, TcpStream), asks: bool) {
        let mut bytes = [0; 65536];
        loop {
            let read = match from.read(&mut bytes) {
                Ok(0) | Err(_) => break,
                Ok(read) => read,
            };
            let message = &bytes[..read];
            if asks && self.count.fetch_add(1, Ordering::SeqCst) == self.nth {
                self.struck.store(true, Ordering::SeqCst);
                match self.fault {
                    Fault::Lost | Fault::Refused => break,
                    Fault::Held => continue,
                    Fault::Unheard | Fault::Half | Fault::Garbled | Fault::Late | Fault::Drip => {}
                }
                self.spoils.store(true, Ordering::SeqCst);
            }
            if !asks && self.spoils.load(Ordering::SeqCst) {
                match self.fault {
                    Fault::Lost | Fault::Refused | Fault::Held | Fault::Unheard => break,
                    Fault::Drip => {
                        if drip(&mut to, message).is_err() {
                            break;
                        }
                        continue;
                    }
                    Fault::Half => {
                        drop(to.write_all(&message[..read / 2]));
                        break;
                    }
                    Fault::Garbled => {
                        let garbage: Vec<u8> = message.iter().map(|byte| byte ^ 0x55).collect();
                        drop(to.write_all(&garbage));
                        break;
                    }
                    // Nobody waits that long; the connection stays open.
                    Fault::Late => continue,
                }
            }
            if to.write_all(message).is_err() {
                break;
            }
        }
        // What the server was asked before it is hung up on, it does.
        if self.struck.load(Ordering::SeqCst) {
            std::thread::park_timeout(Wait::from_millis(20));
        }
        drop(from.shutdown(Shutdown::Both));
        drop(to.shutdown(Shutdown::Both));
    }
}

/// What is seen through a fault; `None` where all was read before the message came.
async fn seen(
    (server, target): (&str, &str),
    (fault, nth): (Fault, usize),
    through: &impl Fn(u16, Duration) -> Arc<dyn Provider>,
) -> Option<Fact> {
    for patience in patience() {
        let cut = Cut::before(server, fault, nth);
        let seen = through(cut.port, patience)
            .reader(None)
            .observe(&[target.parse().unwrap()])
            .await
            .remove(0);
        if cut.has_struck() {
            return Some(seen.fact);
        }
        match seen.fact {
            Fact::Present(fields) => {
                assert_eq!(fields["access"], "open");
                return None;
            }
            Fact::Gone => panic!("gone without any fault"),
            Fact::Unreadable(_) => {}
        }
    }
    panic!("nothing was met at message {nth}, and nothing seen");
}

/// Looks at what is open under every fault at every message: it never looks closed or gone. Answers how many looks met one.
pub(crate) async fn looks(
    of: (&str, &str),
    through: impl Fn(u16, Duration) -> Arc<dyn Provider>,
) -> usize {
    let mut cells = 0;
    for fault in FAULTS {
        for nth in 0..MOST {
            let Some(fact) = seen(of, (fault, nth), &through).await else {
                break;
            };
            cells += 1;
            match fact {
                Fact::Unreadable(_) => {}
                Fact::Present(fields) => assert_eq!(fields["access"], "open", "{fault:?} at {nth}"),
                Fact::Gone => panic!("gone under {fault:?} at {nth}"),
            }
        }
    }
    cells
}
