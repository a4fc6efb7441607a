package io.covenant.web.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.web.Http;
import io.covenant.web.SampleService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

@SpringBootTest(classes = SampleService.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class WholeAnswerTests {

    @LocalServerPort
    int port;

    /// A length is known only of what was complete before any of it was sent.
    @ParameterizedTest
    @ValueSource(strings = {"/orders?page=3", "/out-of-stock", "/bug", "/orders?page=1", "/nothing-there"})
    void sendsJsonWithItsLengthAndSoInOnePiece(String path) {
        var answer = new Http(port).get(path);

        assertThat(answer.header("Transfer-Encoding")).isEmpty();
        assertThat(answer.header("Content-Length"))
                .isEqualTo(Integer.toString(answer.text().length()));
        assertThat(answer.text()).startsWith("{").endsWith("}");
    }

    @Test
    void sendsWhatIsLongerThanTheBufferAsItComes() {
        var tree = "{\"text\":\"" + "x".repeat(100_000) + "\"}";

        var answer = new Http(port).post("/trees", tree);

        assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(answer.text()).isEqualTo(tree);
    }
}
