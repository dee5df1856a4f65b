//! Laws of a journal in several places: whatever fails, nothing that was acknowledged is lost, and the next writer closes
//! every gap.

mod alone;

use std::io::ErrorKind;
use std::sync::{Arc, Mutex, PoisonError};

use super::*;
use crate::domain::Clock;
use crate::domain::event::Event;
use crate::journal::laws::{Sample, intended, journal_of};
use crate::journal::mirror::{Place, name_of};
use crate::journal::{Fails, Injecting, Journal, MemorySink, Report, check};

type Tried = Result<(), Box<dyn std::error::Error>>;

/// How a place answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mood {
    Well,
    Refuses,
    Hangs,
    /// It takes what it is given, and the answer is lost.
    Forgets,
}

/// What a place has, and how it answers.
type Kept = (BTreeMap<String, Vec<u8>>, Mood);

/// A place in memory; clones share it.
#[derive(Clone)]
struct Memory(Arc<Mutex<Kept>>);

impl Memory {
    fn new() -> Self {
        Self(Arc::new(Mutex::new((BTreeMap::new(), Mood::Well))))
    }

    fn with<T>(&self, ask: impl FnOnce(&mut Kept) -> T) -> T {
        ask(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn turn(&self, mood: Mood) {
        self.with(|(_, present)| *present = mood);
    }

    fn all(&self) -> Vec<u8> {
        self.with(|(kept, _)| kept.values().flatten().copied().collect())
    }

    fn mirror(&self) -> Mirror {
        let place: Box<dyn Place> = Box::new(self.clone());
        Mirror::new("elsewhere".to_owned(), WITHIN, move || Ok(place))
    }

    fn answer<T>(&self, answer: T) -> Result<T, String> {
        match self.with(|(_, mood)| *mood) {
            Mood::Well => Ok(answer),
            Mood::Refuses => Err("refused".to_owned()),
            Mood::Forgets => Err("the connection was closed".to_owned()),
            Mood::Hangs => loop {
                std::thread::park();
            },
        }
    }
}

impl Place for Memory {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<bool, String> {
        if self.with(|(_, mood)| *mood) == Mood::Forgets {
            self.with(|(kept, _)| kept.insert(name.to_owned(), bytes.to_vec()));
        }
        self.answer(())?;
        let is_free = self.with(|(kept, _)| !kept.contains_key(name));
        if is_free {
            self.with(|(kept, _)| kept.insert(name.to_owned(), bytes.to_vec()));
        }
        Ok(is_free)
    }

    fn list(&mut self) -> Result<Vec<(String, u64)>, String> {
        let sized = |(name, bytes): (&String, &Vec<u8>)| (name.clone(), length(bytes));
        let listed = self.with(|(kept, _)| kept.iter().map(sized).collect());
        self.answer(listed)
    }

    fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let found = self.with(|(kept, _)| kept.get(name).cloned());
        self.answer(found)
    }

    fn say(&mut self, _: &str, _: &[u8]) -> Result<(), String> {
        self.answer(())
    }

    fn heard(&mut self, _: &str) -> Result<Option<crate::journal::mirror::Said>, String> {
        self.answer(None)
    }
}

const WITHIN: Duration = Duration::from_millis(1500);

type Told = Arc<Mutex<Vec<Loss>>>;

fn told(told: &Told) -> Vec<Loss> {
    told.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn open(local: impl Sink + 'static, places: &[&Memory]) -> Result<(Journal, Told), Error> {
    let losses = Told::default();
    let heard = Arc::clone(&losses);
    let tell = move |loss: &Loss| {
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push(loss.clone());
    };
    let mirrors = places.iter().map(|place| place.mirror()).collect();
    let several = Several::open(Box::new(local), mirrors, None, (WITHIN, Box::new(tell)))?;
    // Nothing is written beside whoever appends, so that it has ended once it is dropped.
    let clock = Clock::simulated(crate::domain::Time::UNIX_EPOCH, 1);
    let (journal, _) = Journal::open(Box::new(several), clock, "solo")?;
    Ok((journal, losses))
}

fn noted(text: &str) -> Event {
    Event::Noted { text: text.into() }
}

fn notes(bytes: &[u8]) -> Vec<String> {
    let read = crate::journal::read(&mut MemorySink::holding(bytes));
    let notes = read.map(|record| record.case.notes).unwrap_or_default();
    notes.into_iter().map(|(_, text)| text).collect()
}

#[tokio::test]
async fn each_group_is_a_segment_and_together_they_are_the_journal() -> Tried {
    let (local, place) = (
        MemorySink::holding(&journal_of(Sample::Entries(5))),
        Memory::new(),
    );
    let (journal, losses) = open(local.clone(), &[&place])?;
    assert_eq!(place.all(), local.bytes(), "what was there is given");
    journal.append(vec![noted("a"), noted("b")]).await?;
    journal.append(vec![noted("c")]).await?;
    drop(journal);
    let names: Vec<String> = place.with(|(kept, _)| kept.keys().cloned().collect());
    assert_eq!(names, [name_of(1), name_of(6), name_of(8)]);
    assert_eq!(place.all(), local.bytes());
    assert_eq!(told(&losses), []);
    let before = place.all();
    open(local.clone(), &[&place])?;
    assert_eq!(place.all(), before, "nothing is given twice");
    Ok(())
}

#[tokio::test]
async fn a_mirror_that_fails_is_told_once_and_the_next_writer_closes_its_gap() -> Tried {
    for mood in [Mood::Refuses, Mood::Hangs, Mood::Forgets] {
        let (local, place) = (
            MemorySink::holding(&journal_of(Sample::Entries(4))),
            Memory::new(),
        );
        let (journal, losses) = open(local.clone(), &[&place])?;
        place.turn(mood);
        for note in ["a", "b", "c"] {
            journal.append(vec![noted(note)]).await?;
        }
        drop(journal);
        let heard = told(&losses);
        assert_eq!(heard.len(), 1, "{mood:?}: {heard:?}");
        assert!(heard.iter().all(|loss| !loss.is_local));
        assert_eq!(notes(&local.bytes()), ["a", "b", "c"]);
        let again = Memory(Arc::clone(&place.0));
        again.turn(Mood::Well);
        open(local.clone(), &[&again])?;
        assert_eq!(again.all(), local.bytes(), "{mood:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_journal_goes_on_elsewhere_where_the_disk_fails_and_comes_back_whole() -> Tried {
    for (how, kind) in [
        (Fails::Before, ErrorKind::StorageFull),
        (Fails::Partly(40), ErrorKind::StorageFull),
        (Fails::AtSync, ErrorKind::Other),
        (Fails::After, ErrorKind::Other),
        (Fails::Before, ErrorKind::ReadOnlyFilesystem),
    ] {
        let (disk, place) = (
            MemorySink::holding(&journal_of(Sample::Entries(4))),
            Memory::new(),
        );
        let local = Injecting::error(disk.clone(), 2, how, kind);
        let (journal, losses) = open(local, &[&place])?;
        for note in ["a", "b", "c"] {
            journal.append(vec![noted(note)]).await?;
        }
        assert!(journal.lost().is_none());
        let heard = told(&losses);
        assert!(
            heard.len() == 1 && heard.iter().all(|loss| loss.is_local),
            "{heard:?}"
        );
        assert_eq!(journal.with_case(|case| case.notes.len()), 3);
        assert_eq!(notes(&place.all()), ["a", "b", "c"], "{how:?}");
        drop(journal);

        // While the disk is no better, whoever comes next goes on there as well.
        let local = Injecting::error(disk.clone(), 1, Fails::Before, kind);
        let (journal, losses) = open(local, &[&place])?;
        journal.append(vec![noted("still")]).await?;
        assert_eq!(told(&losses).len(), 1);
        assert_eq!(journal.with_case(|case| case.notes.len()), 4);
        drop(journal);

        // The next writer takes in here what only stands there, and both go on alike.
        let (journal, losses) = open(disk.clone(), &[&place])?;
        assert_eq!(told(&losses), []);
        journal.append(vec![noted("d")]).await?;
        drop(journal);
        assert_eq!(
            notes(&disk.bytes()),
            ["a", "b", "c", "still", "d"],
            "{how:?}"
        );
        assert_eq!(place.all(), disk.bytes(), "{how:?}");
        assert!(matches!(check(&disk.bytes()), Report::Intact(_)));
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_acknowledged_that_no_sink_holds() -> Tried {
    for mood in [Mood::Refuses, Mood::Hangs] {
        let (disk, place) = (
            MemorySink::holding(&journal_of(Sample::Entries(4))),
            Memory::new(),
        );
        let local = Injecting::error(disk.clone(), 1, Fails::Before, ErrorKind::StorageFull);
        let (journal, losses) = open(local, &[&place])?;
        let before = (disk.bytes(), place.all());
        place.turn(mood);
        let refused = journal.append(vec![intended(1)]).await;
        assert!(matches!(refused, Err(Error::Io { .. })), "{refused:?}");
        assert!(matches!(
            journal.append(vec![noted("x")]).await,
            Err(Error::Lost { .. })
        ));
        assert_eq!((disk.bytes(), place.all()), before);
        assert_eq!(told(&losses).len(), 2);
    }
    Ok(())
}

/// A disk that hangs at its nth append.
struct Hanging(MemorySink, u32);

impl Sink for Hanging {
    fn path(&self) -> PathBuf {
        self.0.path()
    }
    fn len(&mut self) -> Result<u64, Error> {
        self.0.len()
    }
    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error> {
        self.0.read_from(offset)
    }
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.1 -= 1;
        if self.1 == 0 {
            loop {
                std::thread::park();
            }
        }
        self.0.write(bytes)
    }
    fn sync(&mut self) -> Result<(), Error> {
        self.0.sync()
    }
    fn set_aside(&mut self, name: &str, offset: u64) -> Result<(), Error> {
        self.0.set_aside(name, offset)
    }
    fn kept(&mut self) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        self.0.kept()
    }
    fn lock(&mut self) -> Result<(), Error> {
        Ok(())
    }
    fn unlock(&mut self) {}
}

#[tokio::test]
async fn a_disk_that_hangs_is_waited_for_once() -> Tried {
    let (disk, place) = (
        MemorySink::holding(&journal_of(Sample::Entries(4))),
        Memory::new(),
    );
    let (journal, losses) = open(Hanging(disk.clone(), 2), &[&place])?;
    for note in ["a", "b", "c"] {
        journal.append(vec![noted(note)]).await?;
    }
    let heard = told(&losses);
    assert!(
        matches!(heard.as_slice(), [loss] if loss.is_local && loss.why.contains("within 1.5 s")),
        "{heard:?}"
    );
    assert_eq!(
        (notes(&disk.bytes()), notes(&place.all()).len()),
        (vec!["a".to_owned()], 3)
    );
    open(disk.clone(), &[&place])?;
    assert_eq!(disk.bytes(), place.all());
    Ok(())
}

#[tokio::test]
async fn gaps_of_two_mirrors_close_each_other() -> Tried {
    let (disk, one, two) = (MemorySink::default(), Memory::new(), Memory::new());
    let (journal, _) = open(disk.clone(), &[&one, &two])?;
    journal.append(crate::journal::laws::events(2)).await?;
    for note in 0..9 {
        journal.append(vec![noted(&note.to_string())]).await?;
    }
    drop(journal);
    let whole = disk.bytes();
    for (lost_of_one, lost_of_two, left) in [(9, 11, 8), (8, 16, 8), (16, 8, 0), (10, 1, 9)] {
        let disk = MemorySink::holding(&{
            let lines: Vec<_> = whole.split_inclusive(|byte| *byte == b'\n').collect();
            lines.get(..left).unwrap_or_default().concat()
        });
        let copy = |of: &Memory, without| {
            let mut kept = of.with(|(kept, _)| kept.clone());
            kept.remove(&name_of(without));
            Memory(Arc::new(Mutex::new((kept, Mood::Well))))
        };
        let (one, two) = (copy(&one, lost_of_one), copy(&two, lost_of_two));
        let (_, losses) = open(disk.clone(), &[&one, &two])?;
        assert_eq!(told(&losses), []);
        for bytes in [disk.bytes(), one.all(), two.all()] {
            assert_eq!(
                bytes, whole,
                "without {lost_of_one} and {lost_of_two}, {left} here"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn another_history_is_never_taken_in_nor_written_over() -> Tried {
    let others = [
        journal_of(Sample::OtherIncident(4)),
        journal_of(Sample::Entries(4)).repeat(2),
        b"{\"v\":1,\"seq\":1,\"at\":\"no\"}\n".to_vec(),
    ];
    for other in others {
        let (disk, place) = (
            MemorySink::holding(&journal_of(Sample::Entries(4))),
            Memory::new(),
        );
        place.with(|(kept, _)| kept.insert(name_of(1), other.clone()));
        let (journal, losses) = open(disk.clone(), &[&place])?;
        assert_eq!(told(&losses).len(), 1);
        journal.append(vec![noted("here")]).await?;
        assert_eq!(place.all(), other);
        assert_eq!(notes(&disk.bytes()), ["here"]);
    }
    // Somebody who takes the next name keeps nobody from writing.
    let (disk, place) = (
        MemorySink::holding(&journal_of(Sample::Entries(4))),
        Memory::new(),
    );
    let (journal, losses) = open(disk.clone(), &[&place])?;
    place.with(|(kept, _)| kept.insert(name_of(5), b"squatted".to_vec()));
    journal.append(vec![noted("here")]).await?;
    drop(journal);
    assert!(
        told(&losses)
            .iter()
            .any(|loss| loss.why.contains("another entry 5"))
    );
    let (_, losses) = open(disk.clone(), &[&place])?;
    assert!(
        told(&losses)
            .iter()
            .any(|loss| loss.why.contains("another entry 5"))
    );
    Ok(())
}

/// A disk with no room left but what was set aside.
struct Filling(MemorySink);

impl Sink for Filling {
    fn path(&self) -> PathBuf {
        self.0.path()
    }
    fn len(&mut self) -> Result<u64, Error> {
        self.0.len()
    }
    fn read_from(&mut self, offset: u64) -> Result<Vec<u8>, Error> {
        self.0.read_from(offset)
    }
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.write(bytes)
    }
    fn sync(&mut self) -> Result<(), Error> {
        self.0.sync()
    }
    fn reserve(&mut self) -> Result<(), Error> {
        Err(Error::io("reserve room for", &self.0.path())(
            ErrorKind::StorageFull.into(),
        ))
    }
    fn set_aside(&mut self, name: &str, offset: u64) -> Result<(), Error> {
        self.0.set_aside(name, offset)
    }
    fn kept(&mut self) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        self.0.kept()
    }
    fn lock(&mut self) -> Result<(), Error> {
        self.0.lock()
    }
    fn unlock(&mut self) {
        self.0.unlock();
    }
}

#[tokio::test]
async fn on_a_full_disk_what_is_under_way_is_recorded_and_nothing_new_begins() -> Tried {
    use crate::journal::laws::answered;
    let disk = MemorySink::holding(&journal_of(Sample::Entries(4)));
    let (journal, _) = Journal::open(Box::new(Filling(disk.clone())), Clock::wall(), "solo")?;
    let begun = journal.append(vec![intended(1)]).await;
    assert!(
        matches!(begun, Err(Error::Io { source, .. }) if source.kind() == ErrorKind::StorageFull)
    );
    assert!(journal.lost().is_none(), "that refusal is no failed write");
    // The fourth entry of the sample is an intent.
    journal.append(vec![answered(0)]).await?;
    journal.append(vec![noted("and so on")]).await?;
    assert!(matches!(check(&disk.bytes()), Report::Intact(whole) if whole.entries == 6));

    // Where another sink has room, that one goes on.
    let place = Memory::new();
    let disk = MemorySink::holding(&journal_of(Sample::Entries(4)));
    let (journal, _) = open(Filling(disk), &[&place])?;
    journal.append(vec![intended(1)]).await?;
    Ok(())
}
