package io.covenant.system;

import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.initiator.CommitProtocol;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/// One fault under one protocol.
record MatrixCell(CommitProtocol protocol, Fault fault) {

    /// What happens to a process, or between two.
    sealed interface Fault {

        /// In the words of the page.
        String text();

        /// Those of one stage are played one after the other: what one has started serves the next.
        String stage();

        /// A process dies at a place of its code.
        record Crash(CrashPoint point, String victim) implements Fault {
            @Override
            public String text() {
                return "%s dies at %s".formatted(victim, point);
            }

            @Override
            public String stage() {
                return switch (point) {
                    case C11_TAKEN_OVER, C13_INQUIRY_DECIDED -> "2 " + point;
                    case C0_BEFORE_BEGIN,
                            C1_BEGIN_STORED,
                            C2_BRANCH_EXECUTED,
                            C3_BARRIER_INSERTED,
                            C4_BEFORE_PREPARE,
                            C5_PREPARED,
                            C6_VOTES_IN,
                            C7_DECISION_FORCED,
                            C8_ONE_BRANCH_TOLD,
                            C9_COMMITTED_BEFORE_ACK,
                            C10_ALL_ACKED,
                            C12_ACCEPTED -> "1 " + victim;
                };
            }
        }

        /// Somewhere between two processes, or to one that has no such places.
        record Trouble(Kind kind) implements Fault {
            @Override
            public String text() {
                return kind.text;
            }

            @Override
            public String stage() {
                return "3 " + kind;
            }
        }
    }

    /// What is done from outside.
    enum Kind {
        ZOMBIE("coordinator-1 sleeps past its lease, and wakes"),
        PARTITION("coordinator-1 reaches no inventory for 6 s"),
        ANSWERS_LOST("inventory hears coordinator-1, and is not heard for 6 s"),
        DATABASE_DIES("PostgreSQL is killed when the first branch is to be carried through");

        final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    /// All that a protocol can die of.
    static Stream<MatrixCell> all() {
        return Stream.of(CommitProtocol.values())
                .flatMap(protocol -> Stream.concat(
                                Stream.of(CrashPoint.values())
                                        .filter(point -> !absent(protocol).contains(point))
                                        .map(point -> new Fault.Crash(point, victim(protocol, point))),
                                Stream.of(Kind.values()).map(Fault.Trouble::new))
                        .map(fault -> new MatrixCell(protocol, fault)));
    }

    /// The places that a protocol does not have, see the page.
    private static Set<CrashPoint> absent(CommitProtocol protocol) {
        return switch (protocol) {
            case TWO_PHASE -> EnumSet.of(CrashPoint.C12_ACCEPTED);
            case THREE_PHASE -> EnumSet.of(CrashPoint.C13_INQUIRY_DECIDED);
            case TCC ->
                EnumSet.of(
                        CrashPoint.C4_BEFORE_PREPARE,
                        CrashPoint.C5_PREPARED,
                        CrashPoint.C12_ACCEPTED,
                        CrashPoint.C13_INQUIRY_DECIDED);
            case SAGA ->
                EnumSet.of(
                        CrashPoint.C4_BEFORE_PREPARE,
                        CrashPoint.C5_PREPARED,
                        CrashPoint.C8_ONE_BRANCH_TOLD,
                        CrashPoint.C12_ACCEPTED,
                        CrashPoint.C13_INQUIRY_DECIDED);
            case PAXOS_COMMIT -> EnumSet.of(CrashPoint.C1_BEGIN_STORED, CrashPoint.C6_VOTES_IN);
        };
    }

    /// Of the coordinators, the first, which drives, or the second, which takes over.
    private static String victim(CommitProtocol protocol, CrashPoint point) {
        return switch (point) {
            case C0_BEFORE_BEGIN,
                    C1_BEGIN_STORED,
                    C6_VOTES_IN,
                    C7_DECISION_FORCED,
                    C8_ONE_BRANCH_TOLD,
                    C10_ALL_ACKED,
                    C13_INQUIRY_DECIDED -> "coordinator-1";
            case C2_BRANCH_EXECUTED, C5_PREPARED -> "orders-1";
            case C3_BARRIER_INSERTED, C4_BEFORE_PREPARE, C9_COMMITTED_BEFORE_ACK -> "inventory-2";
            case C11_TAKEN_OVER -> "coordinator-2";
            case C12_ACCEPTED -> protocol == CommitProtocol.PAXOS_COMMIT ? "coordinator-2" : "inventory-2";
        };
    }

    /// A name for files.
    String key() {
        return protocol.text()
                + "-"
                + switch (fault) {
                    case Fault.Crash(var point, var _) -> point.name();
                    case Fault.Trouble(var kind) -> kind.name();
                };
    }

    @Override
    public String toString() {
        return protocol.text() + ": " + fault.text();
    }
}
