package io.covenant.testing;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.NotModifiedException;
import io.covenant.launcher.node.FreePorts;
import io.covenant.launcher.postgres.PostgresSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.testcontainers.postgresql.PostgreSQLContainer;

/// The official image in a container, with the same settings as everywhere.
///
/// The port outside is chosen by us and not by Docker, which would hand out another one at every start.
record DockerPostgres(PostgreSQLContainer container, int port) implements PostgresInstance {

    private static final String IMAGE = "postgres:17";
    private static final int LINES_TOLD = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    static DockerPostgres started() {
        for (int attempt = 1; ; attempt++) {
            var postgres = new DockerPostgres(configured(new PostgreSQLContainer(IMAGE)), FreePorts.one());
            postgres.container().setPortBindings(List.of(postgres.port() + ":5432"));
            try {
                postgres.container().start();
                return postgres;
            } catch (RuntimeException e) {
                boolean portTaken = causes(e).matches("(?is).*(port is already allocated|address already in use).*");
                if (!portTaken || attempt == 3) {
                    throw new IllegalStateException(
                            "Docker answers but does not run %s (%s); -Dcovenant.postgres=local does without it.%n%s"
                                    .formatted(IMAGE, causes(e), postgres.lastLogLines()),
                            e);
                }
            }
        }
    }

    @Override
    public String description() {
        return IMAGE + " in Docker on port " + port;
    }

    @Override
    public String host() {
        return container.getHost();
    }

    @Override
    public DataSource superuser(String database) {
        return Login.as(container.getUsername(), container.getPassword(), Login.jdbcUrl(this, database));
    }

    @Override
    public void stopImmediately() {
        signal("SIGQUIT");
    }

    @Override
    public void kill() {
        signal("SIGKILL");
    }

    @Override
    public void start() {
        resume();
        try {
            docker().startContainerCmd(container.getContainerId()).exec();
        } catch (NotModifiedException _) {
            // It runs.
        }
        await("serve", () -> serves(Duration.ofSeconds(2)));
    }

    @Override
    public void pause() {
        docker().pauseContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void resume() {
        if (Boolean.TRUE.equals(state().getPaused())) {
            docker().unpauseContainerCmd(container.getContainerId()).exec();
        }
    }

    @Override
    public boolean serves(Duration patience) {
        return Login.serves(this, container.getPassword(), patience);
    }

    private void signal(String signal) {
        resume();
        if (Boolean.TRUE.equals(state().getRunning())) {
            docker().killContainerCmd(container.getContainerId())
                    .withSignal(signal)
                    .exec();
            await("end", () -> !Boolean.TRUE.equals(state().getRunning()));
        }
    }

    private ContainerState state() {
        return docker().inspectContainerCmd(container.getContainerId()).exec().getState();
    }

    private DockerClient docker() {
        return container.getDockerClient();
    }

    private static PostgreSQLContainer configured(PostgreSQLContainer container) {
        var command = new ArrayList<>(List.of("postgres"));
        PostgresSettings.durable().parameters().forEach((name, value) -> {
            // What only shapes the log stays the image's, and has blanks that entry points pass on without quotes.
            if (!name.startsWith("log_")) {
                command.addAll(List.of("-c", name + "=" + value));
            }
        });
        return container
                .withUsername(Login.SUPERUSER)
                .withPassword(UUID.randomUUID().toString())
                .withDatabaseName(Login.SUPERUSER)
                .withEnv("POSTGRES_INITDB_ARGS", "--encoding=UTF8 --locale=C")
                .withCommand(command.toArray(String[]::new));
    }

    private String lastLogLines() {
        try {
            List<String> lines = container.getLogs().lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size()));
        } catch (RuntimeException _) {
            // It never came to a container.
            return "";
        }
    }

    private static String causes(Throwable e) {
        return Stream.iterate(e, Objects::nonNull, Throwable::getCause)
                .map(cause ->
                        String.valueOf(cause.getMessage()).lines().findFirst().orElse(""))
                .distinct()
                .collect(Collectors.joining(": "));
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(IMAGE + " does not " + what + " within " + PATIENCE.toSeconds() + " s");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + IMAGE, e);
            }
        }
    }
}
