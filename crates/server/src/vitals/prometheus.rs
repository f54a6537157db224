//! All counts as Prometheus reads them (text exposition format 0.0.4). By hand: it is names, numbers and three characters to
//! escape.

use super::counters::{BOUNDS, CLASSES, METHODS, VERSIONS};
use super::{Count, Counters, Vitals, open_descriptors, resident_bytes, seconds};
use std::fmt::{Display, Write as _};
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;

/// The type to send it with.
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A page under way.
struct Page(String);

impl Page {
    /// Begins a metric. `kind`: counter, gauge or histogram.
    fn metric(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String does not fail.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    /// A value of it, with its labels.
    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (at, (label, text)) in labels.iter().enumerate() {
            let _ = write!(self.0, "{}{label}=\"", if at == 0 { '{' } else { ',' });
            for character in text.chars() {
                match character {
                    '"' | '\\' => self.0.extend(['\\', character]),
                    '\n' => self.0.push_str("\\n"),
                    character => self.0.push(character),
                }
            }
            self.0.push('"');
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    /// A metric with one value.
    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.metric(name, kind, help);
        self.value(name, &[], value);
    }
}

/// A metric to be read from something: its name, what it says, how it is read.
type Gauge<T, V> = (&'static str, &'static str, fn(&T) -> V);

impl Vitals {
    /// The whole page. `lost`: lines of logs that were dropped.
    pub(crate) fn prometheus(&self, lost: u64) -> String {
        let mut page = Page(String::with_capacity(8 << 10));
        let workers: Vec<Arc<Counters>> = self.workers().clone();
        let sum = |of: fn(&Counters) -> &Count| workers.iter().map(|worker| of(worker).get()).sum::<u64>();
        push_requests(&mut page, &workers);
        type Counted = (&'static str, &'static str, &'static str, fn(&Counters) -> &Count);
        let counted: [Counted; 11] = [
            ("quarry_content_bytes_total", "counter", "Bytes of content sent, or on their way.", |worker| {
                &worker.content_bytes
            }),
            ("quarry_memory_hits_total", "counter", "Requests answered from memory.", |worker| &worker.hits),
            ("quarry_memory_misses_total", "counter", "Requests that memory was asked for in vain.", |worker| {
                &worker.misses
            }),
            ("quarry_connections_total", "counter", "Connections accepted.", |worker| &worker.accepted),
            ("quarry_connections", "gauge", "Connections open.", |worker| &worker.open),
            ("quarry_connections_refused_total", "counter", "Connections closed at once: too many.", |worker| {
                &worker.turned_away
            }),
            ("quarry_tls_handshakes_total", "counter", "TLS handshakes completed.", |worker| &worker.agreed),
            ("quarry_tls_handshakes_failed_total", "counter", "TLS handshakes that broke.", |worker| &worker.broken),
            ("quarry_faults_total", "counter", "Requests that broke a rule of HTTP.", |worker| &worker.faults),
            ("quarry_pool_errands_total", "counter", "Errands given to the pool.", |worker| &worker.errands),
            ("quarry_pool_refused_total", "counter", "Errands the pool had no room for.", |worker| &worker.put_off),
        ];
        for (name, kind, help, of) in counted {
            page.one(name, kind, help, sum(of));
        }
        page.one("quarry_log_lines_dropped_total", "counter", "Lines of logs that were not written.", lost);
        page.one("quarry_lookup_queries_total", "counter", "Questions to look-ups.", self.queries.load(Relaxed));
        page.metric("quarry_reloads_total", "counter", "New settings, by what came of them.");
        for (result, count) in ["done", "refused"].into_iter().zip(&self.reloads) {
            page.value("quarry_reloads_total", &[("result", result)], count.load(Relaxed));
        }
        self.push_sites(&mut page);
        self.push_running(&mut page);
        page.metric("quarry_info", "gauge", "The version.");
        page.value("quarry_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        page.one("quarry_workers", "gauge", "Threads that serve.", self.worker_count());
        page.one("process_start_time_seconds", "gauge", "When the process began.", seconds(self.started));
        if let Some(open) = open_descriptors() {
            page.one("process_open_fds", "gauge", "Descriptors that are open.", open);
        }
        if let Some(bytes) = resident_bytes() {
            page.one("process_resident_memory_bytes", "gauge", "Memory in use.", bytes);
        }
        page.0
    }

    fn push_sites(&self, page: &mut Page) {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let states: Vec<_> =
            sites.iter().filter_map(|site| Some((site.name.as_str(), site.look_up.as_ref()?.state()))).collect();
        let gauges: [Gauge<lookup::answer::State, u64>; 4] = [
            ("quarry_lookup_names", "Materials that can be found by name.", |state| state.names as u64),
            ("quarry_lookup_documents", "Materials that can be found by their words.", |state| state.documents as u64),
            ("quarry_lookup_waiting", "Materials still to be read.", |state| state.waiting as u64),
            ("quarry_lookup_index_bytes", "The index on disk.", |state| state.index_bytes),
        ];
        for (name, help, of) in gauges {
            page.metric(name, "gauge", help);
            states.iter().for_each(|(site, state)| page.value(name, &[("site", site)], of(state)));
        }
    }

    fn push_running(&self, page: &mut Page) {
        let Some(running) = self.running.get() else { return };
        page.metric("quarry_pool_waiting", "gauge", "Errands that wait for a thread.");
        for (kind, count) in ["answers", "pieces"].into_iter().zip((running.waiting)()) {
            page.value("quarry_pool_waiting", &[("kind", kind)], count);
        }
        let control = &running.control;
        let panics = control.panics.load(Relaxed);
        page.one("quarry_panics_total", "counter", "Mistakes in Quarry, each of which ended one exchange.", panics);
        let times = control.out_of_descriptors.load(Relaxed);
        page.one("quarry_out_of_descriptors_total", "counter", "Times without a descriptor for a new client.", times);
        if let Some(ends) = running.certificate_ends.as_ref().and_then(|ends| ends()) {
            page.one("quarry_certificate_expiry_seconds", "gauge", "When the certificate expires, since 1970.", ends);
        }
        push_certificates(page, &running.certificates());
    }
}

/// Of an authority.
fn push_certificates(page: &mut Page, states: &[acme::State]) {
    let gauges: [Gauge<acme::State, i64>; 3] = [
        (
            "quarry_acme_expiry_seconds",
            "When a certificate of an authority expires, since 1970; 0: there is none.",
            |state| state.valid_until.unwrap_or(0),
        ),
        ("quarry_acme_next_seconds", "When the authority is asked next, since 1970.", |state| state.next),
        ("quarry_acme_failures", "Attempts that have failed since there was a certificate.", |state| {
            state.failures as i64
        }),
    ];
    for (name, help, of) in gauges.iter().filter(|_| !states.is_empty()) {
        page.metric(name, "gauge", help);
        states.iter().for_each(|state| page.value(name, &[("host", &state.name)], of(state)));
    }
}

fn push_requests(page: &mut Page, workers: &[Arc<Counters>]) {
    page.metric("quarry_requests_total", "counter", "Requests answered.");
    for (method, name) in METHODS.iter().enumerate() {
        for (class, status) in CLASSES.iter().enumerate() {
            for (version, number) in VERSIONS.iter().enumerate() {
                let count: u64 = workers.iter().map(|worker| worker.requests[method][class][version].get()).sum();
                if count > 0 {
                    let labels = [("method", *name), ("status", *status), ("version", *number)];
                    page.value("quarry_requests_total", &labels, count);
                }
            }
        }
    }
    let name = "quarry_request_duration_seconds";
    page.metric(name, "histogram", "From when a request was there to when its response began.");
    let mut total = 0;
    for (at, bound) in BOUNDS.iter().map(Some).chain([None]).enumerate() {
        total += workers.iter().map(|worker| worker.durations[at].get()).sum::<u64>();
        let bound = bound.map_or("+Inf".to_owned(), |bound| (*bound as f64 / 1e9).to_string());
        page.value(&format!("{name}_bucket"), &[("le", &bound)], total);
    }
    let nanoseconds: u64 = workers.iter().map(|worker| worker.nanoseconds.get()).sum();
    page.value(&format!("{name}_sum"), &[], nanoseconds as f64 / 1e9);
    page.value(&format!("{name}_count"), &[], total);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vitals::Brief;
    use std::time::Duration;

    #[test]
    fn workers_are_added_up_and_buckets_too() {
        let vitals = Vitals::new();
        let (one, other) = (vitals.worker(), vitals.worker());
        one.requests[0][1][1].add(3);
        other.requests[0][1][1].add(4);
        other.requests[1][3][2].add(1);
        one.took(7, Duration::from_micros(30));
        other.took(1, Duration::from_secs(60));
        one.open.set(2);
        vitals.serve(vec![Brief { name: "a\"\\\nb".into(), title: "a".into(), look_up: None }]);
        let page = vitals.prometheus(5);
        for expected in [
            "# TYPE quarry_requests_total counter\nquarry_requests_total{method=\"GET\",status=\"2xx\",version=\"1.1\"} 7\n\
             quarry_requests_total{method=\"HEAD\",status=\"4xx\",version=\"2\"} 1\n# HELP",
            "_bucket{le=\"0.000025\"} 0\n",
            "_bucket{le=\"0.00005\"} 7\n",
            "_bucket{le=\"5\"} 7\n",
            "_bucket{le=\"+Inf\"} 8\nquarry_request_duration_seconds_sum 60.00021\nquarry_request_duration_seconds_count 8\n",
            "# TYPE quarry_connections gauge\nquarry_connections 2\n",
            "quarry_log_lines_dropped_total 5\n",
            "quarry_workers 2\n",
        ] {
            assert!(page.contains(expected), "{expected}\n{page}");
        }
        // Each metric is told of once, and each line is one of three kinds.
        let mut names: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(page.lines().all(|line| line.starts_with("# ") || line.contains(' ')), "{page}");
    }

    #[test]
    fn labels_are_escaped() {
        let mut page = Page(String::new());
        page.value("a", &[("b", "\"\\\n"), ("c", "d")], 1);
        assert_eq!(page.0, "a{b=\"\\\"\\\\\\n\",c=\"d\"} 1\n");
    }
}
