package io.covenant.transactions.initiator;

import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.BranchRequest;
import io.covenant.transactions.wire.BranchRequest.Retries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// A transaction to be run: immutable, each method answers a draft that has one thing more.
///
/// @param id         under which it runs, and can be asked for
/// @param name       what it is, for people
/// @param protocol   how it is committed
/// @param deadline   when undecided after this long it aborts
/// @param sequential whether a branch is asked to prepare only when those before it have voted
/// @param forward    whether a saga is never compensated
/// @param branches   what it does, in which service
/// @param runner     who runs it
public record TransactionDraft(
        TransactionId id,
        String name,
        CommitProtocol protocol,
        Duration deadline,
        boolean sequential,
        boolean forward,
        List<BranchRequest<Object>> branches,
        Transactions runner) {

    private static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(3);
    private static final Retries STANDARD = new Retries(null, null, null, null);

    public TransactionDraft {
        if (deadline.toMillis() <= 0) {
            throw new IllegalArgumentException("the deadline of a transaction lies ahead: " + deadline);
        }
        branches = List.copyOf(branches);
    }

    static TransactionDraft named(String name, Transactions runner) {
        return new TransactionDraft(
                TransactionIds.next(),
                name,
                CommitProtocol.TWO_PHASE,
                DEFAULT_DEADLINE,
                false,
                false,
                List.of(),
                runner);
    }

    /// Runs under this id instead of a new one, so that running it again is harmless.
    public TransactionDraft id(TransactionId id) {
        return new TransactionDraft(id, name, protocol, deadline, sequential, forward, branches, runner);
    }

    public TransactionDraft id(UUID id) {
        return id(new TransactionId(id));
    }

    /// Commits by this protocol, [CommitProtocol#TWO_PHASE] unless said.
    public TransactionDraft protocol(CommitProtocol protocol) {
        return new TransactionDraft(id, name, protocol, deadline, sequential, forward, branches, runner);
    }

    /// Aborts when undecided after this long, 3 s unless said.
    public TransactionDraft deadline(Duration deadline) {
        return new TransactionDraft(id, name, protocol, deadline, sequential, forward, branches, runner);
    }

    /// Asks each branch to prepare only when those before it have voted, instead of all at once.
    ///
    /// It takes longer, and keeps transactions that lock the same rows in two databases from waiting for each other
    /// in a circle that no database would notice. Put the branch first whose rows are wanted least.
    public TransactionDraft inTurn() {
        return new TransactionDraft(id, name, protocol, deadline, true, forward, branches, runner);
    }

    /// Under [CommitProtocol#SAGA]: is never compensated. Whatever fails is tried until it is done, or a person helps.
    public TransactionDraft onlyForward() {
        return new TransactionDraft(id, name, protocol, deadline, sequential, true, branches, runner);
    }

    /// Does this in that service, as the branch of the service's name.
    public TransactionDraft branch(String service, String operation, Object payload) {
        return branch(service, service, operation, payload);
    }

    /// Does this in that service, as a branch of its own name: for two branches in one service.
    public TransactionDraft branch(String name, String service, String operation, Object payload) {
        var more = new ArrayList<>(branches);
        more.add(new BranchRequest<>(name, service, operation, payload));
        return ofBranches(more);
    }

    /// Under [CommitProtocol#SAGA]: the last branch is undone by this operation.
    public TransactionDraft compensatedBy(String operation) {
        return withLast(last -> new BranchRequest<>(
                last.name(),
                last.service(),
                last.operation(),
                last.payload(),
                operation,
                last.after(),
                last.pivot(),
                last.retries()));
    }

    /// Under [CommitProtocol#SAGA]: the last branch begins when these are done, instead of at once.
    public TransactionDraft after(String... branches) {
        return withLast(last -> new BranchRequest<>(
                last.name(),
                last.service(),
                last.operation(),
                last.payload(),
                last.compensation(),
                List.of(branches),
                last.pivot(),
                last.retries()));
    }

    /// Under [CommitProtocol#SAGA]: once the last branch is done, the saga never goes back.
    public TransactionDraft pivot() {
        return withLast(last -> new BranchRequest<>(
                last.name(),
                last.service(),
                last.operation(),
                last.payload(),
                last.compensation(),
                last.after(),
                true,
                last.retries()));
    }

    /// Under [CommitProtocol#SAGA]: the last branch, and its compensation, are tried so often in all, 5 times unless
    /// said.
    public TransactionDraft attempts(int attempts) {
        return retrying(
                retries -> new Retries(attempts, retries.firstMillis(), retries.mostMillis(), retries.withinMillis()));
    }

    /// Under [CommitProtocol#SAGA]: the delay after the last branch's first failure, which doubles with each, and the
    /// longest; 100 ms and 5 s unless said.
    public TransactionDraft delays(Duration first, Duration most) {
        return retrying(
                retries -> new Retries(retries.attempts(), first.toMillis(), most.toMillis(), retries.withinMillis()));
    }

    /// Under [CommitProtocol#SAGA]: how long the last branch may take in all, reports included; 30 s unless said.
    public TransactionDraft within(Duration longest) {
        return retrying(retries ->
                new Retries(retries.attempts(), retries.firstMillis(), retries.mostMillis(), longest.toMillis()));
    }

    private TransactionDraft retrying(UnaryOperator<Retries> change) {
        return withLast(last -> {
            var before = last.retries();
            return new BranchRequest<>(
                    last.name(),
                    last.service(),
                    last.operation(),
                    last.payload(),
                    last.compensation(),
                    last.after(),
                    last.pivot(),
                    change.apply(before == null ? STANDARD : before));
        });
    }

    private TransactionDraft withLast(UnaryOperator<BranchRequest<Object>> change) {
        if (branches.isEmpty()) {
            throw new IllegalStateException("there is no branch yet to say this of");
        }
        var changed = new ArrayList<>(branches.subList(0, branches.size() - 1));
        changed.add(change.apply(branches.getLast()));
        return ofBranches(changed);
    }

    TransactionDraft ofBranches(List<BranchRequest<Object>> branches) {
        return new TransactionDraft(id, name, protocol, deadline, sequential, forward, branches, runner);
    }

    /// See [Transactions#run(TransactionDraft)].
    public Outcome run() {
        return runner.run(this);
    }
}
