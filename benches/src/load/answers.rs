//! Whether the answers to echoes are the right ones, and come in order.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;

use super::unexpected;
use crate::wire::{Content, Cycle, FIRST_ID};

/// Echoes of one content with some ids, which are used in turn.
pub(super) struct Exchange {
    requests: Cycle,
    replies: Cycle,
    ids: usize,
}

impl Exchange {
    pub(super) fn new(content: Content, ids: usize) -> Self {
        let all = || FIRST_ID..FIRST_ID + ids;
        let requests: Vec<_> = all().map(|id| content.request(id)).collect();
        let replies: Vec<_> = all().map(|id| content.reply(id)).collect();
        Self {
            requests: Cycle::new(&requests),
            replies: Cycle::new(&replies),
            ids,
        }
    }

    /// `count` requests, from the one at this place in the cycle on.
    pub(super) fn requests(&self, place: usize, count: usize) -> &[u8] {
        let start = place % self.ids * self.requests.frame_len();
        self.requests.frames(start, count)
    }

    /// Whether these are the next replies: the new position, and how many are complete.
    pub(super) fn advance(&self, position: usize, received: &[u8]) -> io::Result<(usize, usize)> {
        let advanced = self.replies.advance(position, received);
        advanced.ok_or_else(|| unexpected(received))
    }

    fn reply(&self, place: usize) -> &[u8] {
        self.replies.frames(place * self.replies.frame_len(), 1)
    }
}

/// What one connection still has to receive.
#[derive(Clone)]
pub(super) struct Answers {
    /// In the cycle of replies, as long as they come in order.
    position: usize,
    in_flight: usize,
    disorder: Option<Box<Disorder>>,
}

/// What has arrived, and the requests that may follow.
pub(super) struct Arrived<'a> {
    pub(super) count: usize,
    pub(super) overtaken: u64,
    pub(super) next: Cow<'a, [u8]>,
}

impl Answers {
    /// So many requests are sent, from the first of the cycle on.
    pub(super) const fn to(in_flight: usize) -> Self {
        Self {
            position: 0,
            in_flight,
            disorder: None,
        }
    }

    /// The ids of what is answered are used `again`, or not.
    pub(super) fn receive<'a>(
        &mut self,
        exchange: &'a Exchange,
        received: &[u8],
        again: bool,
    ) -> io::Result<Arrived<'a>> {
        if self.disorder.is_none()
            && let Some(arrived) = self.receive_in_order(exchange, received, again)?
        {
            return Ok(arrived);
        }
        let disorder = self.disorder.get_or_insert_with(|| {
            let replies = &exchange.replies;
            let place = self.position / replies.frame_len();
            let first = place * replies.frame_len();
            Box::new(Disorder {
                partial: exchange.reply(place)[..self.position - first].to_vec(),
                awaited: (place..place + self.in_flight)
                    .map(|place| place % exchange.ids)
                    .collect(),
            })
        });
        disorder.receive(exchange, received, again)
    }

    /// `None`: they are not in order.
    fn receive_in_order<'a>(
        &mut self,
        exchange: &'a Exchange,
        received: &[u8],
        again: bool,
    ) -> io::Result<Option<Arrived<'a>>> {
        let Some((position, count)) = exchange.replies.advance(self.position, received) else {
            return Ok(None);
        };
        let left = self.in_flight.checked_sub(count);
        let left = left.ok_or_else(|| unexpected(received))?;
        let place = self.position / exchange.replies.frame_len();
        self.position = position;
        self.in_flight = if again { self.in_flight } else { left };
        Ok(Some(Arrived {
            count,
            overtaken: 0,
            next: Cow::Borrowed(exchange.requests(place, if again { count } else { 0 })),
        }))
    }
}

/// A connection whose answers have once come out of order: it takes more time to follow.
#[derive(Clone)]
struct Disorder {
    /// The beginning of a reply.
    partial: Vec<u8>,
    /// The places in the cycle of the requests in flight, in the order in which they were sent.
    awaited: VecDeque<usize>,
}

impl Disorder {
    fn receive<'a>(
        &mut self,
        exchange: &'a Exchange,
        received: &[u8],
        again: bool,
    ) -> io::Result<Arrived<'a>> {
        self.partial.extend_from_slice(received);
        let (mut count, mut overtaken, mut next) = (0, 0, Vec::new());
        let len = exchange.replies.frame_len();
        while self.partial.len() >= len {
            let reply: Vec<u8> = self.partial.drain(..len).collect();
            let index = self.index_of(&reply, exchange);
            let index = index.ok_or_else(|| unexpected(&reply))?;
            overtaken += u64::from(index > 0);
            count += 1;
            if let Some(place) = self.awaited.remove(index).filter(|_| again) {
                self.awaited.push_back(place);
                next.extend_from_slice(exchange.requests(place, 1));
            }
        }
        Ok(Arrived {
            count,
            overtaken,
            next: Cow::Owned(next),
        })
    }

    /// Which of the requests in flight this answers.
    fn index_of(&self, reply: &[u8], exchange: &Exchange) -> Option<usize> {
        let mut awaited = self.awaited.iter();
        awaited.position(|place| exchange.reply(*place) == reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: usize = 4;

    fn exchange() -> Exchange {
        Exchange::new(Content::Text, WINDOW)
    }

    fn replies(places: &[usize]) -> Vec<u8> {
        let exchange = exchange();
        places
            .iter()
            .flat_map(|place| exchange.reply(*place).to_vec())
            .collect()
    }

    #[test]
    fn answers_in_order_free_their_ids() {
        let exchange = exchange();
        let mut answers = Answers::to(WINDOW);
        let arrived = answers
            .receive(&exchange, &replies(&[0, 1, 2]), true)
            .unwrap();
        assert_eq!((arrived.count, arrived.overtaken), (3, 0));
        assert_eq!(*arrived.next, *exchange.requests(0, 3));
        let arrived = answers
            .receive(&exchange, &replies(&[3, 0, 1, 2]), false)
            .unwrap();
        assert_eq!((arrived.count, arrived.next.len()), (4, 0));
        assert!(answers.receive(&exchange, &replies(&[3]), false).is_err());
    }

    #[test]
    fn what_overtakes_is_counted_wherever_the_input_is_cut() {
        let exchange = exchange();
        let input = replies(&[0, 2, 1, 3, 2, 0]);
        for cut in 0..input.len() {
            let mut answers = Answers::to(WINDOW);
            let (head, tail) = input.split_at(cut);
            let arrived = [head, tail].map(|part| answers.receive(&exchange, part, true).unwrap());
            let count: usize = arrived.iter().map(|one| one.count).sum();
            let overtaken: u64 = arrived.iter().map(|one| one.overtaken).sum();
            // Place 2 came before place 1 and, asked again, before place 0.
            assert_eq!((count, overtaken), (6, 2), "cut at {cut}");
            let next = [&arrived[0].next[..], &arrived[1].next].concat();
            let places = [0, 2, 1, 3, 2, 0];
            let expected = places.map(|place| exchange.requests(place, 1)).concat();
            assert_eq!(next, expected);
        }
    }

    #[test]
    fn a_wrong_or_second_answer_is_an_error() {
        let exchange = exchange();
        let receive = |input: &[u8]| Answers::to(2).receive(&exchange, input, false).is_err();
        assert!(receive(&replies(&[1, 1])));
        assert!(receive(&replies(&[3])));
        let mut wrong = replies(&[0]);
        wrong[20] ^= 1;
        assert!(receive(&wrong));
    }
}
