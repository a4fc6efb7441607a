package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.measure.Peers;
import io.covenant.benchmarks.measure.ServiceJar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All proxies that can be measured, and how each is set up.
final class Contestants {

    static final String NGINX = "nginx";
    static final String HAPROXY = "haproxy";
    static final String BARE = "reactor-netty";
    static final String STOCK = "stock";
    static final String OURS = "covenant";
    static final String OURS_WITH_ALL = "covenant-all";
    /// Another build of the gateway with everything on, where one is named: what a change costs or saves.
    static final String BEFORE = "before-all";

    static final List<String> NAMES = List.of(Recipe.Direct.NAME, NGINX, HAPROXY, BARE, STOCK, OURS, OURS_WITH_ALL);

    /// The same for all JVMs.
    static final List<String> FLAGS = List.of("-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");

    private static final List<String> EVERYTHING = List.of(
            "--covenant.security.mode=enforced",
            "--covenant.security.issuer=ISSUER",
            "--covenant.gateway.rate.limits.orders.requests=1000000",
            "--covenant.gateway.rate.limits.orders.per=1s");

    private static final String NGINX_CONFIGURATION = """
            daemon off;
            worker_processes 1;
            pid HOME/pid;
            error_log stderr;
            events { worker_connections 8192; }
            http {
                access_log off;
                client_body_temp_path HOME/body;
                proxy_temp_path HOME/proxy;
                fastcgi_temp_path HOME/fastcgi;
                uwsgi_temp_path HOME/uwsgi;
                scgi_temp_path HOME/scgi;
                keepalive_requests 1000000000;
                upstream orders {
                    server BACKEND_1;
                    server BACKEND_2;
                    keepalive 512;
                    keepalive_requests 1000000000;
                }
                server {
                    listen 127.0.0.1:PORT;
                    location /api/v1/orders {
                        proxy_pass http://orders;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header X-Forwarded-For $remote_addr;
                    }
                }
            }
            """;

    private static final String HAPROXY_CONFIGURATION = """
            global
                nbthread 1
                maxconn 8192
            defaults
                mode http
                option forwardfor
                http-reuse always
                timeout connect 300ms
                timeout client 60s
                timeout server 10s
            frontend door
                bind 127.0.0.1:PORT
                default_backend orders
            backend orders
                balance roundrobin
                server one BACKEND_1
                server two BACKEND_2
            """;

    private final Peers peers;
    private final List<String> flags;
    private final Path gateway;
    private final Path proxies;
    private final @Nullable Path before;

    /// @param before the executable jar of another build of the gateway, if one is to be measured
    /// @param directory where applications are unpacked
    /// @param jvmFlags for all JVMs, behind their own
    Contestants(Path project, Path directory, Peers peers, List<String> jvmFlags, @Nullable Path before)
            throws IOException, InterruptedException {
        this.peers = peers;
        this.flags = new ArrayList<>(FLAGS);
        flags.addAll(jvmFlags);
        gateway = ServiceJar.unpacked(project, "gateway", directory.resolve("gateway"));
        proxies = ServiceJar.unpacked(project, "benchmarks/proxies", directory.resolve("proxies"));
        this.before = before == null ? null : ServiceJar.unpacked(before, directory.resolve("before"));
    }

    List<String> flags() {
        return List.copyOf(flags);
    }

    /// How to start it; empty if its program is not here.
    ///
    /// @throws IllegalArgumentException if there is no such contestant
    Optional<Recipe> recipe(String name) throws IOException, InterruptedException {
        return switch (name) {
            case Recipe.Direct.NAME -> Optional.of(new Recipe.Direct());
            case NGINX ->
                program(NGINX, peers.nginx(), List.of("-p", "/", "-e", "stderr", "-c", "FILE"), NGINX_CONFIGURATION);
            case HAPROXY -> program(HAPROXY, peers.haproxy(), List.of("-db", "-f", "FILE"), HAPROXY_CONFIGURATION);
            case BARE ->
                Optional.of(java(
                        BARE,
                        "server and client of Reactor Netty, to each backend in turn, and nothing else",
                        proxies,
                        "io.covenant.benchmarks.proxies.BareProxy",
                        List.of("PORT", "BACKEND_1", "BACKEND_2")));
            case STOCK ->
                Optional.of(java(
                        STOCK,
                        "Spring Cloud Gateway of the same versions, with its starters and a route to lb://orders, and nothing else",
                        proxies,
                        "",
                        List.of(
                                "--server.port=PORT",
                                "--spring.cloud.discovery.client.simple.instances.orders[0].uri=BACKEND_1",
                                "--spring.cloud.discovery.client.simple.instances.orders[1].uri=BACKEND_2")));
            case OURS ->
                Optional.of(ours(
                        OURS,
                        "our gateway as it comes, its access log and retries included, but for tokens, which nobody is asked for",
                        gateway,
                        List.of("--covenant.security.mode=open")));
            case OURS_WITH_ALL ->
                Optional.of(ours(
                        OURS_WITH_ALL,
                        "our gateway with everything on: tokens checked by the issuer's keys, a rate limit for each client, access log, retries",
                        gateway,
                        EVERYTHING));
            case BEFORE ->
                before == null
                        ? Optional.empty()
                        : Optional.of(ours(BEFORE, "another build of it, with everything on", before, EVERYTHING));
            default -> throw new IllegalArgumentException("There is no contestant '" + name + "'.");
        };
    }

    private Recipe ours(String name, String description, Path jar, List<String> settings) {
        var arguments = new ArrayList<>(List.of(
                "--server.port=PORT",
                "--covenant.gateway.admin.port=ADMIN_PORT",
                "--covenant.services.orders=BACKEND_1,BACKEND_2",
                "--covenant.services.inventory=BACKEND_1",
                "--covenant.services.coordinator=BACKEND_1"));
        arguments.addAll(settings);
        return java(name, description, jar, "", arguments);
    }

    private Recipe.Java java(String name, String description, Path jar, String main, List<String> arguments) {
        return new Recipe.Java(name, description, flags, jar, main, arguments);
    }

    private Optional<Recipe> program(String name, Optional<Path> program, List<String> arguments, String configuration)
            throws IOException, InterruptedException {
        if (program.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> environment = peers.environment(program.get());
        String version = Peers.version(program.get(), environment, "-v");
        return Optional.of(new Recipe.Program(name, version, program.get(), environment, arguments, configuration));
    }
}
