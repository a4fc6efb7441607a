package io.covenant.transactions.tcc;

import io.covenant.simulation.Tally;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.local.Chosen;
import io.covenant.transactions.local.Ledger;
import io.covenant.transactions.local.LocalDatabase;
import io.covenant.transactions.local.Mishap;
import io.covenant.transactions.local.Work;
import io.covenant.transactions.tcc.TccParticipant.Action;
import io.covenant.transactions.tcc.TccParticipant.Evidence;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// What must hold of try, confirm, cancel, beyond what holds of every protocol.
final class History extends Ledger {

    private final Tally<Event> tally;
    private final Map<TransactionId, List<Work>> works = new LinkedHashMap<>();
    private final Set<BranchId> reserved = new LinkedHashSet<>();
    private final Set<BranchId> nothing = new LinkedHashSet<>();
    private final Set<BranchId> hazards = new LinkedHashSet<>();
    private int requests;

    History(Tally<Event> tally, Tally<Mishap> mishaps) {
        super(mishaps);
        this.tally = tally;
    }

    void count(Event event) {
        tally.count(event);
    }

    void wanted(TransactionId id, List<Work> what) {
        works.put(id, what);
    }

    Work workOf(BranchId branch) {
        return Work.named(branch.name(), Objects.requireNonNull(works.get(branch.transaction())));
    }

    // What the coordinators do

    void requested() {
        requests++;
    }

    int requests() {
        return requests;
    }

    void heard(TryConfirmCancel.State state, TryConfirmCancel.Input input) {
        if (state instanceof TryConfirmCancel.State.Deciding(var proposed, var _)
                && input instanceof TryConfirmCancel.Input.Chosen(var decision, var _)
                && proposed != decision) {
            count(proposed == Decision.COMMIT ? Event.ZOMBIE_PROPOSAL_LOST : Event.TAKE_OVER_FOUND_COMMIT);
        }
    }

    void closed(Decision decision) {
        count(decision == Decision.COMMIT ? Event.EMPTY_COMMIT : Event.CLOSED_ABORT);
    }

    @Override
    protected void onDecided(Dossier dossier, Chosen chosen) {
        count(chosen.decision() == Decision.COMMIT ? Event.COMMIT : Event.ABORT);
        var sealed = chosen.branches();
        if (!sealed.isEmpty()) {
            var attempts = sealed.stream().map(BranchId::attempt).distinct().toList();
            require(attempts.size() == 1, "I1: one decision seals several attempts", sealed);
            for (var branch : Objects.requireNonNull(dossier.attempts.get(attempts.getFirst()), "never begun")) {
                require(
                        (sealed.contains(branch) ? reserved : nothing).contains(branch),
                        "I3: committed without an answer",
                        branch);
            }
        }
    }

    @Override
    protected boolean mayBeToldCommitted(Dossier dossier) {
        return dossier.decided.map(Chosen::decision).equals(Optional.of(Decision.COMMIT))
                || dossier.attempts.values().stream().anyMatch(nothing::containsAll);
    }

    // What the participants do

    void heard(TccParticipant.State state, TccParticipant.Input input) {
        if (state instanceof TccParticipant.State.Entering(var action)
                && input instanceof TccParticipant.Input.Found(var evidence)) {
            found(action, evidence);
        }
    }

    private void found(Action action, Evidence evidence) {
        switch (action) {
            case TRY -> {
                switch (evidence) {
                    case TRIED, CONFIRMED -> count(Event.TRY_REPEATED);
                    case CANCELLED, FENCED -> count(Event.TRY_FENCED);
                    case RUNNING -> count(Event.MET_RUNNING);
                    case NONE, FORGOTTEN -> {}
                }
            }
            case CONFIRM -> {
                switch (evidence) {
                    case CONFIRMED -> count(Event.CONFIRM_REPEATED);
                    case FORGOTTEN -> count(Event.CONFIRM_FORGOTTEN);
                    case NONE, RUNNING, TRIED, CANCELLED, FENCED -> {}
                }
            }
            case CANCEL -> {
                switch (evidence) {
                    case NONE -> count(Event.EMPTY_CANCEL);
                    case CANCELLED, FENCED -> count(Event.CANCEL_REPEATED);
                    case FORGOTTEN -> count(Event.CANCEL_FORGOTTEN);
                    case RUNNING, TRIED, CONFIRMED -> {}
                }
            }
        }
    }

    void tried(BranchId branch, TryAnswer answer) {
        switch (answer) {
            case TryAnswer.Reserved _ -> {
                require(of(branch).worked.contains(branch), "I3: said reserved, and is not", branch);
                reserved.add(branch);
            }
            case TryAnswer.Nothing _ -> {
                count(Event.NOTHING);
                nothing.add(branch);
            }
            case TryAnswer.Refused _ -> count(Event.REFUSED);
        }
    }

    @Override
    protected void became(BranchId branch, LocalDatabase.Evidence evidence) {}

    void settled(BranchId branch, Decision told, Settlement settlement) {
        var dossier = of(branch);
        switch (settlement) {
            case Settlement.Done _ -> {
                switch (told) {
                    case COMMIT -> require(dossier.used.contains(branch), "confirmed, and not used", branch);
                    case ABORT -> {
                        require(
                                !dossier.used.contains(branch) && !isHeld(dossier, branch),
                                "cancelled, and not given back",
                                branch);
                        dossier.undoneForGood.add(branch);
                    }
                }
            }
            case Settlement.Hazard(var finding) -> {
                hazards.add(branch);
                switch (finding) {
                    case NEVER_TRIED -> count(Event.HAZARD_NEVER_TRIED);
                    case CANCELLED -> count(Event.HAZARD_CANCELLED);
                    case RESERVATION_GONE -> count(Event.HAZARD_RESERVATION_GONE);
                    case CONFIRMED, FORGOTTEN -> {}
                }
                require(
                        dossier.sabotaged.contains(branch)
                                || (finding == Settlement.Finding.FORGOTTEN && dossier.purged.contains(branch)),
                        "a hazard that nobody caused",
                        branch,
                        finding);
            }
        }
    }

    private static boolean isHeld(Dossier dossier, BranchId branch) {
        return dossier.worked.contains(branch)
                && !dossier.undone.contains(branch)
                && !dossier.sabotaged.contains(branch);
    }

    // What must hold

    @Override
    protected void check(Dossier dossier) {
        var sealed = dossier.everCommitted.map(Chosen::branches).orElse(Set.of());
        for (var branch : dossier.used) {
            require(sealed.contains(branch), "I1: confirmed, not sealed", branch, dossier.decided);
        }
        for (var branch : sealed) {
            var cancelled = dossier.undone.contains(branch) || dossier.fenced.contains(branch);
            require(!cancelled || dossier.sabotaged.contains(branch), "I1: cancelled, sealed by COMMIT", branch);
        }
    }

    /// When all is quiet.
    void checkAtTheEnd(Collection<LocalDatabase> databases) {
        var expected = 0L;
        for (var dossier : all()) {
            for (var branch : dossier.everCommitted.map(Chosen::branches).orElse(Set.of())) {
                require(
                        dossier.used.contains(branch) || hazards.contains(branch),
                        "decided, and neither confirmed nor reported",
                        branch);
            }
            for (var branch : dossier.used) {
                expected += workOf(branch).amount();
            }
        }
        var taken = databases.stream().mapToLong(LocalDatabase::taken).sum();
        require(taken == expected, "I5: the accounts moved otherwise than the confirmed branches", taken, expected);
    }
}
