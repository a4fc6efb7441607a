package io.covenant.launcher.locks;

import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/// Somebody who came to a database with an older token than it had seen, and was refused.
///
/// @param resource what it was about; the name of the lock
/// @param given    the token that was too old
/// @param current  the highest one that the database had seen
/// @param reason   what was to be written, and why it was not
public record FencedOff(Instant at, String who, String resource, long given, long current, String reason) {

    /// The latest of a service's database, the latest first.
    public static List<FencedOff> in(DataSource database, int most) throws SQLException {
        try (var connection = database.getConnection();
                var select = connection.prepareStatement("select * from fence_refusal order by id desc limit ?")) {
            select.setInt(1, most);
            var all = new ArrayList<FencedOff>();
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    all.add(new FencedOff(
                            rows.getObject("at", OffsetDateTime.class).toInstant(),
                            rows.getString("who"),
                            rows.getString("resource"),
                            rows.getLong("given"),
                            rows.getLong("current"),
                            rows.getString("reason")));
                }
            }
            return all;
        }
    }
}
