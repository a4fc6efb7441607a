package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Ending;
import io.covenant.benchmarks.measure.KeepAliveClient;
import io.covenant.benchmarks.measure.KeepAliveClient.Answer;
import io.covenant.launcher.app.Apps;
import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.app.Role;
import io.covenant.launcher.node.FreePorts;
import io.covenant.launcher.node.Mark;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/// The platform as it is: one process of each service, which speak HTTP with each other, and a client that asks the
/// coordinator to place the order.
final class OverHttp implements Contestant {

    static final String NAME = "http";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Servers servers;
    private final List<ServiceProcess> processes;
    private final KeepAliveClient client;
    private final boolean inTurn;

    private OverHttp(Servers servers, List<ServiceProcess> processes, KeepAliveClient client, boolean inTurn) {
        this.servers = servers;
        this.processes = List.copyOf(processes);
        this.client = client;
        this.inTurn = inTurn;
    }

    /// Starts the services of a checkout.
    ///
    /// @param state where they are unpacked and write their logs
    /// @param jvmFlags behind their own
    /// @param inTurn whether the branches are prepared one after the other
    static OverHttp start(
            Servers servers,
            Path project,
            Path state,
            Mark mark,
            int connections,
            List<String> jvmFlags,
            boolean inTurn)
            throws IOException, InterruptedException {
        var apps = new Apps(project, state.resolve("apps"), JavaRuntime.current());
        SequencedMap<Role, Integer> ports = new LinkedHashMap<>();
        for (Role role : List.of(Role.COORDINATOR, Role.INVENTORY, Role.ORDERS)) {
            ports.put(role, FreePorts.one());
        }
        var processes = new ArrayList<ServiceProcess>();
        try {
            for (Map.Entry<Role, Integer> port : ports.entrySet()) {
                Role role = port.getKey();
                String node = role.service() + "-1";
                var process = ServiceProcess.start(
                        node,
                        port.getValue(),
                        apps.of(role),
                        mark,
                        environment(node, role, ports, database(servers, role), connections),
                        jvmFlags,
                        state.resolve("logs"));
                processes.add(process);
                process.awaitReady();
            }
            var client = new KeepAliveClient(port(ports, Role.COORDINATOR), PATIENCE);
            return new OverHttp(servers, processes, client, inTurn);
        } catch (IOException | InterruptedException | RuntimeException e) {
            processes.forEach(ServiceProcess::close);
            throw e;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "coordinator-1, orders-1 and inventory-1 as processes of their own, with JPA and all, asked over HTTP";
    }

    @Override
    public Ending place(Purchase purchase) throws Exception {
        Answer answer = client.post("/api/v1/transactions", request(purchase));
        boolean committed = answer.body().contains("\"outcome\":\"COMMITTED\"");
        boolean aborted = answer.body().contains("\"outcome\":\"ABORTED\"");
        if (answer.status() == 201 && committed) {
            return Ending.COMMITTED;
        }
        if (answer.status() == 200 && aborted) {
            if (answer.body().contains("\"out-of-stock\"")) {
                return Ending.REFUSED;
            }
        }
        throw new IOException("unexpected: " + answer);
    }

    @Override
    public long decisions() {
        return Register.commits(servers.coordinator());
    }

    @Override
    public SequencedMap<String, ProcessHandle> processes() {
        var handles = new LinkedHashMap<String, ProcessHandle>();
        processes.forEach(
                process -> handles.put(process.node(), process.process().toHandle()));
        return handles;
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            // Nothing is asked any more.
        }
        processes.forEach(ServiceProcess::close);
    }

    private String request(Purchase purchase) {
        return """
                {"id":"%1$s","name":"place-order","deadlineMillis":10000,"inTurn":%7$b,"branches":[\
                {"service":"orders","operation":"create","payload":{"orderId":"%1$s","customer":"%2$s",\
                "lines":[{"sku":"%3$s","name":"%4$s","quantity":%5$d,"unitPrice":%6$s}]}},\
                {"service":"inventory","operation":"reserve","payload":{"orderId":"%1$s",\
                "lines":[{"sku":"%3$s","quantity":%5$d,"unitPrice":%6$s}]}}]}""".formatted(
                        purchase.order(),
                        purchase.customer(),
                        purchase.sku(),
                        Purchase.ARTICLE,
                        Purchase.QUANTITY,
                        Purchase.PRICE,
                        inTurn);
    }

    private static Map<String, String> environment(
            String node, Role role, Map<Role, Integer> ports, Database database, int connections) {
        var environment = new HashMap<String, String>();
        environment.put("COVENANT_NODE", node);
        environment.put("COVENANT_SECURITY_MODE", "open");
        environment.put("SERVER_ADDRESS", "127.0.0.1");
        environment.put("SERVER_PORT", Integer.toString(port(ports, role)));
        ports.forEach(
                (other, port) -> environment.put("COVENANT_SERVICES_" + other.name(), "http://127.0.0.1:" + port));
        // Nobody asks for locks here, and nobody would answer.
        environment.put("COVENANT_SERVICES_LOCKS", "http://127.0.0.1:1");
        environment.put("COVENANT_LOCKS_CLIENT_EAGER", "false");
        environment.put("COVENANT_REGISTRY_ENABLED", "false");
        environment.put("SPRING_DATASOURCE_URL", database.jdbcUrl(node));
        environment.put(
                "SPRING_DATASOURCE_USERNAME", database.database().runtime().name());
        environment.put(
                "SPRING_DATASOURCE_PASSWORD", database.database().runtime().password());
        environment.put("SPRING_FLYWAY_USER", database.database().owner().name());
        environment.put("SPRING_FLYWAY_PASSWORD", database.database().owner().password());
        environment.put("SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE", Integer.toString(connections));
        return environment;
    }

    private static Database database(Servers servers, Role role) {
        return switch (role) {
            case ORDERS -> servers.orders();
            case INVENTORY -> servers.inventory();
            case COORDINATOR -> servers.coordinator();
            case ISSUER, LOCKS, GATEWAY -> throw new IllegalArgumentException(role + " has no database here");
        };
    }

    private static int port(Map<Role, Integer> ports, Role role) {
        return Objects.requireNonNull(ports.get(role));
    }
}
