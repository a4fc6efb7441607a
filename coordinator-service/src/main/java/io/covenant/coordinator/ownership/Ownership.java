package io.covenant.coordinator.ownership;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps this coordinator's lease: a row that says until when it is to be presumed alive, on the clock of the
/// database.
///
/// Losing it is not dangerous. Others then finish what this coordinator has begun, and whatever it still does is
/// checked by the register. So the lease is renewed without forcing anything to disk, and never asked before a
/// decision.
public final class Ownership implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);

    private static final String RENEW = """
            insert into coordinator (incarnation, node, lease_until)
            values (?, ?, clock_timestamp() + ? * interval '1 millisecond')
            on conflict (incarnation) do update set lease_until = excluded.lease_until
            """;

    /// Whoever ran under this node's name before is dead, or this would not have been started.
    private static final String SUCCEED =
            "update coordinator set lease_until = '-infinity' where node = ? and incarnation <> ?";

    private static final String FORGET =
            "delete from coordinator where lease_until < clock_timestamp() - interval '1 hour'";

    private static final String RELEASE = "update coordinator set lease_until = '-infinity' where incarnation = ?";

    private static final Duration FORGET_EVERY = Duration.ofMinutes(10);

    private final Incarnation self;
    private final DataSource database;
    private final OwnershipSettings settings;
    private final LongSupplier nanoTime;
    private final ScheduledExecutorService thread;

    // Of the thread alone.
    private @Nullable Connection connection;
    private boolean succeeded;
    private long forgotten;
    private boolean away;

    /// When the lease ends unless it is renewed, and since when it has not ended; both counted from the moment at
    /// which a renewal was sent, so that they err on the safe side.
    private volatile Held held = new Held(0, 0, false);

    private record Held(long since, long until, boolean ever) {}

    public Ownership(Incarnation self, DataSource database, OwnershipSettings settings, LongSupplier nanoTime) {
        this.self = self;
        this.database = database;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("coordinator-lease").daemon().factory());
    }

    public Incarnation self() {
        return self;
    }

    /// Renews from now on. Tries once before it returns, so that nothing is begun without a lease if that can be
    /// helped.
    public void start() {
        renew();
        long pause = settings.renew().toMillis();
        var _ = thread.scheduleWithFixedDelay(this::renew, pause, pause, TimeUnit.MILLISECONDS);
    }

    /// Whether others presume this coordinator alive.
    public boolean held() {
        var now = held;
        return now.ever() && nanoTime.getAsLong() - now.until() < 0;
    }

    /// Whether the lease was held without a gap for so long that everybody else who lives has renewed theirs too.
    ///
    /// Who was away, perhaps with the database, must not take its peers for dead before they could speak.
    public boolean settled() {
        var now = held;
        return held() && nanoTime.getAsLong() - now.since() >= settings.lease().toNanos();
    }

    private void renew() {
        long sent = nanoTime.getAsLong();
        try {
            var open = connection();
            if (!succeeded) {
                try (var statement = open.prepareStatement(SUCCEED)) {
                    statement.setString(1, self.node());
                    statement.setObject(2, self.id());
                    statement.executeUpdate();
                }
                succeeded = true;
            }
            try (var statement = open.prepareStatement(RENEW)) {
                statement.setObject(1, self.id());
                statement.setString(2, self.node());
                statement.setLong(3, settings.lease().toMillis());
                statement.executeUpdate();
            }
            long until = sent + settings.lease().toNanos();
            held = new Held(held() ? held.since() : sent, until, true);
            if (away) {
                LOG.info("the lease is renewed again");
                away = false;
            }
            if (sent - forgotten > FORGET_EVERY.toNanos()) {
                forgotten = sent;
                try (var statement = open.prepareStatement(FORGET)) {
                    statement.executeUpdate();
                }
            }
        } catch (SQLException e) {
            if (!away) {
                LOG.warn("the lease cannot be renewed: {}", e.getMessage());
                away = true;
            }
            disconnect();
        }
    }

    private Connection connection() throws SQLException {
        var open = connection;
        if (open == null) {
            open = database.getConnection();
            connection = open;
            open.setAutoCommit(true);
            open.setNetworkTimeout(Runnable::run, (int) settings.lease().toMillis());
            try (var statement = open.createStatement()) {
                statement.execute("set application_name = 'covenant-coordinator-lease'; set synchronous_commit = off");
            }
        }
        return open;
    }

    private void disconnect() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("closing a broken connection", e);
            }
            connection = null;
        }
    }

    /// Gives the lease up, so that others need not wait for its end.
    public void release() {
        stop(() -> {
            try (PreparedStatement statement = connection().prepareStatement(RELEASE)) {
                statement.setObject(1, self.id());
                statement.executeUpdate();
            } catch (SQLException e) {
                LOG.info("the lease could not be released, it ends by itself: {}", e.getMessage());
            }
            disconnect();
        });
    }

    /// Stops renewing, as a crash would; the lease ends by itself.
    @Override
    public void close() {
        stop(this::disconnect);
    }

    private void stop(Runnable last) {
        if (thread.isShutdown()) {
            return;
        }
        held = new Held(0, 0, false);
        try {
            thread.submit(last).get(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.debug("stopping", e);
        }
        thread.shutdownNow();
    }
}
