package io.covenant.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.server.ServerWebExchange;

class CallersTests {

    private static final String SCOPE = "gateway:read";

    private final ServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/admin/routes"));

    private static Jwt token(String scope) {
        return Jwt.withTokenValue("t")
                .header("alg", "ES256")
                .subject("olga")
                .claim("scope", scope)
                .build();
    }

    private void isRefused(HttpStatus status) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> Callers.require(exchange, SCOPE))
                .satisfies(refusal -> assertThat(refusal.problem().status()).isEqualTo(status));
        assertThat(Callers.may(exchange, SCOPE)).isFalse();
    }

    @Test
    void admitsATokenWithTheScope() {
        Callers.put(exchange, token("orders:read gateway:read"));

        assertThatCode(() -> Callers.require(exchange, SCOPE)).doesNotThrowAnyException();
        assertThat(Callers.may(exchange, SCOPE)).isTrue();
        assertThat(Callers.subject(exchange)).contains("olga");
    }

    @Test
    void admitsEverybodyWhereNobodyIsAsked() {
        Callers.putAnybody(exchange);

        assertThatCode(() -> Callers.require(exchange, SCOPE)).doesNotThrowAnyException();
        assertThat(Callers.subject(exchange)).isEmpty();
    }

    @Test
    void refusesATokenWithoutTheScope() {
        Callers.put(exchange, token("gateway:read-not gateway"));

        isRefused(HttpStatus.FORBIDDEN);
    }

    @Test
    void refusesARequestThatNobodyLookedAt() {
        isRefused(HttpStatus.UNAUTHORIZED);
        assertThat(Callers.subject(exchange)).isEmpty();
    }
}
