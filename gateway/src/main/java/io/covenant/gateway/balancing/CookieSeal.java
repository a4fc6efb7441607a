package io.covenant.gateway.balancing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Writes the id of an instance so that nobody else can: who could would choose whom to burden.
final class CookieSeal {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int LONGEST = 500;

    private final SecretKeySpec key;

    private CookieSeal(byte[] secret) {
        this.key = new SecretKeySpec(secret, ALGORITHM);
    }

    /// @param secret empty for one that nobody else has
    static CookieSeal of(String secret) {
        if (!secret.isEmpty()) {
            return new CookieSeal(secret.getBytes(StandardCharsets.UTF_8));
        }
        var made = new byte[32];
        new SecureRandom().nextBytes(made);
        return new CookieSeal(made);
    }

    String sealed(String service, String instance) {
        return text(instance.getBytes(StandardCharsets.UTF_8)) + '.' + text(mac(service, instance));
    }

    /// @return `null` for what was not written here, or is of another service
    @Nullable
    String opened(String service, String sealed) {
        int dot = sealed.indexOf('.');
        if (dot < 0 || sealed.length() > LONGEST) {
            return null;
        }
        try {
            var instance = new String(Base64.getUrlDecoder().decode(sealed.substring(0, dot)), StandardCharsets.UTF_8);
            var seal = Base64.getUrlDecoder().decode(sealed.substring(dot + 1));
            return MessageDigest.isEqual(seal, mac(service, instance)) ? instance : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private byte[] mac(String service, String instance) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            var whole = mac.doFinal((service + '\n' + instance).getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(whole, 16);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has " + ALGORITHM, impossible);
        }
    }
}
