package io.covenant.security.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;

/// Remembers for a short while which tokens were found good: services show the same token thousands of times a second,
/// and a signature costs more to check than all else about a small request.
///
/// What is wrong is not remembered, so that nobody can fill the memory with it. Thread-safe.
public final class CheckedTokens implements JwtDecoder {

    private static final int MOST = 10_000;

    private final JwtDecoder checking;
    private final Cache<String, Jwt> good;

    /// @param remembered the longest; a token is never remembered beyond its end
    CheckedTokens(JwtDecoder checking, Duration remembered, InstantSource clock) {
        this.checking = checking;
        this.good = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfter(Expiry.<String, Jwt>creating((token, jwt) -> {
                    var end = jwt.getExpiresAt();
                    var left = end == null ? remembered : Duration.between(clock.instant(), end);
                    return left.compareTo(remembered) < 0 ? left : remembered;
                }))
                .build();
    }

    /// What is remembered of this token, without ever waiting for anybody; `null` if it has to be checked.
    public @Nullable Jwt remembered(String token) {
        return good.getIfPresent(token);
    }

    @Override
    public Jwt decode(String token) throws JwtException {
        var known = remembered(token);
        if (known != null) {
            return known;
        }
        var checked = checking.decode(token);
        good.put(token, checked);
        return checked;
    }
}
