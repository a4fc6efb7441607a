package io.covenant.gateway.control.store;

import com.zaxxer.hikari.HikariDataSource;
import io.covenant.gateway.balancing.ClusterSettings;
import io.covenant.gateway.database.GatewayDatabase;
import io.covenant.security.audit.AuditChain;
import io.covenant.security.audit.AuditReport;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.flywaydb.core.api.FlywayException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/// In PostgreSQL: every gateway with the same database follows.
final class PostgresClusterStore implements ClusterStore, AutoCloseable {

    private static final AuditChain AUDIT = new AuditChain("cluster_audit");

    private final GatewayDatabase database;
    private final HikariDataSource connections;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JsonMapper json;

    PostgresClusterStore(GatewayDatabase database, JsonMapper json) {
        this.database = database;
        this.connections = database.connections("gateway", 4, Duration.ofSeconds(2), Duration.ofSeconds(5), Map.of());
        this.jdbc = JdbcClient.create(connections);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(connections));
        this.json = json;
    }

    @Override
    public String kind() {
        return "postgresql";
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public Optional<Stored> find(String service) {
        return asking(() -> jdbc.sql("select * from cluster_settings where service = :service")
                .param("service", service)
                .query(this::stored)
                .optional());
    }

    @Override
    public List<Stored> all() {
        return asking(() -> jdbc.sql("select * from cluster_settings order by service")
                .query(this::stored)
                .list());
    }

    private Stored stored(ResultSet row, int number) throws SQLException {
        return new Stored(
                row.getString("service"),
                row.getLong("version"),
                settings(row, "settings"),
                row.getString("changed_by"),
                row.getTimestamp("changed_at").toInstant());
    }

    private ClusterSettings settings(ResultSet row, String column) throws SQLException {
        return json.readValue(row.getString(column), ClusterSettings.class);
    }

    @Override
    public boolean save(Audited change) {
        return asking(() -> {
            try {
                return Objects.requireNonNull(transaction.execute(_ -> {
                    if (!isNext(change)) {
                        return false;
                    }
                    jdbc.sql("""
                                    insert into cluster_audit
                                        (at, operator, gateway, service, version, forced, before, after)
                                    values (:at, :operator, :gateway, :service, :version, :forced,
                                        :before::jsonb, :after::jsonb)""")
                            .param("at", Timestamp.from(change.at()))
                            .param("operator", change.operator())
                            .param("gateway", change.gateway())
                            .param("service", change.service())
                            .param("version", change.version())
                            .param("forced", change.forced())
                            .param("before", json.writeValueAsString(change.before()))
                            .param("after", json.writeValueAsString(change.after()))
                            .update();
                    return true;
                }));
            } catch (DuplicateKeyException _) {
                return false; // another gateway had the first version at the same time
            }
        });
    }

    private boolean isNext(Audited change) {
        var statement = change.version() == 1
                ? "insert into cluster_settings values (:service, :version, :settings::jsonb, :operator, :at)"
                : """
                        update cluster_settings
                        set version = :version, settings = :settings::jsonb, changed_by = :operator, changed_at = :at
                        where service = :service and version = :version - 1""";
        return jdbc.sql(statement)
                        .param("service", change.service())
                        .param("version", change.version())
                        .param("settings", json.writeValueAsString(change.after()))
                        .param("operator", change.operator())
                        .param("at", Timestamp.from(change.at()))
                        .update()
                == 1;
    }

    @Override
    public List<Audited> audit(String service, int most) {
        return asking(() -> jdbc.sql(
                        "select * from cluster_audit where service = :service order by id desc limit :most")
                .param("service", service)
                .param("most", most)
                .query((row, _) -> new Audited(
                        row.getTimestamp("at").toInstant(),
                        row.getString("operator"),
                        row.getString("gateway"),
                        row.getString("service"),
                        row.getLong("version"),
                        row.getBoolean("forced"),
                        settings(row, "before"),
                        settings(row, "after")))
                .list());
    }

    @Override
    public Optional<AuditReport> checkAudit() {
        return asking(() -> {
            try (var connection = connections.getConnection()) {
                return Optional.of(AUDIT.check(connection));
            } catch (SQLException e) {
                throw new DataAccessResourceFailureException("the audit cannot be read", e);
            }
        });
    }

    /// All in one, and not forced to the disk: the next report says it again.
    @Override
    public void report(String gateway, Map<String, Long> versions, Instant now) {
        var _ = asking(() -> Objects.requireNonNull(transaction.execute(_ -> {
            jdbc.sql("set local synchronous_commit = off").update();
            return jdbc.sql("""
                            insert into gateway_versions
                            select :gateway, service, version, :now
                              from unnest(:services::text[], :versions::bigint[]) each (service, version)
                            on conflict (gateway, service) do update
                            set version = excluded.version, seen_at = excluded.seen_at""")
                    .param("gateway", gateway)
                    .param("services", versions.keySet().toArray(String[]::new))
                    .param("versions", versions.values().toArray(Long[]::new))
                    .param("now", Timestamp.from(now))
                    .update();
        })));
    }

    @Override
    public List<Followed> followers(String service) {
        return asking(() -> jdbc.sql(
                        "select gateway, version, seen_at from gateway_versions where service = :service order by gateway")
                .param("service", service)
                .query((row, _) -> new Followed(
                        row.getString("gateway"),
                        row.getLong("version"),
                        row.getTimestamp("seen_at").toInstant()))
                .list());
    }

    @Override
    public void close() {
        connections.close();
    }

    private <T> T asking(Supplier<T> question) {
        try {
            database.migrate();
            return question.get();
        } catch (DataAccessException | TransactionException | FlywayException away) {
            throw new StoreAwayException(away);
        }
    }
}
