package io.covenant.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.security.Caller;
import io.covenant.security.Scopes;
import io.covenant.testing.TestIssuer;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.test.web.servlet.client.RestTestClient;

/// A shopper's token opens that shopper's orders, and nobody else's.
class OwnOrdersTests extends InTheShop {

    private static RestTestClient shopper(String customer) {
        return shop.orders.http(TestIssuer.shared()
                .token(claims -> claims.subject(customer)
                        .claim(Caller.CUSTOMER, customer)
                        .claim("scope", Scopes.ORDERS_READ + " " + Scopes.ORDERS_WRITE)));
    }

    @Test
    void aShopperPlacesSeesAndCancelsItsOrders() {
        var ada = customer("100.00");
        var lamp = item(5, "10.00");

        var placed = send(shopper(ada), "POST", "/api/v1/orders", null, order(ada, lamp, 1))
                .is(201);

        var id = placed.text("id");
        send(shopper(ada), "GET", "/api/v1/orders/" + id, null, null).is(200);
        assertThat(send(shopper(ada), "GET", "/api/v1/orders", null, null)
                        .is(200)
                        .body()
                        .path("items"))
                .hasSize(1);
        send(shopper(ada), "POST", "/api/v1/orders/" + id + "/cancel", null, null)
                .is(200);
    }

    @Test
    void nobodyOrdersForSomebodyElse() {
        var ada = customer("100.00");
        var bob = customer("100.00");
        var lamp = item(5, "10.00");

        var refused = send(shopper(bob), "POST", "/api/v1/orders", null, order(ada, lamp, 1))
                .is(403);

        assertThat(refused.text("code")).isEqualTo("not-your-customer");
        assertThat(onHand(lamp)).isEqualTo(5);
    }

    @Test
    void othersOrdersAreUnknown() {
        var ada = customer("100.00");
        var bob = customer("100.00");
        var lamp = item(5, "10.00");
        var id = place(null, order(ada, lamp, 1)).is(201).text("id");

        var unknown = send(shopper(bob), "GET", "/api/v1/orders/" + UUID.randomUUID(), null, null)
                .is(404);
        assertThat(send(shopper(bob), "GET", "/api/v1/orders/" + id, null, null)
                        .is(404)
                        .text("code"))
                .isEqualTo(unknown.text("code"));
        send(shopper(bob), "POST", "/api/v1/orders/" + id + "/cancel", null, null)
                .is(404);
        assertThat(get("/api/v1/orders/" + id).text("state")).isEqualTo("CONFIRMED");
    }

    @Test
    void theRefusedAttemptOfSomebodyElseIsUnknown() {
        var ada = customer("5.00");
        var bob = customer("100.00");
        var lamp = item(5, "10.00");
        var key = UUID.randomUUID().toString();
        place(key, order(ada, lamp, 1)).is(409);
        var attempt = sql(shop.orders.database.superuser())
                .queryForObject("select id from placement where customer = ?", UUID.class, ada);

        send(shopper(ada), "GET", "/api/v1/orders/" + attempt, null, null).is(200);
        send(shopper(bob), "GET", "/api/v1/orders/" + attempt, null, null).is(404);
    }

    @Test
    void aListIsOfOnesOwn() {
        var ada = customer("100.00");
        var bob = customer("100.00");
        var lamp = item(5, "10.00");
        place(null, order(ada, lamp, 1)).is(201);

        assertThat(send(shopper(bob), "GET", "/api/v1/orders", null, null)
                        .is(200)
                        .body()
                        .path("items"))
                .isEmpty();
        send(shopper(bob), "GET", "/api/v1/orders?customer=" + ada, null, null).is(403);
    }

    @Test
    void aShopperKeepsNoCustomers() {
        var ada = customer("100.00");

        assertThat(send(shopper(ada), "GET", "/api/v1/customers/" + ada, null, null)
                        .is(403)
                        .text("scope"))
                .isEqualTo(Scopes.CUSTOMERS_READ);
    }

    @Test
    void whoHasNoTokenGetsNothing() {
        var nobody = RestTestClient.bindToServer().baseUrl(shop.orders.url()).build();

        assertThat(send(nobody, "GET", "/api/v1/orders", null, null).is(401).text("code"))
                .isEqualTo("unauthenticated");
    }
}
