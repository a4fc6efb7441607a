package io.covenant.launcher.platform;

import io.covenant.launcher.app.Apps;
import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.app.Role;
import io.covenant.launcher.app.ServiceApp;
import io.covenant.launcher.client.IssuedToken;
import io.covenant.launcher.locks.LockService;
import io.covenant.launcher.node.HealthCheck;
import io.covenant.launcher.node.LaunchPlan;
import io.covenant.launcher.node.Node;
import io.covenant.launcher.node.RecordedNode;
import io.covenant.launcher.node.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;

/// All nodes of Covenant on this machine: brought up, ended, found again by whoever asks later.
///
/// What is true of it lies in its home directory and in the operating system; an object of this class remembers nothing
/// that another launcher would miss.
public final class Platform {

    /// How long a node may take to become healthy unless one says otherwise.
    public static final Duration DEADLINE = Duration.ofSeconds(90);

    private static final Duration LOCK_PATIENCE = Duration.ofMinutes(5);

    private final PlatformHome home;
    private final Settings settings;
    private final Apps apps;
    private final Map<Role, ServiceApp> unpacked = new ConcurrentHashMap<>();
    private final PostgresNode postgres;
    private final LockGroup locks;
    private final PaxosGroup paxos;
    private final IssuerAccounts accounts;
    private final SequencedMap<String, Node> services;
    private final Node training;
    private final Map<Role, Path> recordings;
    private final int atOnce;

    private Platform(PlatformHome home, Settings settings, Map<Role, Path> recordings, int atOnce) {
        var clock = Clock.systemUTC();
        this.home = home;
        this.settings = settings;
        this.recordings = Map.copyOf(recordings);
        this.atOnce = atOnce;
        this.apps = new Apps(home.project(), home.apps(), JavaRuntime.current());
        this.postgres = new PostgresNode(
                home.data().resolve(Topology.POSTGRES),
                home.records(),
                settings.ports().of(Topology.POSTGRES),
                new Secrets(home.secrets()),
                clock);
        this.locks = LockGroup.of(home, settings, clock);
        this.paxos = PaxosGroup.of(home, settings);
        this.accounts = new IssuerAccounts(home, address(Role.ISSUER.service()));
        this.services = new LinkedHashMap<>();
        Topology.FULL
                .services()
                .forEach((name, role) -> services.put(
                        name,
                        new RecordedNode(
                                name,
                                ports(name, role),
                                home.records(),
                                home.logs(),
                                HealthCheck.readiness(managementPort(name, role)),
                                () -> plan(name, role),
                                clock)));
        this.training = Training.node(home, clock);
    }

    /// The platform in this home as it was last brought up, or as it would be by default.
    public static Platform in(PlatformHome home) {
        return in(home, Settings.read(home.settings()).orElseGet(Settings::standard));
    }

    /// The platform in this home with other settings, which are remembered when it is brought up.
    public static Platform in(PlatformHome home, Settings settings) {
        return new Platform(home, settings, Map.of(), Boot.atOnceHere());
    }

    /// A small platform at free ports, whose services record their caches in these files when they end.
    ///
    /// @param atOnce how many of them start at the same time
    static Platform recording(PlatformHome home, Map<Role, Path> recordings, int atOnce) {
        return new Platform(home, new Settings(true, Ports.free()), recordings, atOnce);
    }

    /// Where it lives.
    public PlatformHome home() {
        return home;
    }

    /// How it is meant to be.
    public Settings settings() {
        return settings;
    }

    /// Where users of the platform reach it.
    public URI gateway() {
        return address("gateway");
    }

    /// Where operators of the gateway reach it.
    public URI gatewayForOperators() {
        return address(Ports.management("gateway", Role.GATEWAY));
    }

    private URI address(String node) {
        return URI.create("http://127.0.0.1:" + settings.ports().of(node));
    }

    /// A token of the development issuer, for whoever acts for all customers.
    public IssuedToken token(Persona persona) {
        return token(persona, Optional.empty());
    }

    /// The same, or that of a shopper, which is about one customer.
    public IssuedToken token(Persona persona, Optional<String> customer) {
        return accounts.token(persona, customer);
    }

    /// The token that a service shows to others, for whoever tests what only services may do.
    public IssuedToken serviceToken(String service) {
        return accounts.serviceToken(service);
    }

    /// The names of the nodes that it is meant to have, in the order of their start.
    public List<String> names() {
        var names = new ArrayList<>(List.of(Topology.POSTGRES));
        names.addAll(settings.topology().services().keySet());
        return names;
    }

