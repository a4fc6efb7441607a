package io.covenant.security.audit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;

/// An audit whose rows are chained by hashes: each carries the hash of the one before and its own. The database adds
/// the links (`R__audit_chain.sql`), so that no row comes in without one; here they are checked, by other code.
///
/// Who changes, removes or adds a row in between is found out. Who may write the whole database can write a new chain
/// from some row on: then its head is another than the one that was noted elsewhere.
public final class AuditChain {

    /// Where Flyway finds what the database needs.
    public static final String MIGRATION = "classpath:io/covenant/security/audit";

    private static final int AT_ONCE = 1_000;

    private final String table;

    /// @param table in the schema `public`, as `chain_audit` was told
    public AuditChain(String table) {
        if (!table.matches("[a-z][a-z_]{0,59}")) {
            throw new IllegalArgumentException("no name of a table: " + table);
        }
        this.table = table;
    }

    /// Reads all rows as they are at one moment, in a transaction of its own.
    public AuditReport check(Connection connection) throws SQLException {
        boolean automatic = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try {
            return read(connection);
        } finally {
            connection.rollback();
            connection.setAutoCommit(automatic);
        }
    }

    private AuditReport read(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            // The moments of a row are hashed as they read in UTC.
            statement.execute("set local timezone = 'UTC'");
            statement.setFetchSize(AT_ONCE);
            try (var rows = statement.executeQuery("""
                    select entry.number, entry.previous, entry.hash, (to_jsonb(entry) - 'hash')::text, head.number, head.hash
                      from audit_head head left join public.%s entry on true
                     where head.audit = '%s' order by entry.number nulls last
                    """.formatted(table, table))) {
                return walk(rows);
            }
        }
    }

    private AuditReport walk(ResultSet rows) throws SQLException {
        var walk = new AuditWalk(table);
        if (!rows.next()) {
            return walk.end(0, "");
        }
        long headNumber = rows.getLong(5);
        var headHash = rows.getString(6);
        do {
            var said = rows.getString(4);
            if (said != null) { // else there is no row at all
                walk.next(new AuditWalk.Link(rows.getLong(1), text(rows, 2), text(rows, 3), said));
            }
        } while (rows.next());
        return walk.end(headNumber, headHash);
    }

    private static String text(ResultSet rows, int column) throws SQLException {
        var text = rows.getString(column);
        return text == null ? "" : text;
    }
}
