package io.covenant.locks.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What is under way to the service.
final class Sendings {

    enum Kind {
        OPEN,
        KEEP_ALIVE,
        ERRAND,
        CLOSE
    }

    /// @param untilNanos when silence is taken for a failure
    record Sending(
            long number,
            Kind kind,
            String node,
            Moment at,
            long untilNanos,
            @Nullable Errand errand) {}

    private final Map<Long, Sending> underWay = new LinkedHashMap<>();
    private List<SessionEffect> effects = List.of();
    private long last;

    void tell(List<SessionEffect> listener) {
        effects = listener;
    }

    void tell(SessionEffect effect) {
        effects.add(effect);
    }

    Sending send(Kind kind, String node, Moment now, long patienceMillis, @Nullable Errand errand, Call call) {
        var sending = new Sending(++last, kind, node, now, now.plusMillis(patienceMillis), errand);
        underWay.put(sending.number(), sending);
        effects.add(new SessionEffect.Send(sending.number(), node, call));
        return sending;
    }

    /// The one that is answered; null when nobody cares.
    @Nullable
    Sending answered(long number) {
        return underWay.remove(number);
    }

    void abandon(long number) {
        if (underWay.remove(number) != null) {
            effects.add(new SessionEffect.Abandon(number));
        }
    }

    void abandonAll() {
        all(sending -> true).forEach(sending -> abandon(sending.number()));
    }

    /// In the order of their sending.
    List<Sending> all(Predicate<Sending> wanted) {
        List<Sending> found = new ArrayList<>(0);
        for (var sending : underWay.values()) {
            if (wanted.test(sending)) {
                found.add(sending);
            }
        }
        return found;
    }

    List<Sending> all(Kind kind) {
        return all(sending -> sending.kind() == kind);
    }

    /// When the first of this kind counts as failed.
    long firstUntilNanos(Kind kind) {
        long first = Errand.NEVER;
        for (var sending : underWay.values()) {
            if (sending.kind() == kind) {
                first = Math.min(first, sending.untilNanos());
            }
        }
        return first;
    }
}
