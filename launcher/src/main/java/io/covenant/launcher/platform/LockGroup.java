package io.covenant.launcher.platform;

import io.covenant.launcher.app.Role;
import io.covenant.launcher.identity.Identities;
import io.covenant.launcher.node.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The lock nodes as one group: who belongs to it, where each keeps its log, how they reach and believe each other.
///
/// A platform with one node of each service has a group of its own, with a directory of its own: a node cannot leave
/// two others behind and decide alone. What is locked in the one group is not locked in the other.
final class LockGroup {

    private final String name;
    private final List<String> nodes;
    private final Ports ports;
    private final Path directory;
    private final Path scratch;
    private final Identities identities;

    private LockGroup(String name, List<String> nodes, Ports ports, PlatformHome home, Identities identities) {
        this.name = name;
        this.nodes = nodes;
        this.ports = ports;
        this.directory = home.data().resolve("locks").resolve(name);
        this.scratch = home.data().resolve("locks").resolve("training");
        this.identities = identities;
    }

    static LockGroup of(PlatformHome home, Settings settings, InstantSource clock) {
        List<String> all = Topology.FULL.nodes(Role.LOCKS);
        return new LockGroup(
                settings.small() ? "covenant-small" : "covenant",
                settings.topology().nodes(Role.LOCKS),
                settings.ports(),
                home,
                new Identities(home.secrets().resolve("tls"), all, clock));
    }

    /// What a node needs to take part.
    Map<String, String> environment(String node) {
        return environment(directory.resolve(node), identities.of(node), places());
    }

    /// What a node needs to be assembled once beside the group, for no other purpose than that.
    Map<String, String> trainingEnvironment(String node) {
        forgetTraining();
        ObjectNode places = JsonNodeFactory.instance.objectNode();
        places.putObject("peers").put(node, "127.0.0.1:0");
        return environment(scratch, identities.of(nodes.getFirst()), places);
    }

    void forgetTraining() {
        try {
            Trees.delete(scratch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The argument that makes nodes with empty directories found the group. Once it is founded, nobody may do that
    /// again: a node that lost its directory has forgotten its votes.
    Optional<String> founding() {
        return Files.exists(founded())
                ? Optional.empty()
                : Optional.of("-Dcovenant.locks.bootstrap=" + String.join(",", nodes));
    }

    /// All nodes have been healthy at the same time.
    void isFounded() {
        try {
            if (!Files.exists(founded())) {
                Files.createDirectories(directory);
                Files.writeString(founded(), String.join(",", nodes));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Changes when the nodes' certificates do.
    String generation() {
        return identities.generation();
    }

    private Path founded() {
        return directory.resolve("founded");
    }

    private Map<String, String> environment(Path data, Identities.Identity identity, ObjectNode places) {
        ObjectNode properties = JsonNodeFactory.instance.objectNode();
        properties.putObject("covenant").set("locks", places);
        return Map.of(
                "COVENANT_LOCKS_GROUP",
                name,
                "COVENANT_LOCKS_DATA",
                data.toString(),
                "COVENANT_LOCKS_TLS_CERTIFICATE",
                identity.certificate().toString(),
                "COVENANT_LOCKS_TLS_KEY",
                identity.key().toString(),
                "COVENANT_LOCKS_TLS_AUTHORITY",
                identity.authority().toString(),
                // Names with a dash cannot be part of a variable's name.
                "SPRING_APPLICATION_JSON",
                JsonMapper.shared().writeValueAsString(properties));
    }

    private ObjectNode places() {
        ObjectNode places = JsonNodeFactory.instance.objectNode();
        ObjectNode peers = places.putObject("peers");
        ObjectNode members = places.putObject("members");
        for (String node : nodes) {
            peers.put(node, "127.0.0.1:" + ports.of(Ports.peers(node)));
            members.put(node, "http://127.0.0.1:" + ports.of(node));
        }
        return places;
    }
}
