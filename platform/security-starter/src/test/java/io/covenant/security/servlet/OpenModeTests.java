package io.covenant.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.security.SecurityMisconfiguredException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@SpringBootTest(
        classes = ServletSecurityTests.Application.class,
        properties = {"covenant.security.mode=open", "server.address=127.0.0.1"})
@AutoConfigureMockMvc
class OpenModeTests {

    private final WebApplicationContextRunner runner =
            new WebApplicationContextRunner().withUserConfiguration(ServletSecurityTests.Application.class);

    @Autowired
    private MockMvcTester http;

    @Test
    void letsEverybodyInOnLoopback() {
        assertThat(http.get().uri("/things")).hasStatusOk().hasBodyTextEqualTo("things of unchecked");
        assertThat(http.get().uri("/internal/branches")).hasStatusOk();
        assertThat(http.get().uri("/forgotten")).hasStatusOk();
    }

    @ParameterizedTest
    @ValueSource(strings = {"server.address", "management.server.address"})
    void refusesToBeOpenToTheNetwork(String address) {
        runner.withPropertyValues("covenant.security.mode=open", "server.address=127.0.0.1", address + "=0.0.0.0")
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .hasRootCauseInstanceOf(SecurityMisconfiguredException.class)
                        .rootCause()
                        .hasMessageContaining("0.0.0.0"));
    }

    @Test
    void refusesToStartWhenItIsNotSaidWhoseTokensCount() {
        runner.withPropertyValues("covenant.security.mode=enforced")
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                SecurityMisconfiguredException.class,
                                failure -> assertThat(failure.fix()).contains("covenant.security.issuer")));
    }
}
