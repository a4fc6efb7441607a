package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.client.Gateway;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ReplicasTests {

    private static JsonNode report(String node, long last, String head) {
        return Gateway.JSON.readTree("""
                {"audit": "locks@%s", "whole": true, "last": %d, "head": "%s"}""".formatted(node, last, head));
    }

    @Test
    void agreeWhereTheyTellTheSame() {
        assertThat(Replicas.disagreements(
                        List.of(report("lock-1", 7, "aa"), report("lock-2", 7, "aa"), report("lock-3", 7, "aa"))))
                .isEmpty();
    }

    @Test
    void mayBeBehind() {
        assertThat(Replicas.disagreements(List.of(report("lock-1", 7, "aa"), report("lock-2", 6, "bb"))))
                .isEmpty();
    }

    @Test
    void disagreeWhenOneHasAnotherChain() {
        assertThat(Replicas.disagreements(
                        List.of(report("lock-1", 7, "aa"), report("lock-2", 7, "bb"), report("lock-3", 7, "aa"))))
                .containsExactly("locks@lock-1 and locks@lock-2 differ up to entry 7: one was tampered with");
    }
}
