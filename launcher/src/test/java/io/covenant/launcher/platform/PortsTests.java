package io.covenant.launcher.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.launcher.LauncherFailure;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PortsTests {

    @Test
    void areTheDocumentedOnes() {
        assertThat(Ports.from(Ports.DEFAULT_BASE).byNode())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "gateway", 8080,
                        "orders-1", 8101,
                        "orders-2", 8102,
                        "inventory-1", 8201,
                        "inventory-2", 8202,
                        "coordinator-1", 8301,
                        "coordinator-2", 8302,
                        "postgres", 8432));
    }

    @Test
    void moveTogetherAndOneByOne() {
        Ports ports = Ports.from(9000).with(Map.of("gateway", 7777));

        assertThat(ports.of("gateway")).isEqualTo(7777);
        assertThat(ports.of("coordinator-2")).isEqualTo(9302);
    }

    @Test
    void canBeAnyThatAreFree() {
        Ports ports = Ports.free();

        assertThat(new HashSet<>(ports.byNode().values())).hasSize(8);
        assertThat(ports.byNode().values()).allMatch(PortHolder::isFree);
    }

    @Test
    void refuseANumberThatIsNoPort() {
        assertThatExceptionOfType(LauncherFailure.class)
                .isThrownBy(() -> Ports.from(65_500))
                .withMessageContaining("must be between 1 and 65535");
    }

    @Test
    void refuseANodeThatThereIsNot() {
        assertThatExceptionOfType(UnknownNode.class)
                .isThrownBy(() -> Ports.from(8000).with(Map.of("order-1", 8111)))
                .withMessageContaining("There is no node order-1; the nodes are:");
    }
}
