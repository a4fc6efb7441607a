package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.transactions.initiator.CommitProtocol;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// An order is all or nothing however it is committed.
@ParameterizedClass
@EnumSource
class EveryProtocolTests extends InTheShop {

    private final CommitProtocol protocol;

    EveryProtocolTests(CommitProtocol protocol) {
        this.protocol = protocol;
    }

    @Test
    void placesAnOrderAndCancelsIt() {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");

        var placed = place(null, order(ada, lamp, 3), protocol).is(201);

        assertThat(placed.text("state")).isEqualTo("CONFIRMED");
        assertThat(transaction(placed.text("transaction")).path("protocol").asString())
                .isEqualTo(protocol.name());
        await().untilAsserted(() -> assertThat(onHand(lamp)).isEqualTo(2));
        assertThat(openAmount(ada)).isEqualTo("30.00");

        cancelUnder(protocol, placed.text("id")).is(200);

        await().untilAsserted(() -> assertThat(onHand(lamp)).isEqualTo(5));
        assertThat(openAmount(ada)).isEqualTo("0.00");
    }

    @Test
    void takesNothingWhenStockIsShort() {
        var ada = customer("1000.00");
        var desk = item(9, "40.00");
        var lamp = item(3, "10.00");

        var refused = place(null, order(ada, desk, 1, lamp, 4), protocol).is(409);

        assertThat(refused.text("code")).isEqualTo("out-of-stock");
        var transaction = transaction(refused.text("transaction"));
        assertThat(transaction.path("outcome").asString()).isEqualTo("ABORTED");
        assertThat(transaction.path("refusal").path("branch").asString()).isEqualTo("inventory");
        await().untilAsserted(() -> assertThat(onHand(desk)).isEqualTo(9));
        await().untilAsserted(() -> assertThat(openAmount(ada)).isEqualTo("0.00"));
    }

    @Test
    void takesNothingWhenTheCustomerMayNotOweIt() {
        var ada = customer("20.00");
        var lamp = item(5, "10.00");

        var refused = place(null, order(ada, lamp, 3), protocol).is(409);

        assertThat(refused.text("code")).isEqualTo("credit-limit-exceeded");
        await().untilAsserted(() -> assertThat(onHand(lamp)).isEqualTo(5));
        assertThat(openAmount(ada)).isEqualTo("0.00");
    }

    @Test
    void answersTheSameRequestTheSame() {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");

        var key = UUID.randomUUID().toString();
        var first = place(key, order(ada, lamp, 1), protocol).is(201);

        assertThat(place(key, order(ada, lamp, 1), protocol)).isEqualTo(first);
        await().untilAsserted(() -> assertThat(onHand(lamp)).isEqualTo(4));
    }
}
