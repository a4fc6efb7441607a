package io.covenant.testing;

import io.covenant.launcher.postgres.PostgresBinaries;
import io.covenant.launcher.postgres.PostgresServer;
import io.covenant.launcher.postgres.PostgresServer.Ending;
import io.covenant.launcher.postgres.PostgresServer.IfRunning;
import io.covenant.launcher.postgres.PostgresSettings;
import io.covenant.launcher.postgres.TemporaryPostgres;
import java.time.Duration;
import javax.sql.DataSource;

/// The launcher's server in a directory of its own, gone with this JVM.
record LocalPostgres(PostgresServer server, String description) implements PostgresInstance {

    static LocalPostgres started() {
        PostgresBinaries binaries = PostgresBinaries.unpacked();
        // Not closed: it watches this JVM and ends after it, so that nothing loses its database while it shuts down.
        PostgresServer server =
                TemporaryPostgres.start(binaries, PostgresSettings.durable()).server();
        return new LocalPostgres(
                server, "PostgreSQL " + binaries.version() + " as a local process on port " + server.port());
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public DataSource superuser(String database) {
        return server.superuser(database);
    }

    @Override
    public void stopImmediately() {
        server.stop(Ending.IMMEDIATE);
    }

    @Override
    public void kill() {
        server.kill();
    }

    @Override
    public void start() {
        if (server.running().isPresent()) {
            server.resume();
        } else {
            server.start(IfRunning.REFUSE);
        }
    }

    @Override
    public void pause() {
        server.pause();
    }

    @Override
    public void resume() {
        server.resume();
    }

    @Override
    public boolean serves(Duration patience) {
        return server.running().isPresent() && Login.serves(this, server.superuserPassword(), patience);
    }
}
