package io.covenant.launcher.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.FakeGateway.Reply;
import io.covenant.launcher.client.GatewayOperators.How;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GatewayOperatorsTests {

    private static final String CLUSTER = "{\"settings\": {\"policy\": \"random\", \"weights\": {\"orders-1\": 3}}}";

    private final List<FakeGateway.Request> puts = new CopyOnWriteArrayList<>();

    private GatewayOperators operators(FakeGateway gateway) {
        return new GatewayOperators(gateway.uri(), "olga", Credentials.NONE);
    }

    @Test
    void keepsWhatItDoesNotChange() throws Exception {
        try (var gateway = new FakeGateway(request -> {
                    if (request.method().equals("PUT")) {
                        puts.add(request);
                    }
                    return new Reply(200, CLUSTER, Map.of("ETag", "\"7\""));
                });
                var operators = operators(gateway)) {
            operators.change(
                    "orders",
                    settings -> settings.withObject("/canaries")
                            .withObjectProperty("customers")
                            .put("percent", 5),
                    new How(false, false));
        }

        assertThat(puts)
                .singleElement()
                .satisfies(
                        put -> assertThat(Gateway.JSON.readTree(put.body()))
                                .isEqualTo(
                                        Gateway.JSON.readTree(
                                                "{\"policy\": \"random\", \"weights\": {\"orders-1\": 3}, \"canaries\": {\"customers\": {\"percent\": 5}}}")));
    }

    @Test
    void changesAgainWhatSomebodyElseChangedMeanwhile() throws Exception {
        var asked = new AtomicInteger();
        try (var gateway = new FakeGateway(request -> request.method().equals("PUT") && asked.incrementAndGet() < 3
                        ? Reply.of(412, "{\"detail\": \"Somebody changed it since.\"}")
                        : Reply.of(200, CLUSTER));
                var operators = operators(gateway)) {
            operators.change("orders", settings -> settings.put("policy", "hash"), new How(false, false));
        }

        assertThat(asked).hasValue(3);
    }

    @Test
    void saysWhatIsWrongFieldByField() {
        try (var gateway = new FakeGateway(request -> request.method().equals("PUT")
                        ? Reply.of(
                                400,
                                "{\"detail\": \"These are not taken.\", \"errors\": [{\"field\": \"policy\", \"rule\": \"is none\"}]}")
                        : Reply.of(200, CLUSTER));
                var operators = operators(gateway)) {
            assertThatThrownBy(() -> operators.change("orders", _ -> {}, new How(false, false)))
                    .isInstanceOf(LauncherFailure.class)
                    .hasMessage("These are not taken.\n  policy: is none");
        }
    }
}
