package io.covenant.locks.faults;

import io.covenant.locks.client.LockClient;
import io.covenant.locks.fencing.FencedOffException;
import io.covenant.locks.fencing.FencingGuard;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/// A process that takes a lock, says so, waits for a line, and writes: by then it may have slept.
final class SleepyHolder {

    private SleepyHolder() {}

    /// @param arguments node, JDBC URL, user, password
    public static void main(String[] arguments) throws Exception {
        var database = new PGSimpleDataSource();
        database.setUrl(arguments[1]);
        database.setUser(arguments[2]);
        database.setPassword(arguments[3]);
        try (var guard = new FencingGuard(database);
                var client = LockClient.builder(List.of(URI.create(arguments[0])))
                        .name("sleepy")
                        .ttl(Duration.ofSeconds(2))
                        .build()) {
            var lock = client.acquire("counter/one");
            System.out.println("holds " + lock.token());
            int _ = System.in.read();
            try (var connection = database.getConnection()) {
                connection.setAutoCommit(false);
                guard.check(connection, "counter/one", lock.token(), "sleepy");
                connection.commit();
                System.out.println("wrote");
            } catch (FencedOffException fenced) {
                System.out.println("refused " + fenced.given() + " after " + fenced.current());
            }
        }
    }
}
