package io.covenant.transactions.twophase;

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
import io.covenant.transactions.twophase.SimulatedRegister.BeginRecord;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input.Chosen;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an observer who sees every node knows: all that was promised, decided and done, and whether it fits
/// together.
///
/// What one event already shows to be wrong is refused at once; what has to be compared is compared by
/// [#check()] after the event, for the transactions that the event touched.
final class History extends DatabaseObserver {

    /// All about one transaction.
    private static final class Dossier {
        private final TransactionId id;
        private final Map<Attempt, Set<BranchId>> attempts = new LinkedHashMap<>();
        private final Map<Attempt, Integer> epochs = new LinkedHashMap<>();
        private final Set<BranchId> votedYes = new LinkedHashSet<>();
        private final Set<BranchId> votedReadOnly = new LinkedHashSet<>();
        private final Set<BranchId> prepared = new LinkedHashSet<>();
        private final Set<BranchId> committed = new LinkedHashSet<>();
        private final Set<BranchId> rolledBack = new LinkedHashSet<>();
        private final Set<BranchId> abortConfirmed = new LinkedHashSet<>();
        private final Set<BranchId> sabotaged = new LinkedHashSet<>();
        private final Set<BranchId> hazards = new LinkedHashSet<>();
        private Optional<Chosen> decided = Optional.empty();
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

