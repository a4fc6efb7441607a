package io.covenant.transactions.simulated;

import io.covenant.transactions.BranchId;
import java.util.IdentityHashMap;

/// Hears what becomes of branches in the databases, once each: when it happens, or after a restart when that
/// shows that it has happened.
public abstract class DatabaseObserver {

    private final IdentityHashMap<SimulatedDatabase.Row, SimulatedDatabase.Row> visible = new IdentityHashMap<>();

    protected abstract void prepared(BranchId branch);

    protected abstract void committed(BranchId branch);

    protected abstract void rolledBack(BranchId branch);

    /// An operator is about to roll it back by hand.
    protected abstract void sabotaged(BranchId branch);

    /// True once for each row of a database: its effect became visible, at once or only after a restart.
    final boolean becameVisible(SimulatedDatabase.Row row) {
        return visible.put(row, row) == null;
    }
}
