package io.covenant.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.covenant.balancing.Instance;
import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;

class DiscoveryTests {

    /// A registry that a test fills.
    private static final class Registry implements DiscoveryClient {

        private final List<ServiceInstance> instances = new ArrayList<>();

        void register(String id, int port, Map<String, String> metadata) {
            instances.add(new DefaultServiceInstance(id, "orders", "127.0.0.1", port, false, metadata));
        }

        @Override
        public String description() {
            return "a test's";
        }

        @Override
        public List<ServiceInstance> getInstances(String service) {
            return instances;
        }

        @Override
        public List<String> getServices() {
            return List.of("orders");
        }
    }

    /// Names that a test gives; `null` for one that cannot be looked up.
    private static final class Names extends NameLookup {

        private final Map<String, @Nullable List<String>> addresses = new HashMap<>();

        @Override
        List<String> addresses(String host) throws UnknownHostException {
            var found = addresses.get(host);
            if (found == null) {
                throw new UnknownHostException(host);
            }
            return found;
        }
    }

    private final Registry registry = new Registry();
    private final Names names = new Names();

    private Service orders(String... listed) {
        var topology = new Topology(
                "gateway",
                Map.of("orders", List.of(listed).stream().map(URI::create).toList()));
        var properties = new Binder(List.of()).bindOrCreate("x", BalancingProperties.class);
        var services = new Services(topology, properties, new ChangeLog());
        var service = services.open("orders");
        var beans = new StaticListableBeanFactory(Map.of("registry", registry));
        discovery = new Discovery(
                services,
                topology,
                beans.getBeanProvider(DiscoveryClient.class),
                names,
                new BalancingMetrics(new SimpleMeterRegistry()));
        discovery.look();
        return service;
    }

    private @Nullable Discovery discovery;

    private void lookAgain() {
        if (discovery != null) {
            discovery.look();
        }
    }

    private static List<String> shown(Service service) {
        return service.cluster().instances().stream()
                .map(each -> each.id() + " " + each.address() + " " + each.weight() + each.zone())
                .toList();
    }

    @Test
    void takesWhoIsRegisteredWithWeightAndZone() {
        registry.register("orders-1", 8101, Map.of("weight", "100", "zone", "a", "version", "2"));
        registry.register("orders-2", 8102, Map.of("weight", "300", "zone", "b"));

        var orders = orders();

        assertThat(shown(orders))
                .containsExactly("orders-1 http://127.0.0.1:8101 1a", "orders-2 http://127.0.0.1:8102 3b");
        assertThat(orders.cluster().instances().getFirst().metadata()).containsEntry("version", "2");
    }

    @Test
    void addsTheRegisteredToTheListed() {
        registry.register("orders-9", 8109, Map.of("weight", "100"));

        assertThat(shown(orders("http://127.0.0.1:8101", "http://127.0.0.1:8102#weight=2")))
                .containsExactly(
                        "orders-1 http://127.0.0.1:8101 1",
                        "orders-2 http://127.0.0.1:8102 2",
                        "orders-9 http://127.0.0.1:8109 1");
    }

    @Test
    void believesTheRegistryAboutWhoIsAtAnAddressAndWhereSomebodyIs() {
        registry.register("orders-7", 8101, Map.of());
        registry.register("orders-2", 9102, Map.of());

        assertThat(shown(orders("http://127.0.0.1:8101", "http://127.0.0.1:8102")))
                .containsExactly("orders-2 http://127.0.0.1:9102 1", "orders-7 http://127.0.0.1:8101 1");
    }

    @Test
    void keepsTheLastWhenTheRegistryIsEmpty() {
        registry.register("orders-1", 8101, Map.of());
        var orders = orders();
        registry.instances.clear();

        lookAgain();

        assertThat(shown(orders)).containsExactly("orders-1 http://127.0.0.1:8101 1");
    }

    @Test
    void forgetsWhoIsNoLongerRegisteredWhileOthersAre() {
        registry.register("orders-1", 8101, Map.of());
        registry.register("orders-2", 8102, Map.of());
        var orders = orders();
        registry.instances.removeFirst();

        lookAgain();

        assertThat(shown(orders)).containsExactly("orders-2 http://127.0.0.1:8102 1");
    }

