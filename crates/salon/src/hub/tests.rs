use std::time::Instant;

use super::*;

type Names = Hub<&'static str>;

/// An id that begins with a name.
fn id(name: &str) -> SocketId {
    SocketId::parse(&format!("{name:_<20}")).expect("20 ASCII characters")
}

fn add(hub: &mut Names, name: &'static str) -> Key {
    hub.insert(id(name), name).expect("the id is free")
}

/// Three sockets: ann in red, bob in red and blue, cid in blue.
fn three() -> (Names, [Key; 3]) {
    let mut hub = Hub::default();
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|name| add(&mut hub, name));
    hub.join(ann, "red");
    hub.join(bob, "red");
    hub.join(bob, "blue");
    hub.join(cid, "blue");
    (hub, [ann, bob, cid])
}

fn names(hub: &mut Names, target: Target) -> Vec<&'static str> {
    let mut names: Vec<_> = hub.select(&target).copied().collect();
    names.sort_unstable();
    names
}

fn rooms(hub: &Names) -> Vec<(&str, usize)> {
    let mut rooms: Vec<_> = hub.rooms().collect();
    rooms.sort_unstable();
    rooms
}

#[test]
fn a_target_without_rooms_is_everyone() {
    let (mut hub, _) = three();
    assert_eq!(names(&mut hub, Target::all()), ["ann", "bob", "cid"]);
}

#[test]
fn a_room_is_its_members() {
    let (mut hub, _) = three();
    assert_eq!(names(&mut hub, Target::all().to("red")), ["ann", "bob"]);
}

#[test]
fn an_unknown_room_is_nobody_not_everyone() {
    let (mut hub, _) = three();
    assert!(names(&mut hub, Target::all().to("green")).is_empty());
}

#[test]
fn a_socket_in_two_targeted_rooms_is_selected_once() {
    let (mut hub, _) = three();
    let both = Target::all().to("red").to("blue");
    assert_eq!(names(&mut hub, both), ["ann", "bob", "cid"]);
}

#[test]
fn a_room_targeted_twice_is_selected_once() {
    let (mut hub, _) = three();
    let twice = Target::all().to("red").to("red");
    assert_eq!(names(&mut hub, twice), ["ann", "bob"]);
}

#[test]
fn members_of_an_excepted_room_are_left_out_of_any_target() {
    let (mut hub, _) = three();
    let no_blue = Target::all().except("blue");
    assert_eq!(names(&mut hub, no_blue.clone()), ["ann"]);
    assert_eq!(names(&mut hub, no_blue.to("red")), ["ann"]);
}

#[test]
fn the_sender_is_left_out_by_its_id() {
    let (mut hub, _) = three();
    let others = Target::all().except(id("bob"));
    assert_eq!(names(&mut hub, others.clone()), ["ann", "cid"]);
    assert_eq!(names(&mut hub, others.to("red")), ["ann"]);
}

#[test]
fn joining_says_whether_the_room_was_created() {
    let (mut hub, [ann, bob, _]) = three();
    assert_eq!(hub.join(ann, "green"), Join::Created);
    assert_eq!(hub.join(bob, "green"), Join::Joined);
    assert_eq!(hub.join(bob, "green"), Join::Already);
    assert_eq!(hub.room_len("green"), 2);
}

#[test]
fn leaving_says_whether_the_room_was_deleted() {
    let (mut hub, [ann, bob, _]) = three();
    assert_eq!(hub.leave(ann, "red"), Leave::Left);
    assert_eq!(hub.leave(ann, "red"), Leave::NotMember);
    assert_eq!(hub.leave(bob, "red"), Leave::Deleted);
    assert_eq!(hub.room_len("red"), 0);
    assert!(hub.rooms().all(|(room, _)| room != "red"));
}

#[test]
fn each_socket_starts_in_the_room_of_its_own_id() {
    let mut hub = Hub::default();
    let ann = add(&mut hub, "ann");
    let own = id("ann");
    assert!(hub.is_in(ann, own.as_str()));
    assert!(hub.rooms_of(ann).eq([own.as_str()]));
    assert_eq!(rooms(&hub), [(own.as_str(), 1)]);
    assert_eq!(names(&mut hub, Target::all().to(&own)), ["ann"]);
}

