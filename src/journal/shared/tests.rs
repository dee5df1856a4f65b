//! Laws of a shared journal: one chain, whoever writes; nothing after a takeover by whoever was taken over.

use std::io::ErrorKind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::*;
use crate::domain::event::Event;
use crate::domain::{Clock, Term};
use crate::journal::laws::{Sample, answered, events, intended, journal_of};
use crate::journal::mirror::{Place, Said};
use crate::journal::{Fails, Injecting, Journal, MemorySink, Report, Several, check};

type Tried = Result<(), Box<dyn std::error::Error>>;
type Between = Box<dyn FnOnce() + Send>;

/// A place in memory, and what happens in the moment before a put arrives there; clones share it.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    kept: BTreeMap<String, Vec<u8>>,
    puts: usize,
    between: Option<(usize, Between)>,
    is_deaf: bool,
    /// It writes over what is there, whatever it is told.
    is_blind: bool,
    /// Puts arrive, and their answers are lost.
    is_mute: bool,
}

impl Memory {
    fn hold(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bytes(&self) -> Vec<u8> {
        let inner = self.hold();
        let segments = inner
            .kept
            .iter()
            .filter(|(name, _)| first_of(name).is_some());
        segments.flat_map(|(_, bytes)| bytes.clone()).collect()
    }

    fn before_put(&self, nth: usize, then: impl FnOnce() + Send + 'static) {
        let mut inner = self.hold();
        let nth = inner.puts + nth;
        inner.between = Some((nth, Box::new(then)));
    }

    fn mirror(&self) -> Mirror {
        let place: Box<dyn Place> = Box::new(self.clone());
        Mirror::new("place".to_owned(), Duration::from_secs(60), move || {
            Ok(place)
        })
    }

    fn sink(&self, copy: &MemorySink) -> Result<SharedSink, Error> {
        SharedSink::open(
            self.mirror(),
            Box::new(copy.clone()),
            None,
            Box::new(|_| ()),
        )
    }

    fn open(&self, copy: &MemorySink, actor: &str) -> Result<Journal, Error> {
        let sink = Box::new(self.sink(copy)?);
        Journal::open(sink, Clock::wall(), actor).map(|(journal, _)| journal)
    }
}

impl Place for Memory {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<bool, String> {
        let due = {
            let mut inner = self.hold();
            inner.puts += 1;
            let puts = inner.puts;
            inner.between.take_if(|(nth, _)| *nth == puts)
        };
        if let Some((_, then)) = due {
            then();
        }
        let mut inner = self.hold();
        if inner.is_deaf {
            return Err("no answer".to_owned());
        }
        let is_free = inner.is_blind || !inner.kept.contains_key(name);
        if is_free {
            inner.kept.insert(name.to_owned(), bytes.to_vec());
        }
        match std::mem::take(&mut inner.is_mute) {
            true => Err("the answer was lost".to_owned()),
            false => Ok(is_free),
        }
    }

    fn list(&mut self) -> Result<Vec<(String, u64)>, String> {
        let inner = self.hold();
        let sized = |(name, bytes): (&String, &Vec<u8>)| (name.clone(), length(bytes));
        Ok(inner.kept.iter().map(sized).collect())
    }

    fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.hold().kept.get(name).cloned())
    }

    fn say(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.hold().kept.insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn heard(&mut self, name: &str) -> Result<Option<Said>, String> {
        Ok(self.get(name)?.map(|said| (said, Duration::ZERO)))
    }
}

fn noted(text: &str) -> Event {
    Event::Noted { text: text.into() }
}

fn term(number: u32) -> Term {
    Term {
        number,
        by: "solo".to_owned(),
        host: "here".to_owned(),
        process: number,
        sign: number.to_string(),
        lease: crate::domain::Duration::from_secs(30),
    }
}

/// A shared incident with a plan of three items, on which the first term performs.
fn begun(place: &Memory, copy: &MemorySink) -> Result<Journal, Box<dyn std::error::Error>> {
    let journal = place.open(copy, "first")?;
    let mut opening = events(3);
    let shared = Event::Shared {
        at: "place".to_owned(),
    };
    opening.truncate(3);
    opening.insert(1, shared);
    journal.take(opening, term(1))?;
    Ok(journal)
}

fn is_taken_over<T>(answer: &Result<T, Error>, by: u32) -> bool {
    matches!(answer, Err(Error::TakenOver { term: Some(term), .. }) if term.number == by)
}