    @Test
    void passesOverWhoIsRegisteredWrongly() {
        registry.register("orders-1", 8101, Map.of("weight", "heavy"));
        registry.register("orders-2", 8102, Map.of("weight", "-1"));
        registry.register("orders-3", 8103, Map.of("weight", ""));
        registry.register("orders-4", 8104, Map.of());

        assertThat(shown(orders())).containsExactly("orders-4 http://127.0.0.1:8104 1");
    }

    @Test
    void followsTheAddressesOfAName() {
        names.addresses.put("orders.internal", List.of("10.0.0.1", "10.0.0.2"));
        var orders = orders("dns://orders.internal:8101#zone=a&weight=2", "http://127.0.0.1:8101");

        assertThat(shown(orders))
                .containsExactly(
                        "orders-2 http://127.0.0.1:8101 1",
                        "orders@10.0.0.1 http://10.0.0.1:8101 2a",
                        "orders@10.0.0.2 http://10.0.0.2:8101 2a");

        names.addresses.put("orders.internal", List.of("10.0.0.2", "10.0.0.3"));
        lookAgain();
        assertThat(orders.cluster().instances()).extracting(Instance::id).contains("orders@10.0.0.3");

        names.addresses.put("orders.internal", List.of());
        lookAgain();
        names.addresses.put("orders.internal", null);
        lookAgain();
        assertThat(orders.cluster().instances())
                .extracting(Instance::id)
                .containsExactly("orders-2", "orders@10.0.0.2", "orders@10.0.0.3");
    }

    @Test
    void asksTheSecureOverTlsByTheNameOfTheirCertificate() {
        names.addresses.put("orders.internal", List.of("10.0.0.1"));
        registry.instances.add(new DefaultServiceInstance("orders-8", "orders", "orders-8.internal", 8108, true));
        registry.instances.add(new DefaultServiceInstance(
                "orders-9", "orders", "10.0.0.9", 8109, true, Map.of("tls-name", "orders.shop.svc")));

        var orders = orders("dns+https://orders.internal:8101", "https://orders-7.internal", "https://a.b@10.0.0.7:1");

        assertThat(orders.cluster().instances())
                .extracting(Instance::address)
                .containsExactlyInAnyOrder(
                        "https://orders-7.internal:443",
                        "https://orders-8.internal:8108",
                        "https://orders.shop.svc@10.0.0.9:8109",
                        "https://orders.internal@10.0.0.1:8101",
                        "https://a.b@10.0.0.7:1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://10.0.0.1:8101",
                "10.0.0.1",
                "http://10.0.0.1:8101/api",
                "http://10.0.0.1:8101?weight=2",
                "http://orders.shop.svc@10.0.0.1:8101",
                "dns://orders.internal",
                "dns+https://orders.internal",
                "http://10.0.0.1:8101#weight",
            })
    void refusesWhatIsNoAddressAndSaysWhatOneIs(String wrong) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> orders(wrong))
                .withMessageContainingAll(
                        "covenant.services.orders: " + wrong + " is not a base address",
                        "http://127.0.0.1:8101",
                        "https://name-of-the-certificate@127.0.0.1:8101",
                        "dns://orders:8101",
                        "dns+https://orders:8101");
    }

    @ParameterizedTest
    @CsvSource({
        "weight=heavy, weight is a whole number",
        "weight=-1, the weight of orders-1 is -1",
        "id=, an instance needs an id"
    })
    void refusesWhatAnInstanceCannotBe(String about, String rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> orders("http://10.0.0.1:8101#" + about))
                .withMessageStartingWith("covenant.services.orders: http://10.0.0.1:8101")
                .withMessageContaining("#" + about + ": " + rule);
    }

    @Test
    void looksUpARealName() {
        try (var backend = new Backend("one")) {
            var port = URI.create(backend.address()).getPort();
            var gateway = RunningGateway.with("covenant.services.orders=dns://localhost:" + port);

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(gateway.get("/api/v1/orders").status()).isEqualTo(200));
            gateway.close();
        }
    }
}
