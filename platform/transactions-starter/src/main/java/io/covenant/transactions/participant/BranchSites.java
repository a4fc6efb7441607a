package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Standing;
import io.covenant.transactions.threephase.Standing.Position;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Where the branches of this database stand in three-phase commits: one row each.
///
/// A move is forced to disk before it is told. The electorate and a learned decision are not: they are covered by the
/// force of what follows them in the same log, `PREPARE TRANSACTION` and `COMMIT PREPARED`.
final class BranchSites {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<TreeMap<String, String>> ELECTORATE = new TypeReference<>() {};
    private static final TypeReference<TreeSet<String>> GIDS = new TypeReference<>() {};

    /// Settings of this transaction alone, without a round trip of their own.
    private static final String WHERE_SET = """
             where set_config('synchronous_commit', ?, true) is not null
               and set_config('lock_timeout', ?, true) is not null
            """;

    private static final String ENROLL = """
            insert into branch_site (gid, transaction_id, electorate)
            select ?, ?, ?::jsonb
            """ + WHERE_SET + """
            on conflict (gid) do update set electorate = excluded.electorate where branch_site.electorate is null
            """;

    private static final String ENTER = """
            insert into branch_site (gid, transaction_id)
            select ?, ?
            """ + WHERE_SET + " on conflict do nothing";

    private static final String OPEN = """
            select last_elected_round, last_elected_by, last_attempt_round, last_attempt_by, position, sealed
              from branch_site where gid = ? for update
            """;

    private static final String STAND = """
            update branch_site
               set last_elected_round = ?, last_elected_by = ?, last_attempt_round = ?, last_attempt_by = ?,
                   position = ?, sealed = ?::jsonb
             where gid = ?
            """;

    private static final String LEARN = """
            insert into branch_site (gid, transaction_id, position, sealed)
            select ?, ?, ?, ?::jsonb
            """ + WHERE_SET + """
            on conflict (gid) do update set position = excluded.position, sealed = excluded.sealed
             where branch_site.position not in ('COMMITTED', 'ABORTED')
            """;

    private final DataSource database;
    private final Duration patience;

    /// @param patience how long to wait for a row that somebody else changes
    BranchSites(DataSource database, Duration patience) {
        this.database = database;
        this.patience = patience;
    }

    /// Writes who the sites are, unless that is written.
    void enroll(BranchId branch, SortedMap<String, String> electorate) throws SQLException {
        try (var connection = new AutoCommitting(database);
                var insert = connection.get().prepareStatement(ENROLL)) {
            insert.setString(1, branch.gid());
            insert.setObject(2, branch.transaction().value());
            insert.setString(3, JSON.writeValueAsString(electorate));
            insert.setString(4, "off");
            insert.setString(5, patienceMillis());
            insert.executeUpdate();
        }
    }

    /// The branches of the attempt with their services; empty where the branch takes part in no three-phase commit.
    Optional<SortedMap<String, String>> electorateOf(BranchId branch) throws SQLException {
        try (var connection = database.getConnection();
                var select = connection.prepareStatement("select electorate from branch_site where gid = ?")) {
            select.setString(1, branch.gid());
            try (var row = select.executeQuery()) {
                var electorate = row.next() ? row.getString(1) : null;
                return electorate == null ? Optional.empty() : Optional.of(JSON.readValue(electorate, ELECTORATE));
            }
        }
    }

    /// Locks the row, made if it is not there, until the answer is closed.
    Opened open(BranchId branch) throws SQLException {
        var connection = database.getConnection();
        try {
            var autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            var opened = new Opened(connection, autoCommit, branch);
            opened.enter(patienceMillis());
            return opened;
        } catch (SQLException | RuntimeException e) {
            connection.close(); // the pool rolls back
            throw e;
        }
    }

    /// Writes the decision, and leaves the disk to what follows.
    void learn(BranchId branch, Outcome outcome) throws SQLException {
        var known = Standing.NEW.learned(outcome);
        try (var connection = new AutoCommitting(database);
                var upsert = connection.get().prepareStatement(LEARN)) {
            upsert.setString(1, branch.gid());
            upsert.setObject(2, branch.transaction().value());
            upsert.setString(3, known.position().name());
            upsert.setString(4, gids(known));
            upsert.setString(5, "off");
            upsert.setString(6, patienceMillis());
            upsert.executeUpdate();
        }
    }

    private String patienceMillis() {
        return Long.toString(Math.max(1, patience.toMillis()));
    }

    private static String gids(Standing standing) {
        return JSON.writeValueAsString(
                standing.sealed().stream().map(BranchId::gid).toList());
    }

    /// A row that is locked.
    static final class Opened implements AutoCloseable {

        private final Connection connection;
        private final boolean autoCommit;
        private final BranchId branch;
        private boolean over;

        @Nullable
        private Standing standing;

        private Opened(Connection connection, boolean autoCommit, BranchId branch) {
            this.connection = connection;
            this.autoCommit = autoCommit;
            this.branch = branch;
        }

        private void enter(String patienceMillis) throws SQLException {
            try (var insert = connection.prepareStatement(ENTER)) {
                insert.setString(1, branch.gid());
                insert.setObject(2, branch.transaction().value());
                insert.setString(3, "on");
                insert.setString(4, patienceMillis);
                insert.executeUpdate();
            }
            try (var select = connection.prepareStatement(OPEN)) {
                select.setString(1, branch.gid());
                try (var row = select.executeQuery()) {
                    if (!row.next()) {
                        throw new SQLException("purged at this moment: " + branch);
                    }
                    standing = read(row);
                }
            }
        }

        private static Standing read(ResultSet row) throws SQLException {
            var sealed = new TreeSet<BranchId>();
            for (var gid : JSON.readValue(row.getString(6), GIDS)) {
                sealed.add(BranchId.parse(gid).orElseThrow());
            }
            return new Standing(
                    new Election(row.getInt(1), row.getLong(2)),
                    new Election(row.getInt(3), row.getLong(4)),
                    Position.valueOf(row.getString(5)),
                    sealed);
        }

        Standing standing() {
            return java.util.Objects.requireNonNull(standing);
        }

        /// On disk when it returns.
        void force(Standing next) throws SQLException {
            try (var update = connection.prepareStatement(STAND)) {
                update.setInt(1, next.lastElected().round());
                update.setLong(2, next.lastElected().elector());
                update.setInt(3, next.lastAttempt().round());
                update.setLong(4, next.lastAttempt().elector());
                update.setString(5, next.position().name());
                update.setString(6, gids(next));
                update.setString(7, branch.gid());
                update.executeUpdate();
            }
            over = true;
            connection.commit();
        }

        @Override
        public void close() throws SQLException {
            try (connection) {
                if (!over) {
                    connection.rollback();
                }
                connection.setAutoCommit(autoCommit);
            }
        }
    }

    /// A connection on which each statement is a transaction of its own, whatever its pool is used to.
    private static final class AutoCommitting implements AutoCloseable {

        private final Connection connection;
        private final boolean before;

        AutoCommitting(DataSource database) throws SQLException {
            connection = database.getConnection();
            try {
                before = connection.getAutoCommit();
                connection.setAutoCommit(true);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        }

        Connection get() {
            return connection;
        }

        @Override
        public void close() throws SQLException {
            try (connection) {
                connection.setAutoCommit(before);
            }
        }
    }
}
