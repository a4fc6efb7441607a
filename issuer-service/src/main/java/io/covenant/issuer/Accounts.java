package io.covenant.issuer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.OAuth2TokenFormat;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;

/// The accounts as the authorization server knows clients.
final class Accounts {

    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

    /// What a client's tokens are made for.
    static final String AUDIENCE = "covenant.audience";

    /// Whether a client's tokens name a customer.
    static final String ABOUT_ONE_CUSTOMER = "covenant.about-one-customer";

    /// People or services.
    private record Side(Map<String, IssuerProperties.Account> accounts, String audience, Duration life) {}

    private Accounts() {}

    /// Those that have a secret.
    static List<RegisteredClient> of(IssuerProperties properties, PasswordEncoder secrets) {
        var clients = new ArrayList<RegisteredClient>();
        var sides = List.of(
                new Side(properties.roles(), "covenant", properties.roleTokens()),
                new Side(properties.services(), "covenant-services", properties.serviceTokens()));
        for (var side : sides) {
            side.accounts().forEach((name, account) -> {
                var secret = properties.secrets().get(name);
                if (secret != null) {
                    clients.add(client(name, account, secrets.encode(secret), side));
                }
            });
        }
        if (clients.isEmpty()) {
            throw new IllegalStateException(
                    "no account has a secret: set covenant.issuer.secrets.<name> for some of %s and %s"
                            .formatted(
                                    properties.roles().keySet(),
                                    properties.services().keySet()));
        }
        LOG.info(
                "accounts: {}",
                clients.stream().map(RegisteredClient::getClientId).sorted().toList());
        return clients;
    }

    private static RegisteredClient client(String name, IssuerProperties.Account account, String secret, Side side) {
        return RegisteredClient.withId(name)
                .clientId(name)
                .clientSecret(secret)
                .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                .scopes(scopes -> scopes.addAll(account.scopes()))
                .clientSettings(ClientSettings.withSettings(Map.of(
                                AUDIENCE,
                                side.audience(),
                                ABOUT_ONE_CUSTOMER,
                                account.aboutOneCustomer(),
                                "settings.client.require-proof-key",
                                false,
                                "settings.client.require-authorization-consent",
                                false))
                        .build())
                .tokenSettings(TokenSettings.builder()
                        .accessTokenTimeToLive(side.life())
                        .accessTokenFormat(OAuth2TokenFormat.SELF_CONTAINED)
                        .idTokenSignatureAlgorithm(SignatureAlgorithm.RS256)
                        .build())
                .build();
    }
}
