//! What a person sees of what a program writes to a terminal: enough of one for line editing.

/// A character and how it is shown, as the numbers of `ESC [ … m`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) char: char,
    pub(crate) style: Vec<u8>,
}

/// The characters of one line.
pub(crate) type Row = Vec<Cell>;

/// The text of a line or a part of it.
pub(crate) fn text(cells: &[Cell]) -> String {
    cells.iter().map(|cell| cell.char).collect()
}

/// A terminal of a fixed width, on which nothing ever scrolls away.
#[derive(Debug)]
pub(crate) struct Screen {
    width: usize,
    rows: Vec<Row>,
    row: usize,
    column: usize,
    style: Vec<u8>,
}

impl Screen {
    pub(crate) fn new(width: usize) -> Self {
        Self {
            width,
            rows: vec![Vec::new()],
            row: 0,
            column: 0,
            style: Vec::new(),
        }
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The lines, without the spaces at their ends.
    pub(crate) fn lines(&self) -> Vec<String> {
        let rows = self.rows.iter();
        rows.map(|row| text(row).trim_end().to_owned()).collect()
    }

    /// Whether the cursor stands behind this text at the beginning of its line.
    pub(crate) fn is_behind(&self, text: &str) -> bool {
        self.column == text.chars().count() && self.lines()[self.row] == text.trim_end()
    }

    /// Takes what the program wrote. A sequence must be whole; what follows an incomplete one is
    /// given back.
    pub(crate) fn write<'a>(&mut self, text: &'a str) -> &'a str {
        let mut rest = text;
        while let Some(char) = rest.chars().next() {
            let after = &rest[char.len_utf8()..];
            rest = match char {
                '\u{1b}' => match self.sequence(after) {
                    Some(after) => after,
                    None => return rest,
                },
                _ => {
                    self.put(char);
                    after
                }
            };
        }
        rest
    }

    fn put(&mut self, char: char) {
        match char {
            '\r' => self.column = 0,
            '\n' => self.move_to(self.row + 1, self.column),
            '\u{8}' => self.column = self.column.saturating_sub(1),
            _ if char.is_control() => {}
            _ => {
                if self.column == self.width {
                    self.move_to(self.row + 1, 0);
                }
                self.set(char);
                self.column += 1;
            }
        }
    }

    fn set(&mut self, char: char) {
        let blank = Cell {
            char: ' ',
            style: Vec::new(),
        };
        let row = &mut self.rows[self.row];
        if row.len() <= self.column {
            row.resize(self.column + 1, blank);
        }
        row[self.column] = Cell {
            char,
            style: self.style.clone(),
        };
    }

    fn move_to(&mut self, row: usize, column: usize) {
        self.row = row;
        self.column = column;
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Vec::new());
        }
    }

    /// Obeys `ESC [ numbers letter`, and gives what follows; `None` if it is not whole.
    fn sequence<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let body = text.strip_prefix('[').or_else(|| {
            assert!(
                text.is_empty(),
                "a sequence that a person's terminal need not know: {text:?}"
            );
            None
        })?;
        let end = body.find(|char: char| char.is_ascii_alphabetic())?;
        let (numbers, rest) = body.split_at(end);
        let numbers: Vec<usize> = numbers
            .split(';')
            .map(|number| number.parse().unwrap_or(0))
            .collect();
        let count = numbers[0].max(1);
        match &rest[..1] {
            "A" => self.row = self.row.saturating_sub(count),
            "B" => self.move_to(self.row + count, self.column),
            "C" => self.column += count,
            "D" => self.column = self.column.saturating_sub(count),
            "G" => self.column = count - 1,
            "K" => self.rows[self.row].truncate(self.column),
            "J" => {
                self.rows[self.row].truncate(self.column);
                self.rows.truncate(self.row + 1);
            }
            "m" => self.dress(&numbers),
            // Modes, such as that of a paste.
            "h" | "l" => {}
            other => panic!("a sequence that this terminal does not know: {other:?} of {body:?}"),
        }
        Some(&rest[1..])
    }

    fn dress(&mut self, numbers: &[usize]) {
        for &number in numbers {
            match u8::try_from(number) {
                Ok(0) | Err(_) => self.style.clear(),
                Ok(number) => self.style.push(number),
            }
        }
    }
}
