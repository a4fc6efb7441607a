package io.covenant.launcher.platform;

import io.covenant.launcher.app.Role;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// Which nodes there are, in the order in which they start; PostgreSQL is before all of them.
enum Topology {
    /// Two of each service that can be there twice; three where a majority decides.
    FULL(false),
    /// One of each.
    SMALL(true);

    static final String POSTGRES = "postgres";

    private final boolean small;

    Topology(boolean small) {
        this.small = small;
    }

    /// The nodes of one role.
    List<String> nodes(Role role) {
        return role.nodes(small).toList();
    }

    /// The services' nodes with their roles: the first of each before the second of any, so that the platform is whole
    /// as soon as it can be, and that two nodes seldom migrate the same database at once. The lock nodes, which
    /// wait for each other, come between: while they elect their primary the second ones start.
    SequencedMap<String, Role> services() {
        var services = new LinkedHashMap<String, Role>();
        nodes(Role.ISSUER).forEach(node -> services.put(node, Role.ISSUER));
        withDatabase().forEach(role -> services.put(nodes(role).getFirst(), role));
        nodes(Role.LOCKS).forEach(node -> services.put(node, Role.LOCKS));
        withDatabase().forEach(role -> nodes(role).stream().skip(1).forEach(node -> services.put(node, role)));
        nodes(Role.GATEWAY).forEach(node -> services.put(node, Role.GATEWAY));
        return services;
    }

    /// The gateway starts last; it does not wait for its database.
    private static Stream<Role> withDatabase() {
        return Arrays.stream(Role.values()).filter(role -> role.hasDatabase() && role != Role.GATEWAY);
    }
}