#[tokio::test]
async fn two_machines_write_one_chain_and_each_sees_what_the_other_wrote() -> Tried {
    let (place, here, there) = (
        Memory::default(),
        MemorySink::default(),
        MemorySink::default(),
    );
    let first = begun(&place, &here)?;
    let second = place.open(&there, "second")?;
    assert_eq!(there.bytes(), here.bytes(), "what was there is taken in");
    for round in 0..4 {
        first.append(vec![noted(&format!("a{round}"))]).await?;
        second.append(vec![noted(&format!("b{round}"))]).await?;
    }
    first.refresh().await?;
    let notes = |journal: &Journal| {
        let text = |case: &crate::domain::case::Case| {
            let notes = case.notes.iter();
            notes.map(|(_, text)| text.clone()).collect::<Vec<_>>()
        };
        journal.with_case(text)
    };
    let all = ["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3"];
    assert_eq!(
        (notes(&first), notes(&second)),
        (all.map(Into::into).into(), all.map(Into::into).into())
    );
    assert_eq!(
        (here.bytes(), there.bytes()),
        (place.bytes(), place.bytes())
    );
    assert!(matches!(check(&place.bytes()), Report::Intact(_)));
    Ok(())
}

#[tokio::test]
async fn whoever_was_taken_over_writes_nothing_more() -> Tried {
    let (place, here, there) = (
        Memory::default(),
        MemorySink::default(),
        MemorySink::default(),
    );
    let first = begun(&place, &here)?;
    first.append(vec![intended(0)]).await?;
    let second = place.open(&there, "second")?;
    // Whoever does not perform may note, and lets nothing leave.
    second.append(vec![noted("beside")]).await?;
    assert!(is_taken_over(&second.append(vec![intended(1)]).await, 1));
    second.take(Vec::new(), term(2))?;
    let third = place.open(&MemorySink::default(), "third")?;
    assert!(matches!(
        third.take(Vec::new(), term(2)),
        Err(Error::Illegal { .. })
    ));
    let before = place.bytes();
    for late in [
        vec![answered(0)],
        vec![intended(1)],
        vec![noted("late")],
        vec![],
    ] {
        assert!(is_taken_over(&first.append(late).await, 2));
    }
    assert_eq!(place.bytes(), before);
    second.append(vec![intended(1)]).await?;
    Ok(())
}

#[tokio::test]
async fn taken_over_in_the_moment_of_any_append_it_lets_nothing_leave() -> Tried {
    for (what, nth) in [(0, 1), (1, 1), (2, 1)] {
        let (place, here) = (Memory::default(), MemorySink::default());
        let first = begun(&place, &here)?;
        let beside = place.clone();
        place.before_put(nth, move || {
            let there = MemorySink::default();
            let taken = beside
                .open(&there, "second")
                .and_then(|second| second.take(Vec::new(), term(2)));
            assert!(taken.is_ok(), "{taken:?}");
        });
        let late = first.append(vec![intended(what)]).await;
        assert!(is_taken_over(&late, 2), "{late:?}");
        let text = String::from_utf8(place.bytes())?;
        assert!(text.contains("\"taken\"") && !text.contains("\"intended\""));
        assert!(matches!(check(text.as_bytes()), Report::Intact(_)));
        assert_eq!(here.bytes(), place.bytes(), "it took in who took over");
    }
    Ok(())
}

#[tokio::test]
async fn whoever_is_slower_in_the_moment_of_an_append_comes_after() -> Tried {
    let (place, here) = (Memory::default(), MemorySink::default());
    let first = begun(&place, &here)?;
    for nth in 0..3 {
        let beside = place.clone();
        place.before_put(1, move || {
            let second = beside.open(&MemorySink::default(), "second");
            // Under a simulated clock nothing is written beside the loop; here the group is written by its own caller.
            let written = second.map(|second| {
                let note = second.append(vec![noted("faster")]);
                std::thread::spawn(move || futures_util::FutureExt::now_or_never(note)).join()
            });
            assert!(written.is_ok());
        });
        first.append(vec![intended(nth)]).await?;
    }
    let text = String::from_utf8(place.bytes())?;
    let kinds: Vec<_> = text
        .lines()
        .filter_map(|line| line.split("\"kind\":\"").nth(1)?.split('"').next())
        .skip(5)
        .collect();
    assert_eq!(kinds, ["noted", "intended"].repeat(3));
    assert_eq!(here.bytes(), place.bytes());
    Ok(())
}

