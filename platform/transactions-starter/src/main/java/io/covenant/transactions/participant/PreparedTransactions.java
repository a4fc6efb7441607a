package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What PostgreSQL holds prepared.
final class PreparedTransactions {

    private static final Logger LOG = LoggerFactory.getLogger(PreparedTransactions.class);

    private static final String LOOK = """
            select gid,
                   greatest(0, extract(epoch from clock_timestamp() - prepared) * 1000)::bigint,
                   database = current_database() and owner = current_user
              from pg_prepared_xacts
             order by prepared
            """;

    /// A prepared branch of this service.
    record Held(BranchId id, Duration age) {}

    /// @param slotsUsed  by all databases of the server
    /// @param ours       this service's branches, oldest first
    /// @param rehearsals names of prepared transactions that a start-up check left behind
    record Look(int slotsUsed, List<Held> ours, List<String> rehearsals) {}

    private final DataSource database;

    PreparedTransactions(DataSource database) {
        this.database = database;
    }

    Look look() {
        int used = 0;
        var ours = new ArrayList<Held>();
        var rehearsals = new ArrayList<String>();
        try (var connection = database.getConnection();
                var select = connection.prepareStatement(LOOK);
                var rows = select.executeQuery()) {
            while (rows.next()) {
                used++;
                var gid = rows.getString(1);
                var age = Duration.ofMillis(rows.getLong(2));
                if (!rows.getBoolean(3)) {
                    continue;
                }
                BranchId.parse(gid).ifPresent(branch -> ours.add(new Held(branch, age)));
                if (gid.startsWith(Rehearsal.PREFIX) && age.compareTo(Rehearsal.LONGEST) > 0) {
                    rehearsals.add(gid);
                }
            }
        } catch (SQLException e) {
            throw new DatabaseSilentException("pg_prepared_xacts could not be read", e);
        }
        return new Look(used, List.copyOf(ours), List.copyOf(rehearsals));
    }

    void rollBackRehearsal(String name) {
        try (var connection = database.getConnection()) {
            Rehearsal.rollBack(connection, name);
        } catch (SQLException e) {
            LOG.warn("the rehearsal {} could not be rolled back: {}", name, e.getMessage());
        }
    }
}
