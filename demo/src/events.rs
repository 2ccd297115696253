/// A stand-in until the demo's own event names are here.
pub fn javascript() -> String {
    String::from("export {};\n")
}
