use super::*;
use site::Routes;
use site::route::{Rate, Route};

fn auth(hash: &str) -> Auth {
    Auth { realm: "r".into(), users: vec![("ann".into(), hash.to_owned())] }
}

/// Quick to find out about.
fn quick(password: &str) -> Auth {
    auth(&bcrypt::hash(password, 4).unwrap())
}

const RATE: Rate = Rate { requests: 1, period: Duration::from_secs(3600), burst: 1 };
const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

fn rate(rate: Rate) -> Limit {
    Limit { rate: Some(rate), connections: None }
}

/// A client whose turn has come.
fn known(address: Option<IpAddr>, counted: Counted) -> Known {
    Known { address, counted, has_turn: true, ..Known::default() }
}

fn gates() -> Gates {
    Gates::new("a", &Routes::new(vec![Route::default(); 5]).unwrap())
}

fn elsewhere(last: u8) -> Option<IpAddr> {
    Some(IpAddr::from([192, 0, 2, last]))
}

#[test]
fn a_worker_knows_what_the_pool_found_out() {
    let (doors, auth) = (Doors::new(), quick("secret"));
    let gates = gates();
    let worker = AtHand::new(&doors, &gates, Counted::default());
    let pool = AtPool::new(&doors, &gates, known(HERE, Counted::default()));
    for (password, expected) in [("secret", true), ("guess", false)] {
        assert_eq!(worker.opens(&auth, b"ann", password.as_bytes()), Err(Refusal::WouldWait));
        assert_eq!(pool.opens(&auth, b"ann", password.as_bytes()), Ok(expected));
        assert_eq!(worker.opens(&auth, b"ann", password.as_bytes()), Ok(expected));
    }
    assert_eq!(pool.opens(&auth, b"bob", b"secret"), Ok(false));
    assert_eq!(worker.opens(&auth, b"bob", b"secret"), Ok(false));
    // Another password of hers: what was known of the old one holds no more.
    let changed = quick("new");
    assert_eq!(worker.opens(&changed, b"ann", b"secret"), Err(Refusal::WouldWait));
    assert_eq!(pool.opens(&changed, b"ann", b"secret"), Ok(false));
}

#[test]
fn what_a_worker_counted_is_not_counted_again() {
    let (doors, gates, limit) = (Doors::new(), gates(), rate(RATE));
    let hand = || AtHand::new(&doors, &gates, Counted::default());
    let worker = hand();
    assert_eq!(worker.admits(&limit, Gate::Route(3), HERE), Ok(()));
    let pool = AtPool::new(&doors, &gates, known(HERE, worker.counted()));
    assert_eq!(pool.admits(&limit, Gate::Route(3), HERE), Ok(()));
    // The second of this request, at another limit, is new; and when its turn has come, both have been.
    assert_eq!(pool.admits(&limit, Gate::Route(4), HERE), Ok(()));
    let again = AtPool::new(&doors, &gates, known(HERE, pool.into_counted().0));
    assert_eq!([3, 4].map(|route| again.admits(&limit, Gate::Route(route), HERE)), [Ok(()); 2]);
    // One more may come, and then no other.
    assert_eq!(hand().admits(&limit, Gate::Route(3), HERE), Ok(()));
    let worker = hand();
    let turned_away = worker.admits(&limit, Gate::Route(3), HERE);
    assert!(matches!(turned_away, Err(TurnedAway::TooOften(3590..=3600))), "{turned_away:?}");
    // The page that says so is made by the pool, which must not let it in.
    let pool = AtPool::new(&doors, &gates, known(HERE, worker.counted()));
    assert_eq!(pool.admits(&limit, Gate::Route(3), HERE), turned_away);
}

#[test]
fn who_has_too_much_under_way_is_not_counted_as_one_who_came() {
    let (doors, gates) = (Doors::new(), gates());
    let limit = Limit { rate: Some(RATE), connections: Some(1) };
    let hand = || AtHand::new(&doors, &gates, Counted::default());
    let first = hand();
    assert_eq!(first.admits(&limit, Gate::Site, HERE), Ok(()));
    let seats = first.take_seats();
    assert!((0..9).all(|_| hand().admits(&limit, Gate::Site, HERE) == Err(TurnedAway::TooManyAtOnce)));
    drop((first, seats));
    // Its second of two; and one that comes too often keeps no seat.
    assert_eq!(hand().admits(&limit, Gate::Site, HERE), Ok(()));
    assert!(matches!(hand().admits(&limit, Gate::Site, HERE), Err(TurnedAway::TooOften(_))));
    assert!(doors.seats.are_empty());
}

