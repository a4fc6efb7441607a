package io.covenant.transactions;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/// Dies at a chosen place, at a chosen passing; does nothing unless armed. Thread-safe.
public sealed interface CrashPoints {

    /// Marks that the running code is at this place.
    void hit(CrashPoint point);

    /// Never dies.
    static CrashPoints none() {
        return new None();
    }

    /// @param specification `POINT` or `POINT:n` for the n-th passing, such as `C7_DECISION_FORCED:25`
    /// @param death         what dying means, `Runtime.halt` in a real process
    /// @throws IllegalArgumentException when the specification names no crash point
    static CrashPoints armed(String specification, Runnable death) {
        return Armed.parse(specification, death);
    }

    /// Dies where it is told to, and can be told so again and again.
    static Rearmed rearmed() {
        return new Rearmed(new AtomicReference<>(none()));
    }

    /// See [#none()].
    record None() implements CrashPoints {
        @Override
        public void hit(CrashPoint point) {}
    }

    /// See [#rearmed()].
    record Rearmed(AtomicReference<CrashPoints> armed) implements CrashPoints {

        /// Dies at the next passing of this place, and not again.
        public void arm(CrashPoint point, Runnable death) {
            armed.set(CrashPoints.armed(point.name(), death));
        }

        public void disarm() {
            armed.set(none());
        }

        @Override
        public void hit(CrashPoint point) {
            armed.get().hit(point);
        }
    }

    /// See [#armed(String, Runnable)].
    record Armed(CrashPoint point, AtomicInteger passingsLeft, Runnable death) implements CrashPoints {

        private static final Pattern SPECIFICATION = Pattern.compile("(?<point>\\w+)(:(?<passing>[1-9]\\d{0,8}))?");

        static Armed parse(String specification, Runnable death) {
            var matcher = SPECIFICATION.matcher(specification);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("not a crash point (POINT or POINT:n): " + specification);
            }
            var passing = matcher.group("passing");
            return new Armed(
                    CrashPoint.valueOf(matcher.group("point")),
                    new AtomicInteger(passing == null ? 1 : Integer.parseInt(passing)),
                    death);
        }

        @Override
        public void hit(CrashPoint here) {
            if (here == point && passingsLeft.decrementAndGet() == 0) {
                death.run();
            }
        }
    }
}
