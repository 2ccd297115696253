//! `cargo verify`: all that is tested and checked, in order, until the first failure.

mod debian;
mod locks;
mod prerequisites;
mod steps;

use std::time::{Duration, Instant};

use crate::failure::{Outcome, fail};
use crate::options::Options;
use crate::progress::{self, time};
use crate::project::Project;
use steps::{STEPS, Step};

const LIST: &str = "--list";

pub(crate) fn run(project: &Project, words: &[String]) -> Outcome {
    let options = Options::read("verify", words, &[LIST])?;
    if options.has(LIST) {
        print_list();
        return Ok(());
    }
    let steps = match options.name()? {
        None => STEPS.iter().collect(),
        Some(name) => with_needs(find(name)?),
    };
    run_all(project, &steps)
}

fn print_list() {
    for step in STEPS {
        progress::print(&format!("{:14} {}", step.name, step.about));
    }
}

fn find(name: &str) -> Outcome<&'static Step> {
    match STEPS.iter().find(|step| step.name == name) {
        Some(step) => Ok(step),
        None => fail(format!(
            "There is no step `{name}`: `cargo verify --list` names them."
        )),
    }
}

/// The step and those before it whose results it uses, in order.
fn with_needs(step: &'static Step) -> Vec<&'static Step> {
    STEPS
        .iter()
        .filter(|other| other.name == step.name || step.needs.contains(&other.name))
        .collect()
}

fn run_all(project: &Project, steps: &[&Step]) -> Outcome {
    let start = Instant::now();
    let mut times = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        progress::tell(&format!(
            "\n==> {} ({}/{}): {}",
            step.name,
            index + 1,
            steps.len(),
            step.about
        ));
        times.push((step.name, run_one(project, step)?));
    }
    tell_times(&times);
    progress::tell(&format!(
        "verify: all is well, in {}.",
        time(start.elapsed())
    ));
    Ok(())
}

fn run_one(project: &Project, step: &Step) -> Outcome<Duration> {
    let start = Instant::now();
    let outcome = (step.run)(project);
    let taken = start.elapsed();
    if let Err(failure) = outcome {
        progress::tell(&format!("\n{failure}"));
        let name = step.name;
        return fail(format!(
            "verify: the step `{name}` failed after {}; `cargo verify {name}` runs it alone.",
            time(taken)
        ));
    }
    progress::tell(&format!("    {}: done in {}", step.name, time(taken)));
    Ok(taken)
}

fn tell_times(times: &[(&str, Duration)]) {
    progress::tell("");
    for (name, taken) in times {
        progress::tell(&format!("    {name:14} {:>12}", time(*taken)));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_step_alone_brings_what_it_needs_in_order() {
        let names: Vec<_> = with_needs(find("browser").unwrap())
            .iter()
            .map(|step| step.name)
            .collect();
        assert_eq!(names, ["build", "page", "browser"]);
    }

    #[test]
    fn needs_name_earlier_steps() {
        for (index, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                assert!(
                    STEPS[..index].iter().any(|earlier| earlier.name == *need),
                    "{} needs {need}",
                    step.name
                );
            }
        }
    }

    #[test]
    fn the_first_failure_ends_the_run_and_is_named() {
        let bad = Step {
            name: "bad",
            about: "",
            needs: &[],
            run: |_| fail("It broke."),
        };
        let never = Step {
            name: "never",
            about: "",
            needs: &[],
            run: |_| unreachable!("ran after a failure"),
        };
        let failure = run_all(&Project::at(Path::new("/")), &[&bad, &never])
            .unwrap_err()
            .to_string();
        assert!(
            failure.starts_with("verify: the step `bad` failed after "),
            "{failure}"
        );
        assert!(
            failure.ends_with("`cargo verify bad` runs it alone."),
            "{failure}"
        );
    }

    #[test]
    fn an_unknown_step_is_named() {
        let failure = find("lint").unwrap_err();
        assert_eq!(
            failure.to_string(),
            "There is no step `lint`: `cargo verify --list` names them."
        );
    }
}
