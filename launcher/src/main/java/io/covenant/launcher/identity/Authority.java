package io.covenant.launcher.identity;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Signs the certificates of one platform's nodes (RFC 5280): elliptic keys on P-256, signed with SHA-256.
final class Authority {

    /// A key with the certificate that names it.
    record Credential(KeyPair keys, X509Certificate certificate) {}

    private static final Duration BEFORE = Duration.ofDays(1);
    private static final Duration AFTER = Duration.ofDays(20 * 365L);
    private static final int SERIAL_BITS = 126;

    private final Instant now;
    private final X500Name name;
    private final Credential own;

    private Authority(String name, Instant now) throws GeneralSecurityException {
        this.now = now;
        this.name = named(name);
        KeyPair keys = keys();
        this.own = new Credential(
                keys,
                signed(
                        keys,
                        this.name,
                        keys.getPublic(),
                        certificate -> certificate
                                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))));
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
            var purposes = new ExtendedKeyUsage(
                    new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth});
            var names = new GeneralNames(new GeneralName(GeneralName.dNSName, node));
            return new Credential(
                    keys,
                    signed(
                            own.keys(),
                            named(node),
                            keys.getPublic(),
                            certificate -> certificate
                                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                                    .addExtension(Extension.extendedKeyUsage, false, purposes)
                                    .addExtension(Extension.subjectAlternativeName, false, names)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Extending {
        X509v3CertificateBuilder extended(X509v3CertificateBuilder certificate) throws CertIOException;
    }

    private X509Certificate signed(KeyPair signer, X500Name subject, PublicKey key, Extending extending)
            throws GeneralSecurityException {
        var certificate = new JcaX509v3CertificateBuilder(
                name,
                new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS),
                Date.from(now.minus(BEFORE)),
                Date.from(now.plus(AFTER)),
                subject,
                key);
        try {
            var signing = new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate());
            return new JcaX509CertificateConverter()
                    .getCertificate(extending.extended(certificate).build(signing));
        } catch (CertIOException | OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static X500Name named(String commonName) {
        return new X500NameBuilder().addRDN(BCStyle.CN, commonName).build();
    }

    private static KeyPair keys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
