package io.covenant.gateway.limits.postgres;

import com.zaxxer.hikari.HikariDataSource;
import io.covenant.gateway.database.GatewayDatabase;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.jdbc.PrimaryKeyMapper;
import io.github.bucket4j.postgresql.Bucket4jPostgreSQL;
import io.github.bucket4j.postgresql.PostgreSQLSelectForUpdateBasedProxyManager;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The buckets of all gateways with the same database, a row each, which is locked while a request is taken from it.
/// Whatever goes wrong is thrown as it is, within the time that was given or soon after.
public final class PostgresBuckets implements AutoCloseable {

    /// How much the clocks of gateways may differ before one forgets what another still counts.
    private static final Duration SLACK = Duration.ofSeconds(10);

    private static final Duration LEAST_WAIT = Duration.ofMillis(250); // of the pool

    private final GatewayDatabase database;
    private final HikariDataSource connections;
    private final PostgreSQLSelectForUpdateBasedProxyManager<String> buckets;

    /// @param most connections
    /// @param patience for one statement, and for whoever has the row
    public PostgresBuckets(GatewayDatabase database, int most, Duration patience, InstantSource clock) {
        this.database = database;
        this.connections = database.connections(
                "rates",
                most,
                patience.compareTo(LEAST_WAIT) < 0 ? LEAST_WAIT : patience,
                patience.plusSeconds(1),
                Map.of(
                        "statement_timeout",
                        patience.toMillis() + "ms",
                        // a gateway that is stopped in between keeps nobody's row for longer
                        "idle_in_transaction_session_timeout",
                        patience.toMillis() + "ms"));
        this.buckets = Bucket4jPostgreSQL.selectForUpdateBasedBuilder(connections)
                .primaryKeyMapper(PrimaryKeyMapper.STRING)
                .table("rate_buckets")
                .clientClock(wall(clock))
                .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(SLACK))
                .build();
    }

    private static TimeMeter wall(InstantSource clock) {
        return new TimeMeter() {

            @Override
            public long currentTimeNanos() {
                return TimeUnit.MILLISECONDS.toNanos(clock.millis());
            }

            @Override
            public boolean isWallClockBased() {
                return true;
            }
        };
    }

    /// Makes the table, where it is not there yet.
    public void migrate() {
        database.migrate();
    }

    /// Takes one request from the bucket of this name, which is made and full where nobody took one lately.
    ///
    /// @param name of any length; a hash of it is kept, and the limit counts as a part of it
    public ConsumptionProbe take(String name, BucketConfiguration limit) {
        return buckets.builder().build(key(name), () -> limit).tryConsumeAndReturnRemaining(1);
    }

    static String key(String name) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /// Removes buckets that are full again.
    ///
    /// @return how many, `most` at most
    public int purge(int most) {
        return buckets.removeExpired(most);
    }

    @Override
    public void close() {
        connections.close();
    }
}
