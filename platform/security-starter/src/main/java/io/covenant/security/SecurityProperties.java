package io.covenant.security;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// Whose tokens are believed.
///
/// @param mode         whether anybody is asked for a token at all
/// @param issuer       the OpenID Connect issuer, exactly as its tokens name it; its keys are found through
///                     `/.well-known/openid-configuration`; absent only in [Mode#OPEN]
/// @param audiences    whom a token must be made for to be taken, any of these
/// @param clockSkew    by how much the issuer's clock may differ from ours
/// @param remembered   how long a token that was checked is believed without checking it again; a key that the issuer
///                     withdraws counts for so long
/// @param keysRefreshed after how long the issuer's keys are fetched again
/// @param keysKept     how long the last keys serve while the issuer does not answer
/// @param client       who this service is; absent if it calls nobody
@Validated
@ConfigurationProperties("covenant.security")
public record SecurityProperties(
        @DefaultValue("ENFORCED") @NotNull Mode mode,
        @Nullable URI issuer,
        @DefaultValue({"PLATFORM", "SERVICES"}) @NotEmpty Set<Audience> audiences,

        @DefaultValue("30s") @DurationMin @DurationMax(minutes = 5)
        Duration clockSkew,

        @DefaultValue("60s") @DurationMin @DurationMax(minutes = 10)
        Duration remembered,

        @DefaultValue("5m") @DurationMin(seconds = 1) Duration keysRefreshed,
        @DefaultValue("24h") @DurationMin Duration keysKept,
        @Valid @Nullable Client client) {

    public SecurityProperties {
        audiences = Set.copyOf(audiences);
    }

    /// Whether tokens count.
    public enum Mode {
        /// Who has no good token gets nothing but health and metrics.
        ENFORCED,
        /// Everybody may do everything. For tests and for a service that runs alone on a developer's machine: a process
        /// that listens to more than the loopback interface refuses to start so.
        OPEN
    }

    /// The issuer.
    ///
    /// @throws SecurityMisconfiguredException if there is none
    URI requiredIssuer() {
        if (issuer == null) {
            throw SecurityMisconfiguredException.withoutIssuer();
        }
        return issuer;
    }

    /// The service's own account with the issuer, for the client credentials grant.
    ///
    /// @param secret from the environment or a file, never from the sources
    /// @param scopes what it asks for; none for whatever the issuer gives it
    public record Client(
            @NotBlank String id,
            @NotBlank String secret,
            @DefaultValue Set<String> scopes) {

        public Client {
            scopes = Set.copyOf(scopes);
        }

        @Override
        public String toString() {
            return "Client[id=%s, scopes=%s]".formatted(id, scopes);
        }
    }
}
