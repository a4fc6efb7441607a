package io.covenant.gateway.limits;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Lets each subject have so many requests in so long: a burst of all of them, and then one whenever the next is due.
///
/// One number for each subject, the time by which all that it had will be due again; whoever had nothing for a while
/// is forgotten. Source: the virtual scheduling form of GCRA (ITU-T I.371).
final class Allowance {

    /// So many subjects are looked through for those that can be forgotten.
    private static final int MANY = 10_000;

    private final long interval;
    private final long tolerance;
    private final ConcurrentMap<String, Long> dueBySubject = new ConcurrentHashMap<>();
    private volatile int next = MANY;

    /// @param requests in so many nanoseconds
    Allowance(int requests, long nanos) {
        this.interval = Math.max(1, nanos / requests);
        this.tolerance = interval * (requests - 1);
    }

    /// Takes one request.
    ///
    /// @return 0, or for how many nanoseconds the subject has to wait
    long take(String subject, long now) {
        var wait = new long[1];
        dueBySubject.compute(subject, (_, known) -> {
            long due = known == null || known - now < 0 ? now : known;
            wait[0] = Math.max(0, due - now - tolerance);
            return wait[0] > 0 ? due : due + interval;
        });
        if (dueBySubject.size() > next) {
            forget(now);
        }
        return wait[0];
    }

    private synchronized void forget(long now) {
        if (dueBySubject.size() > next) {
            dueBySubject.values().removeIf(due -> due - now < 0);
            next = Math.max(MANY, 2 * dueBySubject.size());
        }
    }

    int subjects() {
        return dueBySubject.size();
    }
}
