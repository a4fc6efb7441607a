package io.covenant.transactions.simulated;

import io.covenant.simulation.Dice;
import io.covenant.simulation.Disk;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Input;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The database of one participating service, as far as a branch sees it: transactions that run, hold locks
/// and can be prepared, barrier rows, and accounts. One per service; all instances of the service use it.
public final class SimulatedDatabase implements Program {

    private static final long OPENING_BALANCE = 100;
    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(200);
    private static final Duration LOCK_CHECK = Duration.ofMillis(15);
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofMillis(1_500);

    /// What the database writes ahead. All of it is forced, but for what [Request.Update] wants otherwise.
    public sealed interface Row {
        record Prepared(BranchId branch, BranchWork work) implements Row {}

        record Committed(BranchId branch) implements Row {}

        record RolledBack(BranchId branch) implements Row {}

        record Fenced(BranchId branch) implements Row {}

        /// A row of a table that the protocol keeps beside the barrier.
        record Kept(Object key, Object value) implements Row {}

        /// Only a planted bug writes this.
        record BarrierAlone(BranchId branch) implements Row {}
    }

    /// What an instance asks; the replies are inputs of the participant's core.
    public sealed interface Request {

        /// Begin, barrier row, the business, flush. The transaction then runs under the number of the
        /// session.
        record Work(long session, int incarnation, BranchId branch, BranchWork work) implements Request {}

        /// `PREPARE TRANSACTION` on this session.
        record Prepare(long session) implements Request {}

        /// The connection is closed.
        record Hangup(long session) implements Request {}

        record Finish(BranchId branch, Decision decision) implements Request {}

        record Look(BranchId branch) implements Request {}

        record Fence(BranchId branch) implements Request {}

        /// One transaction on one row of a table that the protocol keeps beside the barrier. The row is locked
        /// until it is over.
        record Update(Object key, Function<Optional<Object>, Updated> how) implements Request {
            @Override
            public String toString() {
                return "Update[" + key + "]";
            }
        }

        /// The reply is a list of branches.
        record ListPrepared(Duration olderThan) implements Request {}
    }

    /// What [Request.Update] does with its row.
    ///
    /// @param value  what the row holds then; empty: what it held
    /// @param forced whether the reply waits until it is durable; otherwise it is durable together with the
    ///               next write that is forced
    public record Updated(Optional<Object> value, boolean forced, Object reply) {}

    /// Who holds the lock on a key.
    private sealed interface Holder {}

    /// A transaction that a session has open, or one whose PREPARE is being forced.
    private record Running(long session, String client, int incarnation, BranchId branch, BranchWork work)
            implements Holder {}

    private record Prepared(BranchId branch, BranchWork work, Instant since) implements Holder {}

    /// An insert of a fence that is being forced.
    private record Fencing(BranchId branch) implements Holder {}

    private record Updating(Object key) implements Holder {}

    private record AccountKey(int account) {}

    private record OnceKey(TransactionId transaction) {}

    private final Node node;
    private final Disk<Row> disk;
    private final DatabaseObserver observer;
    private final Set<DatabaseFlaw> flaws;
    private final Map<Integer, Long> balances = new HashMap<>();
    private final Set<TransactionId> done = new HashSet<>();
    private final Map<BranchId, Evidence> barrier = new HashMap<>();
    private final SortedMap<BranchId, Prepared> prepared = new TreeMap<>();
    private final Set<BranchId> beingFinished = new HashSet<>();
    private final Map<Long, Running> running = new LinkedHashMap<>();
    private final Map<Object, Holder> locks = new HashMap<>();
    private final Map<Object, Object> kept = new LinkedHashMap<>();
    private int forcedWrites;

