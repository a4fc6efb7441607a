package io.covenant.launcher.postgres;

import java.security.SecureRandom;
import java.util.HexFormat;
import org.postgresql.util.PasswordUtil;

/// Secrets of database roles. Only their SCRAM verifiers are ever sent to a server, so no log can hold one.
final class Passwords {

    private static final SecureRandom RANDOM = new SecureRandom();

    private Passwords() {}

    static String random() {
        byte[] bytes = new byte[24];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static String verifier(String password) {
        return PasswordUtil.encodeScramSha256(password.toCharArray());
    }
}