#[test]
fn the_own_room_leads_the_list_of_a_sockets_rooms() {
    let (hub, [_, bob, _]) = three();
    let own = id("bob");
    assert!(hub.rooms_of(bob).eq([own.as_str(), "red", "blue"]));
    assert_eq!(hub.rooms_len(bob), 3);
}

#[test]
fn a_socket_may_leave_its_own_room_and_come_back() {
    let mut hub = Hub::default();
    let ann = add(&mut hub, "ann");
    let own = id("ann");
    assert_eq!(hub.leave(ann, own.as_str()), Leave::Deleted);
    assert_eq!(hub.leave(ann, own.as_str()), Leave::NotMember);
    assert!(names(&mut hub, Target::all().to(&own)).is_empty());
    assert_eq!(names(&mut hub, Target::all()), ["ann"]);
    assert!(rooms(&hub).is_empty() && hub.rooms_len(ann) == 0);
    assert_eq!(hub.find(&own), Some((ann, &"ann")));

    assert_eq!(hub.join(ann, own.as_str()), Join::Created);
    assert_eq!(hub.join(ann, own.as_str()), Join::Already);
    assert_eq!(names(&mut hub, Target::all().to(&own)), ["ann"]);
}

#[test]
fn others_may_join_a_sockets_own_room_and_outlast_it() {
    let (mut hub, [ann, bob, cid]) = three();
    let own = id("ann");
    assert_eq!(hub.join(bob, own.as_str()), Join::Joined);
    assert_eq!(names(&mut hub, Target::all().to(&own)), ["ann", "bob"]);
    assert_eq!(names(&mut hub, Target::all().except(&own)), ["cid"]);
    assert!(rooms(&hub).contains(&(own.as_str(), 2)));

    assert_eq!(hub.leave(ann, own.as_str()), Leave::Left);
    assert_eq!(names(&mut hub, Target::all().to(&own)), ["bob"]);
    assert_eq!(hub.join(ann, own.as_str()), Join::Joined);

    assert_eq!(hub.remove(ann), Some("ann"));
    assert_eq!(hub.join(cid, own.as_str()), Join::Joined);
    assert_eq!(names(&mut hub, Target::all().to(&own)), ["bob", "cid"]);
}

#[test]
fn a_room_named_by_an_id_welcomes_that_socket_when_it_comes() {
    let mut hub = Hub::default();
    let own = id("ann");
    let bob = add(&mut hub, "bob");
    assert_eq!(hub.join(bob, own.as_str()), Join::Created);
    let ann = add(&mut hub, "ann");
    assert_eq!(hub.room_len(own.as_str()), 2);
    assert_eq!(hub.leave(bob, own.as_str()), Leave::Left);
    assert_eq!(hub.leave(ann, own.as_str()), Leave::Deleted);
}

#[test]
fn removing_a_socket_takes_it_out_of_its_rooms() {
    let (mut hub, [_, bob, cid]) = three();
    hub.remove(cid);
    assert_eq!(names(&mut hub, Target::all().to("blue")), ["bob"]);
    hub.remove(bob);
    assert_eq!(hub.room_len("blue"), 0);
    assert_eq!(
        rooms(&hub),
        [(id("ann").as_str(), 1), ("red", 1)],
        "empty rooms vanish"
    );
}

#[test]
fn a_socket_that_left_every_room_is_still_in_the_namespace() {
    let (mut hub, [_, bob, _]) = three();
    let own = id("bob");
    assert_eq!(hub.leave(bob, own.as_str()), Leave::Deleted);
    assert_eq!(hub.leave(bob, "red"), Leave::Left);
    assert_eq!(hub.leave(bob, "blue"), Leave::Left);
    assert_eq!(hub.rooms_len(bob), 0);
    assert_eq!(hub.find(&own), Some((bob, &"bob")));
    assert_eq!(names(&mut hub, Target::all()), ["ann", "bob", "cid"]);
}

