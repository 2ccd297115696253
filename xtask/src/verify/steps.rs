//! The steps of `cargo verify`, in order, and what each one runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::prerequisites::CHROMIUM;
use super::{locks, prerequisites};
use crate::failure::{OrFail, Outcome, fail};
use crate::project::Project;
use crate::{bench, child, documents, layers, npm, page, progress, python};

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Earlier steps whose results this one uses.
    pub(crate) needs: &'static [&'static str],
    pub(crate) run: fn(&Project) -> Outcome,
}

/// Every build uses the same profile and features, so that nothing is compiled twice.
pub(crate) const STEPS: &[Step] = &[
    step(
        "prerequisites",
        "install the tools and packages that are missing",
        &[],
        prerequisites::run,
    ),
    step("fmt", "cargo fmt --check", &[], fmt),
    step(
        "layers",
        "the walls between crates and modules",
        &[],
        layers::check,
    ),
    step(
        "documents",
        "tests and snippets that the documents show are there",
        &[],
        documents::check,
    ),
    step(
        "clippy",
        "clippy with all features and without any, warnings denied",
        &[],
        clippy,
    ),
    step("docs", "cargo doc, warnings denied", &[], docs),
    step("build", "every crate, test and example", &[], build),
    step("tests", "unit and integration tests", &["build"], tests),
    step(
        "doctests",
        "the examples in the documentation",
        &["build"],
        doctests,
    ),
    step("page", "the demo's page", &[], page),
    step(
        "reference",
        "the interop expectations against Node's own server and client",
        &[],
        reference,
    ),
    step("interop", "real clients against salon", &["build"], interop),
    step(
        "client",
        "salon's client against real servers",
        &["build"],
        client,
    ),
    step(
        "soak",
        "1,000 clients of salon that are cut off at random",
        &["build"],
        soak,
    ),
    step(
        "bench",
        "the comparison of our client with Node's, in small",
        &["build"],
        bench_client,
    ),
    step(
        "instructions",
        "no piece of the micro bench takes more than was accepted",
        &[],
        bench::check_instructions,
    ),
    step(
        "browser",
        "the demo in a real browser",
        &["build", "page"],
        browser,
    ),
    step(
        "locks",
        "the lock files match their manifests",
        &[],
        locks::run,
    ),
];

pub(crate) const INTEROP: &str = "interop";
pub(crate) const BROWSER: &str = "interop/browser";

/// Node's own server or client, by the name that the interop tests have for both.
const REFERENCE: &str = "reference";

/// The server of python-socketio.
const PYTHON: &str = "python";

/// Where the browser tests leave their screenshots.
const ARTEFACTS: &str = "artefacts";

const fn step(
    name: &'static str,
    about: &'static str,
    needs: &'static [&'static str],
    run: fn(&Project) -> Outcome,
) -> Step {
    Step {
        name,
        about,
        needs,
        run,
    }
}

fn fmt(project: &Project) -> Outcome {
    child::run(&mut child::cargo(project, &["fmt", "--all", "--check"]))
}

fn clippy(project: &Project) -> Outcome {
    let all: &[&str] = &["--workspace", "--all-targets"];
    // As users build it who ask for no feature; for our own tests it has them all.
    let bare: &[&str] = &["--package", "salon"];
    for scope in [all, bare] {
        let arguments = [&["clippy"], scope, &["--", "-D", "warnings"]].concat();
        child::run(&mut child::cargo(project, &arguments))?;
    }
    Ok(())
}

