package io.covenant.security.token;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.Resource;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.covenant.security.Audience;
import io.covenant.security.SecurityProperties;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/// Checks tokens against the issuer's keys, which are found at the first token and kept while the issuer is away:
/// signature (RSA or elliptic curve, never `none` and never a shared secret), issuer, audience, and time.
///
/// Thread-safe.
public final class IssuedTokens implements JwtDecoder {

    private static final int FETCH_MILLIS = 3000;

    private final Issuer issuer;
    private final SecurityProperties properties;
    private final Clock clock;
    private volatile @Nullable JwtDecoder decoder;
    private volatile boolean keysKnown;

    private IssuedTokens(Issuer issuer, SecurityProperties properties, Clock clock) {
        this.issuer = issuer;
        this.properties = properties;
        this.clock = clock;
    }

    /// A decoder that remembers what it has checked.
    public static CheckedTokens of(Issuer issuer, SecurityProperties properties, Clock clock) {
        return new CheckedTokens(new IssuedTokens(issuer, properties, clock), properties.remembered(), clock);
    }

    @Override
    public Jwt decode(String token) throws JwtException {
        var ready = decoder;
        if (ready == null) {
            ready = build();
            decoder = ready;
        }
        try {
            return ready.decode(token);
        } catch (BadJwtException e) {
            throw e;
        } catch (JwtException e) {
            if (keysKnown && e.getCause() instanceof RateLimitReachedException) {
                throw new BadJwtException("no key of the issuer signed it, as of a moment ago", e);
            }
            throw new IssuerUnreachableException(issuer.uri(), e);
        }
    }

    private JwtDecoder build() {
        var processor = new DefaultJWTProcessor<SecurityContext>();
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(
                Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256), keys()));
        processor.setJWTClaimsSetVerifier((claims, context) -> {}); // the validators below say it better
        var nimbus = new NimbusJwtDecoder(processor);
        nimbus.setJwtValidator(validator());
        return nimbus;
    }

    private JWKSource<SecurityContext> keys() {
        try {
            var address = issuer.metadata().jwksUri().toURL();
            return JWKSourceBuilder.create(address, new Fetching())
                    .cache(properties.keysRefreshed().toMillis(), FETCH_MILLIS * 2L)
                    .outageTolerant(properties.keysKept().toMillis())
                    .build();
        } catch (MalformedURLException e) {
            throw new IssuerUnreachableException(issuer.uri(), e);
        }
    }

    /// Knows whether there were keys at all: tokens of unknown keys then are the sender's fault, though the issuer
    /// is not asked again for each of them.
    private final class Fetching extends DefaultResourceRetriever {

        Fetching() {
            super(FETCH_MILLIS, FETCH_MILLIS);
        }

        @Override
        public Resource retrieveResource(URL url) throws IOException {
            var keys = super.retrieveResource(url);
            keysKnown = true;
            return keys;
        }
    }

    private OAuth2TokenValidator<Jwt> validator() {
        var time = new JwtTimestampValidator(properties.clockSkew());
        time.setClock(clock);
        var accepted = properties.audiences().stream().map(Audience::claim).collect(Collectors.toSet());
        return new DelegatingOAuth2TokenValidator<>(
                time,
                new JwtIssuerValidator(issuer.uri().toString()),
                new JwtClaimValidator<List<String>>(
                        JwtClaimNames.AUD,
                        claimed -> claimed != null && claimed.stream().anyMatch(accepted::contains)),
                // A token without an end would be good for ever.
                new JwtClaimValidator<Object>(JwtClaimNames.EXP, end -> end != null));
    }
}