#[test]
fn clients_sites_and_routes_are_told_apart() {
    let doors = Doors::new();
    let strict = rate(Rate { burst: 0, ..RATE });
    let gates = ["a", "b"].map(|name| Gates::new(name, &Routes::new(vec![Route::default(); 2]).unwrap()));
    let admit = |site: usize, route, address: &str| {
        doors.admit(gates[site].of(Gate::Route(route)), &strict, address.parse().ok()).is_ok()
    };
    assert!(admit(0, 0, "192.0.2.1") && !admit(0, 0, "192.0.2.1"));
    assert!(!admit(0, 0, "::ffff:192.0.2.1"));
    assert!(admit(0, 1, "192.0.2.1") && admit(1, 0, "192.0.2.1") && admit(0, 0, "192.0.2.2"));
    assert!(admit(0, 0, "2001:db8:0:1::1") && !admit(0, 0, "2001:db8:0:1::2") && admit(0, 0, "2001:db8:0:2::1"));
    assert!(admit(0, 0, "by a unix socket") && !admit(0, 0, "by another"));
}

#[test]
fn who_guesses_on_and_on_is_made_to_wait_and_nobody_else() {
    let (doors, auth, gates) = (Doors::new(), quick("secret"), gates());
    let try_one = |address, password: &str| {
        AtPool::new(&doors, &gates, known(address, Counted::default())).opens(&auth, b"ann", password.as_bytes())
    };
    let guesses = (0..50).map(|guess| try_one(elsewhere(1), &format!("guess {guess}"))).collect::<Vec<_>>();
    let looked_at = guesses.iter().filter(|told| **told == Ok(false)).count();
    assert_eq!(looked_at, 1 + limit::WRONG_PASSWORDS.burst as usize);
    assert!(matches!(guesses[49], Err(Refusal::Later(Status::TOO_MANY_REQUESTS, 1..=60))), "{:?}", guesses[49]);
    // Not even the right one: else a guess would be as good as any.
    assert!(try_one(elsewhere(1), "secret").is_err());
    assert_eq!(try_one(elsewhere(2), "secret"), Ok(true));
    // And once it is known, whoever has it comes in from there too.
    assert_eq!(try_one(elsewhere(1), "secret"), Ok(true));
    // This machine's own clients are those of a proxy, too: they are not taken for one.
    assert!((0..50).all(|guess| try_one(HERE, &format!("here {guess}")) == Ok(false)));
}

#[test]
fn what_is_not_known_takes_a_turn_and_what_is_known_does_not() {
    let (doors, auth, gates) = (Doors::new(), quick("secret"), gates());
    let waits = |address, name: &[u8], password: &[u8]| {
        let known = Known { has_turn: false, ..known(address, Counted::default()) };
        let door = AtPool::new(&doors, &gates, known);
        let told = door.opens(&auth, name, password);
        (told, door.waits_for())
    };
    let (told, turn) = waits(elsewhere(1), b"ann", b"secret");
    assert_eq!(told, Err(Refusal::WouldWait));
    // An address is one, whoever it says it is.
    assert_eq!(waits(elsewhere(1), b"bob", b"other").1, turn);
    assert_ne!(waits(elsewhere(2), b"ann", b"secret").1, turn);
    // Behind a proxy they are told apart by their names, and who has none of ours is one.
    let of = |name: &[u8]| waits(HERE, name, b"guess").1.unwrap();
    assert_ne!(of(b"ann"), of(b"bob"));
    assert_eq!(of(b"bob"), of(b"carl"));
    let pool = AtPool::new(&doors, &gates, known(elsewhere(3), Counted::default()));
    assert_eq!((pool.opens(&auth, b"ann", b"secret"), pool.waits_for()), (Ok(true), None));
    assert_eq!(waits(elsewhere(1), b"ann", b"secret"), (Ok(true), None));
    // Nor does who may not guess any more.
    (0..10).for_each(|guess| {
        let _ = pool.opens(&auth, b"ann", &[guess]);
    });
    let (told, turn) = waits(elsewhere(3), b"ann", b"new");
    assert!(matches!(told, Err(Refusal::Later(Status::TOO_MANY_REQUESTS, _))), "{told:?}");
    assert_eq!(turn, None);
}

#[test]
fn while_something_is_sent_one_of_each_client_is_looked_at() {
    let doors = Arc::new(Doors::new());
    let auth = quick("secret");
    let patient = |last| Patient::new(&doors, elsewhere(last));
    let guesser = |last| doors.guesser(&auth, b"ann", elsewhere(last));
    let first = Place::take(&doors, guesser(1)).expect("a place");
    let busy = Err(Refusal::Later(Status::SERVICE_UNAVAILABLE, 1));
    assert_eq!(patient(1).opens(&auth, b"ann", b"guess"), busy);
    assert_eq!(patient(2).opens(&auth, b"ann", b"secret"), Ok(true));
    assert_eq!(patient(1).opens(&auth, b"ann", b"secret"), Ok(true));
    let second = Place::take(&doors, guesser(3));
    assert_eq!(patient(4).opens(&auth, b"ann", b"guess"), busy);
    drop((first, second));
    assert_eq!(patient(1).opens(&auth, b"ann", b"guess"), Ok(false));
}
