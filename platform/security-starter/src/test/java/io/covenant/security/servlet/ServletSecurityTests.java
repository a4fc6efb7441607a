package io.covenant.security.servlet;

import static io.covenant.security.servlet.AccessRules.everybody;
import static io.covenant.security.servlet.AccessRules.outside;
import static io.covenant.security.servlet.AccessRules.services;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.security.Caller;
import io.covenant.security.Scopes;
import io.covenant.testing.TestIssuer;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootTest(properties = {"covenant.security.mode=enforced", "management.server.port="})
@AutoConfigureMockMvc
class ServletSecurityTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();

    @Autowired
    private MockMvcTester http;

    @DynamicPropertySource
    static void issuer(DynamicPropertyRegistry properties) {
        properties.add("covenant.security.issuer", ISSUER::uri);
    }

    private MvcTestResult get(String path, @Nullable String token) {
        var request = http.get().uri(path);
        return (token == null ? request : request.header("Authorization", "Bearer " + token)).exchange();
    }

    private static void isProblem(MvcTestResult answer, int status, String code) {
        assertThat(answer).hasStatus(status).hasContentTypeCompatibleWith("application/problem+json");
        assertThat(answer).bodyJson().extractingPath("$.code").isEqualTo(code);
        assertThat(answer).bodyJson().extractingPath("$.requestId").isNotNull();
    }

    @Test
    void letsInWhoHasTheScope() {
        assertThat(get("/things", ISSUER.token("stock:read"))).hasStatusOk().hasBodyTextEqualTo("things of tester");
    }

    @Test
    void saysWhoCallsAndForWhichCustomer() {
        var token = ISSUER.token(claims ->
                claims.subject("shopper-7").claim("scope", "stock:read").claim("customer", "alice"));

        assertThat(get("/things", token)).hasStatusOk().hasBodyTextEqualTo("things of shopper-7 for alice");
    }

    @Test
    void healthAloneIsOpenWhereItIsBesideTheApi() {
        assertThat(get("/actuator/health", null)).hasStatusOk();
        assertThat(get("/actuator/health/liveness", null).getResponse().getStatus())
                .isNotIn(401, 403);
        for (var path : new String[] {"/actuator/prometheus", "/actuator/info", "/actuator/env", "/actuator"}) {
            isProblem(get(path, null), 401, "unauthenticated");
            isProblem(get(path, ISSUER.token("stock:read")), 403, "forbidden");
            assertThat(get(path, ISSUER.token("metrics:read")).getResponse().getStatus())
                    .as(path)
                    .isNotIn(401, 403);
        }
    }

    @Test
    void refusesWhoHasNoToken() {
        var answer = get("/things", null);

        isProblem(answer, 401, "unauthenticated");
        assertThat(answer).headers().hasValue("WWW-Authenticate", "Bearer");
    }

    @Test
    void refusesAnExpiredToken() {
        var expired = ISSUER.token(claims -> claims.claim("scope", "stock:read")
                .expirationTime(Date.from(Instant.now().minusSeconds(60))));

        var answer = get("/things", expired);

        isProblem(answer, 401, "invalid-token");
        assertThat(answer).headers().hasValue("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    }

    @Test
    void refusesNonsenseForAToken() {
        isProblem(get("/things", "nonsense"), 401, "invalid-token");
        isProblem(get("/things", ""), 401, "invalid-token");
    }

    @Test
    void refusesWhoHasAnotherScopeAndNamesTheOneThatIsMissing() {
        var answer = get("/things", ISSUER.token("orders:read"));

        isProblem(answer, 403, "forbidden");
        assertThat(answer).bodyJson().extractingPath("$.scope").isEqualTo("stock:read");
        assertThat(answer)
                .headers()
                .hasValue("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"stock:read\"");
    }

    @Test
    void refusesATokenFromOutsideAtInternalEndpoints() {
        isProblem(get("/internal/branches", ISSUER.token("branches:drive")), 403, "forbidden");
        assertThat(get("/internal/branches", ISSUER.serviceToken("branches:drive")))
                .hasStatusOk();
    }

    @Test
    void refusesAServiceTokenAtTheOutside() {
        isProblem(get("/things", ISSUER.serviceToken("stock:read")), 403, "forbidden");
    }

    @Test
    void letsBothInWhereARuleSaysSo() {
        assertThat(get("/shared", ISSUER.token("transactions:read"))).hasStatusOk();
        assertThat(get("/shared", ISSUER.serviceToken("transactions:read"))).hasStatusOk();
    }

    @Test
    void closesWhatNoRuleNames() {
        isProblem(get("/forgotten", ISSUER.token("stock:read", "stock:write")), 403, "forbidden");
        isProblem(get("/forgotten", null), 401, "unauthenticated");
    }

    @Test
    void saysThatAPathIsUnknownOnlyToWhoIsKnown() {
        isProblem(get("/nowhere", ISSUER.token()), 404, "unknown-path");
        isProblem(get("/nowhere", null), 401, "unauthenticated");
    }

    @Test
    void theMethodCounts() {
        var answer = http.post()
                .uri("/things")
                .header("Authorization", "Bearer " + ISSUER.token("stock:read"))
                .exchange();

        isProblem(answer, 403, "forbidden");
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        AccessRules access() {
            return rules -> rules.requestMatchers(HttpMethod.GET, "/things")
                    .access(outside(Scopes.STOCK_READ))
                    .requestMatchers("/things")
                    .access(outside(Scopes.STOCK_WRITE))
                    .requestMatchers("/internal/**")
                    .access(services(Scopes.BRANCHES_DRIVE))
                    .requestMatchers("/shared")
                    .access(everybody(Scopes.TRANSACTIONS_READ));
        }

        @Bean
        Things things() {
            return new Things();
        }
    }

    @RestController
    static class Things {

        @GetMapping("/things")
        String things(Caller caller) {
            return "things of " + caller.subject()
                    + caller.customer().map(" for "::concat).orElse("");
        }

        @PostMapping("/things")
        String add() {
            return "added";
        }

        @GetMapping({"/internal/branches", "/shared", "/forgotten"})
        String other() {
            return "other";
        }
    }
}
