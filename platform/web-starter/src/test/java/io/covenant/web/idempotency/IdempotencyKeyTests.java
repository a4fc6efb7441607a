package io.covenant.web.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.covenant.web.Http;
import io.covenant.web.SampleService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

@SpringBootTest(classes = SampleService.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class IdempotencyKeyTests {

    @LocalServerPort
    int port;

    @Test
    void reachesTheController() {
        assertThat(new Http(port)
                        .post("/keyed", "", "Idempotency-Key", "\"k-1\"")
                        .text())
                .isEqualTo("\"k-1\"");
        assertThat(new Http(port)
                        .post("/perhaps-keyed", "", "Idempotency-Key", "k-1")
                        .text())
                .isEqualTo("k-1");
        assertThat(new Http(port).post("/perhaps-keyed", "").text()).isEqualTo("none");
    }

    @Test
    void isAskedForWhereItIsRequired() {
        new Http(port).post("/keyed", "").isProblem(400, "header-missing").naming("Idempotency-Key", "must be present");
    }

    @Test
    void mustNotBeBlank() {
        new Http(port)
                .post("/perhaps-keyed", "", "Idempotency-Key", " ")
                .isProblem(400, "header-invalid")
                .naming("Idempotency-Key", "must be 1 to 128 visible ASCII characters");
    }

    @Test
    void mustBeGivenOnce() {
        new Http(port)
                .post("/perhaps-keyed", "", "Idempotency-Key", "a", "Idempotency-Key", "b")
                .isProblem(400, "header-invalid")
                .naming("Idempotency-Key", "must be given once");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "ä", "tab\tbed", "bell\u0007"})
    void refusesWhatIsNotVisibleAscii(String key) {
        assertThatIllegalArgumentException().isThrownBy(() -> new IdempotencyKey(key));
    }

    @Test
    void isAtMost128Long() {
        assertThat(new IdempotencyKey("k".repeat(128)).value()).hasSize(128);
        assertThatIllegalArgumentException().isThrownBy(() -> new IdempotencyKey("k".repeat(129)));
    }
}
