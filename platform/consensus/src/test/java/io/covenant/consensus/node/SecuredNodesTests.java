package io.covenant.consensus.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.consensus.transport.Authority;
import io.covenant.consensus.transport.PeerTransport;
import io.covenant.consensus.transport.TransportListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Nodes that prove who they are to each other.
@Timeout(120)
class SecuredNodesTests {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    @Test
    void agreeAndLetNoStrangerIn() throws Exception {
        var authority = authority("authority");
        var strangers = authority("strangers");
        try (var cluster = new Cluster(directory, Cluster.settings()).secured(name -> context(authority, name))) {
            cluster.founded("a", "b", "c");
            cluster.propose(20);
            cluster.stop("b");
            cluster.propose("without b");
            cluster.start("b");
            cluster.requireAgreement();

            var refused = new ConcurrentLinkedQueue<String>();
            try (var stranger = knock(cluster, context(strangers, "c"), refused)) {
                stranger.peers(Map.of("a", cluster.member("a").transport().address()));
                await().atMost(Duration.ofSeconds(20)).until(() -> !refused.isEmpty());
            }
            cluster.propose("after");
            cluster.requireAgreement();
            assertThat(cluster.fatal).isEmpty();
        }
    }

    private Authority authority(String name) throws IOException, InterruptedException {
        return new Authority(directory, name)
                .issue("a", "-dname", "CN=a")
                .issue("b", "-dname", "CN=b")
                .issue("c", "-dname", "CN=c");
    }

    private static PeerTransport knock(Cluster cluster, SSLContext tls, Queue<String> refused) throws IOException {
        return PeerTransport.withTls(
                cluster.transport("c", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                tls,
                (peer, frame) -> {},
                new TransportListener() {
                    @Override
                    public void disconnected(String peer, String why) {
                        refused.add(why);
                    }
                });
    }

    private static SSLContext context(Authority authority, String name) {
        try {
            return authority.context(name);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
