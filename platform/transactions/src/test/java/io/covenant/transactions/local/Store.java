package io.covenant.transactions.local;

import io.covenant.simulation.Disk;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.local.BeginRecord.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/// The coordinators' database: begin records and decisions, as both protocols need them.
///
/// A decision is always forced. TCC's begin records are not, and its register takes what anybody proposes;
/// a saga's begin records are, and its register takes decisions of the current owner only.
public final class Store implements Program {

    private static final Duration LEASE = Duration.ofMillis(900);
    private static final Duration FLUSHED_AFTER = Duration.ofMillis(200);

    sealed interface Row {
        record Begun(BeginRecord begin) implements Row {}

        record Owned(Lease lease, String owner) implements Row {}

        record Noted(Lease lease, String note) implements Row {}

        record Closed(Lease lease, Decision decision, Instant at) implements Row {}

        record Ended(Lease lease, Decision decision, Instant at) implements Row {}

        record Decided(TransactionId id, Chosen chosen) implements Row {}

        record Forgotten(TransactionId id) implements Row {}
    }

    /// Told by a coordinator again and again: it lives. Wants no reply.
    record Beat(String owner) {}

    public sealed interface Request {

        /// Inserts the begin record unless the transaction has one; the reply is the [Standing] after it.
        record Begin(BeginRecord begin, boolean forced) implements Request {}

        /// The reply is what is [Chosen], or [Superseded] when it may have been over and forgotten.
        ///
        /// @param holder whether somebody asks who holds something: then it is not over
        record Propose(TransactionId id, Chosen proposal, boolean holder) implements Request {}

        /// The reply is what is [Chosen], or [Superseded] when somebody else owns the transaction.
        record ProposeAsOwner(Lease lease, String owner, Chosen proposal) implements Request {}

        /// The reply is [Closed] when it was this owner's to close.
        record Close(Lease lease, String owner, Decision decision) implements Request {}

        record End(Lease lease, String owner, Decision decision) implements Request {}

        /// Without force.
        record Note(Lease lease, String owner, String note) implements Request {}

        /// Makes this owner's what is not ended and whose owner has not beaten for a lease. The reply lists
        /// it.
        ///
        /// @param driven what the owner drives already
        /// @param forced whether what it became the owner of must not be lost
        record TakeOver(String owner, Set<Lease> driven, boolean forced) implements Request {}

        /// The reply is a [Standing].
        record Read(TransactionId id) implements Request {}
    }

    /// All that the database knows of a transaction.
    ///
    /// @param asOf which start of the database it was read from; what was not forced may be lost since
    public record Standing(Optional<BeginRecord> begin, Optional<Chosen> chosen, int asOf) {

        /// What a client may hear.
        public Optional<Decision> outcome() {
            return chosen.map(Chosen::decision).or(() -> begin.flatMap(BeginRecord::closed));
        }
    }

    public record Closed(boolean closed, int asOf) {}

    /// Somebody else drives it, or nobody any more.
    public record Superseded() {}

    private record Waiting(String from, Node.Question question) {}

    private final Node node;
    private final Disk<Row> disk;
    private final Observer observer;
    private final Set<Flaw> flaws;
    private final Memory memory;
    private final Runnable onBegin;
    private final Map<TransactionId, BeginRecord> begun = new LinkedHashMap<>();
    private final Map<TransactionId, Chosen> chosen = new LinkedHashMap<>();
    private final Map<TransactionId, Instant> over = new LinkedHashMap<>();
    private final Map<TransactionId, List<Waiting>> beingForced = new LinkedHashMap<>();
    private final Map<String, Instant> beats = new LinkedHashMap<>();
    private int forced;
    private boolean recovered;

    /// @param onBegin what fate does to a store that has just taken a begin record
    public Store(Node node, Disk<Row> disk, Observer observer, Set<Flaw> flaws, Memory memory, Runnable onBegin) {
        this.onBegin = onBegin;
        this.node = node;
        this.disk = disk;
        this.observer = observer;
        this.flaws = flaws;
        this.memory = memory;
        disk.contents().forEach(this::apply);
        recovered = true;
        chosen.forEach(observer::decided);
        observer.storeRecovered(begun, chosen, node.incarnation());
        node.every(FLUSHED_AFTER, disk::force);
        node.every(Duration.ofMillis(1_300), this::forget);
    }

