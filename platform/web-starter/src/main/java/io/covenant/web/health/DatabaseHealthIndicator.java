package io.covenant.web.health;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/// Whether the database answers, told within a second also when it does not.
///
/// One probe is under way at a time, on a thread of its own; whoever asks meanwhile waits for the same probe, no longer
/// than the limit.
public final class DatabaseHealthIndicator extends AbstractHealthIndicator {

    private static final Executor THREADS =
            probe -> Thread.ofVirtual().name("database-probe").start(probe);

    private final DataSource dataSource;
    private final Duration limit;
    private final AtomicReference<@Nullable CompletableFuture<Boolean>> underWay = new AtomicReference<>();

    public DatabaseHealthIndicator(DataSource dataSource, Duration limit) {
        super("The database does not answer");
        this.dataSource = dataSource;
        this.limit = limit;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) throws InterruptedException {
        try {
            boolean valid = probe().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            health.status(valid ? "UP" : "DOWN");
        } catch (TimeoutException _) {
            health.down().withDetail("reason", "no answer within " + limit);
        } catch (ExecutionException e) {
            health.down().withDetail("reason", String.valueOf(e.getCause()));
        }
    }

    private CompletableFuture<Boolean> probe() {
        var mine = new CompletableFuture<Boolean>();
        var others = underWay.compareAndExchange(null, mine);
        if (others != null) {
            return others;
        }
        THREADS.execute(() -> {
            try (Connection connection = dataSource.getConnection()) {
                mine.complete(connection.isValid((int) Math.max(1, limit.toSeconds())));
            } catch (SQLException | RuntimeException e) {
                mine.completeExceptionally(e);
            } finally {
                underWay.set(null);
            }
        });
        return mine;
    }
}
