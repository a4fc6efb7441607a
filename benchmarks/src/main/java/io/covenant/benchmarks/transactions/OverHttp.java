package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Ending;
import io.covenant.benchmarks.measure.KeepAliveClient.Answer;
import io.covenant.coordinator.transaction.CommitProtocol;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// The platform as it is under one protocol: one process of each service, and a client that asks the coordinator to
/// place the order.
final class OverHttp implements Contestant {

    static final String PREFIX = "http";

    private static final String TOKENS = "-tokens";

    private final Databases databases;
    private final Services services;
    private final CommitProtocol protocol;
    private final boolean tokens;
    private final boolean inTurn;

    /// @param services shared with the other protocols; their owner closes them
    /// @param tokens   whether the services ask for tokens
    /// @param inTurn   whether the branches are prepared one after the other, where there is a choice
    OverHttp(Databases databases, Services services, CommitProtocol protocol, boolean tokens, boolean inTurn) {
        this.databases = databases;
        this.services = services;
        this.protocol = protocol;
        this.tokens = tokens;
        this.inTurn = inTurn;
    }

    static String name(CommitProtocol protocol) {
        return PREFIX + "-" + Modes.name(protocol);
    }

    static String nameWithTokens(CommitProtocol protocol) {
        return name(protocol) + TOKENS;
    }

    @Override
    public String name() {
        return tokens ? nameWithTokens(protocol) : name(protocol);
    }

    @Override
    public String description() {
        return Modes.description(protocol) + (protocol == CommitProtocol.PAXOS_COMMIT ? " over three coordinators" : "")
                + "; coordinator, orders and inventory as processes of their own, with JPA and all, asked over HTTP"
                + (tokens ? ", every call with a token that is checked" : "");
    }

    @Override
    public Durability durability() {
        return Modes.durability(protocol);
    }

    @Override
    public Ending place(Purchase purchase) throws Exception {
        Answer answer = services.run(request(purchase));
        boolean committed = answer.body().contains("\"outcome\":\"COMMITTED\"");
        boolean aborted = answer.body().contains("\"outcome\":\"ABORTED\"");
        if (answer.status() == 201 && committed) {
            return Ending.COMMITTED;
        }
        boolean refused =
                answer.body().contains("\"out-of-stock\"") || answer.body().contains("\"lock-timeout\"");
        if (answer.status() == 200 && aborted && refused) {
            return Ending.REFUSED;
        }
        throw new IOException("unexpected: " + answer);
    }

    @Override
    public OptionalLong decisions() {
        // No database of the coordinators has a part in Paxos Commit.
        return protocol == CommitProtocol.PAXOS_COMMIT
                ? OptionalLong.empty()
                : Register.commits(databases.coordinator());
    }

    @Override
    public long forcedLogs() throws IOException, InterruptedException {
        return protocol == CommitProtocol.PAXOS_COMMIT ? services.acceptorsForces() : 0;
    }

    @Override
    public SequencedMap<String, ProcessHandle> processes() {
        return services.processes();
    }

    @Override
    public void close() {
        // The services are closed by their owner.
    }

    private String request(Purchase purchase) {
        String create = """
            {"service":"orders","operation":"create","payload":{"orderId":"%s","customer":"%s",\
            "lines":[{"sku":"%s","name":"%s","quantity":%d,"unitPrice":%s}]}%s}\
            """.formatted(
                        purchase.order(),
                        purchase.customer(),
                        purchase.sku(),
                        Purchase.ARTICLE,
                        Purchase.QUANTITY,
                        Purchase.PRICE,
                        isSaga() ? ",\"after\":[\"inventory\"],\"pivot\":true" : "");
        String reserve = """
            {"service":"inventory","operation":"reserve","payload":{"orderId":"%s",\
            "lines":[{"sku":"%s","quantity":%d,"unitPrice":%s}]}%s}\
            """.formatted(
                        purchase.order(),
                        purchase.sku(),
                        Purchase.QUANTITY,
                        Purchase.PRICE,
                        isSaga() ? ",\"compensation\":\"reserve\"" : "");
        return """
            {"id":"%s","name":"place-order","protocol":"%s","deadlineMillis":10000,%s"branches":[%s,%s]}\
            """.formatted(
                        purchase.order(),
                        protocol,
                        isSaga() ? "" : "\"inTurn\":" + inTurn + ",",
                        isSaga() ? reserve : create,
                        isSaga() ? create : reserve);
    }

    private boolean isSaga() {
        return protocol == CommitProtocol.SAGA;
    }
}
