package io.covenant.gateway.edge;

import static io.covenant.gateway.SharedGateway.gateway;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.SharedGateway;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Connections that stay open, under clients that do not wait for their turn. The server under the gateway once stopped
/// reading such a connection for ever (reactor-netty 1.3.7, its issue 4361).
@ExtendWith(SharedGateway.class)
class KeepAliveTests {

    @Test
    void answersRequestsThatWereSentTogetherAndThoseAfterThem() throws IOException {
        SharedGateway.INVENTORY.behaving((_, connection) -> {
            Thread.sleep(50);
            connection.answer("{}");
        });
        try (var socket = gateway().connect()) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (int round = 0; round < 5; round++) {
                socket.getOutputStream().write(get("/api/v1/stock", "/nothing"));
                assertThat(status(in)).isEqualTo("HTTP/1.1 200 OK");
                assertThat(status(in)).isEqualTo("HTTP/1.1 404 Not Found");
                socket.getOutputStream().write(get("/"));
                assertThat(status(in)).isEqualTo("HTTP/1.1 200 OK");
            }
        }
    }

    @Test
    void answersOneRequestAfterTheOther() throws IOException {
        try (var socket = gateway().connect()) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (int i = 0; i < 500; i++) {
                socket.getOutputStream().write(get(i % 2 == 0 ? "/api/v1/stock" : "/"));
                assertThat(status(in)).isEqualTo("HTTP/1.1 200 OK");
            }
        }
    }

    private static byte[] get(String... paths) {
        var requests = new StringBuilder();
        for (var path : paths) {
            requests.append("GET ").append(path).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        return requests.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /// Reads a whole answer.
    private static String status(BufferedReader in) throws IOException {
        var status = in.readLine();
        int length = 0;
        for (var line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            if (line.startsWith("Content-Length: ")) {
                length = Integer.parseInt(line.substring(16));
            }
        }
        for (int i = 0; i < length; i++) {
            var _ = in.read();
        }
        return String.valueOf(status);
    }
}
