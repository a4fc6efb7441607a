package io.covenant.launcher.platform;

import io.covenant.launcher.app.Role;
import io.covenant.launcher.client.IssuedToken;
import java.net.URI;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Who has an account with the development issuer, and the secrets that nobody chose.
final class IssuerAccounts {

    private static final List<Role> SERVICES =
            List.of(Role.LOCKS, Role.COORDINATOR, Role.INVENTORY, Role.ORDERS, Role.GATEWAY);

    private final PlatformHome home;
    private final URI issuer;
    private final Secrets secrets;

    IssuerAccounts(PlatformHome home, URI issuer) {
        this.home = home;
        this.issuer = issuer;
        this.secrets = new Secrets(home.secrets());
    }

    /// What a node needs: the issuer all accounts, a service its own.
    Map<String, String> environment(Role role) {
        var environment = new HashMap<String, String>();
        if (role == Role.ISSUER) {
            environment.put("COVENANT_ISSUER_URI", issuer.toString());
            environment.put(
                    "COVENANT_ISSUER_KEY",
                    home.secrets().resolve("issuer-signing-key.json").toString());
            Stream.concat(
                            Arrays.stream(Persona.values()).map(Persona::account),
                            SERVICES.stream().map(Role::service))
                    .forEach(account -> environment.put(
                            "COVENANT_ISSUER_SECRETS_" + account.toUpperCase(Locale.ROOT), secretOf(account)));
        } else {
            environment.put("COVENANT_SECURITY_ISSUER", issuer.toString());
            environment.put("COVENANT_SECURITY_CLIENT_ID", role.service());
            environment.put("COVENANT_SECURITY_CLIENT_SECRET", secretOf(role.service()));
        }
        return environment;
    }

    IssuedToken token(Persona persona, Optional<String> customer) {
        return new IssuedToken(issuer, persona.account(), secretOf(persona.account()), customer);
    }

    /// A token of a service.
    IssuedToken serviceToken(String service) {
        if (SERVICES.stream().noneMatch(role -> role.service().equals(service))) {
            throw new IllegalArgumentException("no service with an account: " + service);
        }
        return new IssuedToken(issuer, service, secretOf(service), Optional.empty());
    }

    private String secretOf(String account) {
        return secrets.of("issuer-" + account);
    }
}