    @Override
    public void receive(String from, Object message) {
        if (message instanceof Beat(var owner)) {
            beats.put(owner, node.now());
        } else if (message instanceof Node.Question question && question.body() instanceof Request request) {
            switch (request) {
                case Request.Begin begin -> begin(from, question, begin);
                case Request.Propose(var id, var proposal, var holder) -> {
                    var known = begun.containsKey(id) || chosen.containsKey(id) || beingForced.containsKey(id);
                    if (known || holder || !isOld(id)) {
                        propose(from, question, id, proposal);
                    } else {
                        node.reply(from, question, new Superseded());
                    }
                }
                case Request.ProposeAsOwner(var lease, var owner, var proposal) -> {
                    var mine = owns(lease, owner) || flaws.contains(Flaw.EPOCH_IGNORED);
                    if (mine || chosen.containsKey(lease.id())) {
                        propose(from, question, lease.id(), proposal);
                    } else {
                        node.reply(from, question, new Superseded());
                    }
                }
                case Request.Close(var lease, var owner, var decision) ->
                    node.reply(from, question, new Closed(close(lease, owner, decision), node.incarnation()));
                case Request.End(var lease, var owner, var decision) -> {
                    if (owns(lease, owner) && !record(lease).orElseThrow().ended()) {
                        write(new Row.Ended(lease, decision, node.now()));
                    }
                    node.reply(from, question, true);
                }
                case Request.Note(var lease, var owner, var note) -> {
                    if (owns(lease, owner)) {
                        write(new Row.Noted(lease, note));
                    }
                    node.reply(from, question, true);
                }
                case Request.TakeOver takeOver -> {
                    var taken = takeOver(takeOver);
                    if (taken.isEmpty() || !takeOver.forced() || flaws.contains(Flaw.EPOCH_NOT_FORCED)) {
                        node.reply(from, question, taken);
                    } else {
                        node.after(forcing(), () -> {
                            disk.force();
                            node.reply(from, question, taken);
                        });
                    }
                }
                case Request.Read(var id) -> node.reply(from, question, read(id));
            }
        }
    }

    private boolean isOld(TransactionId id) {
        return Ids.born(id).isBefore(node.now().minus(memory.keeps()));
    }

    private void begin(String from, Node.Question question, Request.Begin request) {
        var record = request.begin();
        if (beingForced.containsKey(record.id())) {
            return;
        }
        var first = !begun.containsKey(record.id());
        if (first && isOld(record.id())) {
            // It may have been over and forgotten.
            observer.count(Mishap.BEGIN_TOO_OLD);
            node.reply(from, question, read(record.id()));
            return;
        }
        if (first) {
            disk.write(new Row.Begun(record));
        }
        if (first && request.forced() && !flaws.contains(Flaw.BEGIN_NOT_FORCED)) {
            force(record.id(), List.of(), () -> {
                begun.put(record.id(), record);
                observer.begun(record);
                node.reply(from, question, read(record.id()));
            });
            return;
        }
        if (first) {
            begun.put(record.id(), record);
            observer.begun(record);
            onBegin.run();
        }
        node.reply(from, question, read(record.id()));
    }

    /// One forced write at most. Whoever comes while it is under way waits for it, as an insert waits for
    /// another insert of the same key.
    private void propose(String from, Node.Question question, TransactionId id, Chosen proposal) {
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
        var row = new Row.Decided(id, admitted(id, proposal));
        if (flaws.contains(Flaw.DECISION_NOT_FORCED)) {
            write(row);
            node.reply(from, question, report(id, row.chosen()));
            return;
        }
        disk.write(row);
        force(id, List.of(new Waiting(from, question)), () -> apply(row));
    }

    private void force(TransactionId id, List<Waiting> first, Runnable done) {
        forced++;
        beingForced.put(id, new ArrayList<>(first));
        node.after(forcing(), () -> {
            disk.force();
            done.run();
            var waited = beingForced.remove(id);
            if (waited != null) {
                waited.forEach(each -> receive(each.from(), each.question()));
            }
        });
    }

    private Chosen admitted(TransactionId id, Chosen proposal) {
        var record = Optional.ofNullable(begun.get(id));
        return switch (proposal.decision()) {
            case COMMIT -> {
                var recorded = record.filter(begin -> begin.branches().containsAll(proposal.branches()));
                yield recorded.isPresent() || flaws.contains(Flaw.COMMIT_WITHOUT_RECORD) ? proposal : Chosen.ABORTED;
            }
            case ABORT ->
                record.flatMap(BeginRecord::closed)
                        .map(closed -> new Chosen(closed, Set.of()))
                        .orElse(proposal);
        };
    }

