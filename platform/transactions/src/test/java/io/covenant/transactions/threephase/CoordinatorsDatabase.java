package io.covenant.transactions.threephase;

import io.covenant.simulation.Disk;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.simulated.BranchWork;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// The coordinators' database: begin records, which are not forced; the standings of the coordinators' sites and
/// the decisions, which are.
final class CoordinatorsDatabase implements Program {

    static final Duration LEASE = Duration.ofMillis(900);
    private static final Duration FLUSHED_AFTER = Duration.ofMillis(200);

    /// What the database writes ahead.
    sealed interface Row {
        record Begun(BeginRecord begin) implements Row {}

        record Owned(AttemptKey key, String owner, int epoch) implements Row {}

        record Closed(AttemptKey key, Decision decision) implements Row {}

        record Ended(AttemptKey key, Decision decision) implements Row {}

        record Stands(AttemptKey key, Standing standing) implements Row {}

        record Decided(TransactionId id, Outcome outcome) implements Row {}
    }

    record BeginRecord(
            AttemptKey key,
            List<BranchWork> works,
            Instant deadline,
            String owner,
            int epoch,
            Optional<Decision> closed,
            boolean ended) {

        Lease lease() {
            return new Lease(key, epoch);
        }

        private boolean has(BranchId branch) {
            return branch.attempt().equals(key.attempt());
        }

        private BeginRecord ownedBy(String newOwner, int newEpoch) {
            return new BeginRecord(key, works, deadline, newOwner, newEpoch, closed, ended);
        }

        private BeginRecord closedAs(Decision decision) {
            return new BeginRecord(
                    key, works, deadline, owner, epoch, Optional.of(decision), ended || decision == Decision.COMMIT);
        }

        private BeginRecord endedAs(Decision decision, boolean onRecord) {
            var shown = onRecord ? closed : closed.or(() -> Optional.of(decision));
            return new BeginRecord(key, works, deadline, owner, epoch, shown, true);
        }
    }

    /// Whoever holds the highest epoch of an attempt is to drive it; anybody may.
    record Lease(AttemptKey key, int epoch) {}

    /// Told by a coordinator again and again: it lives. Wants no reply.
    record Beat(String owner) {}

    sealed interface Request {

        /// Inserts the begin record unless the transaction has one; the reply is the [View] after it.
        record Begin(BeginRecord begin) implements Request {}

        /// The reply is what a coordinator hears.
        record Ask(AttemptKey key, ThreePhaseParticipant.Request request) implements Request {}

        /// The reply comes when it is forced.
        record Learn(AttemptKey key, Outcome outcome) implements Request {}

        /// The reply is [Closed].
        record Close(AttemptKey key, Decision decision) implements Request {}

        /// Puts ABORT on record where nothing is and no attempt is pre-committed or committed; the reply is the [View].
        record Tombstone(AttemptKey key) implements Request {}

        record End(AttemptKey key, String owner, int epoch, Decision decision) implements Request {}

        /// Makes this owner's what is not ended and whose owner has not beaten for a lease. The reply lists
        /// it.
        record TakeOver(String owner, Set<Lease> driven) implements Request {}

        /// The reply is a [View].
        record Read(AttemptKey key) implements Request {}
    }

    /// All that is on record about a transaction, seen by one of its attempts.
    ///
    /// @param asOf which start of the database it was read from
    record View(Optional<BeginRecord> begin, Optional<Outcome> decided, Standing standing, int asOf) {

        /// What a client may hear.
        Optional<Decision> outcome() {
            return decided.map(Outcome::decision).or(() -> begin.flatMap(BeginRecord::closed));
        }
    }

    record Closed(boolean kept, int asOf) {}

    /// What is taken over.
    ///
    /// @param committed where the register holds the commit of this very attempt
    record Taken(BeginRecord begin, Optional<Outcome> committed) {}

    private final Node node;
    private final Disk<Row> disk;
    private final History history;
    private final Set<PlantedBug> bugs;
    private final Runnable onBegin;
    private final Map<TransactionId, BeginRecord> begun = new LinkedHashMap<>();
    private final Map<AttemptKey, Standing> standings = new LinkedHashMap<>();
    private final Map<TransactionId, Outcome> decided = new LinkedHashMap<>();
    private final Set<TransactionId> locked = new HashSet<>();
    private final Map<String, Instant> beats = new LinkedHashMap<>();
    private int forcedWrites;

