//! Packets in a row, most often one.

use std::collections::VecDeque;
use std::mem;

use crate::encoded::Encoded;

/// A queue that needs memory of its own only from the second packet on: a broadcast puts one
/// packet into thousands of queues, and takes it out again.
#[derive(Debug, Default)]
pub(crate) enum Queue {
    #[default]
    Empty,
    One(Encoded),
    Many(VecDeque<Encoded>),
}

impl Queue {
    #[inline]
    pub(crate) fn push(&mut self, packet: Encoded) {
        match self {
            Self::Empty => *self = Self::One(packet),
            Self::One(_) => self.push_second(packet),
            Self::Many(packets) => packets.push_back(packet),
        }
    }

    #[cold]
    fn push_second(&mut self, packet: Encoded) {
        let mut packets = VecDeque::with_capacity(8);
        packets.extend(mem::take(self).into_packets());
        packets.push_back(packet);
        *self = Self::Many(packets);
    }

    /// Takes the first packet. An empty queue has no memory.
    pub(crate) fn pop(&mut self) -> Option<Encoded> {
        match self {
            Self::Many(packets) if packets.len() > 1 => packets.pop_front(),
            _ => mem::take(self).into_packets().next(),
        }
    }

    pub(crate) fn front(&self) -> Option<&Encoded> {
        self.iter().next()
    }

    /// The packet, if there is one only.
    pub(crate) fn lone(&self) -> Option<&Encoded> {
        self.front().filter(|_| self.len() == 1)
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::One(_) => 1,
            Self::Many(packets) => packets.len(),
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        // There is always something in many.
        matches!(self, Self::Empty)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Encoded> {
        let (first, rest) = match self {
            Self::Empty => (&[] as &[_], &[] as &[_]),
            Self::One(packet) => (std::slice::from_ref(packet), &[] as &[_]),
            Self::Many(packets) => packets.as_slices(),
        };
        first.iter().chain(rest)
    }

    pub(crate) fn into_packets(self) -> impl Iterator<Item = Encoded> {
        let (one, many) = match self {
            Self::Empty => (None, None),
            Self::One(packet) => (Some(packet), None),
            Self::Many(packets) => (None, Some(packets)),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u8) -> Encoded {
        Encoded::text(|out| out.push(number))
    }

    fn numbers<'a>(packets: impl Iterator<Item = &'a Encoded>) -> Vec<u8> {
        packets.flat_map(Encoded::as_text).copied().collect()
    }

    #[test]
    fn it_takes_no_more_room_than_a_queue_of_many() {
        assert_eq!(size_of::<Queue>(), size_of::<VecDeque<Encoded>>());
        assert_eq!(size_of::<Encoded>(), 24);
    }

    #[test]
    fn packets_come_out_in_the_order_in_which_they_went_in() {
        let mut model = VecDeque::new();
        let mut queue = Queue::default();
        // In threes and fours, so that it is empty now and then, and the ring goes round.
        for number in 0..200 {
            match number % 7 {
                0..=3 => {
                    queue.push(packet(number));
                    model.push_back(number);
                }
                _ => {
                    let popped = queue.pop().map(|one| one.as_text()[0]);
                    assert_eq!(popped, model.pop_front());
                }
            }
            if number % 50 == 49 {
                while let Some(one) = queue.pop() {
                    assert_eq!(one.as_text()[0], model.pop_front().unwrap());
                }
            }
            assert_eq!(queue.len(), model.len());
            assert_eq!(queue.is_empty(), model.is_empty());
            assert_eq!(numbers(queue.iter()), Vec::from(model.clone()));
            assert_eq!(queue.lone().is_some(), model.len() == 1);
        }
        let rest: Vec<_> = queue.into_packets().collect();
        assert_eq!(numbers(rest.iter()), Vec::from(model));
    }
}
