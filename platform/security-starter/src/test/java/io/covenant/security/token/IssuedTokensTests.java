package io.covenant.security.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.covenant.security.Audience;
import io.covenant.security.SecurityProperties;
import io.covenant.testing.TestIssuer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;

class IssuedTokensTests {

    private final TestIssuer issuer = new TestIssuer();
    private final JwtDecoder tokens = decoder(issuer.uri(), Clock.systemUTC(), Audience.PLATFORM);

    private static JwtDecoder decoder(URI issuer, Clock clock, Audience... audiences) {
        var properties = new SecurityProperties(
                SecurityProperties.Mode.ENFORCED,
                issuer,
                Set.of(audiences),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofMinutes(5),
                Duration.ofHours(24),
                null);
        return IssuedTokens.of(new Issuer(issuer), properties, clock);
    }

    @AfterEach
    void close() {
        issuer.close();
    }

    @Test
    void takesWhatItsIssuerSigned() {
        var token = tokens.decode(issuer.token("orders:read", "orders:write"));

        assertThat(token.getSubject()).isEqualTo("tester");
        assertThat(token.getClaimAsString("scope")).isEqualTo("orders:read orders:write");
    }

    @Test
    void asksForTheKeysOnceAndOnlyWhenThereIsAToken() {
        assertThat(issuer.keysFetched()).isZero();

        for (int i = 0; i < 5; i++) {
            var _ = tokens.decode(issuer.token());
        }

        assertThat(issuer.keysFetched()).isOne();
    }

    @Test
    void goesOnWithTheKeysItHasWhileTheIssuerIsAway() {
        var _ = tokens.decode(issuer.token());
        var another = issuer.token();
        issuer.close();

        assertThat(tokens.decode(another).getSubject()).isEqualTo("tester");
    }

    @Test
    void forgetsATokenWhenItEnds() {
        var token = issuer.token(
                claims -> claims.expirationTime(Date.from(Instant.now().plusSeconds(60))));
        var later = Clock.fixed(Instant.now().plusSeconds(59 + 31), ZoneOffset.UTC);

        assertThat(tokens.decode(token)).isNotNull();
        assertThatThrownBy(() -> decoder(issuer.uri(), later, Audience.PLATFORM).decode(token))
                .isInstanceOf(BadJwtException.class)
                .hasMessageContaining("expired");
    }

    static Map<String, UnaryOperator<JWTClaimsSet.Builder>> faults() {
        return Map.of(
                "expired",
                claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(31))),
                "not yet valid",
                claims -> claims.notBeforeTime(Date.from(Instant.now().plusSeconds(60))),
                "without an end",
                claims -> claims.expirationTime(null),
                "of another issuer",
                claims -> claims.issuer("http://127.0.0.1:1/other"),
                "without an issuer",
                claims -> claims.issuer(null),
                "made for others",
                claims -> claims.audience("somebody-else"),
                "made for services",
                claims -> claims.audience(TestIssuer.SERVICES),
                "made for nobody",
                claims -> claims.audience((String) null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "expired",
                "not yet valid",
                "without an end",
                "of another issuer",
                "without an issuer",
                "made for others",
                "made for services",
                "made for nobody"
            })
    void refusesATokenThatIs(String fault) {
        var token = issuer.token(Objects.requireNonNull(faults().get(fault)));

        assertThatThrownBy(() -> tokens.decode(token)).isInstanceOf(BadJwtException.class);
    }

    @Test
    void refusesAnotherKeyOfTheSameName() {
        var forged = TestIssuer.sign(
                issuer.claims().claim("scope", "orders:write").build(), TestIssuer.newKey(), JWSAlgorithm.RS256);

        assertThatThrownBy(() -> tokens.decode(forged)).isInstanceOf(BadJwtException.class);
    }

    @Test
    void refusesUnknownKeysHoweverManyComeWithoutAskingTheIssuerForEach() {
        for (int i = 0; i < 10; i++) {
            var forged = TestIssuer.sign(issuer.claims().build(), TestIssuer.newKey(), JWSAlgorithm.RS256);
            assertThatThrownBy(() -> tokens.decode(forged)).isInstanceOf(BadJwtException.class);
        }
        assertThat(issuer.keysFetched()).isBetween(1, 4);
    }

    @Test
    void refusesATokenThatNobodySigned() {
        var unsigned = new PlainJWT(issuer.claims().build()).serialize();

        assertThatThrownBy(() -> tokens.decode(unsigned)).isInstanceOf(BadJwtException.class);
    }

    /// The old trick: the public key, which everybody knows, as a shared secret.
    @Test
    void refusesASharedSecret() throws JOSEException {
        var token =
                new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), issuer.claims().build());
        token.sign(new MACSigner(new byte[32]));

        assertThatThrownBy(() -> tokens.decode(token.serialize())).isInstanceOf(BadJwtException.class);
    }

    @Test
    void refusesWhatWasChangedOnTheWay() {
        var token = issuer.token("stock:read");
        var signature = token.substring(token.lastIndexOf('.'));
        var another = issuer.token("stock:write");

        assertThatThrownBy(() -> tokens.decode(another.substring(0, another.lastIndexOf('.')) + signature))
                .isInstanceOf(BadJwtException.class);
        assertThatThrownBy(() -> tokens.decode("not a token")).isInstanceOf(BadJwtException.class);
    }

    @Test
    void saysWhoDoesNotAnswer() {
        var nobody = URI.create("http://127.0.0.1:1");

        assertThatThrownBy(() ->
                        decoder(nobody, Clock.systemUTC(), Audience.PLATFORM).decode(issuer.token()))
                .isInstanceOf(IssuerUnreachableException.class)
                .hasMessageContaining("http://127.0.0.1:1");
    }

    @Test
    void recoversWhenTheIssuerComes() {
        var early = new TestIssuer();
        var address = early.uri();
        early.close();
        var decoder = decoder(address, Clock.systemUTC(), Audience.PLATFORM);
        var unknown = issuer.token();
        assertThatThrownBy(() -> decoder.decode(unknown)).isInstanceOf(IssuerUnreachableException.class);

        // Another at the same address.
        try (var late = new TestIssuer(address.getPort())) {
            assertThat(decoder.decode(late.token()).getSubject()).isEqualTo("tester");
        }
    }

    @Test
    void refusesAnIssuerThatCallsItselfOtherwise() {
        var alias = URI.create("http://localhost:" + issuer.uri().getPort());

        assertThatThrownBy(() ->
                        decoder(alias, Clock.systemUTC(), Audience.PLATFORM).decode(issuer.token()))
                .isInstanceOf(IssuerUnreachableException.class)
                .hasMessageContaining("it calls itself " + issuer.uri());
    }
}
