//! Pictures of figures, as SVG that is readable on light and dark pages.
//!
//! | module | what it is |
//! |---|---|
//! | `svg` | texts, rectangles and lines |
//! | `bars` | a panel with a bar for each contender |
//! | `lines` | a panel with a line for each contender |
//! | `scale` | round numbers for axes, and numbers as people read them |

pub(crate) mod bars;
pub(crate) mod lines;
pub(crate) mod scale;
pub(crate) mod svg;
