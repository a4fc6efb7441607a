package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.KeepAliveClient;
import io.covenant.benchmarks.measure.KeepAliveClient.Answer;
import io.covenant.benchmarks.measure.Servers;
import io.covenant.launcher.app.Apps;
import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.app.Role;
import io.covenant.launcher.client.IssuedToken;
import io.covenant.launcher.node.FreePorts;
import io.covenant.launcher.node.HealthCheck;
import io.covenant.launcher.node.Mark;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The platform's services as processes of their own, which speak HTTP with each other. All protocols share them.
final class Services implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String TRANSACTIONS = "/api/v1/transactions";
    private static final String FORCES = "covenant_paxos_forces_total";

    private final Servers processes;
    private final List<KeepAliveClient> coordinators;
    private final List<KeepAliveClient> watched;
    private final @Nullable IssuedToken token;

    /// @param coordinators where they run transactions
    /// @param watched      where the same show their metrics
    private Services(
            Servers processes,
            List<KeepAliveClient> coordinators,
            List<KeepAliveClient> watched,
            @Nullable IssuedToken token) {
        this.processes = processes;
        this.coordinators = List.copyOf(coordinators);
        this.watched = List.copyOf(watched);
        this.token = token;
    }

    /// How they are started.
    ///
    /// @param project      the checkout whose services they are
    /// @param state        where they are unpacked and write their logs
    /// @param connections  in every pool
    /// @param jvmFlags     behind their own
    /// @param firstNumber  of the nodes of each service
    /// @param coordinators one, or three that are the acceptors of Paxos Commit as well
    /// @param tokens       whether nobody is answered without a token
    record Plan(
            Path project,
            Path state,
            Mark mark,
            int connections,
            List<String> jvmFlags,
            int firstNumber,
            int coordinators,
            boolean tokens) {}

    static Services start(Databases databases, Plan plan) throws IOException, InterruptedException {
        var starting = new Starting(databases, plan);
        try {
            return starting.services();
        } catch (IOException | InterruptedException | RuntimeException e) {
            starting.processes.close();
            throw e;
        }
    }

    /// Asks the first coordinator to run a transaction.
    Answer run(String transaction) throws IOException, InterruptedException {
        return coordinators.getFirst().post(TRANSACTIONS, transaction, authorization());
    }

    private Map<String, String> authorization() throws IOException, InterruptedException {
        return token == null ? Map.of() : Map.of("Authorization", token.authorization());
    }

    /// How often the coordinators have forced their logs as acceptors.
    long acceptorsForces() throws IOException {
        long forces = 0;
        for (KeepAliveClient coordinator : watched) {
            forces += coordinator
                    .get("/actuator/prometheus")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(FORCES))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .findFirst()
                    .orElseThrow(() -> new IOException("a coordinator does not tell " + FORCES));
        }
        return forces;
    }

    SequencedMap<String, ProcessHandle> processes() {
        return processes.handles();
    }

    @Override
    public void close() {
        Stream.concat(coordinators.stream(), watched.stream()).forEach(client -> {
            try {
                client.close();
            } catch (IOException e) {
                // Nothing is asked any more.
            }
        });
        processes.close();
    }

    /// The way there.
    private static final class Starting {

        private final Databases databases;
        private final Plan plan;
        private final Apps apps;
        private final SequencedMap<String, Integer> ports = new LinkedHashMap<>();
        private final Map<String, Integer> managementPorts = new HashMap<>();
        private final SequencedMap<String, Role> roles = new LinkedHashMap<>();
        private final Map<Role, String> secrets = new HashMap<>();
        private final Servers processes;

        Starting(Databases databases, Plan plan) {
            this.databases = databases;
            this.plan = plan;
            this.processes = new Servers(plan.state().resolve("services-" + plan.firstNumber()));
            this.apps = new Apps(plan.project(), plan.state().resolve("apps"), JavaRuntime.current());
            if (plan.tokens()) {
                roles.put(issuerNode(), Role.ISSUER);
            }
            IntStream.range(0, plan.coordinators())
                    .forEach(number -> roles.put("coordinator-" + (plan.firstNumber() + number), Role.COORDINATOR));
            roles.put("inventory-" + plan.firstNumber(), Role.INVENTORY);
            roles.put("orders-" + plan.firstNumber(), Role.ORDERS);
            Iterator<Integer> free = FreePorts.several(2 * roles.size()).iterator();
            roles.forEach((node, role) -> {
                ports.put(node, free.next());
                managementPorts.put(node, free.next());
                secrets.putIfAbsent(role, UUID.randomUUID().toString());
            });
        }

        Services services() throws IOException, InterruptedException {
            for (Map.Entry<String, Role> node : roles.entrySet()) {
                start(node.getKey(), node.getValue());
                if (node.getValue() == Role.ISSUER) {
                    awaitReady(node.getKey());
                }
            }
            for (String node : roles.keySet()) {
                awaitReady(node);
            }
            var clients = nodes(Role.COORDINATOR).stream()
                    .map(node -> new KeepAliveClient(port(node), PATIENCE))
                    .toList();
            var watched = nodes(Role.COORDINATOR).stream()
                    .map(node -> new KeepAliveClient(managementPort(node), PATIENCE))
                    .toList();
            var token = plan.tokens()
                    ? new IssuedToken(issuer(), Role.ORDERS.service(), secret(Role.ORDERS), Optional.empty())
                    : null;
            return new Services(processes, clients, watched, token);
        }

        private void start(String node, Role role) throws IOException {
            var flags = new ArrayList<String>();
            if (role == Role.COORDINATOR && plan.coordinators() > 1) {
                flags.add("-Xmx512m"); // an acceptor remembers what it took for minutes
            }
            flags.addAll(plan.jvmFlags());
            processes.start(node, ServiceCommand.of(apps.of(role), plan.mark(), node, flags), environment(node, role));
        }

        private void awaitReady(String node) throws IOException, InterruptedException {
            processes.await(node, HealthCheck.readiness(managementPort(node))::passes);
        }

        private Map<String, String> environment(String node, Role role) {
            var environment = new HashMap<String, String>();
            environment.put("COVENANT_NODE", node);
            environment.put("SERVER_ADDRESS", "127.0.0.1");
            environment.put("SERVER_PORT", Integer.toString(port(node)));
            environment.put("MANAGEMENT_SERVER_PORT", Integer.toString(managementPort(node)));
            environment.putAll(plan.tokens() ? account(role) : Map.of("COVENANT_SECURITY_MODE", "open"));
            if (role == Role.ISSUER) {
                return environment;
            }
            for (Role other : List.of(Role.COORDINATOR, Role.INVENTORY, Role.ORDERS)) {
                environment.put(
                        "COVENANT_SERVICES_" + other.name(),
                        nodes(other).stream()
                                .map(peer -> address(peer).toString())
                                .collect(Collectors.joining(",")));
            }
            // Nobody asks for locks here, and nobody would answer.
            environment.put("COVENANT_SERVICES_LOCKS", "http://127.0.0.1:1");
            environment.put("COVENANT_LOCKS_CLIENT_EAGER", "false");
            environment.put("COVENANT_REGISTRY_ENABLED", "false");
            if (role == Role.COORDINATOR && plan.coordinators() > 1) {
                environment.putAll(acceptor(node));
            }
            environment.putAll(database(node, role));
            return environment;
        }

        private Map<String, String> account(Role role) {
            if (role == Role.ISSUER) {
                var environment = new HashMap<String, String>();
                environment.put("COVENANT_ISSUER_URI", issuer().toString());
                environment.put(
                        "COVENANT_ISSUER_KEY",
                        plan.state().resolve("issuer-signing-key.json").toString());
                secrets.forEach((account, secret) -> environment.put(
                        "COVENANT_ISSUER_SECRETS_" + account.service().toUpperCase(Locale.ROOT), secret));
                return environment;
            }
            return Map.of(
                    "COVENANT_SECURITY_ISSUER", issuer().toString(),
                    "COVENANT_SECURITY_CLIENT_ID", role.service(),
                    "COVENANT_SECURITY_CLIENT_SECRET", secret(role));
        }

        private Map<String, String> acceptor(String node) {
            var members = nodes(Role.COORDINATOR).stream()
                    .collect(
                            Collectors.toMap(peer -> peer, peer -> address(peer).toString()));
            var properties = Map.of("covenant", Map.of("coordinator", Map.of("paxos", Map.of("members", members))));
            return Map.of(
                    "COVENANT_COORDINATOR_PAXOS_DIRECTORY",
                    plan.state()
                            .resolve("servers")
                            .resolve("acceptors")
                            .resolve(node)
                            .toString(),
                    // Names with a dash cannot be part of a variable's name.
                    "SPRING_APPLICATION_JSON",
                    JsonMapper.shared().writeValueAsString(properties));
        }

        private Map<String, String> database(String node, Role role) {
            Database database = switch (role) {
                case ORDERS -> databases.orders();
                case INVENTORY -> databases.inventory();
                case COORDINATOR -> databases.coordinator();
                case ISSUER, LOCKS, GATEWAY -> throw new IllegalArgumentException(role + " has no database here");
            };
            var runtime = database.database().runtime();
            var owner = database.database().owner();
            return Map.of(
                    "SPRING_DATASOURCE_URL", database.jdbcUrl(node),
                    "SPRING_DATASOURCE_USERNAME", runtime.name(),
                    "SPRING_DATASOURCE_PASSWORD", runtime.password(),
                    "SPRING_FLYWAY_USER", owner.name(),
                    "SPRING_FLYWAY_PASSWORD", owner.password(),
                    "SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE", Integer.toString(plan.connections()));
        }

        private List<String> nodes(Role role) {
            return roles.keySet().stream()
                    .filter(node -> roles.get(node) == role)
                    .toList();
        }

        private URI address(String node) {
            return URI.create("http://127.0.0.1:" + port(node));
        }

        private URI issuer() {
            return address(issuerNode());
        }

        private String issuerNode() {
            return "issuer-" + plan.firstNumber();
        }

        private String secret(Role role) {
            return Objects.requireNonNull(secrets.get(role));
        }

        private int port(String node) {
            return Objects.requireNonNull(ports.get(node));
        }

        private int managementPort(String node) {
            return Objects.requireNonNull(managementPorts.get(node));
        }
    }
}
