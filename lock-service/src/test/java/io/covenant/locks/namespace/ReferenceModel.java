package io.covenant.locks.namespace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What the locks should do, in the plainest way: lists that are searched from front to back, and no regard
/// for speed. Deadlocks are not predicted but checked.
final class ReferenceModel {

    private static final int ALL = 4_096;

    final Set<Long> sessions = new HashSet<>();
    final List<Wait> waits = new ArrayList<>();
    final Map<String, List<Has>> names = new HashMap<>();
    /// Of the last step: each new hold, as it should be announced.
    final List<String> granted = new ArrayList<>();

    static final class Has {
        final Owner owner;
        final Mode mode;
        final int units;
        final long token;
        final long delay;
        /// Whatever was granted and not cancelled.
        final List<Long> seqs = new ArrayList<>();
        int released;
        long lostUntil;

        Has(Owner owner, Want want, long token, long delay) {
            this.owner = owner;
            mode = want.mode();
            units = units(want);
            this.token = token;
            this.delay = delay;
        }

        Has(Has other) {
            owner = other.owner;
            mode = other.mode;
            units = other.units;
            token = other.token;
            delay = other.delay;
            seqs.addAll(other.seqs);
            released = other.released;
            lostUntil = other.lostUntil;
        }

        private int count() {
            return seqs.size() - released;
        }

        @Override
        public String toString() {
            return owner.session() + "." + owner.strand() + " " + mode + " " + token + " " + count() + " " + lostUntil;
        }
    }

    record Wait(Owner owner, long seq, List<Want> wants, long deadline, long delay) {}

    private static int units(Want want) {
        return switch (want.mode()) {
            case EXCLUSIVE -> ALL;
            case SHARED, LEADER -> 1;
            case PERMITS -> want.permits();
        };
    }

    private static int capacity(Want want) {
        return switch (want.mode()) {
            case EXCLUSIVE, SHARED -> ALL;
            case LEADER -> 1;
            case PERMITS -> want.capacity();
        };
    }

    List<Has> holds(String name) {
        return names.computeIfAbsent(name, _ -> new ArrayList<>());
    }

    boolean upgrades(Owner owner, Want want) {
        return want.mode() == Mode.EXCLUSIVE
                && holds(want.name()).stream()
                        .anyMatch(has -> has.owner.equals(owner) && has.lostUntil == 0 && has.mode == Mode.SHARED);
    }

    private List<Has> entered(Owner owner, Want want) {
        return want.mode() == Mode.PERMITS || upgrades(owner, want)
                ? List.of()
                : holds(want.name()).stream()
                        .filter(has -> has.owner.equals(owner) && has.lostUntil == 0)
                        .toList();
    }

    private boolean fits(Want want) {
        return holds(want.name()).stream().mapToInt(has -> has.units).sum() + units(want) <= capacity(want);
    }

    private boolean wanted(String name, List<Wait> by) {
        return by.stream()
                .anyMatch(wait ->
                        wait.wants().stream().anyMatch(want -> want.name().equals(name)));
    }

    private boolean fits(Wait wait, List<Wait> before) {
        return wait.wants().stream()
                .allMatch(
                        want -> !entered(wait.owner(), want).isEmpty() || (fits(want) && !wanted(want.name(), before)));
    }

    private void take(Wait wait, long token) {
        for (var want : wait.wants()) {
            var again = entered(wait.owner(), want);
            if (again.isEmpty()) {
                var has = new Has(wait.owner(), want, token, wait.delay());
                has.seqs.add(wait.seq());
                holds(want.name()).add(has);
                granted.add(want.name() + " " + wait.owner().session() + " " + wait.seq());
            } else {
                again.getFirst().seqs.add(wait.seq());
            }
        }
    }

    private void serve(long token) {
        for (int i = 0; i < waits.size(); i++) {
            var wait = waits.get(i);
            var before = waits.subList(0, i);
            boolean front = wait.wants().stream().anyMatch(want -> !wanted(want.name(), before));
            if (front && fits(wait, before)) {
                waits.remove(i);
                take(wait, token);
                i = -1;
            }
        }
    }