#[tokio::test]
async fn an_answer_that_was_lost_on_the_way_is_found_out() -> Tried {
    let (place, here) = (Memory::default(), MemorySink::default());
    let first = begun(&place, &here)?;
    place.hold().is_mute = true;
    first.append(vec![intended(0)]).await?;
    first.append(vec![answered(0)]).await?;
    assert_eq!(here.bytes(), place.bytes());
    assert!(matches!(check(&place.bytes()), Report::Intact(whole) if whole.entries == 7));
    Ok(())
}

#[tokio::test]
async fn nothing_is_acknowledged_that_the_place_does_not_hold() -> Tried {
    let (place, here) = (Memory::default(), MemorySink::default());
    let first = begun(&place, &here)?;
    let before = here.bytes();
    place.hold().is_deaf = true;
    let refused = first.append(vec![intended(0)]).await;
    assert!(
        matches!(refused, Err(Error::Elsewhere { .. })),
        "{refused:?}"
    );
    assert_eq!(here.bytes(), before, "the copy is never ahead");
    place.hold().is_deaf = false;
    assert!(matches!(
        first.append(vec![noted("x")]).await,
        Err(Error::Lost { .. })
    ));
    Ok(())
}

#[tokio::test]
async fn a_copy_is_made_whole_from_the_place_and_never_the_other_way_round() -> Tried {
    let (place, here) = (Memory::default(), MemorySink::default());
    let first = begun(&place, &here)?;
    for note in ["a", "b", "c"] {
        first.append(vec![noted(note)]).await?;
    }
    let whole = place.bytes();
    for end in 0..=whole.len() {
        let copy = MemorySink::holding(whole.get(..end).unwrap_or_default());
        let again = place.open(&copy, "first")?;
        assert_eq!(copy.bytes(), whole, "cut at {end}");
        drop(again);
    }
    assert_eq!(place.bytes(), whole);
    // A copy of another incident is no copy of this one.
    let other = MemorySink::holding(&journal_of(Sample::OtherIncident(4)));
    assert!(place.sink(&other).is_err());
    assert_eq!(place.bytes(), whole);
    // What the place lost, and a copy has, is given back.
    place
        .hold()
        .kept
        .retain(|name, _| first_of(name) != Some(7));
    assert!(place.sink(&MemorySink::default()).is_err(), "a gap");
    place.sink(&here)?;
    assert_eq!(place.bytes(), whole);
    Ok(())
}

/// Two sinks here: a disk, and a further one that is required; both take what stands in the place.
fn copied(disk: impl Sink + 'static, further: &Memory) -> Result<Box<dyn Sink>, Error> {
    let mirrors = vec![further.mirror().required(true)];
    let within = Duration::from_secs(60);
    let several = Several::open(Box::new(disk), mirrors, None, (within, Box::new(|_| ())))?;
    Ok(Box::new(several))
}

fn open_copied(place: &Memory, copy: Box<dyn Sink>, actor: &str) -> Result<Journal, Error> {
    let sink = SharedSink::open(place.mirror(), copy, None, Box::new(|_| ()))?;
    Journal::open(Box::new(sink), Clock::wall(), actor).map(|(journal, _)| journal)
}

fn is_required<T>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Elsewhere { why, .. }) if why.contains("that sink is `required`"))
}

#[tokio::test]
async fn nothing_leaves_without_a_required_sink_on_a_shared_incident_either() -> Tried {
    let (place, here, further) = (Memory::default(), MemorySink::default(), Memory::default());
    drop(begun(&place, &here)?);
    let take = |journal: &Journal, number| journal.take(Vec::new(), term(number));
    // It refuses from the beginning: nothing is intended, and what only tells is written.
    further.hold().is_deaf = true;
    let journal = open_copied(&place, copied(here.clone(), &further)?, "first")?;
    take(&journal, 2)?;
    let refused = journal.append(vec![intended(0)]).await;
    assert!(is_required(&refused), "{refused:?}");
    journal.append(vec![noted("told")]).await?;
    assert!(!String::from_utf8(place.bytes())?.contains("\"intended\""));
    // It refuses in the moment of the intent: that stands in the place, and its call does not leave.
    further.hold().is_deaf = false;
    let journal = open_copied(&place, copied(here.clone(), &further)?, "first")?;
    take(&journal, 3)?;
    journal.append(vec![noted("all have it")]).await?;
    drop(journal);
    let journal = open_copied(&place, copied(here.clone(), &further)?, "first")?;
    take(&journal, 4)?;
    further.hold().is_deaf = true;
    let refused = journal.append(vec![intended(0)]).await;
    assert!(is_required(&refused), "{refused:?}");
    assert_eq!(here.bytes(), place.bytes(), "the disk is no worse for it");
    drop(journal);
    // The disk fails first, and with it who would write there.
    let disk = Injecting::error(here.clone(), 1, Fails::Before, ErrorKind::StorageFull);
    let journal = open_copied(&place, copied(disk, &further)?, "first")?;
    take(&journal, 5)?;
    let refused = journal.append(vec![intended(1)]).await;
    assert!(is_required(&refused), "{refused:?}");
    drop(journal);
    // Where it answers again, it is given what it lacks, and all goes on.
    further.hold().is_deaf = false;
    let journal = open_copied(&place, copied(here.clone(), &further)?, "first")?;
    take(&journal, 6)?;
    journal.append(vec![intended(1)]).await?;
    assert_eq!(further.bytes(), place.bytes());
    Ok(())
}

