package io.covenant.gateway.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.covenant.security.audit.AuditChain;
import java.time.Duration;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/// The PostgreSQL that `spring.datasource.url` names, shared by all gateways that name the same. A gateway starts
/// without it, and finds it when it comes.
public final class GatewayDatabase {

    private static final String URL = "spring.datasource.url";

    private final String url;
    private final @Nullable String username;
    private final @Nullable String password;
    private final @Nullable String migrator;
    private final @Nullable String migratorPassword;
    private boolean migrated;

    private GatewayDatabase(String url, Environment environment) {
        this.url = url;
        this.username = environment.getProperty("spring.datasource.username");
        this.password = environment.getProperty("spring.datasource.password");
        this.migrator = environment.getProperty("spring.flyway.user", username == null ? "" : username);
        this.migratorPassword = environment.getProperty("spring.flyway.password", password == null ? "" : password);
    }

    static boolean isNamed(Environment environment) {
        return !environment.getProperty(URL, "").isBlank();
    }

    static GatewayDatabase named(Environment environment) {
        return new GatewayDatabase(environment.getRequiredProperty(URL), environment);
    }

    /// Connections of the running gateway; none is made before the first is wanted.
    ///
    /// @param wait    for a connection
    /// @param silence after which a connection is taken for lost
    /// @param options of PostgreSQL for each session
    public HikariDataSource connections(
            String name, int most, Duration wait, Duration silence, Map<String, String> options) {
        var config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(url);
        config.setUsername(username);
        config.setPassword(password);
        config.setMaximumPoolSize(most);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(wait.toMillis());
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("connectTimeout", "2");
        config.addDataSourceProperty("socketTimeout", String.valueOf(silence.toSeconds()));
        if (!options.isEmpty()) {
            var written = new StringBuilder();
            options.forEach((option, value) -> written.append("-c ")
                    .append(option)
                    .append('=')
                    .append(value)
                    .append(' '));
            config.addDataSourceProperty("options", written.toString().strip());
        }
        return new HikariDataSource(config);
    }

    /// Brings the schema up to what this gateway needs, the first time that the database can be reached.
    public synchronized void migrate() {
        if (!migrated) {
            Flyway.configure()
                    .dataSource(url, migrator, migratorPassword)
                    .locations("classpath:db/gateway", AuditChain.MIGRATION)
                    .load()
                    .migrate();
            migrated = true;
        }
    }
}
