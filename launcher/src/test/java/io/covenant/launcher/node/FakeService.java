package io.covenant.launcher.node;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Stands for a service where only its process matters: as a program it answers the readiness probe, or fails to.
public final class FakeService {

    private FakeService() {}

    /// @param arguments port, and the milliseconds before it becomes ready; a negative number makes it end instead
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = Integer.parseInt(arguments[0]);
        Duration delay = Duration.ofMillis(Long.parseLong(arguments[1]));
        System.out.println("fake service on " + port + " says "
                + Optional.ofNullable(System.getenv("GREETING")).orElse("nothing"));
        if (delay.isNegative()) {
            throw new IllegalStateException("no use");
        }
        Thread.sleep(delay);
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/actuator/health/readiness", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    /// How to start it.
    ///
    /// @param mark the argument by which it is found
    public static LaunchPlan plan(String mark, int port, long readyAfterMillis, Path directory) {
        return plan(mark, port, readyAfterMillis, directory, Map.of(), "build 1");
    }

    /// How to start it with an environment and a build of one's choice.
    public static LaunchPlan plan(
            String mark,
            int port,
            long readyAfterMillis,
            Path directory,
            Map<String, String> environment,
            String essence) {
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                mark,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                FakeService.class.getName()));
        command.add(Integer.toString(port));
        command.add(Long.toString(readyAfterMillis));
        return new LaunchPlan(command, environment, directory, essence);
    }
}
