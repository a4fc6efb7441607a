package io.covenant.transactions.paxoscommit;

import io.covenant.simulation.Tally;
import io.covenant.transactions.Ack;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.AcceptorLedger.Kept;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.simulated.DatabaseObserver;
import io.covenant.transactions.simulated.SimulatedDatabase;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an observer who sees every node knows, and nobody makes forget: all that was voted, chosen and done, and
/// whether it fits together.
///
/// What one event already shows to be wrong is refused at once; what has to be compared is compared by
/// [#check()] after the event, for the transactions that the event touched.
final class History extends DatabaseObserver {

    private record Taken(Ballot ballot, Outcome outcome) {}

    /// All about one transaction.
    private static final class Dossier {
        private final TransactionId id;
        private final Map<Attempt, Plan> plans = new LinkedHashMap<>();
        private final Map<Taken, Set<String>> taken = new LinkedHashMap<>();
        private final Set<BranchId> prepared = new LinkedHashSet<>();
        private final Set<BranchId> committed = new LinkedHashSet<>();
        private final Set<BranchId> rolledBack = new LinkedHashSet<>();
        private final Set<BranchId> abortConfirmed = new LinkedHashSet<>();
        private final Set<BranchId> sabotaged = new LinkedHashSet<>();
        private final Set<BranchId> hazards = new LinkedHashSet<>();
        private Optional<Outcome> chosen = Optional.empty();

        private Dossier(TransactionId id) {
            this.id = id;
        }
    }

    private final int acceptors;
    private final Tally<Event> tally;
    private final Map<TransactionId, Dossier> dossiers = new LinkedHashMap<>();
    private final Set<Dossier> touched = new LinkedHashSet<>();

    History(int acceptors, Tally<Event> tally) {
        this.acceptors = acceptors;
        this.tally = tally;
    }

    void count(Event event) {
        tally.count(event);
    }

    private Dossier of(TransactionId id) {
        var dossier = dossiers.computeIfAbsent(id, Dossier::new);
        touched.add(dossier);
        return dossier;
    }

    private Dossier of(BranchId branch) {
        return of(branch.transaction());
    }

    // What the acceptors keep

    /// This is on the acceptor's disk and stays there. What a majority ever took in one ballot is chosen, even
    /// if nobody will ever know.
    void durable(String acceptor, Kept kept) {
        if (kept instanceof Kept.Entry(var id, PaxosAcceptor.State.Open(var _, var accepted))
                && accepted.isPresent()
                && accepted.get().outcome().isPresent()) {
            var taken =
                    new Taken(accepted.get().ballot(), accepted.get().outcome().get());
            var by = of(id).taken.computeIfAbsent(taken, key -> new HashSet<>());
            by.add(acceptor);
            if (by.size() > acceptors / 2) {
                chosen(of(id), taken.outcome());
            }
        }
    }

    private void chosen(Dossier dossier, Outcome outcome) {
        if (dossier.chosen.isEmpty()) {
            dossier.chosen = Optional.of(outcome);
            count(
                    outcome.equals(Outcome.NOTHING)
                            ? Event.NOTHING
                            : outcome.decision() == Decision.COMMIT ? Event.COMMIT : Event.ABORT);
        }
        require(
                dossier.chosen.get().equals(outcome),
                "I2: two outcomes are chosen",
                dossier.id,
                dossier.chosen.get(),
                outcome);
    }

    // What the leaders do

    void begun(Plan plan) {
        var first = plan.branches().first();
        of(first).plans.put(first.attempt(), plan);
    }

    void stepped(PaxosCommit.State before, PaxosCommit.State next) {
        if (next instanceof PaxosCommit.State.Outbid && !(before instanceof PaxosCommit.State.Outbid)) {
            count(Event.OUTBID);
        }
        if (before instanceof PaxosCommit.State.Claiming claiming
                && next instanceof PaxosCommit.State.Proposing(var _, var outcome, var _, var _)) {
            if (claiming.plan().isPresent()) {
                count(Event.CLAIM_FOUND_ANOTHER);
            }
            if (outcome.decision() == Decision.COMMIT) {
                count(Event.TAKE_OVER_FOUND_COMMIT);
                var whole = claiming.promised().values().stream()
                        .flatMap(Optional::stream)
                        .allMatch(accepted -> accepted.outcome().isPresent());
                if (!whole) {
                    count(Event.TAKE_OVER_JOINED_VOTES);
                }
            }
        }
    }

    void learned(TransactionId id, Outcome outcome) {
        require(of(id).chosen.equals(Optional.of(outcome)), "learned what is not chosen", id, outcome, of(id).chosen);
    }

    void told(TransactionId id, Decision decision) {
        require(
                of(id).chosen.map(Outcome::decision).equals(Optional.of(decision)),
                "I4: a client is told what is not chosen",
                id,
                decision);
    }

    void inquired(Decision decision) {
        count(decision == Decision.COMMIT ? Event.INQUIRY_COMMIT : Event.INQUIRY_ABORT);
    }

