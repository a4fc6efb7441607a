package io.covenant.launcher.platform;

import io.covenant.launcher.app.Role;
import io.covenant.launcher.node.Node;
import io.covenant.launcher.node.NodeLog;
import io.covenant.launcher.node.NodeRecord;
import io.covenant.launcher.node.NodeState;
import io.covenant.launcher.node.ProcessIdentity;
import io.covenant.launcher.postgres.PostgresBinaries;
import io.covenant.launcher.postgres.PostgresServer;
import io.covenant.launcher.postgres.PostgresSettings;
import io.covenant.launcher.postgres.ServiceDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/// PostgreSQL as a node: one server, a database for every service that has one.
final class PostgresNode implements Node {

    private static final String ANY = "any";

    /// A coordinator may leave a thousand transactions with two branches each, and others go on.
    private static final String MOST_PREPARED = "2400";

    private final Path home;
    private final Path record;
    private final PostgresSettings settings;
    private final Secrets secrets;
    private final InstantSource clock;

    PostgresNode(Path home, Path records, int port, Secrets secrets, InstantSource clock) {
        this.home = home;
        this.record = records.resolve(Topology.POSTGRES);
        this.settings = PostgresSettings.durable()
                .with("max_prepared_transactions", MOST_PREPARED)
                .withPort(port);
        this.secrets = secrets;
        this.clock = clock;
    }

    @Override
    public String name() {
        return Topology.POSTGRES;
    }

    @Override
    public int port() {
        return settings.port();
    }

    @Override
    public NodeLog log() {
        return new NodeLog(found().log());
    }

    @Override
    public NodeState state() {
        Optional<ProcessIdentity> process = process();
        if (process.isEmpty()) {
            return record().isPresent() ? NodeState.DEAD : NodeState.STOPPED;
        }
        return switch (process.get().liveness()) {
            case GONE -> NodeState.DEAD;
            case PAUSED -> NodeState.PAUSED;
            case RUNNING -> found().answers(Duration.ofSeconds(1)) ? NodeState.HEALTHY : NodeState.NOT_READY;
        };
    }

    @Override
    public Optional<ProcessIdentity> process() {
        return found().running().map(ProcessHandle::pid).flatMap(ProcessIdentity::of);
    }

    @Override
    public Optional<Instant> startedAt() {
        return record().map(NodeRecord::startedAt);
    }

    @Override
    public boolean isOutdated() {
        return process().isPresent() && found().port() != settings.port();
    }

    /// Starts the server, or takes over the one that runs, and sees to it that the databases are there.
    @Override
    public void start(Map<String, String> environment) {
        PostgresServer server = PostgresServer.in(home, PostgresBinaries.unpacked(), settings);
        PostgresServer.Running running = server.start(PostgresServer.IfRunning.ADOPT);
        try {
            var process = ProcessIdentity.of(running.pid()).orElse(new ProcessIdentity(running.pid(), ANY));
            new NodeRecord(process, ANY, clock.instant()).write(record);
            provision(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean stop(Duration patience) {
        boolean ran = process().isPresent();
        if (ran) {
            found().stop(PostgresServer.Ending.FAST);
        }
        try {
            Files.deleteIfExists(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ran;
    }

    @Override
    public boolean kill() {
        return found().kill() != PostgresServer.Ending.NOT_RUNNING;
    }

    @Override
    public boolean pause() {
        boolean running = process().isPresent();
        found().pause();
        return running;
    }

    @Override
    public boolean resume() {
        boolean running = process().isPresent();
        found().resume();
        return running;
    }

    /// Connections as the superuser, to look at what the services keep.
    DataSource superuser(String database) {
        return found().superuser(database);
    }

    /// What a service needs to reach its database: to work, and to migrate.
    Map<String, String> environment(String node, Role role) {
        ServiceDatabase database = database(role);
        return Map.of(
                "SPRING_DATASOURCE_URL",
                "jdbc:postgresql://127.0.0.1:%d/%s?ApplicationName=%s".formatted(port(), database.name(), node),
                "SPRING_DATASOURCE_USERNAME",
                database.runtime().name(),
                "SPRING_DATASOURCE_PASSWORD",
                database.runtime().password(),
                "SPRING_FLYWAY_USER",
                database.owner().name(),
                "SPRING_FLYWAY_PASSWORD",
                database.owner().password());
    }

    private void provision(PostgresServer server) throws IOException {
        List<Role> roles =
                Arrays.stream(Role.values()).filter(Role::hasDatabase).toList();
        Path done = home.resolve("provisioned");
        if (Files.exists(done) && Files.readString(done).equals(roles.toString())) {
            return;
        }
        roles.forEach(role -> database(role).provision(server::superuser));
        Files.writeString(done, roles.toString());
    }

    private ServiceDatabase database(Role role) {
        String name = role.service();
        return ServiceDatabase.of(name, secrets.of(name + "_owner"), secrets.of(name));
    }

    private Optional<NodeRecord> record() {
        try {
            return NodeRecord.read(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The server for everything but its start, which alone needs the binaries.
    private PostgresServer found() {
        return PostgresServer.in(home, new PostgresBinaries(home, ""), settings);
    }
}
