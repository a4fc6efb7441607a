package io.covenant.coordinator.acceptor;

import io.covenant.consensus.wal.LogOptions;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.Ballot;
import io.covenant.transactions.paxoscommit.Outcome;
import io.covenant.transactions.paxoscommit.Plan;
import io.covenant.transactions.paxoscommit.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/// An acceptor in a process of its own, to be killed: takes COMMIT for one transaction after the other, and prints the
/// number of each that it has answered.
final class AcceptorProcess {

    static final Ballot BALLOT = new Ballot(1, "coordinator-1", 7);

    private static final int MANY = 100_000;

    private AcceptorProcess() {}

    public static void main(String[] args) throws IOException {
        @SuppressWarnings("resource") // it is killed
        var acceptor = open(Path.of(args[0]), 200);
        for (var number = 1; number <= MANY; number++) {
            var answered = number;
            acceptor.ask(
                    id(number),
                    new Request.Accept(BALLOT, Outcome.commit(plan(id(number)))),
                    reply -> System.out.println(answered + "."),
                    _ -> {});
        }
    }

    static DurableAcceptor open(Path directory, int recordsPerSnapshot) throws IOException {
        return DurableAcceptor.open(
                directory,
                "coordinator-1",
                new TreeSet<>(Set.of("coordinator-1")),
                new DurableAcceptor.Options(
                        recordsPerSnapshot, LogOptions.standard().withSegmentBytes(64 * 1024)),
                () -> 42,
                System::nanoTime,
                _ -> {},
                failure -> {
                    throw new IllegalStateException(failure);
                });
    }

    static TransactionId id(long number) {
        return new TransactionId(new UUID(((1_000_000 + number) << 16) | 0x7000, 0x8000_0000_0000_0000L | number));
    }

    static Plan plan(TransactionId id) {
        return new Plan(new TreeMap<>(Map.of(
                new BranchId(id, new Attempt(-5), "orders"), "orders",
                new BranchId(id, new Attempt(-5), "inventory"), "inventory")));
    }
}
