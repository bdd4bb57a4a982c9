//! Loads the live status of a production server and prints a row of a table for each measurement.
//!
//! Usage: `live_load PROGRAM [CUSTOMERS]`, where PROGRAM is a release of `waycore-connect`. `cargo xtask bench` runs it.

mod deliveries;
mod deployment;
mod figures;
mod lines;
mod machine;
mod population;
mod viewers;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use self::deliveries::{Rate, Reached, Sender, TakenIn};
use self::deployment::{Server, Waycore};
use self::figures::Row;
use self::machine::Sleeper;
use self::population::{Customer, Person, in_turn, settle};
use self::viewers::Viewers;

/// Customers that wait, unless the command line says otherwise.
const CUSTOMERS: usize = 2_500;

/// People of each customer, each with a stream; as many as it waits for connections.
const EACH: usize = 4;

/// Of one customer in the other measurement of memory.
const OF_ONE: usize = 1_000;

/// What a stream may cost while nothing happens, in KiB.
const MEMORY: f64 = 8.0;

/// Viewers before those who are counted.
const A_FEW: usize = 50;

/// Long enough for two looks at Waycore's list.
const WARM: Duration = Duration::from_secs(12);

/// Long enough for every stream to have had a sign of life, and for identities to be asked again.
const QUIET: Duration = Duration::from_secs(35);

const SECONDS: usize = 30;

/// Changes before those that are counted: the first finds no statement prepared and no line to Waycore open.
const FIRST: Rate = Rate { every: Duration::from_millis(500), count: 4 };

/// Enough that the slowest of a hundred is not the slowest of all.
const CALM: Rate = Rate { every: Duration::from_millis(500), count: 120 };

