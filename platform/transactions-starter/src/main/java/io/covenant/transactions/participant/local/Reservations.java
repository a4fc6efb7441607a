package io.covenant.transactions.participant.local;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.participant.DatabaseSilentException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/// What the database holds reserved.
final class Reservations {

    private static final String HELD_LONG_ENOUGH = """
            select gid, extract(epoch from clock_timestamp() - at) * 1000
              from branch_local
             where until < now()
               and not exists (select from branch_hazard hazard where hazard.gid = branch_local.gid)
             order by until limit ?
            """;

    private static final String ALL = """
            select count(*), coalesce(max(extract(epoch from clock_timestamp() - at) * 1000), 0)
              from branch_local
             where until is not null
            """;

    private final DataSource database;

    Reservations(DataSource database) {
        this.database = database;
    }

    /// @param age since it was tried
    record Held(BranchId id, Duration age) {}

    record Sum(long count, long oldestMillis) {}

    /// Those whose time is over. A person looks after what was found not to be as decided.
    List<Held> heldLongEnough(int most) {
        try (var connection = database.getConnection();
                var select = connection.prepareStatement(HELD_LONG_ENOUGH)) {
            select.setInt(1, most);
            var held = new ArrayList<Held>();
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    var age = Duration.ofMillis(rows.getLong(2));
                    BranchId.parse(rows.getString(1)).ifPresent(branch -> held.add(new Held(branch, age)));
                }
            }
            return held;
        } catch (SQLException e) {
            throw new DatabaseSilentException("reservations could not be read", e);
        }
    }

    Sum sum() {
        try (var connection = database.getConnection();
                var select = connection.prepareStatement(ALL);
                var row = select.executeQuery()) {
            row.next();
            return new Sum(row.getLong(1), row.getLong(2));
        } catch (SQLException e) {
            throw new DatabaseSilentException("reservations could not be counted", e);
        }
    }
}
