package io.covenant.launcher.invariants;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

record NothingStaysPrepared(DataSource server, Duration atMost) implements Check {

    @Override
    public String sentence() {
        return "no transaction stays prepared for more than " + atMost.toSeconds() + " s";
    }

    /// The age is left out of the words, so that a transaction that stays is recognised.
    @Override
    public Sight look() throws SQLException {
        var violations = new ArrayList<String>();
        List<Double> ages = Rows.list(
                server,
                "select gid, database, extract(epoch from now() - prepared) as age from pg_prepared_xacts order by prepared",
                row -> {
                    double age = row.getDouble("age");
                    if (age > atMost.toSeconds()) {
                        violations.add("%s in database %s".formatted(row.getString("gid"), row.getString("database")));
                    }
                    return age;
                });
        String oldest = ages.isEmpty() ? "" : ", the oldest for %.1f s".formatted(ages.getFirst());
        return Sight.of("%d prepared now%s".formatted(ages.size(), oldest), violations);
    }
}
