//! `cargo bench-tool`: what `salon bench` costs beside the servers that it drives.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::command::{Place, Words};
use crate::documents::Page;
use crate::figures::median;
use crate::machine::machine;
use crate::process::{ServerProcess, Talk, on_cores};
use crate::progress::Progress;
use crate::stage::Pings;

/// Where the figures are in the documentation.
pub const PAGE: Page = Page {
    file: "bench.md",
    command: "cargo bench-tool --docs",
};

/// What the command can do.
pub const HELP: &str = "\
cargo bench-tool [OPTIONS]

  --rounds N     how often each load is made (5)
  --only WORDS   only the loads whose name contains WORDS
  --tool PATH    another build of the tool `salon`
  --server PATH  another build of salon-bench-server
  --docs         write the figures into docs/bench.md";

/// The server of the page, on Node.
const NODE_SERVER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../interop/client/bench-server.mjs"
);
/// Where its packages are.
const NODE_PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../interop/node_modules");

/// A load, and the words for it.
struct Load {
    name: &'static str,
    words: &'static str,
}

const LOADS: [Load; 4] = [
    Load {
        name: "echo, 1 in flight",
        words: "echo --rate max",
    },
    Load {
        name: "echo, 16 in flight",
        words: "echo --rate max --in-flight 16",
    },
    Load {
        name: "echo, 5,000/s",
        words: "echo --rate 5000",
    },
    Load {
        name: "broadcast, 1 at a time",
        words: "broadcast --rate max --connections 1000",
    },
];

/// What was asked for.
#[derive(Debug)]
pub struct Options {
    rounds: usize,
    only: String,
    tool: PathBuf,
    server: PathBuf,
    /// Whether the page is written.
    pub docs: bool,
}

impl Options {
    /// Reads the words of the command line.
    ///
    /// # Errors
    /// A sentence about the word that is wrong.
    pub fn read(words: impl IntoIterator<Item = String>, place: &Place) -> Result<Self, String> {
        let folder = place.folder();
        let mut options = Self {
            rounds: 5,
            only: String::new(),
            tool: folder.join("salon"),
            server: folder.join("salon-bench-server"),
            docs: false,
        };
        let mut words = Words::new(words, HELP);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--rounds" => options.rounds = words.number(&word)?,
                "--only" => options.only = words.value(&word)?,
                "--tool" => options.tool = words.value(&word)?.into(),
                "--server" => options.server = words.value(&word)?.into(),
                "--docs" => options.docs = true,
                _ => return Err(words.unknown(&word)),
            }
        }
        Ok(options)
    }
}

/// A server that the tool drives.
enum Server {
    Salon(ServerProcess),
    Node { talk: Talk, port: u16 },
}

impl Server {
    fn salon(program: &Path) -> io::Result<Self> {
        ServerProcess::start(program, 1, Pings::Never, "0").map(Self::Salon)
    }

    fn node() -> io::Result<Self> {
        let mut command = on_cores("0", Path::new("node"));
        command.arg(NODE_SERVER).env("PORT", "0");
        let mut talk = Talk::start(command.env("NODE_ENV", "production"))?;
        let said = talk.hear("listening on ")?;
        let port = said.split(',').next().and_then(|port| port.parse().ok());
        let port = port.ok_or_else(|| io::Error::other(format!("no port: {said}")))?;
        Ok(Self::Node { talk, port })
    }

    fn process(&self) -> u32 {
        match self {
            Self::Salon(server) => server.id(),
            Self::Node { talk, .. } => talk.id(),
        }
    }

    fn port(&self) -> u16 {
        match self {
            Self::Salon(server) => server.address().port(),
            Self::Node { port, .. } => *port,
        }
    }
}

/// Microseconds for one message.
#[derive(Clone, Copy, Debug)]
struct Cost {
    tool: f64,
    server: f64,
}