    public SimulatedDatabase(Node node, Disk<Row> disk, DatabaseObserver observer, Set<DatabaseFlaw> flaws) {
        this.node = node;
        this.disk = disk;
        this.observer = observer;
        this.flaws = flaws;
        disk.contents().forEach(this::apply);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof Node.Question question && question.body() instanceof Request request) {
            Consumer<Object> reply = body -> node.reply(from, question, body);
            switch (request) {
                case Request.Work(var session, var incarnation, var branch, var work) ->
                    begin(new Running(session, from, incarnation, branch, work), reply);
                case Request.Prepare(var session) -> prepare(running.get(session), reply);
                case Request.Hangup(var session) -> rollback(running.get(session));
                case Request.Finish(var branch, var decision) -> finish(branch, decision, reply);
                case Request.Look(var branch) -> reply.accept(new Input.Found(evidence(branch)));
                case Request.Fence(var branch) -> fence(branch, reply);
                case Request.Update(var key, var how) -> update(key, how, reply);
                case Request.ListPrepared(var olderThan) -> reply.accept(preparedFor(olderThan));
            }
        }
    }

    /// The connections of a crashed client are reset, and what ran on them is rolled back.
    @Override
    public void lost(String peer, int incarnation) {
        List.copyOf(running.values()).stream()
                .filter(each -> each.client().equals(peer) && each.incarnation() <= incarnation)
                .forEach(this::rollback);
    }

    private void begin(Running transaction, Consumer<Object> reply) {
        running.put(transaction.session(), transaction);
        node.after(TRANSACTION_TIMEOUT, () -> rollback(transaction));
        lock(transaction.branch(), transaction, () -> insertBarrier(transaction, reply), holder -> {
            rollback(transaction);
            reply.accept(new Input.Found(evidence(holder)));
        });
    }

    private void insertBarrier(Running transaction, Consumer<Object> reply) {
        var row = barrier.get(transaction.branch());
        if (row == Evidence.WORK || (row == Evidence.FENCE && !flaws.contains(DatabaseFlaw.LATE_PREPARE_ACCEPTED))) {
            rollback(transaction);
            reply.accept(new Input.Found(row));
            return;
        }
        if (flaws.contains(DatabaseFlaw.BARRIER_OUTSIDE)) {
            var alone = new Row.BarrierAlone(transaction.branch());
            disk.write(alone);
            apply(alone);
        }
        lockAll(transaction, keys(transaction.branch(), transaction.work()).iterator(), reply);
    }

    private void lockAll(Running transaction, Iterator<Object> keys, Consumer<Object> reply) {
        if (keys.hasNext()) {
            lock(
                    keys.next(),
                    transaction,
                    () -> lockAll(transaction, keys, reply),
                    holder -> refuse(transaction, "lock-timeout", reply));
        } else {
            whileOpen(thinking(), transaction, () -> work(transaction, reply));
        }
    }

    private void work(Running transaction, Consumer<Object> reply) {
        var work = transaction.work();
        if (work.once() && done.contains(transaction.branch().transaction())) {
            refuse(transaction, "duplicate", reply);
        } else if (balance(work.account()) + work.amount() < 0) {
            refuse(transaction, "insufficient-funds", reply);
        } else if (work.onlyReads(balance(work.account()))) {
            rollback(transaction);
            reply.accept(new Input.WorkedReadOnly());
        } else {
            reply.accept(new Input.Worked());
        }
    }

    private void refuse(Running transaction, String code, Consumer<Object> reply) {
        rollback(transaction);
        reply.accept(new Input.Refused(Refusal.of(code, code)));
    }

    private void rollback(@Nullable Running transaction) {
        if (transaction != null && running.remove(transaction.session(), transaction)) {
            locks.values().removeIf(transaction::equals);
        }
    }

    private void prepare(@Nullable Running transaction, Consumer<Object> reply) {
        if (transaction == null) {
            reply.accept(new Input.Lost());
        } else if (node.dice().chance(0.02)) {
            refuse(transaction, "deferred-constraint", reply);
        } else {
            running.remove(transaction.session());
            var row = new Row.Prepared(transaction.branch(), transaction.work());
            var forced = !flaws.contains(DatabaseFlaw.PREPARE_NOT_FORCED);
            write(row, forced, () -> reply.accept(new Input.PrepareDone()));
        }
    }

    private void finish(BranchId branch, Decision decision, Consumer<Object> reply) {
        if (!prepared.containsKey(branch)) {
            reply.accept(new Input.NothingPrepared());
        } else if (!beingFinished.add(branch)) {
            // PostgreSQL: "prepared transaction with identifier .. is busy"
            reply.accept(new Input.Lost());
        } else {
            var row = switch (decision) {
                case COMMIT -> new Row.Committed(branch);
                case ABORT -> new Row.RolledBack(branch);
            };
            write(row, true, () -> reply.accept(new Input.PreparedFinished()));
        }
    }

    private void fence(BranchId branch, Consumer<Object> reply) {
        lock(
                branch,
                new Fencing(branch),
                () -> {
                    var row = barrier.get(branch);
                    if (row == null) {
                        var forced = !flaws.contains(DatabaseFlaw.FENCE_NOT_FORCED);
                        write(new Row.Fenced(branch), forced, () -> reply.accept(new Input.Fenced()));
                    } else {
                        locks.remove(branch);
                        reply.accept(new Input.Found(row));
                    }
                },
                holder -> reply.accept(new Input.Found(evidence(holder))));
    }

    private void update(Object key, Function<Optional<Object>, Updated> how, Consumer<Object> reply) {
        lock(
                key,
                new Updating(key),
                () -> {
                    var updated = how.apply(kept(key));
                    if (updated.value().isEmpty()) {
                        locks.remove(key);
                        reply.accept(updated.reply());
                    } else {
                        write(
                                new Row.Kept(key, updated.value().get()),
                                updated.forced(),
                                () -> reply.accept(updated.reply()));
                    }
                },
                holder -> {});
    }

    /// What a row of the protocol's own table holds.
    public Optional<Object> kept(Object key) {
        return Optional.ofNullable(kept.get(key));
    }

    private List<BranchId> preparedFor(Duration least) {
        var before = node.now().minus(least);
        return prepared.values().stream()
                .filter(each -> each.since().isBefore(before))
                .map(Prepared::branch)
                .toList();
    }

    private Evidence evidence(BranchId branch) {
        var row = barrier.get(branch);
        var holder = locks.get(branch);
        return row != null ? row : holder != null ? evidence(holder) : Evidence.NONE;
    }

    private static Evidence evidence(Holder holder) {
        return switch (holder) {
            case Running _, Fencing _, Updating _ -> Evidence.RUNNING;
            case Prepared _ -> Evidence.PREPARED;
        };
    }

    /// Waits for the lock, no longer than a lock timeout.
    private void lock(Object key, Holder holder, Runnable granted, Consumer<Holder> timedOut) {
        lock(key, holder, node.world().elapsed().plus(LOCK_TIMEOUT), granted, timedOut);
    }

    private void lock(Object key, Holder holder, Duration until, Runnable granted, Consumer<Holder> timedOut) {
        var other = locks.putIfAbsent(key, holder);
        if (other == null) {
            granted.run();
        } else if (node.world().elapsed().compareTo(until) >= 0) {
            timedOut.accept(other);
        } else {
            whileOpen(LOCK_CHECK, holder, () -> lock(key, holder, until, granted, timedOut));
        }
    }

    private void whileOpen(Duration delay, Holder holder, Runnable action) {
        node.after(delay, () -> {
            if (!(holder instanceof Running transaction) || running.containsKey(transaction.session())) {
                action.run();
            }
        });
    }

    private void write(Row row, boolean forced, Runnable done) {
        disk.write(row);
        if (forced) {
            node.after(node.dice().between(Duration.ofMillis(1), Duration.ofMillis(4)), () -> {
                disk.force();
                forcedWrites++;
                apply(row);
                done.run();
            });
        } else {
            apply(row);
            done.run();
        }
    }

    /// Makes the row's effect visible, now or after a restart.
    private void apply(Row row) {
        switch (row) {
            case Row.Prepared(var branch, var work) -> {
                var holder = new Prepared(branch, work, node.now());
                prepared.put(branch, holder);
                locks.put(branch, holder);
                keys(branch, work).forEach(key -> locks.put(key, holder));
                report(row, () -> observer.prepared(branch));
            }
            case Row.Committed(var branch) -> {
                var work = finished(branch).work();
                balances.merge(work.account(), balance(work.account()) + work.amount(), (_, sum) -> sum);
                if (work.once()) {
                    done.add(branch.transaction());
                }
                barrier.put(branch, Evidence.WORK);
                report(row, () -> observer.committed(branch));
            }
            case Row.RolledBack(var branch) -> {
                finished(branch);
                report(row, () -> observer.rolledBack(branch));
            }
            case Row.Fenced(var branch) -> {
                locks.remove(branch);
                barrier.put(branch, Evidence.FENCE);
            }
            case Row.Kept(var key, var value) -> {
                locks.remove(key);
                kept.put(key, value);
            }
            case Row.BarrierAlone(var branch) -> barrier.put(branch, Evidence.WORK);
        }
    }

    private void report(Row row, Runnable toObserver) {
        if (observer.becameVisible(row)) {
            toObserver.run();
        }
    }

    private Prepared finished(BranchId branch) {
        beingFinished.remove(branch);
        var was = Objects.requireNonNull(prepared.remove(branch), "finished, and never prepared: " + branch);
        locks.values().removeIf(was::equals);
        return was;
    }

    private static List<Object> keys(BranchId branch, BranchWork work) {
        var account = new AccountKey(work.account());
        return work.once() ? List.of(new OnceKey(branch.transaction()), account) : List.of(account);
    }

    private long balance(int account) {
        return balances.getOrDefault(account, OPENING_BALANCE);
    }

    private Duration thinking() {
        return node.dice().chance(0.03)
                ? node.dice().between(Duration.ZERO, Duration.ofSeconds(2))
                : node.dice().between(Duration.ZERO, Duration.ofMillis(3));
    }

    /// An operator rolls back a prepared transaction by hand.
    public void sabotage(Dice dice) {
        var victims = prepared.keySet().stream()
                .filter(branch -> !beingFinished.contains(branch))
                .toList();
        if (!victims.isEmpty()) {
            var victim = dice.pick(victims);
            observer.sabotaged(victim);
            write(new Row.RolledBack(victim), false, () -> {});
            disk.force();
        }
    }

    /// How often something waited for the disk since the database started.
    public int forcedWrites() {
        return forcedWrites;
    }

    public List<BranchId> preparedBranches() {
        return List.copyOf(prepared.keySet());
    }

    public boolean nothingPrepared() {
        return prepared.isEmpty() && running.isEmpty();
    }

    /// What all branches together have added to the accounts.
    public long moved() {
        return balances.values().stream()
                .mapToLong(balance -> balance - OPENING_BALANCE)
                .sum();
    }
}
