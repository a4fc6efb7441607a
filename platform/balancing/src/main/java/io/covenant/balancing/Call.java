package io.covenant.balancing;

import java.util.concurrent.atomic.AtomicInteger;

/// One request to one instance, in flight until it is ended; only the first end counts, so every path
/// may end it.
///
/// It must be ended on every path, a cancelled client's included: an instance whose requests never end
/// looks busy for ever.
public final class Call {

    private static final int WAITING = 0;
    private static final int ANSWERED = 1;
    private static final int ENDED = 2;

    private final Member member;
    private final long began;
    private final AtomicInteger state = new AtomicInteger(WAITING);

    Call(Member member, long began) {
        this.member = member;
        this.began = began;
    }

    public Instance instance() {
        return member.instance();
    }

    /// The head of the answer came: from here to the end is the length of the body, not the instance's
    /// latency.
    public void answered(long now) {
        if (state.compareAndSet(WAITING, ANSWERED)) {
            member.answered(now - began, now);
        }
    }

    /// @return whether this was the first end
    public boolean end(Outcome outcome, long now) {
        int before = state.getAndSet(ENDED);
        if (before == WAITING) {
            member.ended(outcome, now - began, now);
        } else if (before == ANSWERED) {
            member.endedAfterAnswer(outcome, now);
        }
        return before != ENDED;
    }
}
