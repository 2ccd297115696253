//! The HTML pages.

use axum::response::Html;

/// Where the page loads its script and style from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assets {
    /// The files that `npm run build` left in `demo/dist`.
    Built,
    /// The development server with hot reload, which `npm run dev` starts.
    Live,
}

impl Assets {
    /// Vite's client goes first, because it puts changed styles and modules in place.
    fn script(self) -> &'static str {
        match self {
            Self::Built => r#"<script type="module" src="/static/js/app.js"></script>"#,
            Self::Live => concat!(
                r#"<script type="module" src="http://localhost:7000/@vite/client"></script>"#,
                r#"<script type="module" src="http://localhost:7000/src/main.js"></script>"#,
            ),
        }
    }

    fn style(self) -> &'static str {
        match self {
            Self::Built => "/static/css/app.css",
            Self::Live => "http://localhost:7000/src/style.css",
        }
    }
}

/// The page of the greeting.
pub fn home(assets: Assets) -> Html<String> {
    let main = include_str!("html/home.html");
    document("Salon", &format!("{}{main}", assets.script()), assets)
}

/// The page for a path that leads nowhere.
pub fn not_found(path: &str, assets: Assets) -> Html<String> {
    let text = format!("There is nothing at {path}.");
    document("Page not found", &error("Page not found", &text), assets)
}

/// The page for a failure. It tells no cause, because that belongs in the log.
pub fn went_wrong() -> Html<String> {
    let text = "The cause is in the server’s log. Please try again.";
    let main = error("Something went wrong!", text);
    document("Something went wrong!", &main, Assets::Built)
}

fn document(title: &str, main: &str, assets: Assets) -> Html<String> {
    Html(format!(
        include_str!("html/document.html"),
        title = escape(title),
        style = assets.style(),
        main = main,
    ))
}

fn error(title: &str, text: &str) -> String {
    format!(
        include_str!("html/error.html"),
        title = escape(title),
        text = escape(text)
    )
}

/// Makes a text safe to stand between tags and in quoted attributes.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{Assets, home, not_found};

    #[test]
    fn a_built_page_needs_no_other_host() {
        let html = home(Assets::Built).0;
        assert!(html.contains(r#"src="/static/js/app.js""#), "{html}");
        assert!(html.contains(r#"href="/static/css/app.css""#), "{html}");
        assert!(!html.contains("http://"), "{html}");
    }

    #[test]
    fn a_live_page_loads_vites_client_first() {
        let html = home(Assets::Live).0;
        let client = html
            .find("http://localhost:7000/@vite/client")
            .expect("the client");
        let script = html
            .find("http://localhost:7000/src/main.js")
            .expect("the script");
        assert!(client < script, "{html}");
    }

    #[test]
    fn a_path_cannot_bring_its_own_tags() {
        let html = not_found(r#"/<b>"&'"#, Assets::Built).0;
        assert!(
            html.contains("nothing at /&lt;b&gt;&quot;&amp;&#39;."),
            "{html}"
        );
    }
}
