//! What is true of all routes.

use super::*;
use crate::sample::bytes;
use proptest::prelude::*;

fn any_route() -> impl Strategy<Value = Route> {
    let pattern =
        prop::sample::select(vec!["^/a", "b", "^/(.*)$", r"\.(css|txt)$", "^/x$", "", "^/[^/]+$", "(?i)A.TXT"]);
    let condition = prop::sample::select(vec![
        None,
        Some(Condition::Method(vec!["GET".into()])),
        Some(Condition::Field("X-A".into(), Test::Present(true))),
        Some(Condition::Query("v".into(), Test::Matches("1".into()))),
    ]);
    let action = prop::sample::select(vec![
        None,
        None,
        Some(Action::Serve(vec!["$0".into(), "/a.txt".into()])),
        Some(Action::Redirect(Status::FOUND, "/to$0".into())),
        Some(gone()),
    ]);
    let denies = prop::bool::weighted(0.1);
    (pattern, condition, action, denies, 0..3_u8).prop_map(|(pattern, condition, action, denies, value)| {
        let deny = denies.then_some(Deny { addresses: None, status: Status::FORBIDDEN });
        let changes = Changes { set: vec![("X-A".into(), value.to_string())], ..Changes::default() };
        let pattern = (!pattern.is_empty()).then(|| pattern.to_owned());
        Route {
            line: None,
            pattern,
            conditions: condition.into_iter().collect(),
            guards: Guards { deny, ..Guards::default() },
            changes,
            action,
        }
    })
}

/// What routes do, told without any of their code but one expression at a time.
fn naively(routes: &[Route], path: &str, has_field: bool, has_query: bool) -> (String, Option<String>) {
    let mut value = None;
    for route in routes {
        let alone = Routes::new(vec![Route { pattern: route.pattern.clone(), ..Route::default() }]).unwrap();
        let holds = route.conditions.iter().all(|condition| match condition {
            Condition::Field(..) => has_field,
            Condition::Query(..) => has_query,
            _ => true,
        });
        if alone.matching_one_by_one(path.as_bytes()).is_empty() || !holds {
            continue;
        }
        if route.guards.deny.is_some() {
            return ("page 403".into(), value);
        }
        value = Some(route.changes.set[0].1.clone());
        match &route.action {
            None => {}
            Some(Action::Serve(_)) => return ("serve".into(), value),
            Some(Action::Redirect(..)) => return ("302".into(), value),
            Some(Action::Answer(..)) => return ("200 matched".into(), value),
        }
    }
    ("open".into(), value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn together_routes_decide_as_one_by_one(
        routes in prop::collection::vec(any_route(), 0..8),
        path in prop::sample::select(vec!["/", "/a.txt", "/b.css", "/x", "/a/b", "/A.TXT", "/none"]),
        has_field in any::<bool>(),
        has_query in any::<bool>(),
    ) {
        let request = format!("GET {path}{}{}", if has_query { "?v=1" } else { "" }, if has_field { "\nX-A: y" } else { "" });
        let selected = ask(&site(routes.clone()), &request, &porter()).unwrap();
        let (mut expected, value) = naively(&routes, path, has_field, has_query);
        // The index file stands for the folder, and has rules of its own.
        if path == "/" && matches!(expected.as_str(), "open" | "serve") {
            let index = naively(&routes, "/index.html", has_field, has_query).0;
            expected = if index == "page 403" { index } else { expected };
        }
        let told = told(&selected);
        match expected.as_str() {
            "open" | "serve" => prop_assert!(told != "200 matched" && told != "page 403" && !told.starts_with("302"), "{told}"),
            start => prop_assert!(told.starts_with(start), "{told}, expected {start}"),
        }
        let mut fields = match selected {
            Selected::Response(response, _) => response.fields,
            Selected::Page(_, amendments) => {
                let mut fields = Vec::new();
                amendments.apply(Status::NOT_FOUND, false, &mut fields);
                fields
            }
        };
        fields.retain(|field| field.name == "X-A");
        prop_assert_eq!(fields.first().map(|field| field.value.to_string()), value);
    }

    #[test]
    fn no_route_makes_an_answer_unsound(
        routes in prop::collection::vec(any_route(), 0..6),
        target in "/([ab./%-]|%2e|%0d|%0a|%5c|css|txt|\\?v=1){0,10}",
    ) {
        if let Ok(Selected::Response(response, _)) = ask(&site(routes), &format!("GET {target}"), &porter()) {
            prop_assert_eq!(response.content.length(), bytes(&response.content).len() as u64);
            for field in &response.fields {
                prop_assert!(field.value.bytes().all(|byte| byte >= b' ' && byte != 0x7f), "{:?}", field);
            }
            if let Some(location) = response.field("Location") {
                prop_assert!(location.starts_with('/') && !location.starts_with("//") && !location.contains('\\'), "{}", location);
            }
        }
    }

    #[test]
    fn the_set_finds_what_each_finds(routes in prop::collection::vec(any_route(), 0..12), path in prop::collection::vec(prop::sample::select(&b"/ab.xcstA\n\xff"[..]), 0..16)) {
        let routes = Routes::new(routes).unwrap();
        prop_assert_eq!(routes.matching(&path), routes.matching_one_by_one(&path));
    }
}
