package io.covenant.launcher.postgres;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a [PostgresServer] runs with: its port, and the lines of its `postgresql.conf`.
///
/// @param port the port on 127.0.0.1; 0 takes a free one at the first start and keeps it
/// @param parameters server parameters by name, complete: what is absent keeps PostgreSQL's own default
public record PostgresSettings(int port, SortedMap<String, String> parameters) {

    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)?");

    /// Where the server lives is the server's own business; two answers to it would only disagree.
    private static final Set<String> NOT_FOR_CALLERS = Set.of(
            "listen_addresses",
            "port",
            "unix_socket_directories",
            "data_directory",
            "hba_file",
            "ident_file",
            "external_pid_file",
            "logging_collector",
            "log_destination");

    private static final Map<String, String> DURABLE = Map.ofEntries(
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("full_page_writes", "on"),
            Map.entry("max_prepared_transactions", "200"),
            Map.entry("max_connections", "200"),
            Map.entry("password_encryption", "scram-sha-256"),
            Map.entry("shared_buffers", "128MB"),
            Map.entry("max_wal_size", "1GB"),
            Map.entry("jit", "off"),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"),
            Map.entry("log_line_prefix", "%m [%p] %q%u@%d "),
            Map.entry("lc_messages", "C"),
            Map.entry("default_text_search_config", "pg_catalog.english"));

    public PostgresSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be between 0 and 65535, was " + port);
        }
        for (String name : parameters.keySet()) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("not a name of a PostgreSQL parameter: " + name);
            }
            if (NOT_FOR_CALLERS.contains(name)) {
                throw new IllegalArgumentException(name + " is set by the server itself");
            }
        }
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    }

    /// The settings that every claim of this project rests on: nothing acknowledged is lost, and 200 prepared
    /// transactions fit.
    public static PostgresSettings durable() {
        return new PostgresSettings(0, new TreeMap<>(DURABLE));
    }

    public PostgresSettings withPort(int newPort) {
        return new PostgresSettings(newPort, parameters);
    }

    public PostgresSettings with(String name, String value) {
        return with(Map.of(name, value));
    }

    /// These settings with others in place of, or beside, the ones there.
    public PostgresSettings with(Map<String, String> overrides) {
        var merged = new TreeMap<>(parameters);
        merged.putAll(overrides);
        return new PostgresSettings(port, merged);
    }

    /// Whether an acknowledged commit survives a crash of the machine; only measurements that say so run without.
    public boolean areDurable() {
        return Set.of("fsync", "synchronous_commit", "full_page_writes").stream()
                .allMatch(name -> "on".equals(parameters.getOrDefault(name, "on")));
    }

    String configuration(int actualPort, String socketDirectory) {
        var lines = new TreeMap<>(parameters);
        lines.put("listen_addresses", "127.0.0.1");
        lines.put("port", Integer.toString(actualPort));
        lines.put("unix_socket_directories", socketDirectory);
        lines.put("unix_socket_permissions", "0700");
        return lines.entrySet().stream()
                .map(line -> line.getKey() + " = '" + line.getValue().replace("'", "''") + "'\n")
                .collect(Collectors.joining("", "# Written at every start; changes here do not last.\n", ""));
    }
}