    /// The node of this name.
    public Node node(String name) {
        if (!names().contains(name)) {
            throw new UnknownNode(name, names());
        }
        Node service = services.get(name);
        return service == null ? postgres : service;
    }

    /// The port at which this node shows health and metrics; empty for PostgreSQL.
    public OptionalInt managementPort(String name) {
        Role role = Topology.FULL.services().get(node(name).name());
        return role == null ? OptionalInt.empty() : OptionalInt.of(managementPort(name, role));
    }

    /// Connections as the superuser to the database of a service (or to `postgres`), for whoever checks what is in it.
    public DataSource database(String name) {
        return postgres.superuser(name);
    }

    /// The lock service, to be looked at.
    public LockService locks() {
        var addresses = new LinkedHashMap<String, URI>();
        lockNodes().forEach(node -> addresses.put(node, address(node)));
        return new LockService(addresses, token(Persona.OPERATOR));
    }

    /// Where its coordinators are.
    public Map<String, URI> coordinators() {
        var addresses = new LinkedHashMap<String, URI>();
        settings.topology().nodes(Role.COORDINATOR).forEach(node -> addresses.put(node, address(node)));
        return addresses;
    }

    /// The names of the lock nodes that it is meant to have.
    public List<String> lockNodes() {
        return settings.topology().nodes(Role.LOCKS);
    }

    /// Brings up what is missing, replaces what is outdated, ends what is not wanted.
    ///
    /// @param deadline how long one node may take
    /// @return what failed; empty when all is healthy
    public Map<String, NodeEvent.Failed> up(Duration deadline, Progress progress) {
        try (var _ = lock("up", progress)) {
            settings.write(home.settings());
            locks.prepare();
            boolean trains = training.process().isPresent();
            Map<String, NodeEvent.Failed> failures;
            try (var _ = lostLockNodes(lockNodes(), progress)) {
                failures = fleet(progress)
                        .up(
                                Set.copyOf(names()),
                                stray -> trains && stray.node().equals(Training.NODE),
                                new Boot(atOnce, deadline, progress));
            }
            if (failures.isEmpty()) {
                locks.isFounded();
            }
            return failures;
        }
    }

    /// Of a group that was founded before: whoever founds one has no directory either.
    private LostLockNodes lostLockNodes(List<String> candidates, Progress progress) {
        return new LostLockNodes(locks(), locks.founding().isPresent() ? List.of() : candidates, locks::peer, progress);
    }

    /// Ends everything, in order.
    public void down(Progress progress) {
        try (var _ = lock("down", progress)) {
            end(progress);
        }
    }

