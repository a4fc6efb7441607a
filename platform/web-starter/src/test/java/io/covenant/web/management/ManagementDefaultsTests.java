package io.covenant.web.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.mock.env.MockEnvironment;

class ManagementDefaultsTests {

    private final MockEnvironment environment = new MockEnvironment().withProperty("server.address", "10.0.0.7");

    private String port() {
        new ManagementDefaults().postProcessEnvironment(environment, new SpringApplication());
        return environment.getProperty("management.server.port", "none");
    }

    private String address() {
        return environment.getProperty("management.server.address", "none");
    }

    @ParameterizedTest
    @CsvSource({"8101, 8151", "65485, 65535", "0, 0"})
    void isFiftyAboveThePortOfTheApiAtTheSameInterface(String api, String management) {
        environment.setProperty("server.port", api);

        assertThat(port()).isEqualTo(management);
        assertThat(address()).isEqualTo("10.0.0.7");
    }

    @Test
    void isFiftyAboveSpringsPortWhereTheApiNamesNone() {
        assertThat(port()).isEqualTo("8130");
    }

    @Test
    void isNowhereWhereTheApiIsNowhere() {
        environment.setProperty("server.port", "-1");

        assertThat(port()).isEqualTo("-1");
    }

    @Test
    void isWhatTheServiceNames() {
        environment.setProperty("server.port", "8101");
        environment.setProperty("management.server.port", "9000");
        environment.setProperty("management.server.address", "127.0.0.1");

        assertThat(port()).isEqualTo("9000");
        assertThat(address()).isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({"8101", "''"})
    void staysBesideTheApiWhereThatIsAskedFor(String asked) {
        environment.setProperty("server.port", "8101");
        environment.setProperty("management.server.port", asked);

        assertThat(port()).isEqualTo(asked);
        assertThat(address()).isEqualTo("none");
    }

    @Test
    void asksForANameWhereNoPortIsLeft() {
        environment.setProperty("server.port", "65486");

        assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
                .isThrownBy(this::port)
                .withMessageContaining("management.server.port")
                .withMessageContaining("50 above server.port");
    }
}
