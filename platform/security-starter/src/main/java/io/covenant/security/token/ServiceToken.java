package io.covenant.security.token;

import io.covenant.security.SecurityProperties;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.web.client.RestClientException;

/// The token that this service shows to the others.
///
/// It is renewed in the background from the middle of its life on, so that the issuer may be away for half of it and
/// nobody notices. Thread-safe.
public final class ServiceToken {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceToken.class);

    /// How long to leave the issuer alone after it gave none.
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /// A token that is over so soon may be over when it arrives.
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final Issuer issuer;
    private final SecurityProperties.Client client;
    private final InstantSource clock;
    private final Executor background;
    private final OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> endpoint;
    private final ReentrantLock fetching = new ReentrantLock();
    private final AtomicBoolean renewing = new AtomicBoolean();
    private volatile @Nullable Held held;
    private volatile Instant notBefore = Instant.MIN;

    private record Held(String value, Instant renewAt, Instant end) {}

    /// @param background renews; may block
    public ServiceToken(Issuer issuer, SecurityProperties.Client client, InstantSource clock, Executor background) {
        this.issuer = issuer;
        this.client = client;
        this.clock = clock;
        this.background = background;
        var requests = new RestClientClientCredentialsTokenResponseClient();
        requests.setRestClient(issuer.http()
                .mutate()
                .configureMessageConverters(converters -> converters
                        .addCustomConverter(new FormHttpMessageConverter())
                        .addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
                .build());
        this.endpoint = requests;
    }

    /// The value of the `Authorization` header.
    ///
    /// @throws IssuerUnreachableException if there is no token that is good, and none to be had
    public String authorization() {
        var now = clock.instant();
        var token = held;
        if (token == null || !now.isBefore(token.end())) {
            token = fetched(token);
        } else if (!now.isBefore(token.renewAt()) && !now.isBefore(notBefore) && renewing.compareAndSet(false, true)) {
            var old = token;
            background.execute(() -> renew(old));
        }
        return token.value();
    }

    private void renew(Held old) {
        try {
            var _ = fetched(old);
        } catch (IssuerUnreachableException e) {
            notBefore = clock.instant().plus(PAUSE);
            LOG.warn("The token of {} is not renewed and ends at {}: {}", client.id(), old.end(), e.getMessage());
        } finally {
            renewing.set(false);
        }
    }

    /// One asks, the others wait for what it gets.
    private Held fetched(@Nullable Held old) {
        fetching.lock();
        try {
            var other = held;
            if (other != null && !other.equals(old)) {
                return other;
            }
            var fresh = ask();
            held = fresh;
            return fresh;
        } finally {
            fetching.unlock();
        }
    }

    private Held ask() {
        var asked = clock.instant();
        try {
            var registration = ClientRegistration.withRegistrationId(client.id())
                    .clientId(client.id())
                    .clientSecret(client.secret())
                    .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                    .tokenUri(issuer.metadata().tokenEndpoint().toString())
                    .scope(client.scopes())
                    .build();
            return held(
                    endpoint.getTokenResponse(new OAuth2ClientCredentialsGrantRequest(registration))
                            .getAccessToken(),
                    asked);
        } catch (OAuth2AuthorizationException | RestClientException e) {
            throw new IssuerUnreachableException(issuer.uri(), e);
        }
    }

    /// Counted by our clock from when it was asked for, whatever the issuer's clock says.
    private static Held held(OAuth2AccessToken token, Instant asked) {
        var from = token.getIssuedAt();
        var until = token.getExpiresAt();
        var life = from == null || until == null ? MARGIN.multipliedBy(2) : Duration.between(from, until);
        var margin = life.compareTo(MARGIN.multipliedBy(2)) < 0 ? life.dividedBy(2) : MARGIN;
        return new Held(
                "Bearer " + token.getTokenValue(), asked.plus(life.dividedBy(2)), asked.plus(life.minus(margin)));
    }
}
