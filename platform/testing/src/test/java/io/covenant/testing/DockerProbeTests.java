package io.covenant.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.DockerProbe.Answer;
import io.covenant.testing.DockerProbe.Answers;
import io.covenant.testing.DockerProbe.Silent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DockerProbeTests {

    @Test
    void hearsAnEngine() throws IOException {
        assertThat(askedOf("HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\n\r\nOK")).isInstanceOf(Answers.class);
    }

    @Test
    void refusesAnEngineThatIsTooOld() throws IOException {
        assertThat(askedOf("HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\n\r\nOK"))
                .isInstanceOfSatisfying(
                        Silent.class, silent -> assertThat(silent.why()).contains("too old"));
    }

    @Test
    void refusesWhatIsNoEngine() throws IOException {
        assertThat(askedOf("HTTP/1.1 403 Forbidden\r\n\r\n"))
                .isInstanceOfSatisfying(
                        Silent.class, silent -> assertThat(silent.why()).contains("not a Docker engine"));
    }

    @Test
    void doesNotWaitForAnEngineThatHangs() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(DockerProbe.ask("tcp://127.0.0.1:" + server.getLocalPort()))
                    .isInstanceOfSatisfying(
                            Silent.class, silent -> assertThat(silent.why()).contains("does not answer"));
        }
    }

    @Test
    void findsNoSocketWhereThereIsNone() {
        assertThat(DockerProbe.ask("unix:///nowhere/docker.sock"))
                .isEqualTo(new Silent("Docker does not answer at unix:///nowhere/docker.sock"));
        assertThat(DockerProbe.ask("npipe:////./pipe/docker_engine")).isInstanceOf(Silent.class);
    }

    private static Answer askedOf(String response) throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (Socket client = server.accept()) {
                    Objects.checkIndex(client.getInputStream().read(), 256);
                    client.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException _) {
                    // The asker sees it, too.
                }
            });
            return DockerProbe.ask("tcp://127.0.0.1:" + server.getLocalPort());
        }
    }
}
