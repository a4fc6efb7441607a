package io.covenant.testing;

import java.time.Duration;
import javax.sql.DataSource;

/// A running PostgreSQL server with the project's durable settings, and the faults a test may inflict on it.
///
/// Address, port and data stay the same through every stop and start.
public sealed interface PostgresInstance permits LocalPostgres, DockerPostgres {

    /// The server of this JVM, started on first use and ended after the JVM.
    ///
    /// Docker where it answers, else a process of this machine; `-Dcovenant.postgres=docker` or `local` forces
    /// one. One line on standard output says which was taken, and why.
    static PostgresInstance shared() {
        return SharedPostgres.get();
    }

    /// Where it runs, for the reader of a log.
    String description();

    String host();

    int port();

    /// Connections as superuser, for white-box checks.
    DataSource superuser(String database);

    /// A new database with an owner and a runtime role, as a service gets it in production. Its name begins with the
    /// service's.
    default TestDatabase create(String service) {
        return TestDatabase.create(this, service);
    }

    /// Ends the server at once without a checkpoint (SIGQUIT); the next start recovers from the log.
    void stopImmediately();

    /// Ends every process of the server by SIGKILL.
    void kill();

    /// Wakes or starts the server if need be, and returns when it serves.
    void start();

    /// Freezes the server: connections stay open and get no answer.
    void pause();

    /// Wakes a frozen server.
    void resume();

    /// Whether a client can connect and run a statement within the time.
    boolean serves(Duration patience);
}
