package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// API6:2023, unrestricted access to sensitive business flows: buying fast, often and at once gets nobody more than
/// there is, or than they may owe.
class Api6FlowsTests extends InTheShop {

    private static List<Answer> atOnce(int times, Callable<Answer> request) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(Collections.nCopies(times, request)).stream()
                    .map(Future::resultNow)
                    .toList();
        }
    }

    /// Orders one more until that is refused for good.
    private static void buyUntil(String refusal, Map<String, Object> order) {
        await().atMost(Duration.ofMinutes(1)).until(() -> place(null, order).text("code"), refusal::equals);
    }

    private static int ordersOf(String customer) {
        return get("/api/v1/orders?customer=" + customer)
                .is(200)
                .body()
                .path("items")
                .size();
    }

    @Test
    void theSameOrderSentManyTimesAtOnceIsOneOrder() throws InterruptedException {
        var ada = customer("100.00");
        var lamp = item(9, "10.00");

        var answers = atOnce(8, () -> place("one", order(ada, lamp, 1)));

        assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isIn(201, 202, 409, 503));
        await().untilAsserted(() ->
                assertThat(place("one", order(ada, lamp, 1)).is(201).text("id")).isNotBlank());
        assertThat(onHand(lamp)).isEqualTo(8);
        assertThat(openAmount(ada)).isEqualTo("10.00");
    }

    @Test
    void nobodyBuysMoreThanThereIs() throws InterruptedException {
        var ada = customer("1000.00");
        var lamp = item(3, "10.00");

        var _ = atOnce(8, () -> place(null, order(ada, lamp, 1)));
        buyUntil("out-of-stock", order(ada, lamp, 1));

        await().untilAsserted(() -> assertThat(ordersOf(ada)).isEqualTo(3));
        assertThat(onHand(lamp)).isZero();
    }

    @Test
    void nobodyOwesMoreThanTheyMay() throws InterruptedException {
        var ada = customer("25.00");
        var lamp = item(50, "10.00");

        var _ = atOnce(8, () -> place(null, order(ada, lamp, 1)));
        buyUntil("credit-limit-exceeded", order(ada, lamp, 1));

        await().untilAsserted(() -> assertThat(ordersOf(ada)).isEqualTo(2));
        assertThat(openAmount(ada)).isEqualTo("20.00");
    }
}
