package io.covenant.locks.node;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Who a node is to its peers, and whom it believes: certificates and a key from PEM files.
public final class PeerIdentity {

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

    private PeerIdentity() {}

    /// Reads an identity.
    ///
    /// @param certificate of the node, whose name is among its DNS names; those of its issuers may follow
    /// @param key         of the certificate, as PKCS #8 without a password
    /// @param authority   the certificates of those whose word counts, and nobody else's
    /// @throws IOException that says which file is missing or unreadable
    public static SSLContext read(Path certificate, Path key, Path authority) throws IOException {
        try {
            var password = new char[0];
            var own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry(
                    "node", key(key), password, certificates(certificate).toArray(Certificate[]::new));
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, password);

            var believed = KeyStore.getInstance("PKCS12");
            believed.load(null, null);
            int number = 0;
            for (var one : certificates(authority)) {
                believed.setCertificateEntry("authority-" + number++, one);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(believed);

            var context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException failure) {
            throw new IOException(
                    "the key %s and the certificate %s do not make an identity: %s"
                            .formatted(key, certificate, failure.getMessage()),
                    failure);
        }
    }

    private static List<Certificate> certificates(Path file) throws IOException {
        var bytes = bytes(file);
        try {
            var read = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
            if (read.isEmpty()) {
                throw new IOException("%s holds no certificate".formatted(file));
            }
            return List.copyOf(read);
        } catch (GeneralSecurityException unreadable) {
            throw new IOException("%s holds no readable certificate".formatted(file), unreadable);
        }
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        var pem = KEY.matcher(new String(bytes(file), StandardCharsets.US_ASCII));
        if (!pem.find()) {
            throw new IOException("%s holds no 'PRIVATE KEY' in PEM (PKCS #8, without a password)".formatted(file));
        }
        var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        for (var algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException another) {
                // The next one.
            }
        }
        throw new IOException("%s holds a key of none of the kinds %s".formatted(file, ALGORITHMS));
    }

    private static byte[] bytes(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException("%s cannot be read".formatted(file));
        }
        return Files.readAllBytes(file);
    }
}
