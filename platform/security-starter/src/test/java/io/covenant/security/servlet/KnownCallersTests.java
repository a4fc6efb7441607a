package io.covenant.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.security.SecurityProperties;
import io.covenant.security.token.CheckedTokens;
import io.covenant.security.token.IssuedTokens;
import io.covenant.security.token.Issuer;
import io.covenant.testing.TestIssuer;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authorization.AllAuthoritiesAuthorizationManager;
import org.springframework.security.authorization.AuthorizationDecision;

class KnownCallersTests {

    private static final TestIssuer ISSUER = TestIssuer.shared();

    private final CheckedTokens tokens = IssuedTokens.of(
            new Issuer(ISSUER.uri()),
            new Binder(new MapConfigurationPropertySource(Map.of("covenant.security.issuer", ISSUER.uri())))
                    .bindOrCreate("covenant.security", SecurityProperties.class),
            Clock.systemUTC());

    private final KnownCallers callers = new KnownCallers(
            tokens,
            (caller, request) -> request.getMethod().equals("POST")
                    ? AllAuthoritiesAuthorizationManager.<Object>hasAllAuthorities(
                                    "SCOPE_branches:drive", "AUDIENCE_covenant-services")
                            .authorize(caller, request)
                    : new AuthorizationDecision(false));

    private static MockHttpServletRequest asking(String method, @Nullable String authorization) {
        var request = new MockHttpServletRequest(method, "/internal/v1/branches/prepare");
        if (authorization != null) {
            request.addHeader("Authorization", authorization);
        }
        return request;
    }

    @Test
    void admitsWhoseTokenWasChecked() {
        var token = ISSUER.serviceToken("branches:drive");
        assertThat(callers.admits(asking("POST", "Bearer " + token))).isFalse();

        tokens.decode(token);

        assertThat(callers.admits(asking("POST", "Bearer " + token))).isTrue();
    }

    @Test
    void asksTheRulesAboutEachRequest() {
        var token = ISSUER.serviceToken("branches:drive");
        tokens.decode(token);

        assertThat(callers.admits(asking("POST", "Bearer " + token))).isTrue();
        assertThat(callers.admits(asking("GET", "Bearer " + token))).isFalse();
    }

    @Test
    void admitsNobodyWithoutTheScopeOrFromTheOtherSide() {
        for (var token : new String[] {ISSUER.serviceToken("branches:read"), ISSUER.token("branches:drive")}) {
            tokens.decode(token);
            assertThat(callers.admits(asking("POST", "Bearer " + token))).isFalse();
        }
    }

    @Test
    void admitsNobodyElse() {
        var token = ISSUER.serviceToken("branches:drive");
        tokens.decode(token);

        assertThat(callers.admits(asking("POST", null))).isFalse();
        assertThat(callers.admits(asking("POST", token))).isFalse();
        assertThat(callers.admits(asking("POST", "Basic " + token))).isFalse();
        assertThat(callers.admits(asking("POST", "Bearer " + token + "x"))).isFalse();
        assertThat(callers.admits(asking("POST", "Bearer "))).isFalse();
    }
}
