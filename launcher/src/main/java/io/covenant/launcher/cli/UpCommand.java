package io.covenant.launcher.cli;

import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.demo.Catalogue;
import io.covenant.launcher.demo.Seeding;
import io.covenant.launcher.platform.NodeEvent;
import io.covenant.launcher.platform.Persona;
import io.covenant.launcher.platform.Platform;
import io.covenant.launcher.platform.PlatformHome;
import io.covenant.launcher.platform.Settings;
import io.covenant.launcher.platform.Words;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "up",
        description = "Starts what is not running yet, and waits until all of it is healthy.",
        footer = "Twice does no harm. Size and ports are remembered until they are chosen anew.")
final class UpCommand implements Callable<Integer> {

    private final Context context;

    @ArgGroup
    @Nullable
    Size size;

    @Option(
            names = "--deadline",
            paramLabel = "SECONDS",
            defaultValue = "90",
            description = "How long one node may take (default: ${DEFAULT-VALUE}).")
    int deadlineSeconds;

    /// Chosen, or as before.
    static final class Size {

        @Option(
                names = "--small",
                description = "One node of each service, and one lock node, which is a group of its own.")
        boolean small;

        @Option(names = "--full", description = "Two nodes of each service and three lock nodes, as at first.")
        boolean full;
    }

    @Mixin
    PortOptions ports = new PortOptions();

    UpCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        long began = System.nanoTime();
        Console console = context.console();
        Platform platform = chosen();
        JavaRuntime java = JavaRuntime.current();
        console.say("Java %s in %s".formatted(java.version(), java.home()));
        if (size == null && platform.settings().small()) {
            console.say("One node of each service, as chosen before; --full makes it two.");
        }
        Map<String, NodeEvent.Failed> failures;
        try (var progress = console.progress(platform.names())) {
            failures = platform.up(Duration.ofSeconds(deadlineSeconds), progress);
        }
        if (!failures.isEmpty()) {
            Failures.tell(console, platform, failures);
            return 1;
        }
        console.say("All %d nodes are healthy after %s."
                .formatted(platform.names().size(), Words.seconds(Duration.ofNanos(System.nanoTime() - began))));
        seed(platform);
        platform.trainInBackground();
        welcome(console, platform.gateway());
        return 0;
    }

    /// Only once: what somebody changed since is theirs.
    private void seed(Platform platform) throws InterruptedException, IOException {
        Path done = platform.home().seeded();
        if (Files.exists(done)) {
            return;
        }
        Catalogue catalogue = Catalogue.standard();
        try (var gateway = new Gateway(platform.gateway(), Duration.ofSeconds(10), platform.token(Persona.CLERK))) {
            new Seeding(gateway).put(catalogue);
        }
        Files.writeString(done, "The catalogue has been put in.\n");
        context.console()
                .say("%d articles and %d customers have been put in."
                        .formatted(
                                catalogue.articles().size(),
                                catalogue.customers().size()));
    }

    private static void welcome(Console console, URI gateway) {
        console.say("");
        console.say("The door is %s. Place an order:".formatted(gateway));
        console.say("  ./covenant order");
        console.say("  TOKEN=$(./covenant token --role shopper --customer alice)");
        console.say(
                "  curl -s %s/api/v1/orders -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\"
                        .formatted(gateway));
        console.say(
                "    -H 'Idempotency-Key: first' -d '{\"customer\": \"alice\", \"lines\": [{\"sku\": \"espresso-cup\", \"quantity\": 2}]}'");
    }

    Platform chosen() {
        PlatformHome home = context.home().get();
        Settings remembered = Platform.in(home).settings();
        boolean small = size == null ? remembered.small() : size.small;
        return Platform.in(
                home,
                new Settings(small, ports.over(remembered.ports(), name -> Optional.ofNullable(System.getenv(name)))));
    }
}
