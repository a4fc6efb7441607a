package io.covenant.coordinator.operation;

import io.covenant.coordinator.operation.InDoubtView.Branch;
import io.covenant.coordinator.operation.InDoubtView.Doubt;
import io.covenant.coordinator.operation.InDoubtView.Orphan;
import io.covenant.coordinator.operation.InDoubtView.Silent;
import io.covenant.coordinator.operation.ParticipantInsight.Reply;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Doors;
import io.covenant.coordinator.transaction.Pursuit;
import io.covenant.coordinator.transaction.Transactions;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.PreparedBranches;
import io.covenant.transactions.wire.PreparedBranches.Holding;
import io.covenant.transactions.wire.PreparedBranches.Prepared;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Joins what the coordinators remember with what the participants hold.
final class InDoubt {

    /// A branch that has just been prepared is nobody's orphan: its begin record may be on its way.
    private static final Duration ORPHAN_AGE = Duration.ofSeconds(2);

    private static final Set<State> NOT_OVER = EnumSet.complementOf(EnumSet.of(State.COMMITTED, State.ABORTED));

    private final Transactions transactions;
    private final Doors doors;
    private final ParticipantInsight participants;
    private final InstantSource clock;

    InDoubt(Transactions transactions, Doors doors, ParticipantInsight participants, InstantSource clock) {
        this.transactions = transactions;
        this.doors = doors;
        this.participants = participants;
        this.clock = clock;
    }

    /// @param olderThan leaves younger ones out
    InDoubtView look(Duration olderThan, int limit) {
        var now = clock.instant();
        var silent = new ArrayList<Silent>();
        var held = held(silent);
        var found = unfinished(now.minus(olderThan), limit + 1);
        var doubts = found.stream()
                .limit(limit)
                .map(transaction -> doubt(transaction, held, now))
                .toList();
        return new InDoubtView(doubts, orphans(held, found), silent, found.size() > limit);
    }

    private List<TransactionResource> unfinished(Instant before, int limit) {
        return doors
                .list(NOT_OVER, before, limit)
                .filter(transaction -> transaction.state() != State.HAZARD || unsettled(transaction))
                .collect(Collectors.toMap(TransactionResource::id, one -> one, (one, _) -> one))
                .values()
                .stream()
                .sorted(Comparator.comparing(TransactionResource::createdAt))
                .limit(limit)
                .toList();
    }

    private static boolean unsettled(TransactionResource transaction) {
        return transaction.branches().stream()
                .anyMatch(branch -> branch.state() == BranchState.HAZARD && branch.heuristic() == null);
    }

    // ---- what is prepared, or reserved

    private record Held(String service, Prepared prepared) {}

    /// By gid, of all services that answer.
    private Map<String, Held> held(List<Silent> silent) {
        var held = new LinkedHashMap<String, Held>();
        answers().forEach((service, reply) -> {
            switch (reply) {
                case Reply.Told<PreparedBranches>(var told) ->
                    told.prepared().forEach(prepared -> held.put(prepared.gid(), new Held(service, prepared)));
                case Reply.NoParticipant<PreparedBranches> _ -> {}
                case Reply.Silent<PreparedBranches>(var why) -> silent.add(new Silent(service, why));
            }
        });
        return held;
    }

