package io.covenant.transactions.participant.local;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.participant.DatabaseSilentException;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.StepReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import tools.jackson.databind.json.JsonMapper;

/// Reports of steps until a coordinator has heard them: rows written with what they report.
final class ReportBox {

    private static final String PUT = """
            insert into step_report (gid, refusal) values (?, ?::jsonb) on conflict do nothing
            """;

    /// Who takes a report has this long to tell it before others take it as well.
    private static final String TAKE = """
            update step_report set next_at = now() + make_interval(secs => ?)
             where gid in (select gid from step_report where next_at <= now()
                            order by next_at limit ? for update skip locked)
            returning gid, refusal
            """;

    private final DataSource database;
    private final JsonMapper json;

    ReportBox(DataSource database, JsonMapper json) {
        this.database = database;
        this.json = json;
    }

    /// Writes a report in the caller's transaction.
    void put(Connection connection, String gid, Optional<Refusal> refusal) throws SQLException {
        var reason = StepReport.of(gid, refusal).refusal();
        try (var insert = connection.prepareStatement(PUT)) {
            insert.setString(1, gid);
            insert.setString(2, reason == null ? null : json.writeValueAsString(reason));
            insert.executeUpdate();
        }
    }

    /// Takes reports that are due.
    List<StepReport> take(int most, Duration others) {
        try (var connection = database.getConnection();
                var take = connection.prepareStatement(TAKE)) {
            take.setDouble(1, others.toMillis() / 1000.0);
            take.setInt(2, most);
            var taken = new ArrayList<StepReport>();
            try (var rows = take.executeQuery()) {
                while (rows.next()) {
                    var refusal = rows.getString(2);
                    taken.add(new StepReport(
                            rows.getString(1),
                            refusal == null ? null : json.readValue(refusal, PrepareReply.Reason.class)));
                }
            }
            return taken;
        } catch (SQLException e) {
            throw new DatabaseSilentException("reports of steps could not be read", e);
        }
    }

    void told(String gid) {
        try (var connection = database.getConnection();
                var delete = connection.prepareStatement("delete from step_report where gid = ?")) {
            delete.setString(1, gid);
            delete.executeUpdate();
        } catch (SQLException e) {
            throw new DatabaseSilentException("a report of a step could not be deleted", e);
        }
    }

    long waiting() {
        try (var connection = database.getConnection();
                var select = connection.prepareStatement("select count(*) from step_report");
                var row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new DatabaseSilentException("reports of steps could not be counted", e);
        }
    }
}
