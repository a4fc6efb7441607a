package io.covenant.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.covenant.gateway.Backend;
import io.covenant.gateway.Load;
import io.covenant.gateway.RunningGateway;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class PolicyTests {

    private final Backend one = new Backend("one");
    private final Backend two = new Backend("two");
    private RunningGateway gateway;

    @BeforeAll
    void start() {
        gateway = RunningGateway.with(
                "covenant.services.orders=" + one.address() + "#weight=3&version=1," + two.address()
                        + "#id=the-new-one&version=2",
                "covenant.gateway.balancing.silence=0s",
                "covenant.gateway.balancing.services.orders.policy=weighted",
                "covenant.gateway.balancing.routes.customers.policy=hash",
                "covenant.gateway.balancing.routes.customers.bound=100",
                "covenant.gateway.balancing.routes.customers.hash-key=header:X-Customer, path:4",
                "covenant.gateway.balancing.routes.orders-api.subset.version=2");
    }

    @AfterAll
    void stop() {
        gateway.close();
        one.close();
        two.close();
    }

    @BeforeEach
    void forget() {
        one.reset();
        two.reset();
    }

    @Test
    void sharesByWeight() {
        assertThat(Load.of(400, 8, _ -> gateway.get("/api/v1/orders"))).allMatch(answer -> answer.status() == 200);

        assertThat(one.requests).hasSize(300);
        assertThat(two.requests).hasSize(100);
    }

    @Test
    void sendsTheSameKeyToTheSameInstance() {
        for (int customer = 0; customer < 20; customer++) {
            var byHeader = gateway.get("/api/v1/customers", "X-Customer", "c-" + customer)
                    .text();
            assertThat(gateway.get("/api/v1/customers/other", "X-Customer", "c-" + customer)
                            .text())
                    .isEqualTo(byHeader);
            assertThat(gateway.get("/api/v1/customers/c-" + customer).text())
                    .as("the same key in the path")
                    .isEqualTo(byHeader);
        }
        assertThat(one.requests).isNotEmpty();
        assertThat(two.requests).isNotEmpty();
    }

    @Test
    void drawsByLotWhereThereIsNoKey() {
        Load.of(100, 4, _ -> gateway.get("/api/v1/customers"));

        assertThat(one.requests).isNotEmpty();
        assertThat(two.requests).isNotEmpty();
    }

    @Test
    void keepsARouteToItsSubset() {
        Load.of(20, 2, _ -> gateway.get("/v3/api-docs/orders"));

        assertThat(one.requests).isEmpty();
        assertThat(two.requests).hasSize(20);
    }

    @Test
    void namesInstancesByTheirPlaceUnlessTheyHaveAName() {
        assertThat(gateway.service("orders").cluster().instances())
                .extracting(instance -> instance.id() + " " + instance.weight())
                .containsExactly("orders-1 3", "the-new-one 1");
    }

    @Test
    void isGivenOnlyBaseAddresses() {
        for (var address : List.of(
                "http://host/path", "ftp://host", "http://host?x=1", "http://host#weight", "http://h#weight=-1")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Topology("gateway", Map.of("orders", List.of(URI.create(address)))))
                    .withMessageContaining("covenant.services.orders");
        }
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSettings.of("fastest", null, null, Map.of(), Set.of()))
                .withMessageContaining("no policy fastest, only round-robin, weighted");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSettings.of("hash", "body:customer", null, Map.of(), Set.of()))
                .withMessageContaining("'body:customer' is no hash key");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSettings.of("hash", null, 0.5, Map.of(), Set.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSettings.of("weighted", null, null, Map.of("orders-1", -1), Set.of()))
                .withMessageContaining("the weight of orders-1 is -1");
    }
}
