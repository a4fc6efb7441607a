package io.covenant.launcher.platform;

import static java.util.Map.entry;
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
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        entry("gateway", 8080),
                        entry("gateway-operators", 8090),
                        entry("issuer", 8091),
                        entry("issuer-management", 8141),
                        entry("orders-1", 8101),
                        entry("orders-1-management", 8151),
                        entry("orders-2", 8102),
                        entry("orders-2-management", 8152),
                        entry("inventory-1", 8201),
                        entry("inventory-1-management", 8251),
                        entry("inventory-2", 8202),
                        entry("inventory-2-management", 8252),
                        entry("coordinator-1", 8301),
                        entry("coordinator-1-management", 8351),
                        entry("coordinator-2", 8302),
                        entry("coordinator-2-management", 8352),
                        entry("coordinator-3", 8303),
                        entry("coordinator-3-management", 8353),
                        entry("lock-1", 8401),
                        entry("lock-1-management", 8451),
                        entry("lock-2", 8402),
                        entry("lock-2-management", 8452),
                        entry("lock-3", 8403),
                        entry("lock-3-management", 8453),
                        entry("lock-1-peers", 8411),
                        entry("lock-2-peers", 8412),
                        entry("lock-3-peers", 8413),
                        entry("postgres", 8432)));
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

        assertThat(new HashSet<>(ports.byNode().values())).hasSize(28);
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
