//! Laws of whoever goes on elsewhere alone: nobody writes beside it, nobody writes past it unseen, and a slow mirror slows
//! nobody who does not ask for it.

use super::*;
use crate::journal::folder::Shelf;
use crate::journal::{Folder, Root};

/// A folder on a real disk, with a journal of four entries.
fn folder(base: &std::path::Path) -> Result<Folder, Error> {
    let folder = Root::at(base)?.create(Shelf::Incidents, "inc-1", &Clock::wall())?;
    crate::journal::file::store(&folder.journal(), &journal_of(Sample::Entries(4)))?;
    Ok(folder)
}

fn open_in(folder: &Folder, local: impl Sink + 'static, place: &Memory) -> Result<Journal, Error> {
    let marks = Some(Marks::of(folder));
    let tell: Tell = Box::new(|_| ());
    let several = Several::open(Box::new(local), vec![place.mirror()], marks, (SHORT, tell))?;
    // Nothing is written beside whoever appends, so that it has ended once it is dropped.
    let clock = Clock::simulated(crate::domain::Time::UNIX_EPOCH, 1);
    Journal::open(Box::new(several), clock, "solo").map(|(journal, _)| journal)
}

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn two_at_once_on_a_disk_that_is_lost_do_not_part_the_record() -> Tried {
    let base = tempfile::tempdir()?;
    let (folder, place) = (folder(base.path())?, Memory::new());
    let full = Injecting::error(folder.sink()?, 1, Fails::Before, ErrorKind::StorageFull);
    let first = open_in(&folder, full, &place)?;
    let second = open_in(&folder, folder.sink()?, &place)?;
    first.append(vec![noted("elsewhere alone")]).await?;
    // The disk is well again for whoever else is at work here; it writes nothing beside what it cannot know.
    let refused = second.append(vec![noted("beside")]).await;
    assert!(matches!(refused, Err(Error::Io { .. })), "{refused:?}");
    assert!(
        open_in(&folder, folder.sink()?, &place).is_err(),
        "while the first goes on"
    );
    drop((first, second));
    let third = open_in(&folder, folder.sink()?, &place)?;
    third.append(vec![noted("after")]).await?;
    drop(third);
    assert_eq!(notes(&folder.bytes()?), ["elsewhere alone", "after"]);
    assert_eq!(place.all(), folder.bytes()?);
    Ok(())
}

#[tokio::test]
async fn what_only_a_sink_holds_that_does_not_answer_is_not_written_past_unseen() -> Tried {
    let base = tempfile::tempdir()?;
    let (folder, place) = (folder(base.path())?, Memory::new());
    let named = ["elsewhere".to_owned()];
    // Whoever ends in order leaves nothing, and neither does a sink that is merely behind.
    drop(open_in(&folder, folder.sink()?, &place)?);
    assert_eq!(unseen(&folder, &named), [""; 0]);
    let full = Injecting::error(folder.sink()?, 1, Fails::Before, ErrorKind::StorageFull);
    let first = open_in(&folder, full, &place)?;
    first.append(vec![noted("elsewhere alone")]).await?;
    assert_eq!(unseen(&folder, &named), [""; 0], "whoever is at work knows");
    drop(first);
    assert_eq!(unseen(&folder, &named), named);
    let before = folder.bytes()?;
    place.turn(Mood::Refuses);
    let refused = open_in(&folder, folder.sink()?, &place).err();
    assert!(
        matches!(&refused, Some(Error::Unseen { sink, .. }) if *sink == named[0]),
        "{refused:?}"
    );
    assert_eq!(folder.bytes()?, before);
    // It answers again, and nothing was lost.
    place.turn(Mood::Well);
    drop(open_in(&folder, folder.sink()?, &place)?);
    assert_eq!(notes(&folder.bytes()?), ["elsewhere alone"]);
    assert_eq!(unseen(&folder, &named), [""; 0]);
    // Or it is given up, in so many words.
    let full = Injecting::error(folder.sink()?, 1, Fails::Before, ErrorKind::StorageFull);
    open_in(&folder, full, &place)?
        .append(vec![noted("lost")])
        .await?;
    place.turn(Mood::Refuses);
    assert!(give_up(&folder, "elsewhere")? && !give_up(&folder, "elsewhere")?);
    open_in(&folder, folder.sink()?, &place)?
        .append(vec![noted("on")])
        .await?;
    assert_eq!(notes(&folder.bytes()?), ["elsewhere alone", "on"]);
    Ok(())
}

#[tokio::test]
async fn a_slow_mirror_slows_nobody_and_a_required_one_holds_every_intent_first() -> Tried {
    for is_required in [false, true] {
        let (local, place) = (
            MemorySink::holding(&journal_of(Sample::Entries(3))),
            Memory::new(),
        );
        let mirror = place.mirror().required(is_required);
        let tell: Tell = Box::new(|_| ());
        let several = Several::open(Box::new(local.clone()), vec![mirror], None, (WITHIN, tell))?;
        let (journal, _) = Journal::open(Box::new(several), Clock::wall(), "solo")?;
        place.turn(Mood::Hangs);
        let begun = journal.append(vec![intended(0)]).await;
        assert_eq!(begun.is_err(), is_required, "{begun:?}");
        assert!(String::from_utf8(local.bytes())?.contains("\"intended\""));
        if !is_required {
            journal
                .append(vec![crate::journal::laws::answered(0)])
                .await?;
        }
        assert!(!String::from_utf8(place.all())?.contains("\"intended\""));
    }
    Ok(())
}

#[tokio::test]
async fn on_a_disk_that_fails_a_required_mirror_holds_every_intent_first_too() -> Tried {
    let (beside, place) = (Memory::new(), Memory::new());
    let local = MemorySink::holding(&journal_of(Sample::Entries(5)));
    let full = Injecting::error(local, 1, Fails::Before, ErrorKind::StorageFull);
    let mirrors = vec![beside.mirror(), place.mirror().required(true)];
    let several = Several::open(Box::new(full), mirrors, None, (SHORT, Box::new(|_| ())))?;
    let clock = Clock::simulated(crate::domain::Time::UNIX_EPOCH, 1);
    let (journal, _) = Journal::open(Box::new(several), clock, "solo")?;
    place.turn(Mood::Refuses);
    let begun = journal.append(vec![intended(1)]).await;
    assert!(
        matches!(&begun, Err(Error::Elsewhere { why, .. }) if why.contains("required")),
        "{begun:?}"
    );
    Ok(())
}