    /// The kind of answer to expect.
    String acquire(Wait wait, boolean tries, long now, long token) {
        for (var want : wait.wants()) {
            endDelay(want.name(), now, token);
        }
        if (fits(wait, waits)) {
            take(wait, token);
            serve(token);
            return "Granted";
        }
        if (tries) {
            return "Busy Delayed";
        }
        waits.add(wait);
        return "Waiting";
    }

    void endDelay(String name, long now, long token) {
        if (holds(name).removeIf(has -> has.lostUntil != 0 && has.lostUntil <= now)) {
            serve(token);
        }
    }

    void release(Owner owner, String name, long held, long token) {
        var has = holds(name).stream()
                .filter(one -> one.owner.equals(owner) && one.token == held && one.lostUntil == 0)
                .findFirst()
                .orElseThrow(() -> new AssertionError("released without being held: " + name));
        has.released++;
        holds(name).removeIf(one -> one.count() == 0);
        serve(token);
    }

    boolean cancel(long session, long seq, long token) {
        boolean undone = dismiss(session, seq);
        for (var holds : names.values()) {
            for (var has : holds) {
                undone |= has.owner.session() == session && has.lostUntil == 0 && has.seqs.remove(seq);
            }
            holds.removeIf(has -> has.count() == 0);
        }
        serve(token);
        return undone;
    }

    private boolean dismiss(long session, long seq) {
        return waits.removeIf(wait -> wait.owner().session() == session && wait.seq() == seq);
    }

    void giveUp(long session, long seq, long token) {
        if (!dismiss(session, seq)) {
            throw new AssertionError("gave up without waiting: " + seq + " of " + session);
        }
        serve(token);
    }

    void end(long session, boolean wished, long now, long token) {
        sessions.remove(session);
        waits.removeIf(wait -> wait.owner().session() == session);
        for (var holds : names.values()) {
            holds.removeIf(has -> has.owner.session() == session && has.lostUntil == 0 && (wished || has.delay == 0));
            lose(holds, has -> has.owner.session() == session, now);
        }
        serve(token);
    }

    void force(String name, long now, long token) {
        holds(name).removeIf(has -> has.lostUntil == 0 && has.delay == 0);
        lose(holds(name), _ -> true, now);
        serve(token);
    }

    private static void lose(List<Has> holds, java.util.function.Predicate<Has> which, long now) {
        for (var has : holds) {
            if (has.lostUntil == 0 && which.test(has)) {
                has.lostUntil = now + has.delay;
            }
        }
    }

    /// Each name with its holds and its queue, to be compared with what the namespace has.
    String shown(String name) {
        if (waits.isEmpty() && holds(name).isEmpty()) {
            return "[] <- ";
        }
        return holds(name) + " <- "
                + waits.stream()
                        .filter(wait -> wanted(name, List.of(wait)))
                        .map(wait -> wait.owner().session() + "#" + wait.seq())
                        .collect(Collectors.joining(" "));
    }

    static String shown(Lock lock) {
        var holds = lock.holds().stream()
                .map(hold -> hold.owner().session() + "." + hold.owner().strand() + " " + hold.mode() + " "
                        + hold.token() + " " + hold.count() + " " + hold.lostUntilMillis())
                .toList();
        return holds + " <- "
                + lock.queue().stream()
                        .map(waiter -> waiter.owner().session() + "#" + waiter.seq())
                        .collect(Collectors.joining(" "));
    }

    /// Whether everybody is served in the end, when each owner that waits for nothing gives back all it has.
    boolean drains() {
        var copy = new ReferenceModel();
        copy.waits.addAll(waits);
        names.forEach((name, holds) -> holds.forEach(has -> copy.holds(name).add(new Has(has))));
        int before;
        do {
            before = copy.waits.size();
            var waiting = copy.waits.stream().map(Wait::owner).collect(Collectors.toSet());
            copy.names
                    .values()
                    .forEach(holds -> holds.removeIf(has -> has.lostUntil != 0 || !waiting.contains(has.owner)));
            copy.serve(0);
        } while (copy.waits.size() < before);
        return copy.waits.isEmpty();
    }
}
