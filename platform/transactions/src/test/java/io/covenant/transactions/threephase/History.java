package io.covenant.transactions.threephase;

import io.covenant.simulation.Tally;
import io.covenant.transactions.Ack;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.simulated.DatabaseObserver;
import io.covenant.transactions.simulated.SimulatedDatabase;
import io.covenant.transactions.threephase.CoordinatorsDatabase.BeginRecord;
import io.covenant.transactions.threephase.Standing.Position;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseCommit.State;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an observer who sees every node knows: all that was promised, decided and done, and whether it fits
/// together.
final class History extends DatabaseObserver {

    /// All about one transaction.
    private static final class Dossier {
        private final TransactionId id;
        private final Map<Attempt, Set<BranchId>> attempts = new LinkedHashMap<>();
        private final Map<Attempt, Outcome> decided = new LinkedHashMap<>();
        private final Set<BranchId> votedYes = new LinkedHashSet<>();
        private final Set<BranchId> votedReadOnly = new LinkedHashSet<>();
        private final Set<BranchId> prepared = new LinkedHashSet<>();
        private final Set<BranchId> committed = new LinkedHashSet<>();
        private final Set<BranchId> rolledBack = new LinkedHashSet<>();
        private final Set<BranchId> abortConfirmed = new LinkedHashSet<>();
        private final Set<BranchId> sabotaged = new LinkedHashSet<>();
        private final Set<BranchId> hazards = new LinkedHashSet<>();
        private boolean toldCommitted;
        private boolean toldAborted;
        private int forgottenBefore;

        private Dossier(TransactionId id) {
            this.id = id;
        }
    }

    private final Tally<Event> tally;
    private final Map<TransactionId, Dossier> dossiers = new LinkedHashMap<>();
    private final Set<Dossier> touched = new LinkedHashSet<>();

    private Runnable onMove = () -> {};

    History(Tally<Event> tally) {
        this.tally = tally;
    }