#[tokio::test]
async fn two_machines_copy_one_record_into_one_further_sink() -> Tried {
    let (place, further) = (Memory::default(), Memory::default());
    let disks = [MemorySink::default(), MemorySink::default()];
    drop(begun(&place, &disks[0])?);
    let open = |disk: &MemorySink, actor| {
        let copy = copied(disk.clone(), &further)?;
        open_copied(&place, copy, actor)
    };
    let (first, second) = (open(&disks[0], "first")?, open(&disks[1], "second")?);
    first.take(Vec::new(), term(2))?;
    for round in 0..3 {
        second.append(vec![noted(&format!("b{round}"))]).await?;
        second.append(vec![noted("and more")]).await?;
        // It takes in two groups of another at once, and cuts nothing anew where they stand already.
        first.append(vec![intended(round)]).await?;
        first.append(vec![answered(round)]).await?;
    }
    drop((first, second));
    assert_eq!(further.bytes(), place.bytes());
    Ok(())
}

#[tokio::test]
async fn nothing_is_shared_in_a_place_that_writes_over_what_is_there() -> Tried {
    let (place, here) = (Memory::default(), MemorySink::default());
    let is_refused = |error: &Error| error.to_string().contains("put-if-absent");
    place.hold().is_blind = true;
    let begun_there = begun(&place, &here).map(drop);
    let why = begun_there.err().ok_or("it was begun")?.to_string();
    assert!(
        why.contains("share incidents in `place`") && why.contains("took `probe` twice"),
        "{why}"
    );
    assert!(place.bytes().is_empty() && here.bytes().is_empty());
    // One that was fit when the incident began may be served otherwise now.
    place.hold().is_blind = false;
    begun(&place, &here)?.append(vec![noted("well")]).await?;
    let whole = place.bytes();
    place.hold().is_blind = true;
    let journal = place.open(&MemorySink::default(), "second")?;
    let taken = journal.take(Vec::new(), term(2));
    assert!(taken.as_ref().is_err_and(is_refused), "{taken:?}");
    // Nor is anything given back to it.
    place.hold().kept.remove(&name_of(6));
    let opened = place.sink(&here).map(drop);
    assert!(opened.as_ref().is_err_and(is_refused), "{opened:?}");
    place.hold().is_blind = false;
    place.sink(&here)?;
    assert_eq!(place.bytes(), whole);
    Ok(())
}

#[tokio::test]
async fn all_of_a_record_is_what_the_place_holds_and_not_the_copy() -> Tried {
    let (place, here) = (Memory::default(), MemorySink::default());
    drop(begun(&place, &here)?);
    let full = Injecting::error(here.clone(), 1, Fails::Before, ErrorKind::StorageFull);
    let first = open_copied(&place, Box::new(full), "first")?;
    let second = place.open(&MemorySink::default(), "second")?;
    second.append(vec![noted("beside")]).await?;
    first.append(vec![noted("own")]).await?;
    second.append(vec![noted("last")]).await?;
    let (record, bytes) = first.whole().await?;
    assert_eq!(bytes, place.bytes());
    assert!(here.bytes().len() < bytes.len(), "the copy is behind");
    let Report::Intact(whole) = check(&place.bytes()) else {
        return Err("the place is damaged".into());
    };
    assert_eq!(
        (record.entries, record.head),
        (whole.entries, whole.head),
        "head and entries are of one moment"
    );
    assert_eq!(record.case.notes.len(), 3);
    place.hold().is_deaf = true;
    assert!(second.append(vec![noted("lost")]).await.is_err());
    assert!(second.whole().await.is_err(), "it cannot be known");
    Ok(())
}