#[test]
fn a_key_is_worth_nothing_once_its_socket_is_gone() {
    let (mut hub, [ann, ..]) = three();
    hub.remove(ann);
    let dan = add(&mut hub, "dan");
    assert_eq!(dan.index(), ann.index(), "the place is used again");
    assert_ne!(dan, ann);

    assert_eq!(hub.join(ann, "red"), Join::Refused);
    assert_eq!(hub.leave(ann, id("dan").as_str()), Leave::NotMember);
    assert!(!hub.is_in(ann, id("dan").as_str()));
    assert_eq!(hub.rooms_of(ann).count(), 0);
    assert_eq!(hub.remove(ann), None);
    assert_eq!(hub.find(&id("dan")), Some((dan, &"dan")));
}

#[test]
fn a_value_whose_id_is_taken_is_handed_back() {
    let (mut hub, [ann, ..]) = three();
    assert_eq!(hub.insert(id("ann"), "impostor"), Err("impostor"));
    assert_eq!(hub.len(), 3);
    assert_eq!(hub.find(&id("ann")), Some((ann, &"ann")));
}

#[test]
fn selections_stay_exact_when_their_numbers_start_again() {
    let (mut hub, _) = three();
    let both = Target::all().to("red").to("blue");
    assert_eq!(names(&mut hub, both.clone()), ["ann", "bob", "cid"]);
    assert_eq!(hub.stamps.epoch, 1);

    // The next selection has number 1 again, which all three are still stamped with.
    hub.stamps.epoch = u32::MAX;
    assert_eq!(names(&mut hub, both), ["ann", "bob", "cid"]);
    assert_eq!(hub.stamps.epoch, 1);
}

#[test]
fn a_selection_dropped_half_way_does_not_spoil_the_next() {
    let (mut hub, _) = three();
    let both = Target::all().to("red").to("blue");
    hub.select(&both).next();
    assert_eq!(names(&mut hub, both), ["ann", "bob", "cid"]);
}

#[test]
fn an_iterator_of_everyone_and_lookups_agree() {
    let (hub, keys) = three();
    assert!(hub.iter().map(|(key, _)| key).eq(keys));
    assert!(hub.iter().all(|one| hub.find(&id(one.1)) == Some(one)));
}

#[test]
fn ten_thousand_sockets_are_walked() {
    let mut hub = Hub::default();
    for number in 0..10_000 {
        let value = std::sync::Arc::new(number);
        let key = hub.insert(id(&number.to_string()), value).unwrap();
        hub.join(key, "half the sockets and the other half");
        hub.join(key, if number % 2 == 0 { "even" } else { "odd" });
    }
    let me = id("77");
    let room = Target::all().to("half the sockets and the other half");
    measure(&mut hub, "everyone", Target::all(), 10_000);
    measure(&mut hub, "one room", room.clone(), 10_000);
    measure(
        &mut hub,
        "everyone but me",
        Target::all().except(&me),
        9_999,
    );
    measure(&mut hub, "one room but me", room.except(&me), 9_999);
    measure(
        &mut hub,
        "even + odd",
        Target::all().to("even").to("odd"),
        10_000,
    );
    measure(
        &mut hub,
        "everyone - even",
        Target::all().except("even"),
        5_000,
    );
    measure(&mut hub, "me", Target::all().to(&me), 1);
}

/// Prints the figure (`cargo test --release -- walked --nocapture`); only the count is asserted.
fn measure<T>(hub: &mut Hub<std::sync::Arc<T>>, what: &str, target: Target, expected: usize) {
    let mut best = u128::MAX;
    for _ in 0..200 {
        let start = Instant::now();
        let mut count = 0;
        for socket in hub.select(&target) {
            std::hint::black_box(socket);
            count += 1;
        }
        best = best.min(start.elapsed().as_nanos());
        assert_eq!(count, expected);
    }
    println!("{what}: {best} ns");
}
