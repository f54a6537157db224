use super::*;
use std::thread;

fn auth(hash: &str) -> Auth {
    Auth { realm: "r".into(), users: vec![("ann".into(), hash.to_owned())] }
}

/// Quick to find out about.
fn quick(password: &str) -> Auth {
    auth(&bcrypt::hash(password, 4).unwrap())
}

const LIMIT: Limit = Limit { requests: 1, period: Duration::from_secs(3600), burst: 1 };
const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

fn elsewhere(last: u8) -> Option<IpAddr> {
    Some(IpAddr::from([192, 0, 2, last]))
}

#[test]
fn a_worker_knows_what_the_pool_found_out() {
    let (doors, auth) = (Doors::new(), quick("secret"));
    let worker = AtHand::new(&doors, 0);
    let pool = AtPool::new(&doors, 0, HERE, Counted::default());
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
    let doors = Doors::new();
    let worker = AtHand::new(&doors, 0);
    assert_eq!(worker.admits(&LIMIT, 3, HERE), Ok(()));
    let pool = AtPool::new(&doors, 0, HERE, worker.counted());
    assert_eq!(pool.admits(&LIMIT, 3, HERE), Ok(()));
    // The second of this request, at another limit, is new.
    assert_eq!(pool.admits(&LIMIT, 4, HERE), Ok(()));
    // One more may come, and then no other.
    let worker = AtHand::new(&doors, 0);
    assert_eq!(worker.admits(&LIMIT, 3, HERE), Ok(()));
    let worker = AtHand::new(&doors, 0);
    let turned_away = worker.admits(&LIMIT, 3, HERE);
    assert!(turned_away.is_err_and(|seconds| (3590..=3600).contains(&seconds)));
    // The page that says so is made by the pool, which must not let it in.
    let pool = AtPool::new(&doors, 0, HERE, worker.counted());
    assert_eq!(pool.admits(&LIMIT, 3, HERE), turned_away);
}

#[test]
fn clients_sites_and_routes_are_told_apart() {
    let doors = Doors::new();
    let strict = Limit { burst: 0, ..LIMIT };
    let admit = |site, route, address: &str| doors.admit(site, route, &strict, address.parse().ok()).is_ok();
    assert!(admit(0, 0, "192.0.2.1") && !admit(0, 0, "192.0.2.1"));
    assert!(!admit(0, 0, "::ffff:192.0.2.1"));
    assert!(admit(0, 1, "192.0.2.1") && admit(1, 0, "192.0.2.1") && admit(0, 0, "192.0.2.2"));
    assert!(admit(0, 0, "2001:db8:0:1::1") && !admit(0, 0, "2001:db8:0:1::2") && admit(0, 0, "2001:db8:0:2::1"));
    assert!(admit(0, 0, "by a unix socket") && !admit(0, 0, "by another"));
}

#[test]
fn who_guesses_on_and_on_is_made_to_wait_and_nobody_else() {
    let (doors, auth) = (Doors::new(), quick("secret"));
    let try_one = |address, password: &str| {
        AtPool::new(&doors, 0, address, Counted::default()).opens(&auth, b"ann", password.as_bytes())
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
fn so_many_are_found_out_about_at_a_time_and_the_same_one_once() {
    // Slow enough that threads meet.
    let (doors, auth) = (Doors::new(), auth(&bcrypt::hash("secret", 8).unwrap()));
    let ask =
        |password: String| AtPool::new(&doors, 0, HERE, Counted::default()).opens(&auth, b"ann", password.as_bytes());
    let (same, others): (Vec<_>, Vec<_>) = thread::scope(|scope| {
        let same: Vec<_> = (0..8).map(|_| scope.spawn(|| ask("secret".into()))).collect();
        let same = same.into_iter().map(|thread| thread.join().unwrap()).collect();
        let ask = &ask;
        let others: Vec<_> = (0..16).map(|guess| scope.spawn(move || ask(format!("guess {guess}")))).collect();
        (same, others.into_iter().map(|thread| thread.join().unwrap()).collect())
    });
    assert_eq!(same, vec![Ok(true); 8]);
    let is_busy = |told: &Result<bool, Refusal>| *told == Err(Refusal::Later(Status::SERVICE_UNAVAILABLE, 1));
    assert!(others.iter().all(|told| *told == Ok(false) || is_busy(told)), "{others:?}");
    assert!(others.contains(&Ok(false)));
    assert!(doors.under_way().is_empty());
}
