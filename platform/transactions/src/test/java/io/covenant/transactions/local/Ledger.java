package io.covenant.transactions.local;

import io.covenant.simulation.Tally;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.local.LocalDatabase.Evidence;
import io.covenant.transactions.local.LocalDatabase.Row;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an observer who sees every node knows, and the rules that hold whatever the protocol: one decision,
/// what clients are told is true, each effect at most once, and none after an end.
public abstract class Ledger implements Observer {

    /// All about one transaction.
    protected static final class Dossier {
        public final TransactionId id;
        public final Map<Attempt, Set<BranchId>> attempts = new LinkedHashMap<>();
        private final Map<Attempt, Integer> epochs = new LinkedHashMap<>();
        public Optional<Chosen> decided = Optional.empty();
        /// Of the COMMIT that there was at any time.
        public Optional<Chosen> everCommitted = Optional.empty();
        /// Of the first ABORT.
        public Optional<Chosen> everAborted = Optional.empty();
        public final Set<BranchId> worked = new LinkedHashSet<>();
        public final Set<BranchId> used = new LinkedHashSet<>();
        public final Set<BranchId> undone = new LinkedHashSet<>();
        public final Set<BranchId> fenced = new LinkedHashSet<>();
        public final Set<BranchId> rejected = new LinkedHashSet<>();
        public final Set<BranchId> purged = new LinkedHashSet<>();
        public final Set<BranchId> sabotaged = new LinkedHashSet<>();
        /// Somebody was promised that nothing of it is there or will be.
        public final Set<BranchId> undoneForGood = new LinkedHashSet<>();
        public boolean toldCommitted;
        public boolean toldAborted;
        public boolean forgotten;
        private int forgottenBefore;

        private Dossier(TransactionId id) {
            this.id = id;
        }
    }

    private final Tally<Mishap> mishaps;
    private final Map<TransactionId, Dossier> dossiers = new LinkedHashMap<>();
    private final Set<Dossier> touched = new LinkedHashSet<>();
    private final IdentityHashMap<Row, Row> visible = new IdentityHashMap<>();

    protected Ledger(Tally<Mishap> mishaps) {
        this.mishaps = mishaps;
    }

    @Override
    public final void count(Mishap mishap) {
        mishaps.count(mishap);
    }

    protected final Dossier of(TransactionId id) {
        var dossier = dossiers.computeIfAbsent(id, Dossier::new);
        touched.add(dossier);
        return dossier;
    }

    protected final Dossier of(BranchId branch) {
        return of(branch.transaction());
    }

    protected final Collection<Dossier> all() {
        return dossiers.values();
    }

    // What databases show

    @Override
    public final void visible(Row row) {
        if (visible.put(row, row) != null) {
            return;
        }
        var dossier = of(row.branch());
        switch (row) {
            case Row.Became(var branch, var evidence, var _, var _) -> became(dossier, branch, evidence);
            case Row.Purged(var branch) -> dossier.purged.add(branch);
            case Row.Vanished _, Row.Erased _, Row.BarrierAlone _ -> {}
        }
    }

    private void became(Dossier dossier, BranchId branch, Evidence evidence) {
        switch (evidence) {
            case WORKED, ACCEPTED -> {
                require(
                        evidence == Evidence.ACCEPTED
                                || dossier.worked.add(branch)
                                || dossier.sabotaged.contains(branch),
                        "I6: worked twice",
                        branch);
                require(!dossier.undoneForGood.contains(branch), "I7: worked after a confirmed end", branch);
                require(!dossier.forgotten, "I7: worked when all was forgotten", branch);
            }
            case USED -> require(dossier.used.add(branch), "I6: used twice", branch);
            case UNDONE -> require(dossier.undone.add(branch), "I6: undone twice", branch);
            case FENCED -> dossier.fenced.add(branch);
            case REJECTED -> dossier.rejected.add(branch);
            case NONE, RUNNING, FORGOTTEN -> throw new IllegalStateException("no row shows " + evidence);
        }
        became(branch, evidence);
    }

    /// Of what use that is to the protocol.
    protected abstract void became(BranchId branch, Evidence evidence);

