package io.covenant.launcher.platform;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.app.Role;
import io.covenant.launcher.identity.Identities;
import io.covenant.launcher.node.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The lock nodes as one group: who belongs to it, where each keeps its log, how they reach and believe each other.
///
/// A platform with one node of each service has a group of its own, with a directory of its own: a node cannot leave
/// two others behind and decide alone. What is locked in the one group is not locked in the other.
final class LockGroup {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final String name;
    private final List<String> nodes;
    private final Ports ports;
    private final Path directory;
    private final Path scratch;
    private final Identities identities;
    private final LockEpoch epoch;

    private LockGroup(String name, List<String> nodes, Ports ports, PlatformHome home, Identities identities) {
        this.name = name;
        this.nodes = nodes;
        this.ports = ports;
        this.directory = home.data().resolve("locks").resolve(name);
        this.scratch = home.data().resolve("locks").resolve("training");
        this.identities = identities;
        this.epoch = new LockEpoch(home.lockEpoch());
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
        return environment(directory.resolve(node), identities.of(node), places(), epoch.current());
    }

    /// Before nodes start: the directories of their logs, which hold what nobody but they should read, and the epoch.
    ///
    /// @throws LauncherFailure when so many have lost their directories that the group cannot go on
    void prepare() {
        boolean founded = founding().isEmpty();
        boolean anew = !founded && nodes.stream().allMatch(this::isEmpty);
        if (founded) {
            requireMajority();
        }
        try {
            Files.createDirectories(directory.getParent());
            for (Path path : Stream.concat(Stream.of(directory), nodes.stream().map(directory::resolve))
                    .toList()) {
                if (!Files.exists(path)) {
                    Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
                }
                Files.setPosixFilePermissions(path, OWNER_ONLY);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        epoch.starting(name, anew);
    }

    private void requireMajority() {
        List<String> lost = nodes.stream().filter(this::isEmpty).toList();
        if (lost.size() * 2 >= nodes.size()) {
            throw new LauncherFailure("""
                    The directories of %s are gone from %s, and with them what the group had promised: %s.
                    Bring them back, or let the group begin anew: './covenant down', delete %s, './covenant up'.
                    Locks and sessions are lost then; its tokens will be higher than all before.""".formatted(
                            String.join(" and ", lost),
                            directory,
                            nodes.size() == 1
                                    ? "it was the only node"
                                    : "%d of %d are no majority".formatted(nodes.size() - lost.size(), nodes.size()),
                            directory));
        }
    }

    private boolean isEmpty(String node) {
        try (Stream<Path> files = Files.list(directory.resolve(node))) {
            return files.findAny().isEmpty();
        } catch (NoSuchFileException | NotDirectoryException _) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where the peers of this node reach it.
    String peer(String node) {
        return "127.0.0.1:" + ports.of(Ports.peers(node));
    }

    /// What a node needs to be assembled once beside the group, for no other purpose than that.
    Map<String, String> trainingEnvironment(String node) {
        forgetTraining();
        ObjectNode places = JsonNodeFactory.instance.objectNode();
        places.putObject("peers").put(node, "127.0.0.1:0");
        return environment(scratch, identities.of(nodes.getFirst()), places, 0);
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

    private Map<String, String> environment(Path data, Identities.Identity identity, ObjectNode places, long epoch) {
        ObjectNode properties = JsonNodeFactory.instance.objectNode();
        properties.putObject("covenant").set("locks", places);
        return Map.of(
                "COVENANT_LOCKS_GROUP",
                name,
                "COVENANT_LOCKS_DATA",
                data.toString(),
                "COVENANT_LOCKS_EPOCH",
                Long.toString(epoch),
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
            peers.put(node, peer(node));
            members.put(node, "http://127.0.0.1:" + ports.of(node));
        }
        return places;
    }
}
