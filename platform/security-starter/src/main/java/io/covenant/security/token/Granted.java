package io.covenant.security.token;

import io.covenant.security.Scopes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.springframework.core.convert.converter.Converter;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtGrantedAuthoritiesConverter;

/// What a token grants: an authority for each scope, and one for each audience.
public final class Granted implements Converter<Jwt, Collection<GrantedAuthority>> {

    private final JwtGrantedAuthoritiesConverter scopes = new JwtGrantedAuthoritiesConverter();

    public Granted() {
        scopes.setAuthorityPrefix(Scopes.AUTHORITY);
    }

    @Override
    public Collection<GrantedAuthority> convert(Jwt token) {
        var granted = new ArrayList<GrantedAuthority>(scopes.convert(token));
        var audience = token.getAudience();
        for (var one : audience == null ? List.<String>of() : audience) {
            granted.add(new SimpleGrantedAuthority("AUDIENCE_" + one));
        }
        return granted;
    }
}
