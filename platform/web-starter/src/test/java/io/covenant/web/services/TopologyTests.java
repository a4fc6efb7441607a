package io.covenant.web.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class TopologyTests {

    @Test
    void isReadFromTheEnvironmentThatTheLauncherGives() {
        var topology = bind(Map.of(
                "COVENANT_NODE", "orders-1",
                "COVENANT_SERVICES_INVENTORY", "http://127.0.0.1:8201,http://127.0.0.1:8202",
                "COVENANT_SERVICES_COORDINATOR", "http://127.0.0.1:8301"));

        assertThat(topology)
                .isEqualTo(new Topology(
                        "orders-1",
                        Map.of(
                                "inventory",
                                List.of(URI.create("http://127.0.0.1:8201"), URI.create("http://127.0.0.1:8202")),
                                "coordinator",
                                List.of(URI.create("http://127.0.0.1:8301")))));
    }

    @Test
    void isEmptyWhereNothingIsSaid() {
        assertThat(bind(Map.of())).isEqualTo(new Topology("local", Map.of()));
    }

    @Test
    void leavesTheClientItsDefaults() {
        assertThat(new Binder(List.of()).bindOrCreate("covenant.client", ServiceClientProperties.class))
                .isEqualTo(ServiceClientProperties.defaults());
    }

    @ParameterizedTest
    @CsvSource({"hash, have no key", "fair, 'no policy fair, only round-robin'"})
    void refusesAPolicyThatCannotBe(String policy, String because) {
        var usual = ServiceClientProperties.defaults();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ServiceClientProperties(
                        usual.connectTimeout(),
                        usual.timeout(),
                        usual.maxConnections(),
                        usual.maxIdle(),
                        usual.avoidFor(),
                        usual.maxAnswer(),
                        policy,
                        null))
                .withMessageContaining(because);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:8201", "http://host/path", "http://host?x=1", "http:///", "ftp://host"})
    void refusesWhatIsNotABaseAddress(String address) {
        var services = Map.of("orders", List.of(URI.create(address.startsWith("127") ? "//" + address : address)));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Topology("n", services))
                .withMessageContaining("covenant.services.orders");
    }

    private static Topology bind(Map<String, Object> variables) {
        var environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .forEach(source -> environment.getPropertySources().remove(source.getName()));
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        ConfigurationPropertySources.attach(environment);
        return Binder.get(environment).bindOrCreate("covenant", Topology.class);
    }
}