    /// @param fate what befalls the world when a site has moved towards an outcome
    void onMove(Runnable fate) {
        onMove = fate;
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

    // What the coordinators' database does

    void begun(BeginRecord begin) {
        var key = begin.key();
        var dossier = of(key.id());
        var branches = BranchWork.branches(begin.works(), key.id(), key.attempt());
        if (dossier.attempts.put(key.attempt(), branches) == null && dossier.attempts.size() > 1) {
            count(Event.SECOND_ATTEMPT);
        }
    }

    /// The database is up again, with what its disk kept. Whoever was answered on the strength of a begin
    /// record that is lost was answered truly, and is forgotten.
    ///
    /// @param start which start of the database this is
    void recovered(Map<TransactionId, BeginRecord> begun, Map<TransactionId, Outcome> decided, int start) {
        dossiers.forEach((id, dossier) -> {
            var record = begun.get(id);
            if (record == null && !dossier.attempts.isEmpty()) {
                count(Event.BEGIN_RECORD_LOST);
            }
            var committed = dossier.decided.values().stream().anyMatch(each -> each.decision() == Decision.COMMIT);
            if ((record == null || record.closed().isEmpty()) && !decided.containsKey(id) && !committed) {
                if (dossier.toldAborted || dossier.toldCommitted) {
                    count(Event.ANSWER_FORGOTTEN);
                }
                dossier.toldAborted = false;
                dossier.toldCommitted = false;
                dossier.forgottenBefore = start;
            }
        });
    }

    // What the coordinators do

    void heard(AttemptKey key, State state, Input input) {
        if (input instanceof Input.Refused(var who, var election, var standing)
                && state instanceof State.Attempting attempting
                && attempting.election().equals(election)) {
            count(standing.decided().isPresent() ? Event.DECIDED_KNOWN : Event.OUTRUN);
        } else if (input instanceof Input.Elected(var who, var _, var standing)
                && state instanceof State.Electing
                && standing.decided().isPresent()) {
            count(Event.DECIDED_KNOWN);
        } else if (input instanceof Input.Accepted(Site.Branch(var branch), var election)
                && election.equals(Election.FIRST)
                && of(key.id()).votedReadOnly.contains(branch)) {
            count(Event.READER_WITNESS);
        }
    }

    /// A coordinator holds this for decided.
    void decided(AttemptKey key, Outcome outcome, State before) {
        var dossier = of(key.id());
        var decided = dossier.decided.putIfAbsent(key.attempt(), outcome);
        if (decided == null) {
            count(outcome.decision() == Decision.COMMIT ? Event.COMMIT : Event.ABORT);
        }
        if (before instanceof State.Attempting attempting
                && !attempting.election().equals(Election.FIRST)) {
            count(outcome.decision() == Decision.COMMIT ? Event.TERMINATED_COMMIT : Event.TERMINATED_ABORT);
        }
        require(decided == null || decided.equals(outcome), "I2: decided twice", key, decided, outcome);
    }

    void closed(Decision decision) {
        if (decision == Decision.COMMIT) {
            count(Event.READ_ONLY_COMMIT);
        }
    }

    /// @param asOf the start of the coordinators' database that showed it; what was forgotten since may be told
    ///             for a while
    void told(TransactionId id, Decision decision, int asOf) {
        var dossier = of(id);
        if (asOf < dossier.forgottenBefore) {
            return;
        }
        switch (decision) {
            case COMMIT -> {
                var decided = dossier.decided.values().stream().anyMatch(each -> each.decision() == Decision.COMMIT);
                require(decided || wroteNothing(dossier), "I4: told COMMITTED, not decided", id);
                dossier.toldCommitted = true;
            }
            case ABORT -> dossier.toldAborted = true;
        }
    }

    /// Some attempt only read: then COMMITTED and ABORTED have the same effect.
    private static boolean wroteNothing(Dossier dossier) {
        return dossier.attempts.values().stream().anyMatch(dossier.votedReadOnly::containsAll);
    }

    // What the participants do

    void heard(ThreePhaseParticipant.Input input, ThreePhaseParticipant.State state) {
        if (input instanceof ThreePhaseParticipant.Input.Lost) {
            count(Event.REPLY_LOST);
        } else if (input instanceof ThreePhaseParticipant.Input.Heard(TwoPhaseParticipant.Input.Found(var evidence))
                && state instanceof ThreePhaseParticipant.State.Working(var branch)) {
            if (branch instanceof TwoPhaseParticipant.State.Working) {
                switch (evidence) {
                    case FENCE -> count(Event.LATE_PREPARE_FENCED);
                    case PREPARED, WORK -> count(Event.PREPARE_REPEATED);
                    case RUNNING, NONE -> {}
                }
            } else if (branch instanceof TwoPhaseParticipant.State.Checking && evidence == Evidence.WORK) {
                count(Event.COMMIT_REPEATED);
            }
        }
    }

    /// A site has moved, and is about to say so.
    void moved() {
        onMove.run();
    }

    /// Where a site stood when it was asked.
    void stood(AttemptKey key, Standing standing) {
        if (standing.position() == Position.PRE_COMMITTED
                && Outcome.ABORT.equals(of(key.id()).decided.get(key.attempt()))) {
            count(Event.PRE_ABORT_OVER_PRE_COMMIT);
        }
    }

    void voted(BranchId branch, Vote vote) {
        var dossier = of(branch);
        switch (vote) {
            case Vote.Yes _ -> {
                require(dossier.prepared.contains(branch), "I3: voted YES, never prepared", branch);
                dossier.votedYes.add(branch);
            }
            case Vote.ReadOnly _ -> {
                count(Event.VOTE_READ_ONLY);
                dossier.votedReadOnly.add(branch);
            }
            case Vote.No _ -> count(Event.VOTE_NO);
        }
    }

    @Override
    protected void prepared(BranchId branch) {
        var dossier = of(branch);
        require(!dossier.abortConfirmed.contains(branch), "I7: prepared after a confirmed abort", branch);
        dossier.prepared.add(branch);
    }

    @Override
    protected void committed(BranchId branch) {
        var dossier = of(branch);
        require(!dossier.abortConfirmed.contains(branch), "I7: committed after a confirmed abort", branch);
        require(dossier.committed.add(branch), "I6: committed twice", branch);
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
        var attempts =
                dossier.committed.stream().map(BranchId::attempt).distinct().toList();
        require(attempts.size() <= 1, "I1: two attempts committed", dossier.committed);
        for (var branch : dossier.committed) {
            require(sealed(dossier, branch), "I1: committed, not sealed", branch, dossier.decided);
        }
        for (var branch : dossier.abortConfirmed) {
            require(!sealed(dossier, branch) || dossier.sabotaged.contains(branch), "I1: aborted, sealed", branch);
        }
        for (var branch : dossier.rolledBack) {
            require(!sealed(dossier, branch) || dossier.sabotaged.contains(branch), "I1: rolled back, sealed", branch);
        }
        for (var attempt : attempts) {
            for (var branch : dossier.attempts.getOrDefault(attempt, Set.of())) {
                require(
                        (sealed(dossier, branch) ? dossier.votedYes : dossier.votedReadOnly).contains(branch),
                        "I3: committed without a vote",
                        branch);
            }
        }
        require(!dossier.toldAborted || attempts.isEmpty(), "told ABORTED, committed", dossier.id);
        require(!dossier.toldAborted || !dossier.toldCommitted, "told COMMITTED and ABORTED", dossier.id);
    }

    private static boolean sealed(Dossier dossier, BranchId branch) {
        var decided = dossier.decided.get(branch.attempt());
        return decided != null && decided.sealed().contains(branch);
    }

    /// When all is quiet.
    void checkAtTheEnd(Collection<SimulatedDatabase> databases, Map<TransactionId, List<BranchWork>> works) {
        var expected = 0L;
        for (var dossier : dossiers.values()) {
            for (var outcome : dossier.decided.values()) {
                for (var branch : outcome.sealed()) {
                    require(
                            dossier.committed.contains(branch) || dossier.hazards.contains(branch),
                            "decided, and neither committed nor reported",
                            branch);
                }
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
