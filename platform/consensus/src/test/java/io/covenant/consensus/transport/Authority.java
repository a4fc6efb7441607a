package io.covenant.consensus.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A certificate authority for tests, made by the JDK's `keytool`.
public final class Authority {

    private static final String PASSWORD = "changeit";

    private final Path store;

    public Authority(Path directory, String name) throws IOException, InterruptedException {
        store = directory.resolve(name + ".p12");
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c=ca:true");
    }

    /// Issues a certificate.
    ///
    /// @param options such as `-ext san=dns:lock-1`
    public Authority issue(String alias, String... options) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("-genkeypair", "-alias", alias, "-signer", "ca"));
        all.addAll(List.of(options));
        keytool(all.toArray(String[]::new));
        return this;
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(said);
        }
    }

    /// What a node with this certificate uses; it trusts this authority only.
    public SSLContext context(String alias) throws IOException, GeneralSecurityException {
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        var all = all();
        keys.setKeyEntry(
                alias,
                all.getKey(alias, PASSWORD.toCharArray()),
                PASSWORD.toCharArray(),
                all.getCertificateChain(alias));
        return context(keys);
    }

    /// What somebody without any certificate uses.
    SSLContext anonymous() throws IOException, GeneralSecurityException {
        var none = KeyStore.getInstance("PKCS12");
        none.load(null, null);
        return context(none);
    }

    /// Shows a certificate of this authority, but trusts the other one.
    SSLContext contextTrusting(String alias, Authority other) throws IOException, GeneralSecurityException {
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        var all = all();
        keys.setKeyEntry(
                alias,
                all.getKey(alias, PASSWORD.toCharArray()),
                PASSWORD.toCharArray(),
                all.getCertificateChain(alias));
        return other.context(keys);
    }

    private SSLContext context(KeyStore keys) throws IOException, GeneralSecurityException {
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", all().getCertificate("ca"));
        var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, PASSWORD.toCharArray());
        var trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustManagers.init(trusted);
        var context = SSLContext.getInstance("TLSv1.3");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    private KeyStore all() throws IOException, GeneralSecurityException {
        var all = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            all.load(in, PASSWORD.toCharArray());
        }
        return all;
    }
}
