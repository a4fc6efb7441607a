package io.covenant.testing;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The one server of this JVM, and the choice which it is.
final class SharedPostgres {

    private static @Nullable PostgresInstance chosen;
    private static @Nullable String failure;

    private SharedPostgres() {}

    static synchronized PostgresInstance get() {
        if (failure != null) {
            // Every test would wait for the same failure again.
            throw new IllegalStateException("PostgreSQL could not be had before: " + failure);
        }
        if (chosen == null) {
            try {
                chosen = choose(System.getProperty("covenant.postgres", "auto"));
            } catch (RuntimeException e) {
                failure = String.valueOf(e.getMessage());
                throw e;
            }
        }
        return chosen;
    }

    static synchronized Optional<PostgresInstance> ifChosen() {
        return Optional.ofNullable(chosen);
    }

    private static PostgresInstance choose(String wish) {
        return switch (wish.toLowerCase(Locale.ROOT)) {
            case "docker" -> said(DockerPostgres.started(), "asked for by covenant.postgres");
            case "local" -> said(LocalPostgres.started(), "asked for by covenant.postgres");
            case "auto" ->
                switch (DockerProbe.ask()) {
                    case DockerProbe.Answers(var where) -> said(DockerPostgres.started(), "Docker answers at " + where);
                    case DockerProbe.Silent(var why) -> said(LocalPostgres.started(), why);
                };
            default ->
                throw new IllegalArgumentException("covenant.postgres is docker, local or auto, not '" + wish + "'");
        };
    }

    @SuppressWarnings("SystemOut")
    private static PostgresInstance said(PostgresInstance instance, String why) {
        System.out.println("PostgreSQL for tests: " + instance.description() + " (" + why + ")");
        return instance;
    }
}