    private Optional<BeginRecord> record(Lease lease) {
        return Optional.ofNullable(begun.get(lease.id())).filter(record -> record.is(lease));
    }

    private boolean owns(Lease lease, String owner) {
        return record(lease).filter(record -> record.owner().equals(owner)).isPresent();
    }

    private boolean close(Lease lease, String owner, Decision decision) {
        if (!owns(lease, owner)) {
            return false;
        }
        var closed = record(lease).flatMap(BeginRecord::closed);
        var open = closed.isEmpty() && !chosen.containsKey(lease.id()) && !beingForced.containsKey(lease.id());
        if (open) {
            write(new Row.Closed(lease, decision, node.now()));
        }
        return open || closed.equals(Optional.of(decision));
    }

    /// Skips what is being decided: the decision holds the record's lock.
    private List<BeginRecord> takeOver(Request.TakeOver request) {
        var owner = request.owner();
        var taken = begun.values().stream()
                .filter(record -> !record.ended() && !beingForced.containsKey(record.id()))
                .filter(record -> record.owner().equals(owner)
                        ? !request.driven().contains(record.lease()) && isLeftOver(record)
                        : !lives(record.owner()))
                .toList();
        taken.forEach(record -> write(new Row.Owned(record.lease(), owner)));
        return taken.stream()
                .map(record -> java.util.Objects.requireNonNull(begun.get(record.id())))
                .peek(observer::owned)
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

    private Standing read(TransactionId id) {
        var standing = new Standing(
                Optional.ofNullable(begun.get(id)), Optional.ofNullable(chosen.get(id)), node.incarnation());
        observer.read(id, standing.chosen());
        return standing;
    }

    private Chosen report(TransactionId id, Chosen what) {
        observer.read(id, Optional.of(what));
        return what;
    }

    /// Counted from the end: who asked before it is still answered.
    private void forget() {
        var before = node.now().minus(memory.keeps());
        var old = begun.values().stream()
                .filter(BeginRecord::ended)
                .map(BeginRecord::id)
                .filter(id -> over.getOrDefault(id, Instant.MAX).isBefore(before))
                .toList();
        old.stream().filter(id -> !beingForced.containsKey(id)).forEach(id -> {
            observer.count(Mishap.REGISTER_FORGOT);
            write(new Row.Forgotten(id));
            disk.force();
            observer.forgotten(id, node.incarnation());
        });
    }

    /// Visible at once; durable when something is forced, or a little later.
    private void write(Row row) {
        disk.write(row);
        apply(row);
    }

    private void apply(Row row) {
        switch (row) {
            case Row.Begun(var begin) -> begun.put(begin.id(), begin);
            case Row.Owned(var lease, var owner) -> change(lease, record -> record.ownedBy(owner));
            case Row.Noted(var lease, var note) -> change(lease, record -> record.noting(note));
            case Row.Closed(var lease, var decision, var at) -> {
                change(lease, record -> record.closedAs(decision));
                over.put(lease.id(), at);
            }
            case Row.Ended(var lease, var decision, var at) -> {
                change(lease, record -> record.endedAs(decision, chosen.containsKey(lease.id())));
                over.put(lease.id(), at);
            }
            case Row.Decided(var id, var what) -> {
                chosen.put(id, what);
                if (recovered) {
                    observer.decided(id, what);
                }
            }
            case Row.Forgotten(var id) -> {
                begun.remove(id);
                chosen.remove(id);
            }
        }
    }

    private void change(Lease lease, UnaryOperator<BeginRecord> how) {
        begun.computeIfPresent(lease.id(), (key, record) -> record.is(lease) ? how.apply(record) : record);
    }

    public boolean everythingEnded() {
        return begun.values().stream().allMatch(BeginRecord::ended);
    }

    public Set<BranchId> branchesOfUnfinished() {
        var open = new java.util.TreeSet<BranchId>();
        begun.values().stream().filter(record -> !record.ended()).forEach(record -> open.addAll(record.branches()));
        return open;
    }

    public int forcedWrites() {
        return forced;
    }

    private Duration forcing() {
        return node.dice().between(Duration.ofMillis(1), Duration.ofMillis(4));
    }
}
