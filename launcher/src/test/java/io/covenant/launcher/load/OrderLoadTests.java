package io.covenant.launcher.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.client.Credentials;
import io.covenant.launcher.client.FakeGateway;
import io.covenant.launcher.client.FakeGateway.Reply;
import io.covenant.launcher.client.FakeGateway.Request;
import io.covenant.launcher.client.Gateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class OrderLoadTests {

    private static final LoadPlan PLAN =
            new LoadPlan(300, 8, Duration.ofMinutes(1), Duration.ofSeconds(5), 10, 4711, List.of("two-phase", "tcc"));

    @TempDir
    Path directory;

    @Test
    void isCleanWhenEveryAnswerIsTrue() throws InterruptedException {
        var shop = new FakeShop();

        LoadReport report = run(shop);

        assertThat(report.wrong()).isEmpty();
        assertThat(report.isClean()).isTrue();
        assertThat(report.placed()).isEqualTo(300);
        assertThat(report.confirmed()).isEqualTo(shop.size());
        assertThat(report.confirmed() + report.refusals()).isEqualTo(300);
        assertThat(report.unknown()).isPositive();
        assertThat(report.cancelled()).isPositive();
        assertThat(report.replayed()).isPositive();
        assertThat(AcknowledgedOrders.in(directory.resolve("acknowledged")))
                .hasSize(report.confirmed())
                .containsValue("CANCELLED")
                .containsValue("CONFIRMED")
                .allSatisfy((id, _) -> assertThat(id).isInstanceOf(UUID.class));
    }

    @Test
    void commitsByAnyOfTheProtocols() throws InterruptedException {
        var shop = new FakeShop();
        var writes = new CopyOnWriteArrayList<Request>();

        run(request -> {
            if (request.method().equals("POST") && request.path().startsWith("/api/v1/orders")) {
                writes.add(request);
            }
            return shop.apply(request);
        });

        assertThat(writes)
                .extracting(Request::protocol)
                .contains(Optional.of("two-phase"), Optional.of("tcc"))
                .doesNotContain(Optional.empty());
        assertThat(writes).anyMatch(write -> write.path().endsWith("/cancel"));
    }

    @Test
    void noticesALostOrder() throws InterruptedException {
        var shop = new FakeShop();

        LoadReport report = run(request -> {
            if (request.method().equals("GET") && request.path().startsWith("/api/v1/orders/")) {
                shop.forget(1);
            }
            return shop.apply(request);
        });

        assertThat(report.wrong()).anyMatch(wrong -> wrong.contains("was said to be"));
    }

    @Test
    void noticesASecondOrderForOneKey() throws InterruptedException {
        var shop = new FakeShop();

        LoadReport report = run(request -> {
            Reply reply = shop.apply(request);
            shop.forgetKeys();
            return reply;
        });

        assertThat(report.wrong()).anyMatch(wrong -> wrong.contains("the second time"));
    }

    @Test
    void noticesAnOrderThatShouldHaveBeenRefused() throws InterruptedException {
        LoadReport report = run(new FakeShop() {
            @Override
            Reply refuse(JsonNode body) {
                return Reply.of(201, body.toString());
            }
        });

        assertThat(report.wrong()).anyMatch(wrong -> wrong.startsWith("asked for"));
    }

    @Test
    void noticesACancellationThatDidNothing() throws InterruptedException {
        LoadReport report = run(new FakeShop() {
            @Override
            Reply cancel(String id) {
                return Reply.of(200, "{\"id\": \"%s\", \"state\": \"CANCELLED\"}".formatted(id));
            }
        });

        assertThat(report.wrong()).anyMatch(wrong -> wrong.endsWith("was said to be CANCELLED and is CONFIRMED"));
    }

    private LoadReport run(Function<Request, Reply> shop) throws InterruptedException {
        try (var fake = new FakeGateway(shop);
                var gateway = new Gateway(fake.uri(), Duration.ofSeconds(5), Credentials.NONE);
                var acknowledged = AcknowledgedOrders.appendingTo(directory.resolve("acknowledged"))) {
            return new OrderLoad(gateway, acknowledged, PLAN).run(_ -> {});
        }
    }
}