fn docs(project: &Project) -> Outcome {
    let mut command = child::cargo(
        project,
        &["doc", "--workspace", "--no-deps", "--all-features"],
    );
    child::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn build(project: &Project) -> Outcome {
    child::run(&mut child::cargo(
        project,
        &["build", "--workspace", "--all-targets"],
    ))
}

fn tests(project: &Project) -> Outcome {
    child::run(&mut child::cargo(
        project,
        &["nextest", "run", "--workspace", "--all-targets"],
    ))
}

fn doctests(project: &Project) -> Outcome {
    child::run(&mut child::cargo(
        project,
        &["test", "--workspace", "--doc"],
    ))
}

fn page(project: &Project) -> Outcome {
    require_packages(project, page::FOLDER)?;
    page::build(project)
}

fn reference(project: &Project) -> Outcome {
    npm_test(project, Path::new(REFERENCE))?;
    test_client(project, Path::new(REFERENCE), Path::new(REFERENCE))
}

fn interop(project: &Project) -> Outcome {
    npm_test(project, &built_server(project)?)
}

fn npm_test(project: &Project, server: &Path) -> Outcome {
    require_packages(project, INTEROP)?;
    require_python(project)?;
    child::run(npm::command(project, INTEROP, &["test"]).env("SALON_SERVER", server))
}

/// The same client with every kind of server.
fn client(project: &Project) -> Outcome {
    let client = built_client(project)?;
    let salon = built_server(project)?;
    for server in [&salon, Path::new(REFERENCE), Path::new(PYTHON)] {
        test_client(project, &client, server)?;
    }
    Ok(())
}

/// Shorter than what is meant by a soak: `npm run soak` takes a minute.
fn soak(project: &Project) -> Outcome {
    let seconds = "3";
    let mut command = npm::command(project, INTEROP, &["run", "soak", "--", seconds]);
    command
        .env("SALON_CLIENT", built_client(project)?)
        .env("SALON_SERVER", built_server(project)?);
    child::run(&mut command)
}

fn built_client(project: &Project) -> Outcome<PathBuf> {
    let client = project.built("examples/interop_client");
    require_built(
        &client,
        "the example `interop_client` of the crate `salon-client`",
    )?;
    Ok(client)
}

fn built_server(project: &Project) -> Outcome<PathBuf> {
    let server = project.built("examples/interop");
    require_built(&server, "the example `interop` of the crate `salon`")?;
    Ok(server)
}

/// A client with a server, as `interop/client/CONTRACT.md` names both.
fn test_client(project: &Project, client: &Path, server: &Path) -> Outcome {
    require_packages(project, INTEROP)?;
    require_python(project)?;
    progress::tell(&format!("{} with {}:", client.display(), server.display()));
    let mut command = npm::command(project, INTEROP, &["run", "client"]);
    command
        .env("SALON_CLIENT", client)
        .env("SALON_SERVER", server);
    child::run(&mut command)
}

/// That `cargo bench-client` works; its figures mean nothing here.
fn bench_client(project: &Project) -> Outcome {
    require_packages(project, bench::NODE_FOLDER)?;
    let runner = project.built("salon-bench-clients");
    require_built(&runner, "the crate `salon-benches`")?;
    child::run(
        Command::new(&runner)
            .args(["--smoke", "--output"])
            .arg(project.built("smoke")),
    )
}

fn browser(project: &Project) -> Outcome {
    require_packages(project, BROWSER)?;
    let server = project.built("demo");
    require_built(&server, "the server of the crate `demo`")?;
    let artefacts = project.path(ARTEFACTS);
    std::fs::create_dir_all(&artefacts).or_fail("Could not make the folder for artefacts")?;
    let mut command = npm::command(project, BROWSER, &["test", "--", "--test-reporter=spec"]);
    command
        .env("DEMO_COMMAND", quoted(&server))
        .env("ARTEFACTS", artefacts);
    if let Some(chromium) = child::find(CHROMIUM) {
        command.env("CHROMIUM", chromium);
    }
    child::run(&mut command)
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

fn require_packages(project: &Project, folder: &str) -> Outcome {
    project.require(
        &format!("{folder}/package.json"),
        "it lists the packages that this step uses",
    )?;
    if npm::is_installed(project, folder) {
        return Ok(());
    }
    fail(format!(
        "The packages of `{folder}` are not installed: run `cargo verify prerequisites` first."
    ))
}

fn require_python(project: &Project) -> Outcome {
    if python::interop(project).is_installed(project) {
        return Ok(());
    }
    fail(
        "The packages of `interop/python` are not installed: run `cargo verify prerequisites` first.",
    )
}

fn require_built(program: &Path, what: &str) -> Outcome {
    if program.is_file() {
        return Ok(());
    }
    fail(format!(
        "`{}` was not built: it should come from {what}.",
        program.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Scratch;

    #[test]
    fn an_absent_folder_fails_its_steps() {
        let scratch = Scratch::new("absent");
        let project = Project::at(scratch.path());
        for step in [page, reference, browser] {
            let failure = step(&project).unwrap_err().to_string();
            assert!(failure.contains("package.json` is missing: "), "{failure}");
        }
        for (step, program) in [
            (interop as fn(&Project) -> Outcome, "interop"),
            (client, "interop_client"),
            (soak, "interop_client"),
        ] {
            let failure = step(&project).unwrap_err().to_string();
            let told = format!("examples/{program}` was not built: ");
            assert!(failure.contains(&told), "{failure}");
        }
    }
}
