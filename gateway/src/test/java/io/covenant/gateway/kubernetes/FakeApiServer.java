package io.covenant.gateway.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// As much of the API server as a watch of EndpointSlices sees: pages of a list, a watch, and its faults.
final class FakeApiServer implements AutoCloseable {

    private static final String END = "";

    /// Every request: `GET path?query`, with its token.
    final List<String> requests = new CopyOnWriteArrayList<>();

    private final HttpServer server;
    private final String scheme;
    private final Map<String, String> slices = new TreeMap<>();
    private final List<BlockingQueue<String>> watches = new CopyOnWriteArrayList<>();
    private int version = 100;
    volatile int refusing;
    volatile int pageSize = 500;

    FakeApiServer(@Nullable SSLContext tls) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (tls == null) {
            server = HttpServer.create(address, 0);
        } else {
            var secured = HttpsServer.create(address, 0);
            secured.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secured;
        }
        scheme = tls == null ? "http" : "https";
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices", this::serve);
        server.start();
    }

    URI address() {
        return URI.create(scheme + "://localhost:" + server.getAddress().getPort());
    }

    /// A slice of one endpoint for each of these: `pod address ready|leaving|down zone`.
    static String slice(String name, String service, int port, int version, String... endpoints) {
        var all = new ArrayList<String>();
        for (var endpoint : endpoints) {
            var said = endpoint.split(" ", -1);
            boolean ready = said[2].equals("ready");
            boolean leaving = said[2].equals("leaving");
            all.add("""
                    {"addresses":["%s"],"zone":"%s","targetRef":{"kind":"Pod","name":"%s"},
                     "conditions":{"ready":%s,"serving":%s,"terminating":%s}}""".formatted(said[1], said[3], said[0], ready, ready || leaving, leaving));
        }
        return """
                {"metadata":{"name":"%s","resourceVersion":"%d","labels":{"kubernetes.io/service-name":"%s"}},
                 "addressType":"IPv4","ports":[{"name":"http","port":%d},{"name":"admin","port":9}],"endpoints":[%s]}""".formatted(name, version, service, port, String.join(",", all))
                .replace("\n", "");
    }

    synchronized void put(String name, String service, int port, String... endpoints) {
        version++;
        var slice = slice(name, service, port, version, endpoints);
        var type = slices.put(name, slice) == null ? "ADDED" : "MODIFIED";
        tell("{\"type\":\"%s\",\"object\":%s}".formatted(type, slice));
    }

    synchronized void remove(String name) {
        version++;
        tell("{\"type\":\"DELETED\",\"object\":%s}".formatted(slices.remove(name)));
    }

    /// Something that no watch hears of, as while none goes on.
    synchronized void putUnheard(String name, String service, int port, String... endpoints) {
        version++;
        slices.put(name, slice(name, service, port, version, endpoints));
    }

    /// Says this line to every watch.
    void tell(String event) {
        watches.forEach(watch -> watch.add(event));
    }

    void endWatches() {
        tell(END);
    }

    int watches() {
        return watches.size();
    }

    private void serve(HttpExchange exchange) throws IOException {
        var query = String.valueOf(exchange.getRequestURI().getQuery());
        requests.add(query + " " + exchange.getRequestHeaders().getFirst("Authorization"));
        if (refusing > 0) {
            answer(exchange, refusing, "{\"kind\":\"Status\",\"message\":\"no\"}");
        } else if (query.contains("watch=1")) {
            watch(exchange);
        } else {
            list(exchange, query);
        }
    }

    private void list(HttpExchange exchange, String query) throws IOException {
        String body;
        synchronized (this) {
            var all = List.copyOf(slices.values());
            int from =
                    query.contains("continue=") ? Integer.parseInt(query.replaceAll(".*continue=(\\d+).*", "$1")) : 0;
            int to = Math.min(all.size(), from + pageSize);
            var more = to < all.size() ? ",\"continue\":\"" + to + "\"" : "";
            body = "{\"metadata\":{\"resourceVersion\":\"%d\"%s},\"items\":[%s]}"
                    .formatted(version, more, all.subList(from, to).stream().collect(Collectors.joining(",")));
        }
        answer(exchange, 200, body);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private void watch(HttpExchange exchange) throws IOException {
        var events = new LinkedBlockingQueue<String>();
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().flush();
        watches.add(events);
        try (var out = exchange.getResponseBody()) {
            for (var event = events.poll(1, TimeUnit.MINUTES); event != null && !event.equals(END); ) {
                out.write((event + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                event = events.poll(1, TimeUnit.MINUTES);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            watches.remove(events);
        }
    }

    @Override
    public void close() {
        endWatches();
        server.stop(0);
    }
}
