package io.covenant.gateway.balancing;

import io.covenant.balancing.view.Decision;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Why some of the last requests went where they went: one of each tenth of a second, as telling costs more than
/// deciding.
public final class Decisions {

    /// @param request its id
    public record Made(String request, String route, Decision decision) {}

    private static final int KEPT = 20;
    private static final long EVERY = 100_000_000L;

    private final AtomicLong due = new AtomicLong(System.nanoTime());
    private final Deque<Made> last = new ArrayDeque<>();

    /// Whether to tell about the request that is about to be decided.
    boolean wantsOne(long now) {
        long at = due.get();
        return now - at >= 0 && due.compareAndSet(at, now + EVERY);
    }

    void add(Made made) {
        synchronized (last) {
            if (last.size() == KEPT) {
                last.removeLast();
            }
            last.addFirst(made);
        }
    }

    /// The newest first.
    public List<Made> last() {
        synchronized (last) {
            return List.copyOf(last);
        }
    }
}
