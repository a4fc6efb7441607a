package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.security.Caller;
import io.covenant.testing.TestIssuer;
import org.junit.jupiter.api.Test;
import org.springframework.test.web.servlet.client.RestTestClient;

/// API1:2023, broken object level authorization: an id or a key that somebody knows opens nothing of others.
///
/// The orders themselves: [OwnOrdersTests].
class Api1ObjectsTests extends InTheShop {

    private static RestTestClient shopper(String customer) {
        return shop.orders.http(TestIssuer.shared()
                .token(claims -> claims.subject(customer)
                        .claim(Caller.CUSTOMER, customer)
                        .claim("scope", "orders:read orders:write stock:read")));
    }

    @Test
    void aKeyThatSomebodyElseUsedIsStillFree() {
        var ada = customer("100.00");
        var bob = customer("100.00");
        var lamp = item(5, "10.00");

        var first = send(shopper(ada), "POST", "/api/v1/orders", "first", order(ada, lamp, 1))
                .is(201);
        var other = send(shopper(bob), "POST", "/api/v1/orders", "first", order(bob, lamp, 1))
                .is(201);

        assertThat(other.text("id")).isNotEqualTo(first.text("id"));
        assertThat(other.text("customer")).isEqualTo(bob);
        assertThat(send(shopper(ada), "POST", "/api/v1/orders", "first", order(ada, lamp, 1))
                        .is(201)
                        .text("id"))
                .isEqualTo(first.text("id"));
        assertThat(onHand(lamp)).isEqualTo(3);
    }

    @Test
    void aKeyOfACancellationIsOnesOwnAsWell() {
        var ada = customer("100.00");
        var bob = customer("100.00");
        var lamp = item(5, "10.00");
        var adas = place(null, order(ada, lamp, 1)).is(201).text("id");
        var bobs = place(null, order(bob, lamp, 1)).is(201).text("id");

        send(shopper(ada), "POST", "/api/v1/orders/" + adas + "/cancel", "stop", null)
                .is(200);

        send(shopper(bob), "POST", "/api/v1/orders/" + bobs + "/cancel", "stop", null)
                .is(200);
    }

    @Test
    void knowingAnOrderDoesNotOpenItsTransaction() {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");
        var transaction = place(null, order(ada, lamp, 1)).is(201).text("transaction");
        var shopper = shop.coordinator.http(TestIssuer.shared().token("orders:read", "orders:write"));

        assertThat(transaction).isNotBlank();
        send(shopper, "GET", "/api/v1/transactions/" + transaction, null, null).is(403);
        send(shopper, "GET", "/admin/transactions/" + transaction + "/export", null, null)
                .is(403);
    }
}
