//! The words after a command: flags and names, with or without a `--` before them.

use crate::failure::{Outcome, fail};

#[derive(Debug)]
pub(crate) struct Options<'a> {
    command: &'a str,
    flags: Vec<&'a str>,
    names: Vec<&'a str>,
}

impl<'a> Options<'a> {
    /// Splits the words; a flag that is not `known` is a failure.
    pub(crate) fn read(command: &'a str, words: &'a [String], known: &[&str]) -> Outcome<Self> {
        let words = words
            .iter()
            .map(String::as_str)
            .filter(|word| *word != "--");
        let (flags, names): (Vec<_>, Vec<_>) = words.partition(|word| word.starts_with('-'));
        if let Some(flag) = flags.iter().find(|flag| !known.contains(flag)) {
            return fail(format!(
                "`cargo {command}` does not know `{flag}`; it knows {}.",
                list(known)
            ));
        }
        Ok(Self {
            command,
            flags,
            names,
        })
    }

    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }

    /// The one name that may follow the command, such as a step of `cargo verify`.
    pub(crate) fn name(&self) -> Outcome<Option<&'a str>> {
        match self.names.as_slice() {
            [] => Ok(None),
            [name] => Ok(Some(name)),
            [_, second, ..] => fail(format!(
                "`cargo {}` takes one name, so leave out `{second}`.",
                self.command
            )),
        }
    }

    pub(crate) fn no_name(&self) -> Outcome {
        match self.names.first() {
            None => Ok(()),
            Some(name) => fail(format!(
                "`cargo {}` takes no name, so leave out `{name}`.",
                self.command
            )),
        }
    }
}

fn list(known: &[&str]) -> String {
    match known {
        [] => "no flags".to_owned(),
        flags => format!("`{}`", flags.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn flags_come_with_or_without_dashes_before_them() {
        for line in ["--dev", "-- --dev", "--dev --"] {
            let words = words(line);
            assert!(
                Options::read("demo", &words, &["--dev"])
                    .unwrap()
                    .has("--dev"),
                "{line}"
            );
        }
    }

    #[test]
    fn an_unknown_flag_is_named() {
        let words = words("-- --fast");
        let failure = Options::read("demo", &words, &["--dev"]).unwrap_err();
        assert_eq!(
            failure.to_string(),
            "`cargo demo` does not know `--fast`; it knows `--dev`."
        );
    }

    #[test]
    fn one_name_at_most() {
        let two = words("fmt clippy");
        assert!(Options::read("verify", &two, &[]).unwrap().name().is_err());
        let one = words("fmt");
        assert_eq!(
            Options::read("verify", &one, &[]).unwrap().name().unwrap(),
            Some("fmt")
        );
        assert!(Options::read("demo", &one, &[]).unwrap().no_name().is_err());
    }
}
