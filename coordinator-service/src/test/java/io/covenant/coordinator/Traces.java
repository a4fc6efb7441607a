package io.covenant.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.coordinator.transaction.TransactionQuery;
import io.covenant.coordinator.transaction.Transactions;
import io.covenant.transactions.replay.TraceReplay;
import io.covenant.transactions.replay.Verdict;
import io.covenant.transactions.saga.Saga;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.Event;
import java.util.Collection;
import java.util.stream.Collectors;

/// Timelines of transactions that a test has run, held against their protocols.
public final class Traces {

    private Traces() {}

    /// Of all transactions that are on record, however far they are.
    public static void requireAllowed(Transactions transactions) {
        requireAllowed(transactions.list(new TransactionQuery(null, null, null, 2_000)));
    }

    public static void requireAllowed(Collection<TransactionResource> transactions) {
        transactions.forEach(transaction -> require(transaction, TraceReplay.of(transaction)));
    }

    public static void requireAllowed(TransactionResource transaction, Saga saga) {
        require(transaction, TraceReplay.of(transaction, saga));
    }

    private static void require(TransactionResource transaction, Verdict verdict) {
        assertThat(verdict)
                .as(() -> "%s %s: %s%n%s"
                        .formatted(transaction.protocol(), transaction.id(), verdict, story(transaction)))
                .isInstanceOf(Verdict.Allowed.class);
    }

    private static String story(TransactionResource transaction) {
        return transaction.timeline().stream().map(Traces::line).collect(Collectors.joining(System.lineSeparator()));
    }

    private static String line(Event event) {
        return "  %s %s %s"
                .formatted(
                        event.event(),
                        event.branch() == null ? "" : event.branch(),
                        event.detail() == null ? "" : event.detail());
    }
}
