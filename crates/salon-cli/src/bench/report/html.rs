//! The report as a page that needs nothing else.

use std::fmt::Write as _;

use super::{Report, chart, grouped, millis, percentiles};

const STYLE: &str = "
:root { color-scheme: light dark; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --back: #fff;
  --one: #0969da; --two: #cf222e; --three: #8250df; --card: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #9198a1; --line: #3d444d;
  --back: #0d1117; --one: #58a6ff; --two: #ff7b72; --three: #bc8cff; --card: #151b23; } }
body { margin: 2rem auto; max-width: 50rem; padding: 0 1rem; color: var(--text);
  background: var(--back); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .3rem; }
p { margin: .3rem 0; } .soft { color: var(--soft); }
.cards { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.2rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: .6rem 1rem; flex: 1 1 9rem; }
.card b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; } td { padding: .15rem 1.2rem .15rem 0;
  font-variant-numeric: tabular-nums; } td + td { text-align: right; }
.bad { color: var(--two); } .note { border-left: 4px solid var(--two); padding-left: .8rem; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: var(--soft); }
svg .marked { fill: var(--text); } .grid { stroke: var(--line); stroke-width: .6; }
.bar { fill: var(--one); opacity: .8; } .mark { stroke: var(--text); stroke-dasharray: 3 3; }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.delivered { stroke: var(--one); } .failed { stroke: var(--two); } .slowest { stroke: var(--three); }
";

impl Report {
    pub(super) fn html(&self) -> String {
        let mut out = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>salon bench: {name}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <h1>{name}</h1>\n<p class=\"soft\">{url}: {what}</p>\n",
            name = self.scenario.name(),
            url = escaped(&self.url),
            what = escaped(&self.what()),
        );
        for note in &self.notes {
            add(
                &mut out,
                &format!("<p class=\"note\">{}</p>", escaped(note)),
            );
        }
        self.cards(&mut out);
        self.pictures(&mut out);
        self.tables(&mut out);
        let version = env!("CARGO_PKG_VERSION");
        add(
            &mut out,
            &format!("<p class=\"soft\">salon {version}</p>\n</body>\n</html>"),
        );
        out
    }

    fn cards(&self, out: &mut String) {
        add(out, "<div class=\"cards\">");
        let (delivered, expected) = (grouped(self.tally.delivered), grouped(self.tally.expected));
        card(out, "delivered", &format!("{delivered} of {expected}"));
        card(out, "each second", &format!("{:.1}", self.per_second()));
        if !self.tally.latency.is_empty() {
            for (name, micros) in percentiles(&self.tally.latency) {
                card(
                    out,
                    &format!("{} {name}", self.latency_of()),
                    &millis(micros),
                );
            }
        }
        let failed = self.tally.failed_count();
        if failed > 0 {
            card(out, "failed", &grouped(failed));
        }
        add(out, "</div>");
        if let Some(text) = self.processor() {
            add(out, &format!("<p>Processor time: {}</p>", escaped(&text)));
        }
        if let Some(bytes) = self.memory_per_connection() {
            let bytes = grouped(bytes);
            add(
                out,
                &format!("<p>Memory of the server: {bytes} bytes for each connection</p>"),
            );
        }
    }

    fn pictures(&self, out: &mut String) {
        let tally = &self.tally;
        if !tally.latency.is_empty() {
            add(
                out,
                &format!("<h2>How many took how long ({})</h2>", self.latency_of()),
            );
            add(out, &chart::histogram(&tally.latency));
        }
        if tally
            .seconds
            .iter()
            .any(|second| second.delivered + second.failed > 0)
        {
            add(out, "<h2>Delivered each second; red: failed</h2>");
            add(out, &chart::throughput(&tally.seconds));
        }
        if tally.seconds.iter().any(|second| second.slowest > 0) {
            add(out, "<h2>The slowest of each second</h2>");
            add(out, &chart::slowest(&tally.seconds));
        }
    }

    fn tables(&self, out: &mut String) {
        let tally = &self.tally;
        for (title, class, counts) in [
            ("Failures", "bad", &tally.failures),
            ("What else happened", "", &tally.counts),
        ] {
            if counts.is_empty() {
                continue;
            }
            add(out, &format!("<h2>{title}</h2>\n<table>"));
            for (kind, count) in counts {
                let (kind, count) = (escaped(kind), grouped(*count));
                add(
                    out,
                    &format!("<tr><td class=\"{class}\">{kind}</td><td>{count}</td></tr>"),
                );
            }
            add(out, "</table>");
        }
    }
}

fn card(out: &mut String, name: &str, text: &str) {
    let text = escaped(text);
    add(
        out,
        &format!("<div class=\"card\"><span class=\"soft\">{name}</span><b>{text}</b></div>"),
    );
}

fn add(out: &mut String, line: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{line}");
}

/// Text that is no markup: kinds of failures have words of the server's in them.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
