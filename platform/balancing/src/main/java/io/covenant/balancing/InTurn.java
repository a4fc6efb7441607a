package io.covenant.balancing;

import io.covenant.balancing.rotation.Rotation;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Round-robin, plain or by weight. A retry takes nobody's turn: it is drawn among those not tried, else
/// whoever follows a broken instance would get all of its retries.
record InTurn(Group group, Rotation rotation, AtomicLong turns) implements Chooser {

    InTurn(Group group, AtomicLong turns) {
        this(group, Rotation.of(group.weights()), turns);
    }

    @Override
    public @Nullable Member choose(Criteria criteria, long now, @Nullable Trace trace) {
        int index = criteria.isRetry() ? group.drawUntried(criteria) : rotation.next(turns);
        if (index < 0) {
            return null;
        }
        if (trace != null) {
            trace.because(criteria.isRetry() ? "drawn among those not tried" : "it is its turn");
        }
        return group.member(index).begin(now);
    }
}
