package io.covenant.locks.cluster;

import io.covenant.simulation.Program;

/// Whoever uses the service.
interface Customer extends Program {

    /// It took and released a lock after all trouble was over, and left.
    boolean contented();
}