    /// Nothing is left to do for anybody but a person.
    boolean endsInAHazard(TransactionId id) {
        var dossier = dossiers.get(id);
        return dossier != null
                && !dossier.hazards.isEmpty()
                && dossier.chosen
                        .flatMap(Outcome::plan)
                        .filter(plan -> plan.branches().stream()
                                .allMatch(branch ->
                                        dossier.committed.contains(branch) || dossier.hazards.contains(branch)))
                        .isPresent();
    }

    // What the participants do

    void heard(PaxosParticipant.State state, TwoPhaseParticipant.Input input) {
        var plain = state instanceof PaxosParticipant.State.Plain(var inner) ? inner : null;
        if (input instanceof TwoPhaseParticipant.Input.Lost) {
            count(Event.REPLY_LOST);
        } else if (input instanceof TwoPhaseParticipant.Input.Found(var evidence)) {
            if (plain instanceof TwoPhaseParticipant.State.Working) {
                switch (evidence) {
                    case FENCE -> count(Event.LATE_PREPARE_FENCED);
                    case PREPARED, WORK -> count(Event.PREPARE_REPEATED);
                    case RUNNING, NONE -> {}
                }
            } else if (plain instanceof TwoPhaseParticipant.State.Checking && evidence == Evidence.WORK) {
                count(Event.COMMIT_REPEATED);
            }
        }
    }

    void voteAnswered(Reply reply) {
        switch (reply) {
            case Reply.Outbid _ -> count(Event.VOTE_OUTBID);
            case Reply.Forgotten _ -> count(Event.VOTE_AFTER_FORGETTING);
            case Reply.Promised _, Reply.Took _, Reply.Closed _ -> {}
        }
    }

    void voted(BranchId branch) {
        require(of(branch).prepared.contains(branch), "I3: voted, never prepared", branch);
    }

    @Override
    protected void prepared(BranchId branch) {
        var dossier = of(branch);
        require(!dossier.abortConfirmed.contains(branch), "I7: prepared after a confirmed abort", branch);
        dossier.prepared.add(branch);
    }

    @Override
    protected void committed(BranchId branch) {
        require(of(branch).committed.add(branch), "I6: committed twice", branch);
    }

    @Override
    protected void rolledBack(BranchId branch) {
        of(branch).rolledBack.add(branch);
    }

    @Override
    protected void sabotaged(BranchId branch) {
        of(branch).sabotaged.add(branch);
    }

    void confirmed(BranchId branch, Decision told, Ack ack) {
        var dossier = of(branch);
        switch (ack) {
            case DONE -> {
                switch (told) {
                    case COMMIT -> require(dossier.committed.contains(branch), "confirmed, not committed", branch);
                    case ABORT -> dossier.abortConfirmed.add(branch);
                }
            }
            case HAZARD -> {
                count(Event.HAZARD);
                dossier.hazards.add(branch);
                require(dossier.sabotaged.contains(branch), "a HAZARD that nobody caused", branch);
            }
        }
    }

    // What must hold

    /// After every event.
    void check() {
        if (!touched.isEmpty()) {
            touched.forEach(History::check);
            touched.clear();
        }
    }

    private static void check(Dossier dossier) {
        for (var branch : dossier.committed) {
            require(
                    dossier.chosen
                            .filter(outcome -> outcome.of(branch) == Decision.COMMIT)
                            .isPresent(),
                    "I1: committed, and COMMIT is not chosen",
                    branch,
                    dossier.chosen);
            require(!dossier.abortConfirmed.contains(branch), "I7: committed after a confirmed abort", branch);
        }
        if (dossier.chosen.isEmpty() || dossier.chosen.get().decision() == Decision.ABORT) {
            return;
        }
        var plan = dossier.chosen.get().plan().orElseThrow();
        var begun = dossier.plans.get(plan.attempt());
        require(plan.equals(begun), "I1: the decision leaves out a branch", plan, begun);
        for (var branch : plan.branches()) {
            require(dossier.prepared.contains(branch), "I3: COMMIT is chosen, and a branch is not prepared", branch);
            var aborted = dossier.abortConfirmed.contains(branch) || dossier.rolledBack.contains(branch);
            require(!aborted || dossier.sabotaged.contains(branch), "I1: aborted, and COMMIT is chosen", branch);
        }
    }

    /// When all is quiet.
    void checkAtTheEnd(Collection<SimulatedDatabase> databases, Map<TransactionId, List<BranchWork>> works) {
        var expected = 0L;
        for (var dossier : dossiers.values()) {
            var decided = dossier.chosen.filter(outcome -> outcome.decision() == Decision.COMMIT);
            for (var branch : decided.flatMap(Outcome::plan)
                    .map(Plan::branches)
                    .map(List::copyOf)
                    .orElse(List.of())) {
                require(
                        dossier.committed.contains(branch) || dossier.hazards.contains(branch),
                        "decided, and neither committed nor reported",
                        branch);
            }
            for (var branch : dossier.committed) {
                expected += BranchWork.named(branch.name(), works.getOrDefault(dossier.id, List.of()))
                        .amount();
            }
        }
        var moved = databases.stream().mapToLong(SimulatedDatabase::moved).sum();
        require(moved == expected, "I6: the accounts moved otherwise than the committed branches", moved, expected);
    }

    private static void require(boolean holds, String broken, @Nullable Object... about) {
        if (!holds) {
            throw new AssertionError(broken + ": " + Arrays.toString(about));
        }
    }
}