    /// @param onBegin what fate does to a database that has just stored a begin record
    CoordinatorsDatabase(Node node, Disk<Row> disk, History history, Set<PlantedBug> bugs, Runnable onBegin) {
        this.node = node;
        this.disk = disk;
        this.history = history;
        this.bugs = bugs;
        this.onBegin = onBegin;
        disk.contents().forEach(this::apply);
        history.recovered(begun, decided, node.incarnation());
        node.every(FLUSHED_AFTER, disk::force);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof Beat(var owner)) {
            beats.put(owner, node.now());
        } else if (message instanceof Node.Question question && question.body() instanceof Request request) {
            Consumer<Object> reply = body -> node.reply(from, question, body);
            switch (request) {
                case Request.Begin(var begin) -> reply.accept(begin(begin));
                case Request.Ask(var key, var asked) -> whenFree(key.id(), () -> ask(key, asked, reply));
                case Request.Learn(var key, var outcome) -> whenFree(key.id(), () -> learn(key, outcome, reply));
                case Request.Close(var key, var decision) ->
                    whenFree(key.id(), () -> reply.accept(new Closed(close(key, decision), node.incarnation())));
                case Request.Tombstone(var key) -> whenFree(key.id(), () -> bury(key, reply));
                case Request.End end -> reply.accept(end(end));
                case Request.TakeOver takeOver -> reply.accept(takeOver(takeOver));
                case Request.Read(var key) -> reply.accept(view(key));
            }
        }
    }

    /// A row lock on the transaction, held while something about it is forced.
    private void whenFree(TransactionId id, Runnable action) {
        if (locked.contains(id)) {
            node.after(Duration.ofMillis(1), () -> whenFree(id, action));
        } else {
            action.run();
        }
    }

    private View begin(BeginRecord begin) {
        var id = begin.key().id();
        if (!begun.containsKey(id)) {
            write(new Row.Begun(begin));
            history.begun(begin);
            onBegin.run();
        }
        return view(begin.key());
    }

    private void ask(AttemptKey key, ThreePhaseParticipant.Request request, Consumer<Object> reply) {
        var standing = standing(key);
        history.stood(key, standing);
        switch (request) {
            case ThreePhaseParticipant.Request.Elect(var election) -> {
                var after = standing.elected(election);
                answer(
                        key,
                        after,
                        new ThreePhaseCommit.Input.Elected(new Site.Coordinators(), election, after.orElse(standing)),
                        new ThreePhaseCommit.Input.Refused(new Site.Coordinators(), election, standing),
                        reply);
            }
            case ThreePhaseParticipant.Request.Attempt(var election, var outcome) -> {
                var admitted = !election.equals(Election.FIRST)
                        || standing.lastAttempt().equals(election)
                        || onRecord(key)
                        || bugs.contains(PlantedBug.FIRST_WITHOUT_RECORD);
                if (!admitted) {
                    history.count(Event.FIRST_REFUSED);
                }
                answer(
                        key,
                        admitted ? standing.attempted(election, outcome) : Optional.empty(),
                        new ThreePhaseCommit.Input.Accepted(new Site.Coordinators(), election),
                        new ThreePhaseCommit.Input.Refused(new Site.Coordinators(), election, standing),
                        reply);
            }
            case ThreePhaseParticipant.Request.TimedOut _ -> throw new IllegalArgumentException("a site, no branch");
        }
    }

    private boolean onRecord(AttemptKey key) {
        var record = begun.get(key.id());
        return record != null
                && record.key().equals(key)
                && record.closed().isEmpty()
                && !decided.containsKey(key.id());
    }

    private void answer(
            AttemptKey key,
            Optional<Standing> after,
            ThreePhaseCommit.Input granted,
            ThreePhaseCommit.Input refused,
            Consumer<Object> reply) {
        if (after.isEmpty()) {
            reply.accept(refused);
        } else if (after.get().equals(standing(key))) {
            reply.accept(granted);
        } else {
            force(key.id(), List.of(new Row.Stands(key, after.get())), () -> {
                if (granted instanceof ThreePhaseCommit.Input.Accepted) {
                    history.moved();
                }
                reply.accept(granted);
            });
        }
    }

    private void learn(AttemptKey key, Outcome outcome, Consumer<Object> reply) {
        if (decided.containsKey(key.id())) {
            reply.accept(outcome);
        } else {
            force(
                    key.id(),
                    List.of(new Row.Stands(key, standing(key).learned(outcome)), new Row.Decided(key.id(), outcome)),
                    () -> reply.accept(outcome));
        }
    }

    private boolean close(AttemptKey key, Decision decision) {
        if (decision == Decision.ABORT && standing(key).decided().isEmpty()) {
            write(new Row.Stands(key, standing(key).learned(Outcome.ABORT)));
        }
        var record = begun.get(key.id());
        if (record == null || !record.key().equals(key) || decided.containsKey(key.id())) {
            return false;
        }
        if (record.closed().isEmpty()) {
            write(new Row.Closed(key, decision));
            return true;
        }
        return record.closed().get() == decision;
    }

    private void bury(AttemptKey key, Consumer<Object> reply) {
        var committing = standings.entrySet().stream()
                .filter(each -> each.getKey().id().equals(key.id()))
                .map(each -> each.getValue().position())
                .anyMatch(EnumSet.of(Standing.Position.PRE_COMMITTED, Standing.Position.COMMITTED)::contains);
        if (view(key).outcome().isPresent() || committing) {
            reply.accept(view(key));
        } else {
            history.count(Event.TOMBSTONE);
            force(key.id(), List.of(new Row.Decided(key.id(), Outcome.ABORT)), () -> reply.accept(view(key)));
        }
    }

    private boolean end(Request.End end) {
        var record = begun.get(end.key().id());
        if (record != null
                && record.key().equals(end.key())
                && record.owner().equals(end.owner())
                && record.epoch() == end.epoch()
                && !record.ended()) {
            write(new Row.Ended(end.key(), end.decision()));
        }
        return true;
    }

    private List<Taken> takeOver(Request.TakeOver request) {
        var owner = request.owner();
        var taken = begun.values().stream()
                .filter(record -> !record.ended())
                .filter(record -> record.owner().equals(owner)
                        ? !request.driven().contains(record.lease()) && isLeftOver(record)
                        : !lives(record.owner()))
                .map(record -> record.ownedBy(owner, record.epoch() + 1))
                .toList();
        taken.forEach(record -> write(new Row.Owned(record.key(), record.owner(), record.epoch())));
        return taken.stream()
                .map(record -> new Taken(
                        record,
                        Optional.ofNullable(decided.get(record.key().id()))
                                .filter(outcome -> outcome.sealed().stream().anyMatch(record::has))))
                .toList();
    }

    /// Its owner lives, and does not drive it: the reply to its begin or to its take-over was lost or came
    /// late.
    private boolean isLeftOver(BeginRecord record) {
        return record.epoch() > 1 || record.deadline().isBefore(node.now());
    }

    private boolean lives(String owner) {
        return beats.getOrDefault(owner, Instant.MIN).isAfter(node.now().minus(LEASE));
    }

    private View view(AttemptKey key) {
        return new View(
                Optional.ofNullable(begun.get(key.id())),
                Optional.ofNullable(decided.get(key.id())),
                standing(key),
                node.incarnation());
    }

    private Standing standing(AttemptKey key) {
        return standings.getOrDefault(key, Standing.NEW);
    }

    /// Visible at once; durable when something is forced, or a little later.
    private void write(Row row) {
        disk.write(row);
        apply(row);
    }

    private void force(TransactionId id, List<Row> rows, Runnable done) {
        rows.forEach(disk::write);
        locked.add(id);
        node.after(node.dice().between(Duration.ofMillis(1), Duration.ofMillis(4)), () -> {
            disk.force();
            forcedWrites++;
            locked.remove(id);
            rows.forEach(this::apply);
            done.run();
        });
    }

    private void apply(Row row) {
        switch (row) {
            case Row.Begun(var begin) -> begun.put(begin.key().id(), begin);
            case Row.Owned(var key, var owner, var epoch) -> change(key, record -> record.ownedBy(owner, epoch));
            case Row.Closed(var key, var decision) -> change(key, record -> record.closedAs(decision));
            case Row.Ended(var key, var decision) ->
                change(key, record -> record.endedAs(decision, decided.containsKey(key.id())));
            case Row.Stands(var key, var standing) -> standings.put(key, standing);
            case Row.Decided(var id, var outcome) -> {
                var before = decided.put(id, outcome);
                if (before != null && !before.equals(outcome)) {
                    throw new AssertionError("I2: decided twice: " + id + ' ' + before + ' ' + outcome);
                }
            }
        }
    }

    private void change(AttemptKey key, UnaryOperator<BeginRecord> how) {
        begun.computeIfPresent(key.id(), (_, record) -> record.key().equals(key) ? how.apply(record) : record);
    }

    boolean everythingEnded() {
        return begun.values().stream().allMatch(BeginRecord::ended);
    }

    int forcedWrites() {
        return forcedWrites;
    }
}
