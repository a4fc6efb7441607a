package io.covenant.locks.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class NodePropertiesTests {

    @TempDir
    Path directory;

    private static NodeProperties bind(Map<String, String> given) {
        return new Binder(new MapConfigurationPropertySource(given))
                .bindOrCreate("covenant.locks", Bindable.of(NodeProperties.class));
    }

    private Map<String, String> enough() {
        return new HashMap<>(Map.of(
                "covenant.locks.data", directory.toString(),
                "covenant.locks.bootstrap", "lock-1,lock-2",
                "covenant.locks.peers.lock-1", "127.0.0.1:8411",
                "covenant.locks.peers.lock-2", "127.0.0.1:8412",
                "covenant.locks.members.lock-1", "http://127.0.0.1:8401",
                "covenant.locks.tls.required", "false"));
    }

    @Test
    void hasDefaults() {
        var properties = bind(Map.of());

        assertThat(properties.group()).isEqualTo("covenant");
        assertThat(properties.bootstrap()).isEmpty();
        assertThat(properties.tls().required()).isTrue();
        assertThat(properties.electionTimeout()).isEqualTo(Duration.ofMillis(750));
        assertThat(properties.heartbeat()).isEqualTo(Duration.ofMillis(100));
        assertThat(properties.epoch()).isZero();
        assertThat(properties.grace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(properties.checkpoint()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void knowsWhereEverybodyIs() {
        var options = bind(enough()).options("lock-1");

        assertThat(options.founders()).containsExactly("lock-1", "lock-2");
        assertThat(options.places())
                .containsEntry("lock-1", new Place("127.0.0.1:8411", URI.create("http://127.0.0.1:8401")))
                .containsEntry("lock-2", new Place("127.0.0.1:8412", null));
    }

    @Test
    void takesAnEpochAndRefusesOneThatNoTokenHasRoomFor() {
        var given = enough();
        given.put("covenant.locks.epoch", "7");
        assertThat(bind(given).options("lock-1").primary().epoch()).isEqualTo(7);

        given.put("covenant.locks.epoch", "-1");
        assertThatThrownBy(() -> bind(given).options("lock-1"))
                .isInstanceOf(NodeRefusedException.class)
                .hasMessageContaining("epoch");
    }

    @Test
    void knowsNamesWithoutTheirDashes() {
        var given = new HashMap<>(Map.of(
                "covenant.locks.data", directory.toString(),
                "covenant.locks.bootstrap", "lock-1,lock-2",
                "covenant.locks.peers.lock1", "127.0.0.1:8411",
                "covenant.locks.peers.lock2", "127.0.0.1:8412",
                "covenant.locks.members.lock1", "http://127.0.0.1:8401",
                "covenant.locks.tls.required", "false"));

        assertThat(bind(given).options("lock-1").places())
                .containsEntry("lock-1", new Place("127.0.0.1:8411", URI.create("http://127.0.0.1:8401")))
                .containsKey("lock-2");
    }

    @Test
    void readsAnIdentity() throws Exception {
        var identity = new Authority(directory).issue("lock-1");
        var given = enough();
        given.put("covenant.locks.tls.required", "true");
        given.put("covenant.locks.tls.certificate", identity.certificate().toString());
        given.put("covenant.locks.tls.key", identity.key().toString());
        given.put("covenant.locks.tls.authority", identity.authority().toString());

        assertThat(bind(given).options("lock-1").tls()).isPresent();
    }

    @Test
    void refusesToStartWithoutAnIdentity() {
        var given = enough();
        given.remove("covenant.locks.tls.required");
        assertThatThrownBy(() -> bind(given).options("lock-1"))
                .isInstanceOf(NodeRefusedException.class)
                .hasMessage("covenant.locks.tls.certificate is missing");

        given.put(
                "covenant.locks.tls.certificate",
                directory.resolve("nowhere.crt").toString());
        given.put("covenant.locks.tls.key", directory.resolve("nowhere.key").toString());
        given.put("covenant.locks.tls.authority", directory.resolve("ca.crt").toString());
        assertThatThrownBy(() -> bind(given).options("lock-1")).hasMessageContaining("nowhere.key cannot be read");
    }

    @Test
    void refusesWhatIsNoIdentity() throws Exception {
        var garbage = Files.writeString(directory.resolve("garbage"), "not PEM");
        assertThatThrownBy(() -> PeerIdentity.read(garbage, garbage, garbage)).hasMessageContaining("PRIVATE KEY");
    }

    @Test
    void refusesToStartWithoutADirectoryOrAPlace() {
        assertThatThrownBy(() -> bind(Map.of()).options("lock-1")).hasMessage("covenant.locks.data is missing");
        assertThatThrownBy(() -> bind(enough()).options("lock-3")).hasMessage("nobody says where lock-3 itself is");
        var given = enough();
        given.put("covenant.locks.peers.lock-1", "no port");
        assertThatThrownBy(() -> bind(given).options("lock-1")).hasMessageContaining("a peer is host:port");
    }
}
