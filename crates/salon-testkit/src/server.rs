//! What the application on the server does, and the passing of time.

use bytes::Bytes;
use salon_proto::Encoded;
use salon_proto::engine::Rejection;

use crate::Client;

impl Client {
    /// The server sends a packet, which is taken.
    #[track_caller]
    pub fn server_sends(&mut self, text: &str) {
        assert_eq!(self.server_tries(text), Ok(()), "the packet is taken");
    }

    /// The server sends a packet.
    ///
    /// # Errors
    /// Why it was not taken.
    #[track_caller]
    pub fn server_tries(&mut self, text: &str) -> Result<(), Rejection> {
        let result = self.queue(text, false);
        self.turn();
        result
    }

    /// The server sends a packet in the turn of whatever comes next.
    #[track_caller]
    pub fn server_queues(&mut self, text: &str) {
        assert_eq!(self.queue(text, false), Ok(()), "the packet is taken");
    }

    /// The server sends a packet that may get lost.
    ///
    /// # Errors
    /// Why it was not taken.
    #[track_caller]
    pub fn server_tries_volatile(&mut self, text: &str) -> Result<(), Rejection> {
        let result = self.queue(text, true);
        self.turn();
        result
    }

    /// The server sends several packets in one turn; returns what became of each.
    #[track_caller]
    pub fn server_bursts(&mut self, texts: &[&str]) -> Vec<Result<(), Rejection>> {
        let results = texts.iter().map(|text| self.queue(text, false)).collect();
        self.turn();
        results
    }

    /// The server sends a packet with a binary attachment.
    #[track_caller]
    pub fn server_sends_attached(&mut self, text: &str, data: &[u8]) {
        let fill = |out: &mut Vec<u8>| out.extend_from_slice(text.as_bytes());
        let packet = Encoded::with_attachments(fill, vec![Bytes::copy_from_slice(data)]);
        assert!(
            self.session.send(packet, false).is_ok(),
            "the packet is taken"
        );
        self.turn();
    }

    /// The server closes the session.
    #[track_caller]
    pub fn server_closes(&mut self) {
        self.session.close(self.now);
        self.turn();
    }

    /// The server ends the session at once.
    #[track_caller]
    pub fn server_aborts(&mut self) {
        self.session.abort();
        self.turn();
    }

    fn queue(&mut self, text: &str, volatile: bool) -> Result<(), Rejection> {
        let packet = Encoded::text(|out| out.extend_from_slice(text.as_bytes()));
        self.session.send(packet, volatile).map_err(|rejected| {
            assert_eq!(
                rejected.packet.as_text(),
                text.as_bytes(),
                "it is handed back"
            );
            rejected.why
        })
    }
}

/// Time.
impl Client {
    /// Lets time pass until `millis` after the opening; each deadline is met on time.
    #[track_caller]
    pub fn at(&mut self, millis: u64) {
        let target = Self::instant(millis);
        assert!(self.now <= target, "time does not run backwards");
        while let Some(due) = self.session.poll_timeout().filter(|due| *due <= target) {
            assert!(self.now <= due, "a deadline is never in the past");
            self.now = due;
            self.wake();
        }
        self.now = target;
    }

    /// Lets time pass as under load: all deadlines until then are met late, at `millis`.
    #[track_caller]
    pub fn late_at(&mut self, millis: u64) {
        self.now = Self::instant(millis);
        if self
            .session
            .poll_timeout()
            .is_some_and(|due| due <= self.now)
        {
            self.wake();
        }
    }

    /// Wakes the session though no deadline may be due.
    #[track_caller]
    pub fn wake(&mut self) {
        self.session.handle_timeout(self.now);
        self.turn();
        if let Some(next) = self.session.poll_timeout() {
            assert!(self.now < next, "what was due is done");
        }
    }
}
