package io.covenant.launcher.identity;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;

/// Signs the certificates of one platform's nodes (RFC 5280): elliptic keys on P-256, signed with SHA-256.
final class Authority {

    /// A key with the certificate that names it.
    record Credential(KeyPair keys, X509Certificate certificate) {}

    private static final Duration BEFORE = Duration.ofDays(1);
    private static final Duration AFTER = Duration.ofDays(20 * 365L);

    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String ALTERNATIVE_NAME = "2.5.29.17";
    private static final String TLS_SERVER = "1.3.6.1.5.5.7.3.1";
    private static final String TLS_CLIENT = "1.3.6.1.5.5.7.3.2";
    private static final int DNS_NAME = 2;
    private static final byte SIGNS_CERTIFICATES = 0b0000_0100;
    private static final byte SIGNS = (byte) 0b1000_0000;

    private final Instant now;
    private final String name;
    private final Credential own;

    private Authority(String name, Instant now) throws GeneralSecurityException {
        this.now = now;
        this.name = name;
        KeyPair keys = keys();
        X509Certificate certificate = sign(
                keys,
                name,
                keys.getPublic(),
                extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.yes(), Der.integer(BigInteger.ZERO))),
                extension(KEY_USAGE, true, Der.bits(2, new byte[] {SIGNS_CERTIFICATES})));
        this.own = new Credential(keys, certificate);
    }

    /// A new one, with a name that nobody else bears.
    static Authority named(String name, Instant now) {
        try {
            return new Authority(name, now);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    X509Certificate certificate() {
        return own.certificate();
    }

    /// A certificate by which a node proves its name, whether it calls or is called.
    Credential issue(String node) {
        try {
            KeyPair keys = keys();
            X509Certificate certificate = sign(
                    own.keys(),
                    node,
                    keys.getPublic(),
                    extension(KEY_USAGE, true, Der.bits(7, new byte[] {SIGNS})),
                    extension(EXTENDED_KEY_USAGE, false, Der.sequence(Der.oid(TLS_SERVER), Der.oid(TLS_CLIENT))),
                    extension(
                            ALTERNATIVE_NAME,
                            false,
                            Der.sequence(Der.implicit(DNS_NAME, node.getBytes(StandardCharsets.US_ASCII)))));
            return new Credential(keys, certificate);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate sign(KeyPair signer, String subject, PublicKey key, byte[]... extensions)
            throws GeneralSecurityException {
        byte[] content = Der.sequence(
                Der.explicit(0, Der.integer(BigInteger.TWO)), // version 3
                Der.integer(new BigInteger(126, new SecureRandom()).setBit(126)),
                ECDSA_WITH_SHA256,
                named(name),
                Der.sequence(Der.time(now.minus(BEFORE)), Der.time(now.plus(AFTER))),
                named(subject),
                key.getEncoded(),
                Der.explicit(3, Der.sequence(extensions)));
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(signer.getPrivate());
        signature.update(content);
        byte[] whole = Der.sequence(content, ECDSA_WITH_SHA256, Der.bits(0, signature.sign()));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
    }

    private static byte[] named(String commonName) {
        return Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.text(commonName))));
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    private static KeyPair keys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
