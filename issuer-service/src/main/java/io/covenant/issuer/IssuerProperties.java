package io.covenant.issuer;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// Whom this issuer gives tokens, and for what.
///
/// @param uri         how its tokens name it, and where the services reach it
/// @param key         the file with the signing key, made at the first start; only its owner may read it
/// @param roles       people's accounts: tokens for the outside
/// @param services    the services' accounts: tokens for services
/// @param secrets     the secret of each account, from the environment; an account without one does not exist
/// @param roleTokens  how long a role's token is good
/// @param serviceTokens how long a service's token is good
@Validated
@ConfigurationProperties("covenant.issuer")
record IssuerProperties(
        @DefaultValue("http://127.0.0.1:8091") URI uri,
        @NotNull Path key,
        @DefaultValue Map<String, @Valid Account> roles,
        @DefaultValue Map<String, @Valid Account> services,
        @DefaultValue @NotEmpty Map<String, String> secrets,

        @DefaultValue("1h") @DurationMin(minutes = 1) @DurationMax(hours = 24)
        Duration roleTokens,

        @DefaultValue("15m") @DurationMin(minutes = 1) @DurationMax(hours = 24)
        Duration serviceTokens) {

    IssuerProperties {
        roles = Map.copyOf(roles);
        services = Map.copyOf(services);
        secrets = Map.copyOf(secrets);
    }

    /// What an account may be given.
    ///
    /// @param scopes           the most that its tokens carry
    /// @param aboutOneCustomer whether each of its tokens names the customer whom it is about
    record Account(
            @NotEmpty Set<String> scopes,
            @DefaultValue("false") boolean aboutOneCustomer) {

        Account {
            scopes = Set.copyOf(scopes);
        }
    }

    @Override
    public String toString() {
        return "IssuerProperties[uri=%s, key=%s, accounts=%s]".formatted(uri, key, secrets.keySet());
    }
}
