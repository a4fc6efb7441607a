package io.covenant.launcher.platform;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.app.Role;
import io.covenant.launcher.node.FreePorts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/// The port of every node, on the loopback interface.
///
/// @param byNode complete for all nodes that there can be, for what nodes tell each other ([#peers]) and for those
///               who watch them ([#management])
public record Ports(SortedMap<String, Integer> byNode) {

    /// Where the ports begin unless they are moved: the gateway is at 8080 then.
    public static final int DEFAULT_BASE = 8000;

    private static final int POSTGRES_OFFSET = 432;

    public Ports {
        byNode = Collections.unmodifiableSortedMap(new TreeMap<>(byNode));
        for (String node : names()) {
            Integer port = byNode.get(node);
            if (port == null || port < 1 || port > 65_535) {
                throw new LauncherFailure("The port of %s must be between 1 and 65535, not %s.".formatted(node, port));
            }
        }
    }

    /// All ports at their distance from a base.
    public static Ports from(int base) {
        var ports = new TreeMap<String, Integer>();
        Topology.FULL.services().forEach((node, role) -> {
            int number = Topology.FULL.nodes(role).indexOf(node);
            ports.put(node, base + role.portOffset() + number);
            role.peerPortOffset().ifPresent(offset -> ports.put(peers(node), base + offset + number));
            ports.put(management(node, role), base + role.managementPortOffset() + number);
        });
        ports.put(Topology.POSTGRES, base + POSTGRES_OFFSET);
        return new Ports(ports);
    }

    /// Ports that nobody uses at this moment.
    public static Ports free() {
        var names = names();
        var free = FreePorts.several(names.size()).iterator();
        var ports = new TreeMap<String, Integer>();
        names.forEach(node -> ports.put(node, free.next()));
        return new Ports(ports);
    }

    /// These ports with some of them moved.
    public Ports with(Map<String, Integer> moved) {
        moved.keySet().forEach(Ports::requireKnown);
        var ports = new TreeMap<>(byNode);
        ports.putAll(moved);
        return new Ports(ports);
    }

    /// The port of this node.
    public int of(String node) {
        requireKnown(node);
        return Objects.requireNonNull(byNode.get(node));
    }

    /// The name of the port by which a node talks to others of its kind.
    static String peers(String node) {
        return node + "-peers";
    }

    /// The name of the port at which a node shows health and metrics; the gateway's is that of its operators.
    static String management(String node, Role role) {
        return switch (role) {
            case GATEWAY -> node + "-operators";
            case ISSUER, LOCKS, COORDINATOR, INVENTORY, ORDERS -> node + "-management";
        };
    }

    private static void requireKnown(String node) {
        if (!names().contains(node)) {
            throw new UnknownNode(node, names());
        }
    }

    /// The option that moves the port of this node.
    static String option(String node) {
        return switch (node) {
            case "gateway", Topology.POSTGRES -> "--%s-port=PORT".formatted(node);
            default -> "--port %s=PORT".formatted(node);
        };
    }

    private static List<String> names() {
        var names = new ArrayList<String>();
        Topology.FULL.services().forEach((node, role) -> {
            names.add(node);
            role.peerPortOffset().ifPresent(_ -> names.add(peers(node)));
            names.add(management(node, role));
        });
        names.add(Topology.POSTGRES);
        return names;
    }
}
