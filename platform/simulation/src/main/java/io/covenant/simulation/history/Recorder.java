package io.covenant.simulation.history;

import io.covenant.simulation.history.Outcome.Answered;
import io.covenant.simulation.history.Outcome.Unknown;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Writes a [History] down while many threads make it.
public final class Recorder<I, O> {

    /// An operation that was begun. It ends at most once; one that never ends is of unknown outcome.
    public final class Call {

        private final String process;
        private final I input;
        private final long invoked;
        private final AtomicReference<@Nullable Outcome<O>> outcome = new AtomicReference<>();

        private Call(String process, I input) {
            this.process = process;
            this.input = input;
            this.invoked = clock.getAsLong();
        }

        public void answered(O output) {
            end(new Answered<>(output, clock.getAsLong()));
        }

        public void unknown() {
            end(new Unknown<>());
        }

        /// It is certain that nothing happened and nothing will, as when no connection was to be had: it is
        /// struck from the history.
        public void neverHappened() {
            unknown();
            calls.remove(this);
        }

        private void end(Outcome<O> how) {
            if (!outcome.compareAndSet(null, how)) {
                throw new IllegalStateException("%s of %s has ended before".formatted(input, process));
            }
        }

        private Operation<I, O> operation() {
            return new Operation<>(
                    process, input, invoked, Objects.requireNonNullElseGet(outcome.get(), Unknown<O>::new));
        }
    }

    private final LongSupplier clock;
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

    private Recorder(LongSupplier clock) {
        this.clock = clock;
    }

    /// Counts what happens; no two events are at the same time. The sharpest of clocks where all callers
    /// live in one process.
    public static <I, O> Recorder<I, O> counting() {
        return timedBy(new AtomicLong()::incrementAndGet);
    }

    public static <I, O> Recorder<I, O> inNanoseconds() {
        return timedBy(System::nanoTime);
    }

    /// @param clock one for all callers, never going back
    public static <I, O> Recorder<I, O> timedBy(LongSupplier clock) {
        return new Recorder<>(clock);
    }

    /// To be called before anything is sent.
    public Call invoke(String process, I input) {
        var call = new Call(process, input);
        calls.add(call);
        return call;
    }

    /// What has happened so far; whatever still goes on is of unknown outcome.
    public History<I, O> history() {
        return new History<>(calls.stream().map(Call::operation).toList());
    }
}