    private Map<String, Reply<PreparedBranches>> answers() {
        var asked = new TreeMap<String, Future<Reply<PreparedBranches>>>();
        try (var asking = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var service : participants.services()) {
                Callable<Reply<PreparedBranches>> question = () -> participants.prepared(service);
                asked.put(service, asking.submit(question));
            }
        }
        var answers = new TreeMap<String, Reply<PreparedBranches>>();
        asked.forEach((service, answer) -> answers.put(service, answerOf(answer)));
        return answers;
    }

    /// How a service holds a branch, as far as it tells; what it does not hold it is told of as if it were prepared.
    Holding holding(String service, BranchId branch) {
        return participants.prepared(service) instanceof Reply.Told<PreparedBranches>(var told)
                ? told.prepared().stream()
                        .filter(prepared -> prepared.gid().equals(branch.gid()))
                        .map(Prepared::holding)
                        .findFirst()
                        .orElse(Holding.PREPARED)
                : Holding.PREPARED;
    }

    private static Reply<PreparedBranches> answerOf(Future<Reply<PreparedBranches>> asked) {
        try {
            return asked.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply.Silent<>("interrupted");
        } catch (ExecutionException e) {
            return new Reply.Silent<>(String.valueOf(e.getCause()));
        }
    }

    private List<Orphan> orphans(Map<String, Held> held, List<TransactionResource> unfinished) {
        var known = unfinished.stream()
                .flatMap(transaction -> transaction.branches().stream())
                .map(TransactionResource.Branch::gid)
                .collect(Collectors.toSet());
        return held.values().stream()
                .filter(one -> !known.contains(one.prepared().gid()))
                .filter(one -> one.prepared().ageMillis() >= ORPHAN_AGE.toMillis())
                .flatMap(one -> orphan(one).stream())
                .toList();
    }

    private Optional<Orphan> orphan(Held held) {
        var prepared = held.prepared();
        return BranchId.parse(prepared.gid())
                .flatMap(branch -> whyOrphan(branch)
                        .map(why -> new Orphan(
                                held.service(),
                                prepared.gid(),
                                prepared.ageMillis(),
                                prepared.locks(),
                                prepared.waiters(),
                                prepared.holding(),
                                why)));
    }

    private Optional<String> whyOrphan(BranchId branch) {
        var transaction = doors.find(branch.transaction());
        if (transaction.isEmpty()) {
            return Optional.of("no coordinator remembers its transaction");
        }
        var found = transaction.get();
        boolean belongs = found.branches().stream().anyMatch(one -> one.gid().equals(branch.gid()));
        if (!belongs) {
            return Optional.of("it is of another attempt than the one on record");
        }
        return found.finishedAt() == null
                ? Optional.empty() // younger than asked for
                : Optional.of("its transaction is over: " + found.state());
    }

    // ---- what is unfinished

    private Doubt doubt(TransactionResource transaction, Map<String, Held> held, Instant now) {
        var pursuit = doors.pursuitOf(new TransactionId(transaction.id()));
        return new Doubt(
                transaction.id(),
                transaction.name(),
                transaction.protocol(),
                transaction.state(),
                transaction.owner(),
                transaction.createdAt(),
                transaction.deadline(),
                Duration.between(transaction.createdAt(), now).toMillis(),
                why(transaction),
                pursuit.map(Pursuit::attempts).orElse(null),
                pursuit.flatMap(Pursuit::nextAttempt).map(Duration::toMillis).orElse(null),
                transaction.branches().stream()
                        .map(branch -> new Branch(
                                branch.name(),
                                branch.service(),
                                branch.gid(),
                                branch.state(),
                                branch.detail(),
                                preparedOf(branch, held)))
                        .toList());
    }

    private static @Nullable Prepared preparedOf(TransactionResource.Branch branch, Map<String, Held> held) {
        var found = held.get(branch.gid());
        return found == null ? null : found.prepared();
    }

    private String why(TransactionResource transaction) {
        return switch (transaction.state()) {
            case VOTING -> "votes are missing of " + names(transaction, BranchState.WORKING);
            case DECIDING -> whyUndecided(transaction);
            case COMMITTING, ABORTING -> "not confirmed by " + unconfirmed(transaction);
            case HAZARD -> "not as decided: " + names(transaction, BranchState.HAZARD) + "; a person has to look";
            case EXECUTING -> "not done: " + steps(transaction, BranchState.WORKING, BranchState.ACCEPTED);
            case COMPENSATING -> "not compensated: " + steps(transaction, BranchState.UNDOING, BranchState.STUCK);
            case STUCK -> "failed for good: " + steps(transaction, BranchState.STUCK) + "; a person has to help";
            case COMMITTED, ABORTED -> "nothing";
        };
    }

    private static String whyUndecided(TransactionResource transaction) {
        if (transaction.protocol().equals(CommitProtocol.THREE_PHASE.name())) {
            return "no quorum of the databases has answered";
        }
        if (transaction.protocol().equals(CommitProtocol.PAXOS_COMMIT.name())) {
            return "no majority of the coordinators has answered";
        }
        return new TransactionId(transaction.id()).isDecidedByItsBranch()
                        && transaction.branches().size() == 1
                ? "its service has not told whether it has committed"
                : "the register has not taken the decision";
    }

    private String unconfirmed(TransactionResource transaction) {
        var paused = transactions.pausedServices();
        return transaction.branches().stream()
                .filter(branch -> branch.state() == BranchState.WORKING || branch.state() == BranchState.PREPARED)
                .map(branch -> branch.name() + (paused.contains(branch.service()) ? " (its service is paused)" : ""))
                .collect(Collectors.joining(", "));
    }

    private String steps(TransactionResource saga, BranchState... states) {
        var paused = transactions.pausedServices();
        var steps = saga.branches().stream()
                .filter(step -> List.of(states).contains(step.state()))
                .map(step -> step.name()
                        + (step.detail() == null ? "" : " (%s)".formatted(step.detail()))
                        + (paused.contains(step.service()) ? " (its service is paused)" : ""))
                .collect(Collectors.joining(", "));
        return steps.isEmpty() ? "some step" : steps;
    }

    private static String names(TransactionResource transaction, BranchState state) {
        var names = transaction.branches().stream()
                .filter(branch -> branch.state() == state)
                .map(TransactionResource.Branch::name)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "some branch" : names;
    }
}
