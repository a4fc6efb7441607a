package io.covenant.consensus.transport;

import java.io.IOException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SSLSocket;

/// Who the other side of a connection is, by its certificate.
final class Certificates {

    private static final int DNS_NAME = 2;

    private Certificates() {}

    /// @throws RefusedException when the certificate is not that node's
    static void requireName(SSLSocket socket, String node) throws IOException {
        if (!(socket.getSession().getPeerCertificates()[0] instanceof X509Certificate certificate)) {
            throw new RefusedException("has a certificate of an unknown kind");
        }
        var names = names(certificate);
        if (!names.contains(node)) {
            throw new RefusedException("says to be %s, but has the certificate of %s".formatted(node, names));
        }
    }

    /// The DNS names among the alternative names; the common name when there are none.
    private static Set<String> names(X509Certificate certificate) throws RefusedException {
        var names = new TreeSet<String>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            for (var name : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (name.get(0) instanceof Integer kind && kind == DNS_NAME && name.get(1) instanceof String text) {
                    names.add(text);
                }
            }
            return names.isEmpty() ? commonNames(certificate) : names;
        } catch (CertificateParsingException | InvalidNameException broken) {
            throw new RefusedException("has a certificate whose names cannot be read");
        }
    }

    private static Set<String> commonNames(X509Certificate certificate) throws InvalidNameException {
        var names = new TreeSet<String>();
        for (var part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
            if (part.getType().equalsIgnoreCase("CN")) {
                names.add(String.valueOf(part.getValue()));
            }
        }
        return names;
    }
}
