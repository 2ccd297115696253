//! In whose code instructions are: callgrind's file, added up by crate.
//!
//! An instruction belongs to the function that it was compiled into, so what is inlined counts
//! for who uses it. A function of the standard library that is made for a type of some crate,
//! `drop_in_place::<Packet>` say, belongs to that crate.

use std::collections::HashMap;
use std::fmt::Write;
use std::mem;

use crate::bench::Bench;

/// Where memory comes from, in glibc.
const ALLOCATING: [&str; 4] = ["malloc", "free", "realloc", "calloc"];

/// Instructions by crate, the most first.
#[must_use]
pub fn by_crate(profile: &str) -> Vec<(String, u64)> {
    let mut counts = HashMap::<_, u64>::new();
    let mut names = HashMap::new();
    let mut owner = String::new();
    let mut is_of_callee = false;
    for line in profile.lines() {
        if let Some(function) = line.strip_prefix("fn=") {
            owner = crate_of(resolve(&mut names, function)).to_owned();
        } else if let Some(callee) = line.strip_prefix("cfn=") {
            resolve(&mut names, callee);
        } else if line.starts_with("calls=") {
            is_of_callee = true;
        } else if let Some(count) = count_in(line) {
            // The line after a call has what the callee took, which is counted there.
            if !mem::take(&mut is_of_callee) {
                *counts.entry(owner.clone()).or_default() += count;
            }
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    counts
}

/// `(7) name` gives the name a number, and from then on `(7)` stands for it.
fn resolve<'a>(names: &mut HashMap<&'a str, &'a str>, text: &'a str) -> &'a str {
    if let Some((number, name)) = text.split_once(' ') {
        names.insert(number, name);
    }
    let number = text.split(' ').next().unwrap_or_default();
    names.get(number).copied().unwrap_or(text)
}

/// A line in the source, as it is or relative to the one before, and the count.
fn count_in(line: &str) -> Option<u64> {
    let (place, count) = line.split_once(' ')?;
    let is_place = place.starts_with(|char: char| char.is_ascii_digit() || "+-*".contains(char));
    is_place.then(|| count.parse().ok())?
}

fn crate_of(function: &str) -> &str {
    let is_in_path = |char: char| char.is_alphanumeric() || "_:".contains(char);
    let paths = function.split(|char| !is_in_path(char));
    let roots = paths.filter_map(|path| Some(path.split_once("::")?.0));
    let mut roots = roots.filter(|root| !root.is_empty()).peekable();
    if roots.peek().is_none() {
        return match ALLOCATING.iter().any(|name| function.contains(name)) {
            true => "malloc and free",
            false => "libc",
        };
    }
    let foreign = roots.find(|root| !["core", "alloc", "std"].contains(root));
    foreign.unwrap_or("std")
}

/// For people: instructions per item and their part of all, a line for each crate.
#[must_use]
pub fn share_table(bench: &Bench, counts: &[(String, u64)]) -> String {
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    let per_item = |count: u64| count as f64 / bench.counted_items();
    let mut table = format!("| {:<27} | instructions |       |\n", bench.name);
    table.push_str("| --- | --: | --: |\n");
    for (owner, count) in counts.iter().chain([&("all".to_owned(), all)]) {
        let share = *count as f64 / all as f64 * 100.0;
        let instructions = per_item(*count);
        let _ = writeln!(
            table,
            "| {owner:<27} | {instructions:>12.0} | {share:>3.0} % |"
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::find;

    const PROFILE: &str = "\
# callgrind format
version: 1
events: Ir

ob=(1) /target/release/program
fl=(1) session.rs
fn=(1) salon::session::Session::send
16 400
+2 30
cfn=(2) <alloc::vec::Vec<salon_proto::Packet> as core::ops::Drop>::drop
calls=2 50
-1 999
* 10

fn=(2)
1 60
cfi=(3) malloc.c
cfn=(3) _int_malloc
calls=1 7
1 888

fn=(3)
5 100
fn=(4) __memcpy_avx
5 1
";

    #[test]
    fn what_a_callee_takes_is_its_own() {
        let counts = by_crate(PROFILE);
        let counts: Vec<_> = counts
            .iter()
            .map(|(owner, count)| (owner.as_str(), *count))
            .collect();
        let expected = [
            ("salon", 440),
            ("malloc and free", 100),
            ("salon_proto", 60),
            ("libc", 1),
        ];
        assert_eq!(counts, expected);
    }

    #[test]
    fn a_function_of_the_standard_library_belongs_to_whose_type_it_has() {
        for (function, owner) in [
            ("core::ptr::drop_in_place<hyper::Body>", "hyper"),
            (
                "<T as salon_handler::reply::Reply<X>>::reply",
                "salon_handler",
            ),
            ("salon::task::<impl salon_proto::Output>::poll", "salon"),
            ("core::str::converts::from_utf8", "std"),
            ("__libc_send", "libc"),
            ("free", "malloc and free"),
        ] {
            assert_eq!(crate_of(function), owner, "{function}");
        }
    }

    #[test]
    fn the_table_has_parts_of_all() {
        let bench = find("mask/64").unwrap();
        let items = bench.counted_items() as u64;
        let counts = [
            ("salon".to_owned(), 30 * items),
            ("libc".to_owned(), 10 * items),
        ];
        let table = share_table(bench, &counts);
        let cells = |line: usize| -> Vec<_> {
            let line = table.lines().nth(line).unwrap();
            line.split('|').map(str::trim).collect()
        };
        assert_eq!(cells(2), ["", "salon", "30", "75 %", ""]);
        assert_eq!(cells(4), ["", "all", "40", "100 %", ""]);
    }
}
