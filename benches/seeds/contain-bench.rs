//! `contain-bench`: as many simulated incidents as asked, each from its seed, and what broke.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints, and measures by the wall clock"
)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use contain::bench::bulk::bulk;
use contain::bench::times::{NUMBERS, PROVIDERS, took};
use contain::bench::{
    Fight, Graphs, Pairs, draw, in_virtual_time, last_journal, many, many_graphs, many_pairs, one,
    one_graph, one_pair, quiet, until_broken,
};
use contain::domain::Duration;
use contain::domain::bug::{Bug, plant};
use contain::domain::clock::{read_duration, spell};

#[path = "../process/peak.rs"]
mod peak;

use peak::peak_of;

/// Play simulated incidents, each from its seed, and check what must be true of every one
#[derive(Parser, Debug)]
#[command(name = "contain-bench")]
struct Args {
    /// How many seeds
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// On how many threads
    #[arg(long, default_value_t = 2)]
    threads: u32,
    /// Play this many random identity graphs instead: who would cut the branch that contain sits on
    #[arg(long, value_name = "N", conflicts_with_all = ["seeds", "fought", "planted", "times"])]
    graphs: Option<u64>,
    /// Play two operators on so many shared incidents instead: one is stopped at any step, the other takes over
    #[arg(long, value_name = "N", conflicts_with_all = ["seeds", "fought", "planted", "times", "graphs"])]
    pairs: Option<u64>,
    /// With --pairs: at how many steps of each somebody is stopped; 0 for every one
    #[arg(long, default_value_t = 24, requires = "pairs")]
    points: u64,
    /// Somebody fights back in every world, and strikes again after this long, such as 500ms
    #[arg(long, value_name = "PAUSE", value_parser = pause, conflicts_with_all = ["planted", "times"])]
    fought: Option<Fight>,
    /// Play this seed alone, and print its world as a drill file
    #[arg(long, conflicts_with_all = ["seeds", "from", "threads"])]
    seed: Option<u64>,
    /// Plant every known bug in turn, and tell after how many seeds it was found
    #[arg(long, conflicts_with = "seed")]
    planted: bool,
    /// Print how long it takes until everything is isolated and contained, in virtual time
    #[arg(long, conflicts_with_all = ["seed", "planted"])]
    times: bool,
    /// Let 500 mixed credentials leak over eight providers, in fair weather and with one provider too busy and one away
    #[arg(long, conflicts_with_all = ["seed", "planted", "times", "graphs"])]
    bulk: bool,
    /// With --seed: write the journal to FILE
    #[arg(long, value_name = "FILE", requires = "seed")]
    journal: Option<PathBuf>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    quiet();
    let fight = args.fought.unwrap_or_default();
    if let Some(seed) = args.seed {
        println!("{}", draw(seed, fight).text);
        let ran = one(seed, fight);
        if let Some(file) = args.journal
            && let Err(error) = std::fs::write(&file, last_journal())
        {
            println!("{}: {error}", file.display());
            return ExitCode::FAILURE;
        }
        return match ran {
            Ok(ran) => {
                println!("{ran:#?}");
                ExitCode::SUCCESS
            }
            Err(why) => {
                println!("{why}");
                ExitCode::FAILURE
            }
        };
    }
    if args.planted {
        return planted(&args);
    }
    if let Some(number) = args.graphs {
        return graphs(&args, number);
    }
    if let Some(number) = args.pairs {
        return pairs(&args, number);
    }
    if args.times {
        return match in_virtual_time(table()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                println!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    if args.bulk {
        return bulk_leak();
    }
    let began = Instant::now();
    let seeds = args.from..args.from.saturating_add(args.seeds);
    let again = match fight {
        Fight::Drawn => String::new(),
        Fight::Always(pause) => format!(" --fought {}", spell(pause)),
    };
    let tally = many(seeds, (args.threads, fight), |seed, why| {
        println!("seed {seed}: {why}\n  contain-bench --seed {seed}{again}");
    });
    let took = began.elapsed().as_secs_f64();
    let ran = f64::from(u32::try_from(tally.ran).unwrap_or(u32::MAX));
    for (said, times) in &tally.said {
        println!("{times:>7}  {said}");
    }
    println!(
        "{} seeds in {took:.1} s ({:.0} a minute), {} sessions of which {} broke, {} requests; peak memory {:.0} MiB",
        tally.ran,
        ran * 60.0 / took,
        tally.sessions,
        tally.broken,
        tally.requests,
        peak_of(std::process::id()).unwrap_or(f64::NAN)
    );
    if tally.violations.is_empty() {
        println!(
            "0 violations; with 95 % confidence fewer than {:.2} of 1 000 seeds break a rule (3/n)",
            3_000.0 / ran
        );
        return ExitCode::SUCCESS;
    }
    println!("{} violations", tally.violations.len());
    ExitCode::FAILURE
}

/// Prints how a bulk leak comes out.
fn bulk_leak() -> ExitCode {
    for (is_bad, title) in [(false, "fair weather"), (true, "one too busy, one away")] {
        let began = Instant::now();
        let told = match in_virtual_time(bulk(500, is_bad)) {
            Ok(told) => told,
            Err(error) => {
                println!("{error}");
                return ExitCode::FAILURE;
            }
        };
        let shown = |length: Option<Duration>| length.map_or("never".to_owned(), spell);
        println!(
            "500 credentials, {title}: {} after {}, in {:.1} s of ours",
            told.said.word(),
            spell(told.took),
            began.elapsed().as_secs_f64()
        );
        for one in &told.out {
            println!(
                "  {:<10} {:>3} leaked, {:>3} alive; dead first after {:>8}, last after {:>8}",
                one.provider,
                one.leaked,
                one.alive,
                shown(one.first),
                shown(one.last)
            );
        }
        let totals: Vec<String> = told
            .totals
            .iter()
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        println!("  the report: {}", totals.join(", "));
    }
    ExitCode::SUCCESS
}

/// Plays random identity graphs.
fn graphs(args: &Args, number: u64) -> ExitCode {
    let began = Instant::now();
    let seeds = args.from..args.from.saturating_add(number);
    let (told, broken) = many_graphs(seeds, args.threads, |seed, why| {
        println!("graph {seed}: {why}\n  contain-bench --graphs 1 --from {seed}");
    });
    let Graphs {
        played,
        own,
        cuts,
        indirect,
        protected,
        hidden,
        made,
    } = told;
    println!(
        "{played} graphs in {:.1} s, {hidden} with edges that nobody may read: {cuts} cuts in {own} of them would have stopped contain itself, {indirect} of those by something indirect, and {protected} a protected identity; all were found, none was made; {made} ordinary cuts were",
        began.elapsed().as_secs_f64()
    );
    println!("{broken} violations");
    ExitCode::from(u8::from(broken > 0))
}

/// Plays two operators on shared incidents.
fn pairs(args: &Args, number: u64) -> ExitCode {
    let began = Instant::now();
    let seeds = args.from..args.from.saturating_add(number);
    let (told, broken) = many_pairs(seeds, (args.threads, args.points), |seed, why| {
        println!(
            "pair {seed}: {why}\n  contain-bench --pairs 1 --from {seed} --points {}",
            args.points
        );
    });
    let Pairs {
        played,
        taken_over,
        in_flight,
        beside,
        issued,
    } = told;
    println!(
        "{played} interleavings in {:.1} s: {taken_over} stopped and taken over, {in_flight} of them while a call was under way, {beside} with both at work for a while, {issued} about a new credential; each effect once",
        began.elapsed().as_secs_f64()
    );
    println!("{broken} violations");
    ExitCode::from(u8::from(broken > 0))
}

fn pause(text: &str) -> Result<Fight, String> {
    read_duration(text).map(Fight::Always)
}

/// Plants every known bug in turn; all have to be found.
fn planted(args: &Args) -> ExitCode {
    let seeds = args.from..args.from.saturating_add(args.seeds);
    let mut missed = 0;
    for known in Bug::ALL {
        plant(Some(known));
        // What this one leaves out is at stake in the graphs alone.
        let in_graphs = known == Bug::SeesNoBranch;
        // And what these do needs two operators.
        let in_pairs = [Bug::IgnoresWhoTookOver, Bug::SendsHoweverLate].contains(&known);
        let play = |seed| match (in_graphs, in_pairs) {
            (true, _) => one_graph(seed).map(drop),
            (_, true) => one_pair(seed, args.points).map(drop),
            (false, false) => one(seed, Fight::Drawn).map(drop),
        };
        match until_broken(seeds.clone(), args.threads, play) {
            Some((after, why)) => {
                let why = why.lines().nth(1).unwrap_or_default();
                let why: String = why.chars().take(80).collect();
                println!("{known:?}: {after} seeds: {why}");
            }
            None => {
                missed += 1;
                println!("{known:?}: not found in {} seeds", args.seeds);
            }
        }
    }
    plant(None);
    println!("{missed} of {} bugs were not found", Bug::ALL.len());
    ExitCode::from(u8::from(missed > 0))
}

/// Prints the table of times.
async fn table() {
    println!(
        "| provider | propagation, bound, audit lag | leaked keys | dead everywhere | said: isolated | said: contained |"
    );
    println!("|---|---|---|---|---|---|");
    let seconds = |length: Duration| format!("{:.1} s", length.as_secs_f64());
    for slow in PROVIDERS {
        for leaked in NUMBERS {
            let took = took(slow, leaked).await;
            println!(
                "| {} | {}, {}, {} | {leaked} | {} | {} | {} |",
                slow.name,
                seconds(slow.propagation),
                seconds(slow.bound),
                seconds(slow.audit_lag),
                seconds(took.dead),
                seconds(took.isolated),
                seconds(took.contained)
            );
        }
    }
}
