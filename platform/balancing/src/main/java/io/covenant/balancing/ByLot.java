package io.covenant.balancing;

import org.jspecify.annotations.Nullable;

/// By lot and weight.
record ByLot(Group group) implements Chooser {

    @Override
    public @Nullable Member choose(Criteria criteria, long now, @Nullable Trace trace) {
        int index = criteria.isRetry() ? group.drawUntried(criteria) : group.draw();
        if (index < 0) {
            return null;
        }
        if (trace != null) {
            trace.because("drawn by lot");
        }
        return group.member(index).begin(now);
    }
}