    History(Tally<Event> tally) {
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

    // What the register does

    void begun(BeginRecord begin) {
        var dossier = of(begin.id());
        if (dossier.attempts.put(begin.attempt(), begin.branches()) == null && dossier.attempts.size() > 1) {
            count(Event.SECOND_ATTEMPT);
        }
        dossier.epochs.put(begin.attempt(), begin.epoch());
    }

    void owned(BeginRecord record) {
        var before = of(record.id()).epochs.put(record.attempt(), record.epoch());
        require(before == null || before < record.epoch(), "I10: an epoch after a higher one", before, record);
    }

    void decided(TransactionId id, Chosen chosen) {
        var dossier = of(id);
        if (dossier.decided.isEmpty()) {
            dossier.decided = Optional.of(chosen);
            count(chosen.decision() == Decision.COMMIT ? Event.COMMIT : Event.ABORT);
        }
        require(dossier.decided.get().equals(chosen), "I2: decided twice", id, dossier.decided.get(), chosen);
    }

    void read(TransactionId id, Optional<Chosen> chosen) {
        var decided = of(id).decided;
        require(decided.equals(chosen), "I2: the register shows something else", id, decided, chosen);
    }

    /// The register is up again, with what its disk kept. Whoever was answered on the strength of a begin
    /// record that is lost was answered truly, and is forgotten.
    ///
    /// @param start which start of the register this is
    void registerRecovered(Map<TransactionId, BeginRecord> begun, Map<TransactionId, Chosen> chosen, int start) {
        dossiers.forEach((id, dossier) -> {
            require(
                    dossier.decided.equals(Optional.ofNullable(chosen.get(id))),
                    "I2: the register lost a decision",
                    id,
                    dossier.decided);
            var record = begun.get(id);
            if (record == null && !dossier.attempts.isEmpty()) {
                count(Event.BEGIN_RECORD_LOST);
            }
            if ((record == null || record.closed().isEmpty()) && dossier.decided.isEmpty()) {
                if (dossier.toldAborted || dossier.toldCommitted) {
                    count(Event.ANSWER_FORGOTTEN);
                }
                dossier.toldAborted = false;
                dossier.toldCommitted = false;
                dossier.forgottenBefore = start;
            }
            if (record != null) {
                dossier.epochs.put(record.attempt(), record.epoch());
            }
        });
    }

    // What the coordinators do

    void heard(TwoPhaseCommit.State state, TwoPhaseCommit.Input input) {
        if (state instanceof TwoPhaseCommit.State.Deciding(var proposed, var _)
                && input instanceof Chosen(var decision, var _)
                && proposed != decision) {
            count(proposed == Decision.COMMIT ? Event.ZOMBIE_PROPOSAL_LOST : Event.TAKE_OVER_FOUND_COMMIT);
        }
    }

    void closed(Decision decision) {
        count(decision == Decision.COMMIT ? Event.READ_ONLY_COMMIT : Event.CLOSED_ABORT);
    }

    /// @param asOf the start of the register that showed it; what was forgotten since may be told for a
    ///             while
    void told(TransactionId id, Decision decision, int asOf) {
        var dossier = of(id);
        if (asOf < dossier.forgottenBefore) {
            return;
        }
        switch (decision) {
            case COMMIT -> {
                var durable = dossier.decided.map(Chosen::decision).equals(Optional.of(Decision.COMMIT));
                require(durable || wroteNothing(dossier), "I4: told COMMITTED, not decided", id);
                dossier.toldCommitted = true;
            }
            case ABORT -> dossier.toldAborted = true;
        }
    }

    /// Some attempt only read: then COMMITTED and ABORTED have the same effect, and need no register.
    private static boolean wroteNothing(Dossier dossier) {
        return dossier.attempts.values().stream().anyMatch(dossier.votedReadOnly::containsAll);
    }

    // What the participants do

    void heard(TwoPhaseParticipant.State state, TwoPhaseParticipant.Input input) {
        if (input instanceof TwoPhaseParticipant.Input.Lost) {
            count(Event.REPLY_LOST);
        } else if (input instanceof TwoPhaseParticipant.Input.Found(var evidence)) {
            if (state instanceof TwoPhaseParticipant.State.Working) {
                switch (evidence) {
                    case FENCE -> count(Event.LATE_PREPARE_FENCED);
                    case PREPARED, WORK -> count(Event.PREPARE_REPEATED);
                    case RUNNING -> count(Event.PREPARE_MET_RUNNING);
                    case NONE -> {}
                }
            } else if (state instanceof TwoPhaseParticipant.State.Checking && evidence == Evidence.WORK) {
                count(Event.COMMIT_REPEATED);
            }
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
        var decision = dossier.decided.map(Chosen::decision);
        var sealed = dossier.decided.map(Chosen::sealed).orElse(Set.of());
        for (var branch : dossier.committed) {
            require(sealed.contains(branch), "I1: committed, not sealed", branch, decision);
        }
        for (var branch : sealed) {
            var aborted = dossier.abortConfirmed.contains(branch) || dossier.rolledBack.contains(branch);
            require(!aborted || dossier.sabotaged.contains(branch), "I1: aborted, sealed by COMMIT", branch);
        }
        if (!sealed.isEmpty()) {
            checkVotes(dossier, sealed);
        }
        require(
                !dossier.toldAborted || !decision.equals(Optional.of(Decision.COMMIT)),
                "told ABORTED, decided COMMIT",
                dossier.id);
        require(!dossier.toldAborted || !dossier.toldCommitted, "told COMMITTED and ABORTED", dossier.id);
    }

    private static void checkVotes(Dossier dossier, Set<BranchId> sealed) {
        var attempts = sealed.stream().map(BranchId::attempt).distinct().toList();
        require(attempts.size() == 1, "I1: one decision seals several attempts", sealed);
        for (var branch : Objects.requireNonNull(dossier.attempts.get(attempts.getFirst()), "never begun")) {
            require(
                    (sealed.contains(branch) ? dossier.votedYes : dossier.votedReadOnly).contains(branch),
                    "I3: committed without a vote",
                    branch);
        }
    }

    /// When all is quiet.
    void checkAtTheEnd(Collection<SimulatedDatabase> databases, Map<TransactionId, List<BranchWork>> works) {
        var expected = 0L;
        for (var dossier : dossiers.values()) {
            for (var branch : dossier.decided.map(Chosen::sealed).orElse(Set.of())) {
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