/// Lets the tool make a load.
fn run_once(tool: &Path, load: &Load, server: &Server) -> io::Result<Cost> {
    let mut command = on_cores("1", tool);
    command.arg("bench").args(load.words.split(' '));
    command.args(["--json", "--duration", "2s", "--warm-up", "500ms"]);
    command.args(["--pid", &server.process().to_string()]);
    command.arg(format!("http://127.0.0.1:{}", server.port()));
    let output = command.output()?;
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let cost = |whose| report["cpu"][whose]["us_per_message"].as_f64();
    let costs = cost("tool").zip(cost("server"));
    match costs.filter(|_| output.status.success()) {
        Some((tool, server)) => Ok(Cost { tool, server }),
        None => Err(failure(&command, &output.stderr, &report)),
    }
}

fn failure(command: &Command, errors: &[u8], report: &Value) -> io::Error {
    let errors = String::from_utf8_lossy(errors);
    io::Error::other(format!("{command:?}: {errors}{report}"))
}

/// What came of all rounds of one load: with Node's server, where it is there, and with salon's.
struct Row {
    load: &'static Load,
    node: Vec<Cost>,
    salon: Vec<Cost>,
}

/// Measures all, and gives the table.
///
/// # Errors
/// When a program does not start, or the tool does not get all that is due.
pub fn run(options: &Options) -> io::Result<String> {
    let has_node = Path::new(NODE_PACKAGES).is_dir();
    let machine = machine();
    let wanted = |load: &&Load| load.name.contains(&options.only);
    let mut rows: Vec<Row> = LOADS.iter().filter(wanted).map(Row::new).collect();
    let mut progress = Progress::new(options.rounds * rows.len());
    for round in 1..=options.rounds {
        for row in &mut rows {
            let name = row.load.name;
            progress.tell(&format!("round {round} of {}: {name}", options.rounds));
            row.measure(options, has_node)?;
        }
    }
    Ok(table(&rows, options.rounds, &machine))
}

impl Row {
    const fn new(load: &'static Load) -> Self {
        Self {
            load,
            node: Vec::new(),
            salon: Vec::new(),
        }
    }

    fn measure(&mut self, options: &Options, has_node: bool) -> io::Result<()> {
        let server = Server::salon(&options.server)?;
        let cost = run_once(&options.tool, self.load, &server)?;
        self.salon.push(cost);
        drop(server);
        if has_node {
            let cost = run_once(&options.tool, self.load, &Server::node()?)?;
            self.node.push(cost);
        }
        Ok(())
    }
}

fn table(rows: &[Row], rounds: usize, machine: &str) -> String {
    let mut text = String::from(
        "| load | with Node: tool, server | ratio | with salon: tool, server | ratio |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let (node, salon) = (cells(&row.node), cells(&row.salon));
        // Writing to a text cannot fail.
        let _ = writeln!(text, "| {} | {node} | {salon} |", row.load.name);
    }
    let _ = writeln!(
        text,
        "\nMedians of {rounds} rounds; the ratios are medians of the rounds' own. {machine}."
    );
    text
}

fn cells(costs: &[Cost]) -> String {
    let of = |value: fn(&Cost) -> f64| median(costs.iter().map(value));
    let ratio = of(|cost| cost.tool / cost.server);
    match (of(|cost| cost.tool), of(|cost| cost.server), ratio) {
        (Some(tool), Some(server), Some(ratio)) => {
            format!("{tool:.1}, {server:.1} | {ratio:.2}")
        }
        _ => "– | –".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_medians_and_the_medians_of_ratios() {
        let cost = |tool, server| Cost { tool, server };
        let row = Row {
            load: &LOADS[0],
            node: Vec::new(),
            salon: vec![cost(1.0, 10.0), cost(2.0, 4.0), cost(9.0, 9.0)],
        };
        let text = table(&[row], 3, "A machine");
        let line = "| echo, 1 in flight | – | – | 2.0, 9.0 | 0.50 |";
        assert!(text.lines().any(|one| one == line), "{text}");
    }

    #[test]
    fn words_are_read_in_order() {
        let place = Place::here().unwrap();
        let read = |line: &str| {
            let words = line.split_whitespace().map(str::to_owned);
            Options::read(words, &place)
        };
        let options = read("-- --rounds 2 --tool /x/salon --only echo").unwrap();
        assert_eq!((options.rounds, options.docs), (2, false));
        assert_eq!(options.tool, Path::new("/x/salon"));
        assert!(read("--fast").unwrap_err().contains("--fast"));
    }
}
