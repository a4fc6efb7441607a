package io.covenant.transactions.local;

import io.covenant.simulation.Dice;
import io.covenant.simulation.Disk;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.BranchId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The database of one service whose branches are local transactions: barrier rows and accounts.
///
/// A transaction takes the keys of its branch's barrier rows, which makes others of the same branch wait,
/// and ends with one forced write. What is taken from an account is held until it is used or given back.
public final class LocalDatabase implements Program {

    public static final long OPENING_BALANCE = 200;
    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(200);
    private static final Duration LOCK_CHECK = Duration.ofMillis(15);
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofMillis(1_500);

    /// What a transaction is for.
    public enum Purpose {
        WORK,
        REPORT,
        USE,
        UNDO
    }

    /// What the rows of a branch show.
    public enum Evidence {
        NONE,
        RUNNING,
        ACCEPTED,
        WORKED,
        REJECTED,
        USED,
        UNDONE,
        FENCED,
        FORGOTTEN
    }

    /// What the database writes ahead.
    public sealed interface Row {

        BranchId branch();

        /// A transaction of the branch is committed.
        record Became(BranchId branch, Evidence evidence, Work work, Instant at) implements Row {}

        /// The rows are purged.
        record Purged(BranchId branch) implements Row {}

        /// What was held for the branch is given back behind its back.
        record Vanished(BranchId branch) implements Row {}

        /// The rows are lost, and what was held is given back.
        record Erased(BranchId branch) implements Row {}

        /// Only a planted bug writes this.
        record BarrierAlone(BranchId branch, Work work, Instant at) implements Row {}
    }

    public sealed interface Request {

        /// The reply is [Reply.Found].
        record Enter(long session, int incarnation, BranchId branch, Purpose purpose) implements Request {}

        /// Does the work of the session's purpose, and commits.
        ///
        /// @param fails whether a report is one of failure
        record Work(long session, io.covenant.transactions.local.Work work, boolean fails) implements Request {}

        /// Commits with the barrier rows only.
        record Fence(long session, io.covenant.transactions.local.Work work) implements Request {}

        /// Rolls back.
        record Leave(long session) implements Request {}

        /// The reply is a list of branches that have held for longer than was promised.
        record ListHeld() implements Request {}

        /// The reply is a list of branches that have said that they will report, and whose work is over.
        record ListAccepted() implements Request {}
    }

    public sealed interface Reply {
        record Found(Evidence evidence) implements Reply {}

        record Committed(Evidence evidence) implements Reply {}

        record Refused(String code) implements Reply {}

        record Nothing() implements Reply {}

        record Gone() implements Reply {}

        record Lost() implements Reply {}
    }

    private record Session(long number, String client, int incarnation, BranchId branch, Purpose purpose) {}

    private record Branch(Evidence evidence, Work work, Instant at) {}

    private final Node node;
    private final Disk<Row> disk;
    private final Observer observer;
    private final Set<Flaw> flaws;
    private final Memory memory;
    private final Map<Integer, Long> free = new HashMap<>();
    private final SortedMap<BranchId, Branch> branches = new TreeMap<>();
    private final Set<BranchId> vanished = new HashSet<>();
    private final Map<Long, Session> sessions = new LinkedHashMap<>();
    private final Map<BranchId, Session> keys = new HashMap<>();
    private final Map<BranchId, Integer> troubles = new HashMap<>();
    private final Map<BranchId, Integer> refusals = new HashMap<>();
    private int forced;

