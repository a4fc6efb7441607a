package io.covenant.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class GatewayApplicationTests {

    private final Properties system = new Properties();

    @Test
    void asksReactorNettyForOneEventLoopForEachProcessor() {
        GatewayApplication.setEventLoops(system, 3);

        assertThat(system).containsOnly(Map.entry("reactor.netty.ioWorkerCount", "3"));
    }

    @Test
    void leavesTheNumberThatSomebodyHasSet() {
        system.setProperty("reactor.netty.ioWorkerCount", "8");

        GatewayApplication.setEventLoops(system, 3);

        assertThat(system).containsOnly(Map.entry("reactor.netty.ioWorkerCount", "8"));
    }
}
