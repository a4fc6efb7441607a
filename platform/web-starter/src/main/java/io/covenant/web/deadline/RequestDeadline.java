package io.covenant.web.deadline;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// When the answer to a request has to be there: the sender says how many milliseconds it will wait.
///
/// Work on its behalf is bounded by it: calls to other services, and what a service itself makes to depend on
/// [#within].
///
/// @param nanos on the clock of [System#nanoTime]
public record RequestDeadline(long nanos) {

    /// Milliseconds from when the request was sent, a whole number above 0.
    public static final String HEADER = "X-Deadline-Millis";

    private static final ScopedValue<RequestDeadline> CURRENT = ScopedValue.newInstance();

    private static final long MOST_MILLIS = TimeUnit.DAYS.toMillis(1);

    /// That of the request that this thread works on.
    public static @Nullable RequestDeadline current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /// This long, or as long as the request that this thread works on still waits, whichever is shorter; never less
    /// than a millisecond.
    public static Duration within(Duration most) {
        var current = current();
        return current == null ? most : current.bound(most);
    }

    /// Does this on behalf of a request that has this deadline.
    public <T, X extends Throwable> T bound(ScopedValue.CallableOp<T, X> work) throws X {
        return ScopedValue.where(CURRENT, this).call(work);
    }

    private Duration bound(Duration most) {
        long left = Math.max(TimeUnit.MILLISECONDS.toNanos(1), nanos - System.nanoTime());
        return left < most.toNanos() ? Duration.ofNanos(left) : most;
    }

    /// The deadline that a request comes with.
    ///
    /// @param text the header
    /// @return `null` if that is no number of milliseconds above 0
    public static @Nullable RequestDeadline of(String text) {
        try {
            long millis = Long.parseLong(text.strip());
            return millis <= 0
                    ? null
                    : new RequestDeadline(
                            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(millis, MOST_MILLIS)));
        } catch (NumberFormatException _) {
            return null;
        }
    }
}
