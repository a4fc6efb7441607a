package io.covenant.locks.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A certificate authority for tests, made by the JDK's `keytool`, that hands out PEM files.
public final class Authority {

    private static final String PASSWORD = "changeit";

    private final Path directory;
    private final Path store;
    private final Map<String, Identity> issued = new HashMap<>();

    /// The files of one node.
    public record Identity(Path certificate, Path key, Path authority) {}

    public Authority(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        store = directory.resolve("authority.p12");
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=tests", "-ext", "bc:c=ca:true");
    }

    /// The certificate for a node of this name, issued once.
    public Identity issue(String node) throws IOException, InterruptedException, GeneralSecurityException {
        var known = issued.get(node);
        if (known == null) {
            known = make(node);
            issued.put(node, known);
        }
        return known;
    }

    private Identity make(String node) throws IOException, InterruptedException, GeneralSecurityException {
        keytool("-genkeypair", "-alias", node, "-signer", "ca", "-dname", "CN=" + node, "-ext", "san=dns:" + node);
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return new Identity(
                write(node + ".crt", "CERTIFICATE", keys.getCertificate(node).getEncoded()),
                write(
                        node + ".key",
                        "PRIVATE KEY",
                        keys.getKey(node, PASSWORD.toCharArray()).getEncoded()),
                write("ca.crt", "CERTIFICATE", keys.getCertificate("ca").getEncoded()));
    }

    private Path write(String name, String kind, byte[] content) throws IOException {
        var text = "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(kind, Base64.getMimeEncoder().encodeToString(content), kind);
        return Files.writeString(directory.resolve(name), text);
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
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(said);
        }
    }
}