    /// Ends everything and deletes what it kept; ports stay as chosen.
    public void reset(Progress progress) {
        try (var _ = lock("reset", progress)) {
            end(progress);
            for (Path path : home.perishable()) {
                Trees.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts one node, or waits for it when it is starting already.
    ///
    /// @param environment what it gets beside what it always gets
    /// @return what failed; empty when it is healthy
    public Map<String, NodeEvent.Failed> start(
            String name, Map<String, String> environment, Duration deadline, Progress progress) {
        Node node = node(name);
        try (var _ = lock("start " + name, progress)) {
            boolean isLockNode = lockNodes().contains(name);
            if (isLockNode) {
                locks.prepare();
            }
            if (lacksMajority(name)) {
                progress.note(name + " becomes healthy when a majority of the lock nodes runs;"
                        + " './covenant up' starts all that are missing.");
            }
            if (!Fleet.isMissing(node, progress)) {
                return Map.of();
            }
            try (var _ = lostLockNodes(isLockNode ? List.of(name) : List.of(), progress)) {
                return new Boot(1, deadline, progress).up(Fleet.withFreePorts(List.of(node)), environment);
            }
        }
    }

    /// Lets a process of low priority record the caches of the services that have none, so that their next start is
    /// fast.
    ///
    /// @return whether there is anything to record
    public boolean trainInBackground() {
        if (training.process().isEmpty() && !untrained().isEmpty()) {
            training.start(Map.of());
        }
        return training.process().isPresent();
    }

    /// Records the caches here and now: by a life, or by starts alone where that comes to nothing.
    ///
    /// @param atOnce how many services start, or write what they recorded, at the same time
    public void train(Life life, int atOnce, Progress progress) throws InterruptedException {
        var missing = new EnumMap<Role, ServiceApp>(Role.class);
        untrained().forEach(role -> missing.put(role, app(role)));
        try {
            if (!missing.isEmpty()) {
                new Rehearsal(home.rehearsal(), missing, atOnce).run(life, progress);
            }
        } catch (RuntimeException e) {
            progress.note("The rehearsal failed; only starts are recorded: " + e.getMessage());
        }
        for (Role role : untrained()) {
            progress.note(Training.recordStart(app(role), home.mark(), trainingEnvironment(role), home.state()));
        }
        locks.forgetTraining();
    }

    /// The role whose cache a node records, if it does.
    List<Role> recordingOf(String name) {
        return recordings.keySet().stream()
                .filter(role -> settings.topology().nodes(role).getFirst().equals(name))
                .toList();
    }

    private Map<String, String> trainingEnvironment(Role role) {
        String name = role.service() + "-training";
        Map<String, String> environment = environment(name, role, 0, 0);
        if (role == Role.LOCKS) {
            environment.putAll(locks.trainingEnvironment(name));
        }
        return environment;
    }

    /// Whether this is a lock node, and with it there are still too few to elect a primary.
    private boolean lacksMajority(String name) {
        List<String> group = lockNodes();
        long running = group.stream()
                .filter(node -> node.equals(name)
                        || Optional.ofNullable(services.get(node))
                                .flatMap(Node::process)
                                .isPresent())
                .count();
        return group.contains(name) && running <= group.size() / 2;
    }

    private void end(Progress progress) {
        Training.stop(training, home);
        fleet(progress).down();
    }

    private List<Role> untrained() {
        return List.of(Role.values()).stream()
                .filter(role -> !app(role).hasCache())
                .toList();
    }

    private Fleet fleet(Progress progress) {
        List<Node> lockNodes = Topology.FULL.nodes(Role.LOCKS).stream()
                .map(services::get)
                .filter(Objects::nonNull)
                .toList();
        return new Fleet(List.of(postgres), List.copyOf(services.values()), lockNodes, home.mark(), progress);
    }

    private PlatformLock lock(String purpose, Progress progress) {
        return PlatformLock.take(home.lock(), purpose, LOCK_PATIENCE, progress::note);
    }

    private ServiceApp app(Role role) {
        return unpacked.computeIfAbsent(role, apps::of);
    }

    private LaunchPlan plan(String node, Role role) {
        ServiceApp app = app(role);
        String mark = home.mark().argument(node);
        Map<String, String> environment =
                environment(node, role, settings.ports().of(node), managementPort(node, role));
        if (role == Role.COORDINATOR) {
            environment.putAll(paxos.environment(node));
        }
        if (role != Role.LOCKS) {
            return new LaunchPlan(command(node, app, mark), environment, home.state(), app.essence());
        }
        environment.putAll(locks.environment(node));
        String[] arguments =
                Stream.concat(Stream.of(mark), locks.founding().stream()).toArray(String[]::new);
        return new LaunchPlan(
                command(node, app, arguments), environment, home.state(), app.essence() + " " + locks.generation());
    }

    private List<String> command(String node, ServiceApp app, String... arguments) {
        Path recording = recordingOf(node).isEmpty() ? null : recordings.get(app.role());
        return recording == null ? app.command(arguments) : app.recordingLife(recording, arguments);
    }

    private SequencedMap<String, Integer> ports(String node, Role role) {
        var ports = new LinkedHashMap<String, Integer>();
        ports.put(node, settings.ports().of(node));
        role.peerPortOffset()
                .ifPresent(_ -> ports.put(Ports.peers(node), settings.ports().of(Ports.peers(node))));
        ports.put(Ports.management(node, role), managementPort(node, role));
        return ports;
    }

    private int managementPort(String node, Role role) {
        return settings.ports().of(Ports.management(node, role));
    }

    private Map<String, String> environment(String node, Role role, int port, int managementPort) {
        var environment = new HashMap<String, String>();
        environment.put("COVENANT_NODE", node);
        environment.put("SERVER_ADDRESS", "127.0.0.1");
        environment.putAll(accounts.environment(role));
        environment.put("SERVER_PORT", Integer.toString(port));
        for (Role peer : Role.values()) {
            if (peer != Role.GATEWAY && peer != Role.ISSUER) {
                environment.put("COVENANT_SERVICES_" + peer.name(), addresses(peer));
            }
        }
        environment.put(
                role == Role.GATEWAY ? "COVENANT_GATEWAY_ADMIN_PORT" : "MANAGEMENT_SERVER_PORT",
                Integer.toString(managementPort));
        if (role.hasDatabase()) {
            environment.putAll(postgres.environment(node, role));
        }
        return environment;
    }

    private String addresses(Role role) {
        return settings.topology().nodes(role).stream()
                .map(node -> address(node).toString())
                .collect(Collectors.joining(","));
    }
}
