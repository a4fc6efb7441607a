package io.covenant.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScriptedServerTests {

    private final ScriptedServer server =
            new ScriptedServer((request, connection) -> connection.answer(request.body()));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void answersAsItsScriptSays() throws IOException {
        try (var client = client(server.address())) {
            send(client, "POST /a HTTP/1.1\r\nX-One: 1\r\nx-one: 2\r\ncontent-length: 2\r\n\r\n{}");

            assertThat(hear(client, "{}")).startsWith("HTTP/1.1 200 OK\r\n");
        }
        assertThat(server.connections).hasValue(1);
        assertThat(server.requests).singleElement().satisfies(request -> {
            assertThat(request.line()).isEqualTo("POST /a HTTP/1.1");
            assertThat(request.path()).isEqualTo("/a");
            assertThat(request.header("X-ONE")).isEqualTo("1,2");
            assertThat(request.body()).isEqualTo("{}");
        });
    }

    @Test
    void takesAnotherScript() throws IOException {
        server.follow((_, connection) -> {
            connection.say("nonsense");
            connection.close();
        });

        try (var client = client(server.address())) {
            send(client, "GET / HTTP/1.1\r\n\r\n");

            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("nonsense");
        }
    }

    @Test
    void resetsItsConnectionsWhenItIsKilled() throws IOException {
        try (var client = client(server.address())) {
            send(client, "GET / HTTP/1.1\r\n\r\n");
            hear(client, "\r\n\r\n");

            server.kill();

            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> client.getInputStream().read());
            assertThat(server.listens()).isFalse();
            assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> client(server.address()));
        }
    }

    @Test
    void hasResetItsConnectionsWhenItSaysThatItIsKilled() throws IOException {
        for (int i = 0; i < 100; i++) {
            try (var client = client(server.address())) {
                send(client, "GET / HTTP/1.1\r\n\r\n");
                hear(client, "\r\n\r\n");
                client.setSoTimeout(1);

                server.kill();

                assertThatExceptionOfType(SocketException.class)
                        .isThrownBy(() -> client.getInputStream().read());
            }
            server.start();
        }
    }

    @Test
    void endsItsConnectionsWhenItIsClosed() throws IOException {
        try (var client = client(server.address())) {
            send(client, "GET / HTTP/1.1\r\n\r\n");
            hear(client, "\r\n\r\n");

            server.close();

            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void comesBackAtItsPort() throws IOException {
        var address = server.address();
        server.kill();
        server.start();

        try (var client = client(address)) {
            assertThat(client.isConnected()).isTrue();
        }
        assertThat(server.address()).isEqualTo(address);
    }

    @Test
    void knowsWhereNobodyListens() {
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> client(ScriptedServer.nobody()));
    }

    private static Socket client(URI address) throws IOException {
        var socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout(5_000);
        return socket;
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hear(Socket client, String end) throws IOException {
        var heard = new StringBuilder();
        while (!heard.toString().endsWith(end)) {
            heard.append((char) client.getInputStream().read());
        }
        return heard.toString();
    }
}
