package io.covenant.launcher.platform;

import io.covenant.launcher.app.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The coordinators as one group of acceptors: who belongs to it, and where each keeps what it has promised.
///
/// Its members are the same for ever. So a platform with one coordinator is a group of its own, with a directory of its
/// own; what the one group has decided the other does not know.
final class PaxosGroup {

    /// So many transactions fit into the memory of a coordinator here, twice.
    private static final int REMEMBERED = 20_000;

    private final List<String> nodes;
    private final Ports ports;
    private final Path directory;

    private PaxosGroup(List<String> nodes, Ports ports, Path directory) {
        this.nodes = nodes;
        this.ports = ports;
        this.directory = directory;
    }

    static PaxosGroup of(PlatformHome home, Settings settings) {
        return new PaxosGroup(
                settings.topology().nodes(Role.COORDINATOR),
                settings.ports(),
                home.data().resolve("coordinators").resolve(settings.small() ? "covenant-small" : "covenant"));
    }

    /// What a coordinator needs to take part.
    Map<String, String> environment(String node) {
        ObjectNode properties = JsonNodeFactory.instance.objectNode();
        ObjectNode members = properties
                .putObject("covenant")
                .putObject("coordinator")
                .putObject("paxos")
                .putObject("members");
        nodes.forEach(member -> members.put(member, "http://127.0.0.1:" + ports.of(member)));
        return Map.of(
                "COVENANT_COORDINATOR_PAXOS_DIRECTORY",
                directory.resolve(node).toString(),
                "COVENANT_COORDINATOR_PAXOS_REMEMBERED",
                Integer.toString(REMEMBERED),
                // Names with a dash cannot be part of a variable's name.
                "SPRING_APPLICATION_JSON",
                JsonMapper.shared().writeValueAsString(properties));
    }
}
