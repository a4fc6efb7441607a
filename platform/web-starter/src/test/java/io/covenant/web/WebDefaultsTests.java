package io.covenant.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;

@SpringBootTest(classes = SampleService.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class WebDefaultsTests {

    @LocalServerPort
    int port;

    @LocalManagementPort
    int managementPort;

    @Autowired
    Environment environment;

    @ParameterizedTest
    @CsvSource({
        "server.address, 127.0.0.1",
        "spring.threads.virtual.enabled, true",
        "server.shutdown, graceful",
        "spring.lifecycle.timeout-per-shutdown-phase, 5s",
        "spring.jmx.enabled, false",
        "server.tomcat.max-keep-alive-requests, -1",
        "spring.datasource.hikari.connection-timeout, 2000",
        "spring.jpa.open-in-view, false",
    })
    void areWhatAServiceDoesNotHaveToSay(String key, String value) {
        assertThat(environment.getProperty(key)).isEqualTo(value);
    }

    @Test
    void nameTheNodeInEveryLine() {
        assertThat(environment.getProperty("logging.pattern.console")).contains("[local] [%X{requestId:-}]");
    }

    @Test
    void showHealthAndMetricsAndNothingElse() {
        var http = new Http(managementPort);

        assertThat(http.get("/actuator/health").json().path("status").asString())
                .isEqualTo("UP");
        assertThat(http.get("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(http.get("/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(http.get("/actuator/prometheus").text()).contains("jvm_memory_used_bytes");
        assertThat(http.get("/actuator").status()).isEqualTo(404);
        assertThat(http.get("/actuator/beans").status()).isEqualTo(404);
    }

    @Test
    void showNothingOfThatBesideTheApi() {
        var http = new Http(port);

        http.get("/actuator").isProblem(404, "unknown-path");
        http.get("/actuator/health").isProblem(404, "unknown-path");
        http.get("/actuator/prometheus").isProblem(404, "unknown-path");
    }
}
