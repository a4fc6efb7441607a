package io.covenant.security.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/// Remembers for a short while which tokens were found good: services show the same token thousands of times a second,
/// and a signature costs more to check than all else about a small request.
///
/// What is wrong is not remembered, so that nobody can fill the memory with it. Thread-safe.
public final class CheckedTokens implements JwtDecoder {

    private static final int MOST = 10_000;
    private static final Granted GRANTED = new Granted();

    private final JwtDecoder checking;
    private final Cache<String, Checked> good;

    /// @param remembered the longest; a token is never remembered beyond its end
    CheckedTokens(JwtDecoder checking, Duration remembered, InstantSource clock) {
        this.checking = checking;
        this.good = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfter(Expiry.<String, Checked>creating((_, checked) -> {
                    var end = checked.token().getExpiresAt();
                    var left = end == null ? remembered : Duration.between(clock.instant(), end);
                    return left.compareTo(remembered) < 0 ? left : remembered;
                }))
                .build();
    }

    /// What is remembered of this token, without ever waiting for anybody; `null` if it has to be checked.
    public @Nullable Jwt remembered(String token) {
        var known = good.getIfPresent(token);
        return known == null ? null : known.token();
    }

    /// Whoever shows this token, if it is remembered, with all that it grants; otherwise `null`.
    public @Nullable Authentication bearer(String token) {
        var known = good.getIfPresent(token);
        return known == null ? null : known.bearer();
    }

    @Override
    public Jwt decode(String token) throws JwtException {
        var known = remembered(token);
        if (known != null) {
            return known;
        }
        var checked = checking.decode(token);
        good.put(token, new Checked(checked));
        return checked;
    }

    /// A token that was found good, and whoever shows it, made when somebody asks.
    private static final class Checked {

        private final Jwt token;
        private volatile @Nullable Authentication bearer;

        Checked(Jwt token) {
            this.token = token;
        }

        Jwt token() {
            return token;
        }

        Authentication bearer() {
            var known = bearer;
            if (known == null) {
                known = new JwtAuthenticationToken(token, GRANTED.convert(token));
                bearer = known;
            }
            return known;
        }
    }
}