    public LocalDatabase(Node node, Disk<Row> disk, Observer observer, Set<Flaw> flaws, Memory memory) {
        this.node = node;
        this.disk = disk;
        this.observer = observer;
        this.flaws = flaws;
        this.memory = memory;
        disk.contents().forEach(row -> {
            apply(row);
            observer.visible(row);
        });
        node.every(Duration.ofMillis(1_100), this::purge);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof Node.Question question && question.body() instanceof Request request) {
            Consumer<Object> reply = body -> node.reply(from, question, body);
            switch (request) {
                case Request.Enter(var number, var incarnation, var branch, var purpose) ->
                    enter(new Session(number, from, incarnation, branch, purpose), reply);
                case Request.Work(var number, var work, var fails) -> work(number, work, fails, reply);
                case Request.Fence(var number, var work) -> fence(number, work, reply);
                case Request.Leave(var number) -> rollback(sessions.get(number));
                case Request.ListHeld _ ->
                    reply.accept(branchesThat(branch -> branch.evidence() == Evidence.WORKED
                            && branch.at().plus(branch.work().holds()).isBefore(node.now())));
                case Request.ListAccepted _ ->
                    reply.accept(branchesThat(branch -> branch.evidence() == Evidence.ACCEPTED
                            && branch.at().plus(branch.work().takes()).isBefore(node.now())));
            }
        }
    }

    private List<BranchId> branchesThat(java.util.function.Predicate<Branch> hold) {
        return branches.entrySet().stream()
                .filter(entry -> hold.test(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// The connections of a crashed client are reset, and what ran on them is rolled back.
    @Override
    public void lost(String peer, int incarnation) {
        List.copyOf(sessions.values()).stream()
                .filter(each -> each.client().equals(peer) && each.incarnation() <= incarnation)
                .forEach(this::rollback);
    }

    private void enter(Session session, Consumer<Object> reply) {
        sessions.put(session.number(), session);
        node.after(TRANSACTION_TIMEOUT, () -> rollback(session));
        enter(session, node.world().elapsed().plus(LOCK_TIMEOUT), reply);
    }

    private void enter(Session session, Duration until, Consumer<Object> reply) {
        var branch = session.branch();
        var overtakes = flaws.contains(Flaw.KEYS_NOT_TAKEN) && session.purpose() == Purpose.UNDO;
        if (!sessions.containsKey(session.number())) {
            return;
        }
        if (overtakes || keys.putIfAbsent(branch, session) == null) {
            var evidence = evidence(branch);
            if (evidence == Evidence.FORGOTTEN && session.purpose() == Purpose.WORK) {
                observer.count(Mishap.WORK_TOO_OLD);
            }
            reply.accept(new Reply.Found(evidence));
        } else if (node.world().elapsed().compareTo(until) >= 0) {
            rollback(session);
            reply.accept(new Reply.Found(Evidence.RUNNING));
        } else {
            node.after(LOCK_CHECK, () -> enter(session, until, reply));
        }
    }

    private Evidence evidence(BranchId branch) {
        var known = branches.get(branch);
        if (known != null) {
            return known.evidence();
        }
        var old = node.now().isAfter(Ids.born(branch.transaction()).plus(memory.accepts()));
        return old && !flaws.contains(Flaw.AGE_IGNORED) ? Evidence.FORGOTTEN : Evidence.NONE;
    }

    private void work(long number, Work work, boolean fails, Consumer<Object> reply) {
        var session = sessions.get(number);
        if (session == null) {
            reply.accept(new Reply.Lost());
            return;
        }
        if (flaws.contains(Flaw.BARRIER_OUTSIDE) && session.purpose() == Purpose.WORK) {
            var alone = new Row.BarrierAlone(session.branch(), work, node.now());
            disk.write(alone);
            apply(alone);
        }
        node.after(thinking(), () -> {
            if (sessions.containsKey(number)) {
                switch (session.purpose()) {
                    case WORK -> take(session, work, reply);
                    case REPORT -> commit(session, fails ? Evidence.REJECTED : Evidence.WORKED, work, reply);
                    case USE -> {
                        if (vanished.contains(session.branch())) {
                            rollback(session);
                            reply.accept(new Reply.Gone());
                        } else {
                            commit(session, Evidence.USED, work, reply);
                        }
                    }
                    case UNDO -> giveBack(session, work, reply);
                }
            }
        });
    }

    private void take(Session session, Work work, Consumer<Object> reply) {
        if (refusals.merge(session.branch(), 1, Integer::sum) <= work.refusals()
                || free(work.account()) < work.amount()) {
            rollback(session);
            reply.accept(new Reply.Refused("not-enough"));
        } else if (work.amount() == 0) {
            rollback(session);
            reply.accept(new Reply.Nothing());
        } else {
            commit(session, work.takes().isZero() ? Evidence.WORKED : Evidence.ACCEPTED, work, reply);
        }
    }

    private void giveBack(Session session, Work work, Consumer<Object> reply) {
        if (troubles.merge(session.branch(), 1, Integer::sum) <= work.trouble()) {
            rollback(session);
            reply.accept(new Reply.Refused("trouble"));
        } else {
            commit(session, Evidence.UNDONE, work, reply);
        }
    }

    private void fence(long number, Work work, Consumer<Object> reply) {
        var session = sessions.get(number);
        if (session == null) {
            reply.accept(new Reply.Lost());
        } else if (flaws.contains(Flaw.UNFENCED)) {
            rollback(session);
            reply.accept(new Reply.Committed(Evidence.FENCED));
        } else {
            commit(session, Evidence.FENCED, work, reply);
        }
    }

    private void commit(Session session, Evidence evidence, Work work, Consumer<Object> reply) {
        sessions.remove(session.number());
        var row = new Row.Became(session.branch(), evidence, work, node.now());
        var durable = !flaws.contains(evidence == Evidence.FENCED ? Flaw.FENCE_NOT_FORCED : Flaw.WORK_NOT_FORCED);
        disk.write(row);
        apply(row);
        Runnable done = () -> {
            observer.visible(row);
            keys.remove(session.branch(), session);
            reply.accept(new Reply.Committed(evidence));
        };
        if (durable) {
            forced++;
            node.after(node.dice().between(Duration.ofMillis(1), Duration.ofMillis(4)), () -> {
                disk.force();
                done.run();
            });
        } else {
            done.run();
        }
    }

    private void rollback(@Nullable Session session) {
        if (session != null && sessions.remove(session.number(), session)) {
            keys.remove(session.branch(), session);
        }
    }

    /// Settled branches only: what is held is never forgotten.
    private void purge() {
        var before = node.now().minus(memory.rows());
        branchesThat(branch -> switch (branch.evidence()) {
                    case USED, UNDONE, FENCED, REJECTED -> branch.at().isBefore(before);
                    case WORKED, ACCEPTED, NONE, RUNNING, FORGOTTEN -> false;
                })
                .forEach(branch -> {
                    observer.count(Mishap.BARRIER_PURGED);
                    var row = new Row.Purged(branch);
                    disk.write(row);
                    apply(row);
                    disk.force();
                    observer.visible(row);
                });
    }

    private void apply(Row row) {
        switch (row) {
            case Row.Became(var branch, var evidence, var work, var at) -> {
                var before = branches.put(branch, new Branch(evidence, work, at));
                switch (evidence) {
                    case WORKED, ACCEPTED -> {
                        if (before == null || before.evidence() != Evidence.ACCEPTED) {
                            move(work, -work.amount());
                        }
                    }
                    case UNDONE, REJECTED -> {
                        if (!vanished.contains(branch)) {
                            move(work, work.amount());
                        }
                    }
                    case USED, FENCED, NONE, RUNNING, FORGOTTEN -> {}
                }
            }
            case Row.Purged(var branch) -> branches.remove(branch);
            case Row.Vanished(var branch) -> {
                vanished.add(branch);
                giveBack(branches.get(branch));
            }
            case Row.Erased(var branch) -> giveBack(branches.remove(branch));
            case Row.BarrierAlone(var branch, var work, var at) ->
                branches.put(branch, new Branch(Evidence.WORKED, work, at));
        }
    }

    private void giveBack(@Nullable Branch branch) {
        if (branch != null) {
            move(branch.work(), branch.work().amount());
        }
    }

    private void move(Work work, long amount) {
        free.put(work.account(), free(work.account()) + amount);
    }

    private long free(int account) {
        return free.getOrDefault(account, OPENING_BALANCE);
    }

    private Duration thinking() {
        return node.dice().chance(0.03)
                ? node.dice().between(Duration.ZERO, Duration.ofSeconds(2))
                : node.dice().between(Duration.ZERO, Duration.ofMillis(3));
    }

    /// Somebody removes a reservation, cancels it, or restores the rows from before it.
    public void sabotage(Dice dice) {
        var victims = branchesThat(branch -> branch.evidence() == Evidence.WORKED).stream()
                .filter(branch -> !keys.containsKey(branch) && !vanished.contains(branch))
                .toList();
        if (!victims.isEmpty()) {
            var victim = dice.pick(victims);
            var work = java.util.Objects.requireNonNull(branches.get(victim)).work();
            var row = dice.pick(List.of(
                    new Row.Vanished(victim),
                    new Row.Erased(victim),
                    new Row.Became(victim, Evidence.UNDONE, work, node.now())));
            observer.sabotaged(row);
            disk.write(row);
            apply(row);
            disk.force();
            observer.visible(row);
        }
    }

    public boolean isHolding() {
        return !sessions.isEmpty()
                || branches.values().stream()
                        .anyMatch(branch ->
                                branch.evidence() == Evidence.WORKED || branch.evidence() == Evidence.ACCEPTED);
    }

    /// What is not on the accounts any more.
    public long taken() {
        return free.values().stream().mapToLong(now -> OPENING_BALANCE - now).sum();
    }

    public int forcedWrites() {
        return forced;
    }
}
