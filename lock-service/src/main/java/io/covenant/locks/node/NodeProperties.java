package io.covenant.locks.node;

import io.covenant.consensus.raft.Settings;
import io.covenant.locks.primary.PrimarySettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How a node of the lock service is configured.
///
/// @param data            directory of the log and the snapshots, of this node alone
/// @param group           name of the service; the same on all of its nodes
/// @param bootstrap       names of the founders; on a node that joins later, empty. Read only while the directory
///                        is empty
/// @param peers           host:port of the peer transport, by node
/// @param members         base address of the HTTP API, by node
/// @param tls             who this node is to its peers
/// @param epoch           that the state must have reached before a client is answered. To be raised after a
///                        restore from a backup, and whenever the service begins anew for the same resources:
///                        tokens of a higher epoch are higher than all before it. All sessions of an older
///                        epoch end
/// @param electionTimeout silence of the primary after which another is elected, after up to as long again
/// @param heartbeat       how often a primary with nothing to say speaks
/// @param grace           what a new primary gives each session at least
/// @param checkpoint      how often renewals are noted in the log
/// @param waiting         requests that may wait for a grant at this node
/// @param keptEvents      for those who resume a stream
/// @param eventsPerStream that wait for a reader, who is cut off when there are more
/// @param streams         open at one time
/// @param snapshotEntries after so many entries a snapshot takes the place of the log's beginning
@ConfigurationProperties("covenant.locks")
public record NodeProperties(
        @Nullable Path data,
        @DefaultValue("covenant") String group,
        @DefaultValue List<String> bootstrap,
        @DefaultValue Map<String, String> peers,
        @DefaultValue Map<String, URI> members,
        @DefaultValue Tls tls,
        @DefaultValue("0") long epoch,
        @DefaultValue("750ms") Duration electionTimeout,
        @DefaultValue("100ms") Duration heartbeat,
        @DefaultValue("10s") Duration grace,
        @DefaultValue("5s") Duration checkpoint,
        @DefaultValue("16384") int waiting,
        @DefaultValue("65536") int keptEvents,
        @DefaultValue("1024") int eventsPerStream,
        @DefaultValue("4096") int streams,
        @DefaultValue("50000") int snapshotEntries) {

    /// @param required    without it, peers talk in the clear and within this machine only: for tries
    /// @param certificate PEM file of this node's certificate, with its name among the DNS names
    /// @param key         PEM file of its key (PKCS #8)
    /// @param authority   PEM file of the authority that signs all nodes' certificates
    public record Tls(
            @DefaultValue("true") boolean required,
            @Nullable Path certificate,
            @Nullable Path key,
            @Nullable Path authority) {}

    /// @param name of this node
    /// @throws NodeRefusedException that says what is missing, and how to mend it
    NodeOptions options(String name) {
        if (data == null) {
            throw new NodeRefusedException(
                    "covenant.locks.data is missing", "Name a directory of this node alone: COVENANT_LOCKS_DATA.");
        }
        try {
            return new NodeOptions(
                    name,
                    group,
                    data,
                    bootstrap,
                    places(name),
                    tls.required()
                            ? Optional.of(PeerIdentity.read(
                                    file("certificate", tls.certificate()),
                                    file("key", tls.key()),
                                    file("authority", tls.authority())))
                            : Optional.empty(),
                    Settings.standard().times(electionTimeout, heartbeat),
                    PrimarySettings.standard()
                            .withGrace(grace)
                            .withCheckpoint(checkpoint)
                            .withWaiting(waiting)
                            .withEpoch(epoch),
                    keptEvents,
                    eventsPerStream,
                    streams,
                    snapshotEntries);
        } catch (IOException unreadable) {
            throw new NodeRefusedException(
                    String.valueOf(unreadable.getMessage()),
                    "Peers prove to each other who they are: give this node PEM files by COVENANT_LOCKS_TLS_CERTIFICATE,"
                            + " COVENANT_LOCKS_TLS_KEY and COVENANT_LOCKS_TLS_AUTHORITY.");
        } catch (IllegalArgumentException wrong) {
            throw new NodeRefusedException(
                    String.valueOf(wrong.getMessage()), "Correct the properties covenant.node and covenant.locks.*");
        }
    }

    private static Path file(String what, @Nullable Path file) throws IOException {
        if (file == null) {
            throw new IOException("covenant.locks.tls.%s is missing".formatted(what));
        }
        return file;
    }

    private Map<String, Place> places(String self) {
        var places = new HashMap<String, Place>();
        peers.forEach((key, peer) -> {
            var name = named(key, self);
            var api = members.entrySet().stream()
                    .filter(member -> named(member.getKey(), self).equals(name))
                    .map(Map.Entry::getValue)
                    .findFirst();
            places.put(name, new Place(peer, api.orElse(null)));
        });
        return places;
    }

    /// Names of environment variables have no dashes: there, `lock1` stands for `lock-1`.
    private String named(String key, String self) {
        return Stream.concat(Stream.of(self), bootstrap.stream())
                .filter(name -> !name.equals(key) && name.replace("-", "").equals(key))
                .findFirst()
                .orElse(key);
    }
}
