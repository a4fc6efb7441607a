package io.covenant.benchmarks.transactions;

import io.covenant.coordinator.transaction.CommitProtocol;

/// The protocols of the platform as contestants.
final class Modes {

    private Modes() {}

    /// What contestants under it are called behind the dash.
    static String name(CommitProtocol protocol) {
        return switch (protocol) {
            case TWO_PHASE -> "2pc";
            case THREE_PHASE -> "3pc";
            case PAXOS_COMMIT -> "paxos";
            case TCC -> "tcc";
            case SAGA -> "saga";
        };
    }

    /// For the reader of the table.
    static String description(CommitProtocol protocol) {
        return switch (protocol) {
            case TWO_PHASE -> "two-phase commit";
            case THREE_PHASE -> "three-phase commit that a quorum of databases can end";
            case PAXOS_COMMIT -> "Paxos Commit";
            case TCC -> "try, confirm, cancel";
            case SAGA -> "a saga, stock first";
        };
    }

    static Durability durability(CommitProtocol protocol) {
        return switch (protocol) {
            case TWO_PHASE, THREE_PHASE -> Durability.FORCED;
            case PAXOS_COMMIT -> Durability.FORCED_AT_MOST;
            case TCC, SAGA -> Durability.FORCED_IN_PARTS;
        };
    }
}