    @Override
    public final void sabotaged(Row row) {
        of(row.branch()).sabotaged.add(row.branch());
    }

    // What the coordinators' database does

    @Override
    public final void begun(BeginRecord record) {
        var dossier = of(record.id());
        dossier.attempts.put(record.attempt(), record.branches());
        dossier.epochs.put(record.attempt(), record.epoch());
    }

    @Override
    public final void owned(BeginRecord record) {
        var before = of(record.id()).epochs.put(record.attempt(), record.epoch());
        require(before == null || before < record.epoch(), "I10: an epoch after a higher one", before, record);
    }

    @Override
    public final void decided(TransactionId id, Chosen chosen) {
        var dossier = of(id);
        if (dossier.decided.isEmpty()) {
            dossier.decided = Optional.of(chosen);
            switch (chosen.decision()) {
                case COMMIT -> dossier.everCommitted = Optional.of(chosen);
                case ABORT -> {
                    if (dossier.everAborted.isEmpty()) {
                        dossier.everAborted = Optional.of(chosen);
                    }
                }
            }
            onDecided(dossier, chosen);
        }
        require(dossier.decided.get().equals(chosen), "I2: decided twice", id, dossier.decided.get(), chosen);
    }

    protected abstract void onDecided(Dossier dossier, Chosen chosen);

    @Override
    public final void read(TransactionId id, Optional<Chosen> chosen) {
        var decided = of(id).decided;
        require(decided.equals(chosen), "I2: the register shows something else", id, decided, chosen);
    }

    /// Whoever was answered on the strength of a begin record that is lost was answered truly, and is
    /// forgotten.
    @Override
    public final void storeRecovered(
            Map<TransactionId, BeginRecord> begun, Map<TransactionId, Chosen> chosen, int start) {
        dossiers.forEach((id, dossier) -> {
            require(
                    dossier.decided.equals(Optional.ofNullable(chosen.get(id))),
                    "I2: the register lost a decision",
                    id,
                    dossier.decided);
            var record = begun.get(id);
            if (record == null && !dossier.attempts.isEmpty() && !dossier.forgotten) {
                count(Mishap.BEGIN_RECORD_LOST);
            }
            if ((record == null || record.closed().isEmpty()) && dossier.decided.isEmpty()) {
                forgetAnswers(dossier, start);
            }
            if (record != null) {
                dossier.epochs.put(record.attempt(), record.epoch());
            }
        });
    }

    @Override
    public final void forgotten(TransactionId id, int start) {
        var dossier = of(id);
        dossier.forgotten = true;
        dossier.decided = Optional.empty();
        forgetAnswers(dossier, start);
    }

    private static void forgetAnswers(Dossier dossier, int start) {
        dossier.toldAborted = false;
        dossier.toldCommitted = false;
        dossier.forgottenBefore = start;
    }

    @Override
    public final void told(TransactionId id, Decision decision, int asOf) {
        var dossier = of(id);
        if (dossier.forgotten || asOf < dossier.forgottenBefore) {
            return;
        }
        switch (decision) {
            case COMMIT -> {
                require(mayBeToldCommitted(dossier), "I4: told COMMITTED, not decided", id);
                dossier.toldCommitted = true;
            }
            case ABORT -> dossier.toldAborted = true;
        }
    }

    protected abstract boolean mayBeToldCommitted(Dossier dossier);

    // What must hold

    /// After every event.
    public final void check() {
        if (!touched.isEmpty()) {
            for (var dossier : touched) {
                require(
                        !dossier.toldAborted
                                || !dossier.decided.map(Chosen::decision).equals(Optional.of(Decision.COMMIT)),
                        "told ABORTED, decided COMMIT",
                        dossier.id);
                require(!dossier.toldAborted || !dossier.toldCommitted, "told COMMITTED and ABORTED", dossier.id);
                check(dossier);
            }
            touched.clear();
        }
    }

    protected abstract void check(Dossier dossier);

    protected static void require(boolean holds, String broken, @Nullable Object... about) {
        if (!holds) {
            throw new AssertionError(broken + ": " + Arrays.toString(about));
        }
    }
}
