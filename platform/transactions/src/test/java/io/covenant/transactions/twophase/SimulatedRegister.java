package io.covenant.transactions.twophase;

import io.covenant.simulation.Disk;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input.Chosen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/// The coordinators' database: begin records, which are not forced, and decisions, which are.
final class SimulatedRegister implements Program {

    static final Duration LEASE = Duration.ofMillis(900);
    private static final Duration FLUSHED_AFTER = Duration.ofMillis(200);

    /// What the database writes ahead.
    sealed interface Row {
        record Begun(BeginRecord begin) implements Row {}

        record Owned(TransactionId id, Attempt attempt, String owner, int epoch) implements Row {}

        record Closed(TransactionId id, Attempt attempt, Decision decision) implements Row {}

        record Ended(TransactionId id, Attempt attempt, Decision decision) implements Row {}

        record Decided(TransactionId id, Chosen chosen) implements Row {}
    }

    /// @param closed what its owner decided without the register
    record BeginRecord(
            TransactionId id,
            Attempt attempt,
            List<BranchWork> works,
            Instant deadline,
            String owner,
            int epoch,
            Optional<Decision> closed,
            boolean ended) {

        Lease lease() {
            return new Lease(id, attempt, epoch);
        }

        BranchWork work(BranchId branch) {
            return BranchWork.named(branch.name(), works);
        }

        Set<BranchId> branches() {
            return BranchWork.branches(works, id, attempt);
        }

        boolean belongsTo(Attempt someAttempt, String someOwner, int someEpoch) {
            return attempt.equals(someAttempt) && owner.equals(someOwner) && epoch == someEpoch;
        }

        private BeginRecord ownedBy(String newOwner, int newEpoch) {
            return new BeginRecord(id, attempt, works, deadline, newOwner, newEpoch, closed, ended);
        }

        /// Without the register only a transaction that wrote nothing commits: then nobody is left to be
        /// told.
        private BeginRecord closedAs(Decision decision) {
            var over = ended || decision == Decision.COMMIT;
            return new BeginRecord(id, attempt, works, deadline, owner, epoch, Optional.of(decision), over);
        }

        private BeginRecord endedAs(Decision decision, boolean registered) {
            var shown = registered ? closed : closed.or(() -> Optional.of(decision));
            return new BeginRecord(id, attempt, works, deadline, owner, epoch, shown, true);
        }
    }

    /// Whoever holds the highest epoch of an attempt drives it; a lower one may still try.
    record Lease(TransactionId id, Attempt attempt, int epoch) {}

    /// Told by a coordinator again and again: it lives. Wants no reply.
    record Beat(String owner) {}

    sealed interface Request {

        /// Inserts the begin record unless the transaction has one; the reply is the [Standing] after it.
        record Begin(BeginRecord begin) implements Request {}

        /// The reply is what is [Chosen].
        record Propose(TransactionId id, Decision decision, Set<BranchId> sealed) implements Request {}

        /// The reply is [Closed] when it was this owner's to close.
        record Close(TransactionId id, Attempt attempt, String owner, int epoch, Decision decision)
                implements Request {}

        /// Also notes the decision where nothing else shows it: what was closed before may be lost in a
        /// crash that the begin record survived.
        record End(TransactionId id, Attempt attempt, String owner, int epoch, Decision decision) implements Request {}

        /// Makes this owner's what is not ended and whose owner has not beaten for a lease. The reply lists
        /// it.
        ///
        /// @param driven what the owner drives already; the rest of its own is given to it once more, as
        ///               the reply to an earlier request may be lost
        record TakeOver(String owner, Set<Lease> driven) implements Request {}

        /// The reply is a [Standing].
        record Read(TransactionId id) implements Request {}
    }

    /// All that the register's database knows of a transaction.
    ///
    /// @param asOf which start of the database it was read from; what was not forced may be lost since
    record Standing(Optional<BeginRecord> begin, Optional<Chosen> chosen, int asOf) {

