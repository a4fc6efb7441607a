package io.covenant.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.gateway.Backend;
import io.covenant.gateway.RunningGateway;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClientConnectionsTests {

    private static final int PATIENCE = 30;
    private static final String OK = "HTTP/1.1 200 OK";
    private static final String ASKING = "GET /api/v1/stock HTTP/1.1\r\nHost: x\r\n\r\n";

    @Test
    void endWithTheAnswersToAllThatCame() throws Exception {
        var arrived = new CountDownLatch(2);
        var answering = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        try (var inventory = new Backend("inventory").behaving((_, connection) -> {
                    arrived.countDown();
                    assertThat(answering.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
                    connection.answer("{}");
                });
                var gateway = RunningGateway.with("covenant.services.inventory=" + inventory.address());
                var idle = gateway.connect();
                var early = gateway.connect();
                var pipelined = gateway.connect()) {
            var connections = gateway.part(ClientConnections.class);
            for (var socket : List.of(idle, early, pipelined)) {
                socket.setSoTimeout(PATIENCE * 1_000);
            }
            early.getOutputStream().write(ASKING.getBytes(StandardCharsets.US_ASCII));
            pipelined.getOutputStream().write((ASKING + ASKING).getBytes(StandardCharsets.US_ASCII));
            assertThat(arrived.await(PATIENCE, TimeUnit.SECONDS)).isTrue();

            connections.stop(ended::countDown);

            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), idle.getPort()).close());
            assertThat(ended.getCount()).isEqualTo(1);
            answering.countDown();
            assertThat(rest(early)).hasSize(1);
            var both = rest(pipelined);
            assertThat(both).hasSize(2).allSatisfy(answer -> assertThat(answer).endsWith("\r\n\r\n{}"));
            assertThat(both.getFirst()).as("not announced as the last one").doesNotContain("close");
            assertThat(ended.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static List<String> rest(Socket socket) throws IOException {
        var text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(text).startsWith(OK);
        return List.of(text.substring(OK.length()).split(OK));
    }
}
