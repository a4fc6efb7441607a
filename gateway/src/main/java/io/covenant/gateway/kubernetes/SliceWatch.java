package io.covenant.gateway.kubernetes;

import io.covenant.balancing.chance.Chance;
import io.covenant.gateway.kubernetes.ApiServer.RefusedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Lists the EndpointSlices of a namespace, then follows their changes; lists again when the API server no longer knows
/// from where to go on. Whatever goes wrong, what is known stays, and is asked for again with growing pauses.
final class SliceWatch implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(SliceWatch.class);

    private static final int PAGE = 500;
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /// How long one watch goes on. The API server ends it then; one that is still there a little later is dead.
    private final Duration watching;

    private final ApiServer server;
    private final KubernetesProperties properties;
    private final Slices slices;
    private final JsonMapper json;
    private final Chance chance;
    private volatile @Nullable Thread thread;
    private volatile boolean listed;

    SliceWatch(
            ApiServer server,
            KubernetesProperties properties,
            Slices slices,
            JsonMapper json,
            Chance chance,
            Duration watching) {
        this.server = server;
        this.properties = properties;
        this.slices = slices;
        this.json = json;
        this.chance = chance;
        this.watching = watching;
    }

    /// Whether the slices were listed once.
    boolean hasListed() {
        return listed;
    }

    @Override
    public void start() {
        var following = Thread.ofVirtual().name("endpoint-slices").unstarted(this::follow);
        thread = following;
        following.start();
    }

    @Override
    public void stop() {
        var running = thread;
        thread = null;
        if (running != null) {
            running.interrupt();
        }
        server.close();
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /// Before discovery looks for the first time.
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 1;
    }

    private void follow() {
        var pause = SHORTEST_PAUSE;
        while (isRunning()) {
            try {
                var version = list();
                pause = SHORTEST_PAUSE;
                while (isRunning()) {
                    version = watch(version);
                    rest(SHORTEST_PAUSE);
                }
            } catch (RefusedException refused) {
                if (refused.isGone()) {
                    log.debug("the slices are listed again: {}", refused.getMessage());
                } else {
                    trouble(refused);
                }
            } catch (IOException | RuntimeException failed) {
                if (isRunning()) {
                    trouble(failed);
                }
            } catch (InterruptedException stopped) {
                return;
            }
            pause = rest(pause);
        }
    }

    private void trouble(Exception failed) {
        log.warn(
                "the EndpointSlices of {} cannot be followed; what is known stays: {}",
                properties.server(),
                String.valueOf(failed.getMessage()));
    }

    private Duration rest(Duration pause) {
        try {
            Thread.sleep(Duration.ofNanos((long) (pause.toNanos() * (0.5 + chance.unit() / 2))));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        var longer = pause.multipliedBy(2);
        return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }

    private String path(String query) {
        return "/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices?%s"
                .formatted(properties.watchedNamespace(), query);
    }

    /// @return from where to watch on
    private String list() throws IOException, InterruptedException {
        var all = new ArrayList<Slice>();
        var rest = "";
        String version;
        do {
            JsonNode page;
            try (var body = server.get(path("limit=" + PAGE + rest))) {
                page = json.readTree(body);
            } catch (JacksonException notJson) {
                throw new IOException("the list is no JSON", notJson);
            }
            page.path("items").forEach(item -> all.add(Slice.of(item, properties.portName())));
            version = page.path("metadata").path("resourceVersion").asString("");
            var more = page.path("metadata").path("continue").asString("");
            rest = more.isEmpty() ? "" : "&continue=" + URLEncoder.encode(more, StandardCharsets.UTF_8);
        } while (!rest.isEmpty());
        slices.replace(all);
        if (!listed) {
            log.info("{} EndpointSlices of {}", all.size(), slices.services());
            listed = true;
        }
        return version;
    }

    /// @return from where to watch on
    private String watch(String from) throws IOException, InterruptedException {
        var version = from;
        var query = "watch=1&allowWatchBookmarks=true&timeoutSeconds=%d&resourceVersion=%s"
                .formatted(watching.toSeconds(), URLEncoder.encode(from, StandardCharsets.UTF_8));
        var body = server.get(path(query));
        var guard = closedWhenDead(body);
        try (var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                version = apply(line, version);
            }
        } finally {
            guard.interrupt();
        }
        return version;
    }

    /// A connection that died without a word tells no more than one on which nothing happens.
    private Thread closedWhenDead(InputStream body) {
        return Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(watching.plusSeconds(watching.toSeconds() / 4 + 1));
                body.close();
            } catch (InterruptedException ended) {
                // it ended by itself
            } catch (IOException closed) {
                log.debug("a dead watch is closed: {}", String.valueOf(closed.getMessage()));
            }
        });
    }

    private String apply(String line, String before) throws IOException {
        JsonNode event;
        try {
            event = json.readTree(line);
        } catch (JacksonException notJson) {
            throw new IOException("the watch was cut inside of an event", notJson);
        }
        var object = event.path("object");
        switch (event.path("type").asString("")) {
            case "ADDED", "MODIFIED" -> slices.put(Slice.of(object, properties.portName()));
            case "DELETED" -> slices.remove(Slice.of(object, properties.portName()));
            case "ERROR" ->
                throw new RefusedException(
                        object.path("code").asInt(500), object.path("message").asString("the watch failed"));
            default -> {
                // a bookmark: only the version below
            }
        }
        return object.path("metadata").path("resourceVersion").asString(before);
    }
}
