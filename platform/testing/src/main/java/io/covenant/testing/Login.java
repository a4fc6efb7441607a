package io.covenant.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/// Plain connections, one per call, without a pool.
final class Login {

    static final String SUPERUSER = "postgres";

    private Login() {}

    static DataSource as(String user, String password, String jdbcUrl) {
        return source(user, password, jdbcUrl);
    }

    static boolean serves(PostgresInstance postgres, String superuserPassword, Duration patience) {
        int seconds = Math.max(1, Math.toIntExact(patience.toSeconds()));
        PGSimpleDataSource source = source(SUPERUSER, superuserPassword, jdbcUrl(postgres, SUPERUSER));
        source.setConnectTimeout(seconds);
        source.setLoginTimeout(seconds);
        source.setSocketTimeout(seconds);
        try (Connection connection = source.getConnection()) {
            return connection.isValid(seconds);
        } catch (SQLException _) {
            return false;
        }
    }

    static String jdbcUrl(PostgresInstance postgres, String database) {
        return "jdbc:postgresql://" + postgres.host() + ":" + postgres.port() + "/" + database;
    }

    private static PGSimpleDataSource source(String user, String password, String jdbcUrl) {
        var source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }
}
