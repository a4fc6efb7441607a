package io.covenant.issuer;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;

/// What a token says beyond the standard's claims: whom it is made for, and for a shopper which customer that is, the
/// `customer` of the request for it. Without a `scope` in the request it carries all that the account may have.
final class Claims implements OAuth2TokenCustomizer<JwtEncodingContext> {

    private static final String CUSTOMER = "customer";
    private static final Pattern CUSTOMER_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    @Override
    public void customize(JwtEncodingContext context) {
        var client = context.getRegisteredClient();
        var settings = client.getClientSettings();
        context.getClaims().audience(List.of(settings.<String>getSetting(Accounts.AUDIENCE)));
        var asked = context.getAuthorizedScopes();
        context.getClaims()
                .claim(
                        OAuth2ParameterNames.SCOPE,
                        String.join(" ", new TreeSet<>(asked.isEmpty() ? client.getScopes() : asked)));
        var customer = customer(context);
        if (Boolean.TRUE.equals(settings.<Boolean>getSetting(Accounts.ABOUT_ONE_CUSTOMER))) {
            if (customer == null || !CUSTOMER_ID.matcher(customer).matches()) {
                throw refused("a token of %s is about one customer: say which, as customer=<id>"
                        .formatted(client.getClientId()));
            }
            context.getClaims().claim(CUSTOMER, customer).subject(customer);
        } else if (customer != null) {
            throw refused("a token of %s is not about one customer".formatted(client.getClientId()));
        }
    }

    private static @Nullable String customer(JwtEncodingContext context) {
        Map<String, Object> more =
                context.getAuthorizationGrant() instanceof OAuth2ClientCredentialsAuthenticationToken grant
                        ? grant.getAdditionalParameters()
                        : Map.of();
        return more.get(CUSTOMER) instanceof String customer ? customer : null;
    }

    private static OAuth2AuthenticationException refused(String why) {
        return new OAuth2AuthenticationException(new OAuth2Error(OAuth2ErrorCodes.INVALID_REQUEST, why, null));
    }
}
