package io.covenant.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.gateway.balancing.Service;
import io.covenant.gateway.balancing.Services;
import io.covenant.gateway.control.ControlServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The gateway on a port of its own, and a client without opinions.
public final class RunningGateway implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// What a gateway waits for unless its test says otherwise: nothing is tried again, ejected or
    /// given up only because the machine is slow.
    private static final String[] PATIENCE = {
        "covenant.gateway.connect-timeout=20s",
        "covenant.gateway.receive-timeout=20s",
        "covenant.gateway.timeout=40s",
        "covenant.gateway.balancing.read-wait=20s",
        "covenant.gateway.balancing.write-wait=20s",
        "covenant.gateway.balancing.silence=0s"
    };

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private final ConfigurableApplicationContext context;

    static {
        Watchdogs.on();
    }

    private RunningGateway(ConfigurableApplicationContext context) {
        this.context = context;
        var server = ((WebServerApplicationContext) context).getWebServer();
        this.port = server == null ? -1 : server.getPort();
    }

    /// Starts a gateway with these settings, such as `covenant.services.orders=http://127.0.0.1:8101`.
    public static RunningGateway with(String... settings) {
        var all = new ArrayList<>(
                List.of("--server.port=0", "--covenant.gateway.admin.port=0", "--spring.main.log-startup-info=false"));
        Arrays.stream(settings).map(setting -> "--" + setting).forEach(all::add);
        return new RunningGateway(new SpringApplicationBuilder(GatewayApplication.class)
                .properties(PATIENCE)
                .run(all.toArray(String[]::new)));
    }

    /// Asks as operators do.
    public Answer operate(String method, String path, String body, String... headers) {
        var port = context.getBean(ControlServer.class).port();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        return send(
                headers.length == 0 ? request.build() : request.headers(headers).build());
    }

    /// A part of it.
    public <T> T part(Class<T> type) {
        return context.getBean(type);
    }

    /// Where it answers, such as `ws` at a path.
    public URI uri(String scheme, String path) {
        return uri(scheme, "127.0.0.1", path);
    }

    /// Where it answers by this name of the machine.
    public URI uri(String scheme, String host, String path) {
        return URI.create(scheme + "://" + host + ":" + port + path);
    }

    /// What this gateway knows of a service.
    public Service service(String name) {
        return context.getBean(Services.class).find(name).orElseThrow();
    }

    public record Answer(int status, Map<String, List<String>> headers, String text) {

        public List<String> all(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .flatMap(header -> header.getValue().stream())
                    .toList();
        }

        public String header(String name) {
            return String.join(",", all(name));
        }

        public JsonNode json() {
            return JSON.readTree(text);
        }

        /// Asserts that this is a whole problem document.
        public Answer isProblem(int status, String code) {
            isProblemDocument(status, code);
            assertThat(header("Retry-After")).isEqualTo(status == 503 ? "1" : "");
            return this;
        }

        /// Asserts the same of one that says to come again within so many seconds.
        public Answer isProblemFor(int seconds, String code) {
            isProblemDocument(503, code);
            assertThat(Integer.parseInt(header("Retry-After"))).isBetween(1, seconds);
            return this;
        }

        private void isProblemDocument(int status, String code) {
            assertThat(this.status).as(text).isEqualTo(status);
            assertThat(header("Content-Type")).isEqualTo("application/problem+json");
            var json = json();
            assertThat(json.path("type").asString()).isEqualTo("https://covenant.io/problems/" + code);
            assertThat(json.path("code").asString()).isEqualTo(code);
            assertThat(json.path("status").asInt()).isEqualTo(status);
            assertThat(json.path("title").asString()).isNotBlank();
            assertThat(json.path("detail").asString()).isNotBlank();
            assertThat(json.path("requestId").asString()).isNotBlank().isEqualTo(header("X-Request-Id"));
            assertThat(text).doesNotContain("Exception").doesNotContain("\tat ");
        }
    }

    public HttpRequest.Builder request(String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        return headers.length == 0 ? request : request.headers(headers);
    }

    public Answer get(String path, String... headers) {
        return send(request(path, headers).GET().build());
    }

    public Answer post(String path, String body, String... headers) {
        return send(request(path, headers)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    public Answer send(HttpRequest request) {
        try {
            return sendOrFail(request);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Answer sendOrFail(HttpRequest request) throws IOException {
        try {
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers().map(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /// Sends these lines as they are, and reads until the other side closes.
    public Answer raw(String lines) {
        return exchange(lines.contains("\r\n") ? lines : lines.replace("\n", "\r\n"));
    }

    /// Sends these characters as bytes, and reads an answer until the other side closes.
    public Answer exchange(String bytes) {
        var all = bytesAfter(bytes);
        var head = all.substring(0, Math.max(0, all.indexOf("\r\n\r\n")));
        assertThat(head).as("an answer: '%s'", all).startsWith("HTTP/1.1 ");
        var heads = head.split("\r\n", -1);
        var headers = Arrays.stream(heads)
                .skip(1)
                .map(line -> line.split(": ?", 2))
                .collect(Collectors.toMap(header -> header[0], header -> List.of(header[1]), (one, _) -> one));
        return new Answer(Integer.parseInt(heads[0].split(" ", 3)[1]), headers, all.substring(head.length() + 4));
    }

    /// Sends these characters as bytes.
    ///
    /// @return all that comes until the other side closes
    public String bytesAfter(String bytes) {
        try (var socket = connect()) {
            var answer = new ByteArrayOutputStream();
            var reader = Thread.ofVirtual().start(() -> {
                try {
                    socket.getInputStream().transferTo(answer);
                } catch (SocketTimeoutException e) {
                    answer.writeBytes("(no end)".getBytes(StandardCharsets.UTF_8));
                } catch (IOException _) {
                    // a reset ends it too
                }
            });
            try {
                socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            } catch (SocketException _) {
                // it was refused before its end
            }
            reader.join();
            return answer.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Leaves the application to the end of the JVM: the first to close would take the event loops of all others along.
    @Override
    public void close() {
        client.close();
        Watchdogs.areSilent();
    }
}
