package io.covenant.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.TestIssuer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@SpringBootTest(
        classes = ServletSecurityTests.Application.class,
        properties = {"covenant.security.mode=enforced", "covenant.security.issuer=http://127.0.0.1:1"})
@AutoConfigureMockMvc
class IssuerAwayTests {

    @Autowired
    private MockMvcTester http;

    @Test
    void startsWithoutTheIssuerAndSaysWhyNobodyIsLetIn() {
        var answer = http.get()
                .uri("/things")
                .header("Authorization", "Bearer " + TestIssuer.shared().token("stock:read"))
                .exchange();

        assertThat(answer).hasStatus(503).headers().hasValue("Retry-After", "1");
        assertThat(answer).bodyJson().extractingPath("$.code").isEqualTo("issuer-unreachable");
    }

    @Test
    void whoHasNoTokenNeedsNoIssuer() {
        assertThat(http.get().uri("/things")).hasStatus(401);
    }
}
