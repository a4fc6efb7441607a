package io.covenant.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A client without opinions.
public record Http(int port) {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public record Answer(int status, Map<String, List<String>> headers, String text) {

        public String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(header -> String.join(",", header.getValue()))
                    .findFirst()
                    .orElse("");
        }

        public JsonNode json() {
            return JSON.readTree(text);
        }

        /// Asserts that this is a whole problem document.
        public Answer isProblem(int status, String code) {
            assertThat(text).as("problem").startsWith("{");
            assertThat(this.status).as(text).isEqualTo(status);
            assertThat(header("Content-Type")).isEqualTo("application/problem+json");
            var json = json();
            assertThat(json.path("type").asString()).isEqualTo("https://covenant.io/problems/" + code);
            assertThat(json.path("code").asString()).isEqualTo(code);
            assertThat(json.path("status").asInt()).isEqualTo(status);
            assertThat(json.path("title").asString()).isNotBlank();
            assertThat(json.path("detail").asString()).isNotBlank();
            assertThat(json.path("requestId").asString()).isNotBlank().isEqualTo(header("X-Request-Id"));
            assertThat(text).doesNotContain("Exception").doesNotContain("\tat ").doesNotContain("io.covenant.web");
            return this;
        }

        /// Asserts that the document names this field and this rule first.
        public Answer naming(String field, String rule) {
            var error = json().path("errors").path(0);
            assertThat(error.path("field").asString()).as(text).isEqualTo(field);
            assertThat(error.path("rule").asString()).as(text).isEqualTo(rule);
            return this;
        }
    }

    public Answer get(String path, String... headers) {
        return send(request(path, headers).GET().build());
    }

    public Answer post(String path, String body, String... headers) {
        var all = Arrays.stream(headers).anyMatch("Content-Type"::equals)
                ? request(path, headers)
                : request(path, headers).header("Content-Type", "application/json");
        return send(all.POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    public HttpRequest.Builder request(String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        return headers.length == 0 ? request : request.headers(headers);
    }

    public Answer send(HttpRequest request) {
        try {
            var response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers().map(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Sends bytes as they are, and reads until the other side closes.
    public Answer raw(String bytes) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            var answer = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(answer);
            } catch (SocketException _) {
                // a reset ends it too, where the request was not read to its end
            }
            var all = answer.toString(StandardCharsets.UTF_8);
            var head = all.substring(0, all.indexOf("\r\n\r\n"));
            var lines = head.split("\r\n", -1);
            var headers = Arrays.stream(lines)
                    .skip(1)
                    .map(line -> line.split(": ?", 2))
                    .collect(java.util.stream.Collectors.toMap(
                            header -> header[0], header -> List.of(header[1]), (one, _) -> one));
            return new Answer(Integer.parseInt(lines[0].split(" ", 3)[1]), headers, all.substring(head.length() + 4));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
