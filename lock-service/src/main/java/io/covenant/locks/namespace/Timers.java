package io.covenant.locks.namespace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What a primary has to propose as time passes. Derived from the state: a new primary finds here all that
/// its predecessor knew.
///
/// The primary's clock decides when to propose, and the state decides what becomes of it. The time that a
/// primary writes into its entries is the state's time when it took over plus what has passed since on its
/// monotonic clock; nobody's wall clock takes part.
public final class Timers {

    private static final Comparator<Due> IN_TIME = Comparator.comparingLong(Due::atMillis)
            .thenComparingLong(Due::ticket)
            .thenComparing(Due::name);

    private final State state;

    Timers(State state) {
        this.state = state;
    }

    /// Something that ends at a logical time.
    ///
    /// @param ticket  of the wait; 0 for a lock-delay
    /// @param name    of the lock under delay; empty for a wait
    /// @param command to propose then
    public record Due(long atMillis, long ticket, String name, Command command) implements Comparable<Due> {

        static Due of(Waiter waiter) {
            return new Due(
                    waiter.deadlineMillis(),
                    waiter.ticket(),
                    "",
                    new Command.WaitTimeout(waiter.owner().session(), waiter.seq()));
        }

        static Due of(String name, Hold lost) {
            return new Due(lost.lostUntilMillis(), 0, name, new Command.LockDelayEnd(name));
        }

        @Override
        public int compareTo(Due other) {
            return IN_TIME.compare(this, other);
        }
    }

    /// How long a new primary waits for a renewal before it proposes to expire a session.
    ///
    /// @param seenRenewSeq    to propose with
    /// @param armMillis       from the moment when the primary has applied the first entry of its term
    /// @param extensionMillis by how much this prolongs what the log knows of the lease
    public record Armed(long session, long ttlMillis, long seenRenewSeq, long armMillis, long extensionMillis) {}

    /// The one to come first.
    public Optional<Due> next() {
        return state.due.isEmpty() ? Optional.empty() : Optional.of(state.due.first());
    }

    /// What to propose at this logical time, the oldest first.
    public List<Command> due(long nowMillis, int atMost) {
        var commands = new ArrayList<Command>();
        for (var due : state.due) {
            if (due.atMillis() > nowMillis || commands.size() == atMost) {
                break;
            }
            commands.add(due.command());
        }
        return commands;
    }

    /// Every session, armed for a new primary: never for less than its client may count on, see [#arm].
    ///
    /// The new primary proposes the same as a checkpoint, with [#checkpoint], before it answers a renewal.
    public List<Armed> arm(long graceMillis) {
        return state.sessions.sorted(Comparator.comparingLong(Session::id)).stream()
                .map(session -> arm(session, state.timeMillis, graceMillis, state.limits.maxExtensionMillis()))
                .toList();
    }

    public static Command.LeaseCheckpoint checkpoint(List<Armed> armed) {
        return new Command.LeaseCheckpoint(armed.stream()
                .map(one ->
                        new Command.Lease(one.session(), one.seenRenewSeq(), one.armMillis(), one.extensionMillis()))
                .toList());
    }

    /// A session that no election has extended since its last logged renewal may have been renewed since,
    /// by the former primary's word alone: its client may count on a whole TTL. One that an election has
    /// extended has had no renewal answered, because the first answer after an election waits until a
    /// checkpoint has logged it: the log knows when its lease ends, and the grace that is given again and
    /// again is bounded in sum.
    static Armed arm(Session session, long nowMillis, long graceMillis, long maxExtensionMillis) {
        long known = Math.max(0, session.leaseMillis() - (nowMillis - session.leaseAtMillis()));
        long grace = session.extendedMillis() == 0
                ? Math.max(session.ttlMillis(), graceMillis)
                : Math.min(graceMillis, known + Math.max(0, maxExtensionMillis - session.extendedMillis()));
        long arm = Math.max(known, grace);
        // Never 0, so that the next election knows of this one.
        long least = session.extendedMillis() == 0 ? 1 : 0;
        return new Armed(session.id(), session.ttlMillis(), session.renewSeq(), arm, Math.max(arm - known, least));
    }
}
