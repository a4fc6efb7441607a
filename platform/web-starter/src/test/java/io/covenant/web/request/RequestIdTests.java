package io.covenant.web.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.web.Http;
import io.covenant.web.SampleService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

@SpringBootTest(classes = SampleService.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class RequestIdTests {

    @LocalServerPort
    int port;

    @Test
    void takesTheIdThatComesAndReturnsIt() {
        var answer = new Http(port).get("/request-id", "X-Request-Id", "abc-1.2_3");

        assertThat(answer.text()).isEqualTo("abc-1.2_3");
        assertThat(answer.header("X-Request-Id")).isEqualTo("abc-1.2_3");
    }

    @Test
    void makesAnIdWhereNoneComes() {
        var answer = new Http(port).get("/request-id");

        assertThat(answer.text()).hasSize(36).isEqualTo(answer.header("X-Request-Id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"with space", "ümlaut", "a/b", "{x}", "${jndi:ldap://x}", ""})
    void replacesAnIdThatMightSpoilALog(String id) {
        assertThat(RequestId.acceptOrMake(id)).isNotEqualTo(id).hasSize(36);
    }

    @Test
    void replacesAnIdThatIsTooLong() {
        assertThat(RequestId.acceptOrMake("x".repeat(64))).hasSize(64);
        assertThat(RequestId.acceptOrMake("x".repeat(65))).hasSize(36);
    }

    @Test
    void keepsTheIdWhenTheRequestFails() {
        var answer = new Http(port).get("/bug", "X-Request-Id", "find-me").isProblem(500, "internal-error");

        assertThat(answer.json().path("requestId").asString()).isEqualTo("find-me");
    }
}