        /// What a client may hear.
        Optional<Decision> outcome() {
            return chosen.map(Chosen::decision).or(() -> begin.flatMap(BeginRecord::closed));
        }
    }

    record Closed(boolean closed, int asOf) {}

    /// A request that waits until the write of another one is forced.
    private record Waiting(String from, Node.Question question) {}

    private final Node node;
    private final Disk<Row> disk;
    private final History history;
    private final Set<PlantedBug> bugs;
    private final Runnable onBegin;
    private final Map<TransactionId, BeginRecord> begun = new LinkedHashMap<>();
    private final Map<TransactionId, Chosen> chosen = new LinkedHashMap<>();
    private final Map<TransactionId, List<Waiting>> beingForced = new LinkedHashMap<>();
    private int forcedDecisions;
    private final Map<String, Instant> beats = new LinkedHashMap<>();

    /// @param onBegin what fate does to a register that has just stored a begin record
    SimulatedRegister(Node node, Disk<Row> disk, History history, Set<PlantedBug> bugs, Runnable onBegin) {
        this.onBegin = onBegin;
        this.node = node;
        this.disk = disk;
        this.history = history;
        this.bugs = bugs;
        disk.contents().forEach(this::apply);
        history.registerRecovered(begun, chosen, node.incarnation());
        node.every(FLUSHED_AFTER, disk::force);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof Beat(var owner)) {
            beats.put(owner, node.now());
        } else if (message instanceof Node.Question question && question.body() instanceof Request request) {
            switch (request) {
                case Request.Begin(var begin) -> node.reply(from, question, begin(begin));
                case Request.Propose propose -> propose(from, question, propose);
                case Request.Close close -> node.reply(from, question, new Closed(close(close), node.incarnation()));
                case Request.End end -> node.reply(from, question, end(end));
                case Request.TakeOver takeOver -> node.reply(from, question, takeOver(takeOver));
                case Request.Read(var id) -> node.reply(from, question, read(id));
            }
        }
    }

    private Standing begin(BeginRecord begin) {
        if (!begun.containsKey(begin.id())) {
            write(new Row.Begun(begin));
            history.begun(begin);
            onBegin.run();
        }
        return read(begin.id());
    }

    /// One forced write at most. Whoever comes while it is under way waits for it, as an insert waits for
    /// another insert of the same key.
    private void propose(String from, Node.Question question, Request.Propose proposal) {
        var id = proposal.id();
        var decided = chosen.get(id);
        if (decided != null) {
            node.reply(from, question, report(id, decided));
            return;
        }
        var waiting = beingForced.get(id);
        if (waiting != null) {
            waiting.add(new Waiting(from, question));
            return;
        }
        var row = new Row.Decided(id, admitted(proposal));
        if (bugs.contains(PlantedBug.DECISION_NOT_FORCED)) {
            write(row);
            node.reply(from, question, report(id, row.chosen()));
            return;
        }
        disk.write(row);
        beingForced.put(id, new ArrayList<>(List.of(new Waiting(from, question))));
        node.after(forcing(), () -> {
            disk.force();
            forcedDecisions++;
            apply(row);
            var forced = beingForced.remove(id);
            if (forced != null) {
                forced.forEach(each -> node.reply(each.from(), each.question(), report(id, row.chosen())));
            }
        });
    }

    private Chosen admitted(Request.Propose proposal) {
        var record = Optional.ofNullable(begun.get(proposal.id()));
        return switch (proposal.decision()) {
            case COMMIT -> {
                var sealed = proposal.sealed();
                var recorded = record.filter(begin -> begin.branches().containsAll(sealed));
                if (recorded.isEmpty()) {
                    history.count(Event.COMMIT_REFUSED_WITHOUT_RECORD);
                }
                yield recorded.isPresent() || bugs.contains(PlantedBug.COMMIT_WITHOUT_RECORD)
                        ? new Chosen(Decision.COMMIT, sealed)
                        : new Chosen(Decision.ABORT, Set.of());
            }
            case ABORT -> new Chosen(record.flatMap(BeginRecord::closed).orElse(Decision.ABORT), Set.of());
        };
    }

    private boolean close(Request.Close close) {
        var record = begun.get(close.id());
        if (record == null || !record.belongsTo(close.attempt(), close.owner(), close.epoch())) {
            return false;
        }
        var open = record.closed().isEmpty() && !chosen.containsKey(close.id()) && !beingForced.containsKey(close.id());
        if (open) {
            write(new Row.Closed(close.id(), close.attempt(), close.decision()));
        }
        return open || record.closed().equals(Optional.of(close.decision()));
    }

    private boolean end(Request.End end) {
        var record = begun.get(end.id());
        if (record != null && record.belongsTo(end.attempt(), end.owner(), end.epoch()) && !record.ended()) {
            write(new Row.Ended(end.id(), end.attempt(), end.decision()));
        }
        return true;
    }

    private List<BeginRecord> takeOver(Request.TakeOver request) {
        var owner = request.owner();
        var taken = begun.values().stream()
                .filter(record -> !record.ended())
                .filter(record -> record.owner().equals(owner)
                        ? !request.driven().contains(record.lease()) && isLeftOver(record)
                        : !lives(record.owner()))
                .map(record -> record.ownedBy(owner, record.epoch() + 1))
                .toList();
        taken.forEach(record -> {
            write(new Row.Owned(record.id(), record.attempt(), record.owner(), record.epoch()));
            history.owned(record);
        });
        return taken;
    }

    /// Its owner lives, and does not drive it: the reply to its begin or to its take-over was lost or came
    /// late.
    private boolean isLeftOver(BeginRecord record) {
        return !bugs.contains(PlantedBug.LEFT_OVERS_FORGOTTEN)
                && (record.epoch() > 1 || record.deadline().isBefore(node.now()));
    }

    private boolean lives(String owner) {
        return beats.getOrDefault(owner, Instant.MIN).isAfter(node.now().minus(LEASE));
    }

    private Standing read(TransactionId id) {
        var standing = new Standing(
                Optional.ofNullable(begun.get(id)), Optional.ofNullable(chosen.get(id)), node.incarnation());
        history.read(id, standing.chosen());
        return standing;
    }

    private Chosen report(TransactionId id, Chosen what) {
        history.read(id, Optional.of(what));
        return what;
    }

    /// Visible at once; durable when something is forced, or a little later.
    private void write(Row row) {
        disk.write(row);
        apply(row);
    }

    private void apply(Row row) {
        switch (row) {
            case Row.Begun(var begin) -> begun.put(begin.id(), begin);
            case Row.Owned(var id, var attempt, var owner, var epoch) ->
                change(id, attempt, record -> record.ownedBy(owner, epoch));
            case Row.Closed(var id, var attempt, var decision) ->
                change(id, attempt, record -> record.closedAs(decision));
            case Row.Ended(var id, var attempt, var decision) ->
                change(id, attempt, record -> record.endedAs(decision, chosen.containsKey(id)));
            case Row.Decided(var id, var what) -> {
                chosen.put(id, what);
                history.decided(id, what);
            }
        }
    }

    private void change(TransactionId id, Attempt attempt, UnaryOperator<BeginRecord> how) {
        begun.computeIfPresent(id, (key, record) -> record.attempt().equals(attempt) ? how.apply(record) : record);
    }

    /// Forced writes that somebody waited for.
    int forcedDecisions() {
        return forcedDecisions;
    }

    boolean everythingEnded() {
        return begun.values().stream().allMatch(BeginRecord::ended);
    }

    private Duration forcing() {
        return node.dice().between(Duration.ofMillis(1), Duration.ofMillis(4));
    }
}