/// What is measured.
struct Bench {
    program: PathBuf,
    folder: tempfile::TempDir,
    waycore: Waycore,
    customers: Vec<Customer>,
    all_kept: bool,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().context("which program? Usage: live_load PROGRAM [CUSTOMERS]")?;
    let customers = arguments.next().map_or(Ok(CUSTOMERS), |text| text.parse())?;
    check_open_files(customers * EACH)?;
    let program = PathBuf::from(program);
    // Alone: the list of ten thousand that wait would be read meanwhile, and is nobody's stream.
    let mut small = Bench::prepare(program.clone(), 1).await?;
    small.one_customer().await?;
    let mut bench = Bench::prepare(program, customers).await?;
    bench.many_customers().await?;
    bench.intake().await?;
    Ok(if small.all_kept && bench.all_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Bench {
    /// Makes the customers, with a server that ends afterwards: what it has in memory by then is nobody's stream.
    async fn prepare(program: PathBuf, customers: usize) -> Result<Self> {
        let folder = tempfile::TempDir::with_prefix("connect-load-")?;
        let waycore = Waycore::start(&program).await?;
        let server = Server::start(&program, folder.path(), &waycore).await?;
        note(&format!("{customers} customers are made"));
        let customers = settle(&waycore, &server, customers).await?;
        server.end()?;
        Ok(Self { program, folder, waycore, customers, all_kept: true })
    }

    /// The memory of streams of the same customer.
    async fn one_customer(&mut self) -> Result<()> {
        let server = self.server().await?;
        let customer = self.customers.first().context("there is no customer")?;
        let people: Vec<_> = customer.people(OF_ONE).collect();
        let (viewers, cost) = self.watched(&server, people).await?;
        let what = format!("memory of an idle stream, {} of one customer", thousands(viewers.count()));
        self.memory(what, cost);
        drop(viewers);
        server.end()
    }

    /// The memory of streams of many customers, and how fast changes come to them.
    async fn many_customers(&mut self) -> Result<()> {
        let server = self.server().await?;
        let people: Vec<_> = self.customers.iter().flat_map(|customer| customer.people(EACH)).collect();
        let (mut viewers, cost) = self.watched(&server, people).await?;
        let streams = viewers.count();
        let of = format!("{} of {} customers", thousands(streams), thousands(self.customers.len()));
        self.memory(format!("memory of an idle stream, {of}"), cost);

        let sender = Sender::new(&self.waycore, &server);
        let waiting = in_turn(&self.customers);
        let (first, rest) = waiting.split_at(FIRST.count.min(waiting.len()));
        sender.activate(first, FIRST, &mut viewers, EACH).await?;
        let (first, rest) = rest.split_at(CALM.count.min(rest.len()));
        note("2 changes a second");
        let sleeper = Sleeper::start();
        let reached = sender.activate(first, CALM, &mut viewers, EACH).await?;
        let late = sleeper.end()?;
        let open = format!("{} streams open", thousands(streams));
        self.reached(&format!("from webhook to browser, 2 changes a second for 60 s, {open}"), &reached, 10);
        self.row(Row {
            what: "how late the machine wakes a thread that slept for 5 ms, in the same 60 s".to_owned(),
            measured: late.to_string(),
            promised: "nothing".to_owned(),
            is_kept: true,
        });

        let a_second = (self.customers.len() * EACH / 100).max(1);
        let every = Duration::from_secs(1) / u32::try_from(a_second)?;
        let storm = Rate { every, count: a_second * SECONDS };
        note(&format!("{a_second} changes a second"));
        let reached = sender.activate(rest, storm, &mut viewers, EACH).await?;
        let what = format!("from webhook to browser, {a_second} changes a second for {SECONDS} s, {open}");
        self.reached(&what, &reached, 150);
        if viewers.count() != streams {
            bail!("{} of {streams} streams ended by themselves", streams - viewers.count());
        }
        note(&format!("the server has {} KiB after that", server.memory()?));
        drop(viewers);
        server.end()
    }

    /// How fast deliveries are taken in.
    async fn intake(&mut self) -> Result<()> {
        let server = self.server().await?;
        let rate = Rate { every: Duration::from_micros(500), count: 20_000 };
        note("2,000 deliveries a second");
        let TakenIn { times, refused } = Sender::new(&self.waycore, &server).take_in(rate).await?;
        let missing = if refused == 0 { String::new() } else { format!(", and {refused} were refused") };
        self.row(Row {
            what: "answer to a delivery, 2,000 a second for 10 s, SQLite".to_owned(),
            measured: format!("{times}{missing}"),
            promised: "99 of 100 within 50 ms".to_owned(),
            is_kept: refused == 0 && times.percentile(99) <= Duration::from_millis(50),
        });
        server.end()
    }

    async fn server(&self) -> Result<Server> {
        Server::start(&self.program, self.folder.path(), &self.waycore).await
    }

    /// Opens streams, and finds out what each costs while nothing happens, in KiB.
    async fn watched(&self, server: &Server, people: Vec<Person>) -> Result<(Viewers, f64)> {
        let everybody = people.len();
        note(&format!("{everybody} streams are opened"));
        // A few come first, so that what the server needs once is there: above all, room to read the list of those who
        // wait for the first time, and the second.
        let first = people.iter().take(A_FEW).cloned().collect();
        let first = Viewers::open(server.at, first, EACH).await?;
        tokio::time::sleep(WARM).await;
        drop(first);
        let before = server.memory()?;
        let viewers = Viewers::open(server.at, people, EACH).await?;
        tokio::time::sleep(QUIET).await;
        if viewers.count() != everybody {
            bail!("{} of {everybody} streams are open after {} s", viewers.count(), QUIET.as_secs());
        }
        let after = server.memory()?;
        note(&format!("{before} KiB before, {after} KiB after"));
        let more = u32::try_from(after.saturating_sub(before))?;
        Ok((viewers, f64::from(more) / f64::from(u32::try_from(everybody)?)))
    }

    fn memory(&mut self, what: String, cost: f64) {
        self.row(Row {
            what,
            measured: format!("{cost:.1} KiB"),
            promised: format!("at most {MEMORY} KiB"),
            is_kept: cost <= MEMORY,
        });
    }

    fn reached(&mut self, what: &str, Reached { times, lost }: &Reached, limit: u64) {
        let missing = if *lost == 0 { String::new() } else { format!(", and {lost} never came") };
        self.row(Row {
            what: what.to_owned(),
            measured: format!("{times}{missing}"),
            promised: format!("99 of 100 within {limit} ms"),
            is_kept: *lost == 0 && times.percentile(99) <= Duration::from_millis(limit),
        });
    }

    #[expect(clippy::print_stdout, reason = "the rows are what this program is for")]
    fn row(&mut self, row: Row) {
        println!("{row}");
        self.all_kept &= row.is_kept;
    }
}

/// Each stream is an open file here, and one of the server's, which has our limit.
fn check_open_files(streams: usize) -> Result<()> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap_or_default();
    let limit: usize = line.split_whitespace().next().unwrap_or_default().parse().unwrap_or(usize::MAX);
    let wanted = streams + 1_000;
    if limit < wanted {
        bail!("{limit} files may be open and {wanted} have to be: `ulimit -n {wanted}` first");
    }
    Ok(())
}

/// Tells the person at the terminal what is going on.
#[expect(clippy::print_stderr, reason = "what is printed on standard output is the table")]
fn note(what: &str) {
    eprintln!("  {what}");
}

fn thousands(number: usize) -> String {
    match (number / 1_000, number % 1_000) {
        (0, rest) => rest.to_string(),
        (thousand, rest) => format!("{thousand},{rest:03}"),
    }
}
