package io.covenant.benchmarks.transactions;

import java.nio.file.Path;

/// What Seata's server and clients read when they start.
final class SeataSettings {

    static final String REGISTRY = """
        registry { type = "file"
          file { name = "file.conf" } }
        config { type = "file"
          file { name = "file.conf" } }
        """;

    static final String LOGGING = """
        <configuration>
          <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
            <encoder><pattern>%d %-5level %logger{20} %msg%n</pattern></encoder>
          </appender>
          <root level="warn"><appender-ref ref="out"/></root>
        </configuration>
        """;

    private SeataSettings() {}

    static String client(int server) {
        return """
            service {
              vgroupMapping.%s = "default"
              default.grouplist = "127.0.0.1:%d"
              disableGlobalTransaction = false
            }
            client { undo { dataValidation = true, logSerialization = "jackson", logTable = "undo_log" } }
            """.formatted(SeataService.GROUP, server);
    }

    /// The store in a database, and all that its documentation has for throughput.
    static String server(Path logs, int console, int port, Database database, int connections) {
        var account = database.database().runtime();
        return """
            server.port: %d
            spring.application.name: seata-server
            logging:
              level.root: warn
              file.path: %s
            console.user: {username: seata, password: seata}
            seata:
              config.type: file
              registry.type: file
              server:
                service-port: %d
                enable-parallel-request-handle: true
                enable-parallel-handle-branch: true
              security:
                secretKey: of-a-console-that-nobody-opens-0123456789
                tokenValidityInMilliseconds: 1800000
                ignore.urls: /**
              store:
                mode: db
                session.mode: db
                lock.mode: db
                db:
                  datasource: druid
                  db-type: postgresql
                  driver-class-name: org.postgresql.Driver
                  url: %s
                  user: %s
                  password: %s
                  min-conn: %d
                  max-conn: %d
                  global-table: global_table
                  branch-table: branch_table
                  lock-table: lock_table
                  distributed-lock-table: distributed_lock
                  query-limit: 1000
                  max-wait: 5000
            """.formatted(
                        console,
                        logs,
                        port,
                        database.jdbcUrl("seata-server"),
                        account.name(),
                        account.password(),
                        connections,
                        Math.max(100, connections));
    }
}
