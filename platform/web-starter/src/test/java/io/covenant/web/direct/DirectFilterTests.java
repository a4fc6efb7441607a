package io.covenant.web.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.i18n.AcceptHeaderLocaleResolver;
import tools.jackson.databind.json.JsonMapper;

class DirectFilterTests {

    private static final String PATH = "/fails";

    static final class Controller {

        Map<String, String> fail(@RequestBody Map<String, String> body) {
            throw new IllegalStateException("planned: " + body);
        }
    }

    @Test
    void countsARequestWhoseFailureNobodyAnswers() throws Exception {
        var meters = new SimpleMeterRegistry();
        var mapper = JsonMapper.builder().build();
        var method = new HandlerMethod(new Controller(), Controller.class.getDeclaredMethod("fail", Map.class));
        var endpoint = new Endpoint(PATH, method, mapper, meters);
        var filter = new DirectFilter(
                () -> Map.of(PATH, endpoint),
                _ -> true,
                1_000,
                mapper,
                () -> (_, _, _, _) -> null,
                AcceptHeaderLocaleResolver::new);
        var request = new MockHttpServletRequest("POST", PATH);
        request.setContentType("application/json");
        request.setContent("{}".getBytes(StandardCharsets.UTF_8));
        var response = new MockHttpServletResponse();

        assertThatThrownBy(() -> filter.doFilter(request, response, new MockFilterChain()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("planned");

        assertThat(response.getStatus()).isEqualTo(500);
        assertThat(meters.get("http.server.requests")
                        .tags("uri", PATH, "status", "500", "outcome", "SERVER_ERROR")
                        .tags("exception", "IllegalStateException", "error", "IllegalStateException")
                        .timer()
                        .count())
                .isEqualTo(1);
    }
}
