package io.covenant.locks.primary;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.primary.Input.Fate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One node's time as the primary, and before and after it: what the parts of a [Primary] have in common. Who
/// leads, what time it is, what was proposed, what is to be done.
///
/// Times are in nanoseconds on the primary's own line.
final class Tenure {

    static final long NANOS = 1_000_000;
    static final long NEVER = Long.MAX_VALUE;

    private final Map<Long, Consumer<Fate>> proposed = new HashMap<>();
    private List<Effect> effects = new ArrayList<>();
    private long lastProposal;
    private long now;
    private boolean leads;
    private boolean armed;
    private long term;
    private @Nullable String leader;
    private long baseMillis;
    private long baseNow;

    // ---- time

    long now() {
        return now;
    }

    void passTo(long time) {
        now = time;
    }

    /// The time that entries carry now; 0 before this node is armed, which stands for the time of the state.
    long logicalMillis() {
        return armed ? baseMillis + (now - baseNow) / NANOS : 0;
    }

    /// When entries will carry this time, if that is still to come.
    long whenLogically(long millis) {
        return baseNow + Math.max(0, millis - baseMillis) * NANOS;
    }

    /// For how long something is still good.
    long millisUntil(long end) {
        return Math.max(0, end - now) / NANOS;
    }

    // ---- who leads

    boolean leads() {
        return leads;
    }

    boolean armed() {
        return armed;
    }

    long term() {
        return term;
    }

    void isLedBy(@Nullable String name, long itsTerm) {
        leader = name;
        term = itsTerm;
    }

    void begin() {
        leads = true;
    }

    void arm(long timeMillis) {
        armed = true;
        baseMillis = timeMillis;
        baseNow = now;
    }

    /// What was proposed is not this node's business any more.
    void end() {
        leads = false;
        armed = false;
        proposed.clear();
    }

    // ---- what is to be done

    void effect(Effect effect) {
        effects.add(effect);
    }

    void tell(long ticket, Answer answer) {
        effects.add(new Effect.Tell(ticket, answer));
    }

    void tellNotPrimary(long ticket) {
        tell(ticket, new Answer.NotPrimary(leader));
    }

    List<Effect> takeEffects() {
        var done = effects;
        effects = done.isEmpty() ? done : new ArrayList<>();
        return done;
    }

    // ---- what is proposed

    /// Proposes something of the primary's own accord.
    ///
    /// @param hears what became of it, unless the tenure ends before
    void propose(Command command, Consumer<Fate> hears) {
        proposed.put(propose(command), hears);
    }

    /// Proposes something whose fate its owner looks up by the number.
    long propose(Command command) {
        long proposal = ++lastProposal;
        effects.add(new Effect.Propose(proposal, logicalMillis(), command));
        return proposal;
    }

    void fateOf(long proposal, Fate fate) {
        var hears = proposed.remove(proposal);
        if (hears != null) {
            hears.accept(fate);
        }
    }
}
