package io.covenant.launcher.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.client.FakeGateway.Reply;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CoordinatorsTests {

    private static final Duration ENOUGH = Duration.ofSeconds(10);

    private final List<String> asked = new CopyOnWriteArrayList<>();

    private FakeGateway coordinator(int status, String body) {
        return new FakeGateway(request -> {
            asked.add(request.path());
            return Reply.of(status, body);
        });
    }

    private static Coordinators coordinators(Map<String, URI> addresses) {
        return new Coordinators(addresses, ENOUGH, Credentials.NONE);
    }

    @Test
    void exportsATransactionAsItsOwnerKnowsIt() throws Exception {
        try (var other = coordinator(200, "{\"transaction\": {\"owner\": \"c-2\"}, \"acts\": []}");
                var owner = coordinator(200, "{\"transaction\": {\"owner\": \"c-2\"}, \"acts\": [1]}");
                var coordinators = coordinators(Map.of("c-1", other.uri(), "c-2", owner.uri()))) {
            var export = coordinators.export("7");

            assertThat(export)
                    .map(document -> document.path("acts"))
                    .hasValueSatisfying(acts -> assertThat(acts).hasSize(1));
        }
        assertThat(asked).hasSize(2).containsOnly("/admin/transactions/7/export");
    }

    @Test
    void exportsATransactionWhoseOwnerIsAwayAsAnotherKnowsIt() throws Exception {
        try (var other = coordinator(200, "{\"transaction\": {\"owner\": \"c-2\"}}");
                var coordinators = coordinators(Map.of("c-1", other.uri()))) {
            assertThat(coordinators.export("7")).isPresent();
        }
    }

    @Test
    void exportsNothingThatNobodyRemembers() throws Exception {
        try (var one = coordinator(404, "{\"code\": \"unknown-transaction\"}");
                var coordinators = coordinators(Map.of("c-1", one.uri()))) {
            assertThat(coordinators.export("7").map(JsonNode::toString)).isEmpty();
        }
    }
}
