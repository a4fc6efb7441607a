package io.covenant.launcher.cli;

import io.covenant.launcher.client.Answer;
import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.client.OrderRequest;
import io.covenant.launcher.client.Placed;
import io.covenant.launcher.client.Resolution;
import io.covenant.launcher.platform.Persona;
import io.covenant.launcher.platform.Platform;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(name = "order", description = "Places an order through the gateway and shows how its transaction went.")
final class OrderCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Context context;

    @Option(names = "--sku", defaultValue = "espresso-beans-1kg", description = "What (default: ${DEFAULT-VALUE}).")
    String sku = "";

    @Option(names = "--quantity", defaultValue = "1", description = "How many (default: ${DEFAULT-VALUE}).")
    int quantity;

    @Option(names = "--customer", defaultValue = "alice", description = "For whom (default: ${DEFAULT-VALUE}).")
    String customer = "";

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            description = "How it is committed, as two-phase; as the order service is configured when absent.")
    @Nullable
    String protocol;

    OrderCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        Platform platform = context.openPlatform();
        var request = new OrderRequest(customer, List.of(new OrderRequest.Line(sku, quantity)));
        try (var gateway = new Gateway(platform.gateway(), Duration.ofSeconds(10), platform.token(Persona.CLERK))) {
            Resolution resolution =
                    request.placing(UUID.randomUUID().toString(), protocol).resolve(gateway, PATIENCE);
            return switch (Placed.of(resolution)) {
                case Placed.Confirmed(JsonNode order) -> confirmed(order, gateway);
                case Placed.Refused refused -> refused(refused, gateway);
                case Placed.Unknown(String why) -> unknown(why, resolution);
            };
        }
    }

    private int confirmed(JsonNode order, Gateway gateway) throws IOException, InterruptedException {
        Console console = context.console();
        console.say(
                "Order %s of %s is %s.".formatted(text(order, "id"), text(order, "customer"), text(order, "state")));
        var table = new Table("  quantity", "article", "unit price");
        for (JsonNode line : order.path("lines")) {
            table.row(
                    "  " + text(line, "quantity"),
                    text(line, "name") + " (" + text(line, "sku") + ")",
                    money(line, "unitPrice"));
        }
        table.row("  total", "", money(order, "total"));
        table.lines().forEach(console::say);
        timeline(text(order, "transaction"), gateway);
        return 0;
    }

    private int refused(Placed.Refused refused, Gateway gateway) throws IOException, InterruptedException {
        context.console().err().printf("No order: %s%n", refused.why());
        if (refused.transaction().isPresent()) {
            timeline(refused.transaction().get(), gateway);
        }
        return 1;
    }

    private int unknown(String why, Resolution resolution) {
        context.console()
                .err()
                .printf(
                        "Whether there is an order is not known yet: %s, after %d requests.%n",
                        why, resolution.requests());
        resolution
                .answer()
                .flatMap(Answer::location)
                .ifPresent(location -> context.console().err().println("It can be asked at " + location));
        context.console().err().println("'./covenant status' tells what is running.");
        return 1;
    }

    private void timeline(String transaction, Gateway gateway) throws IOException, InterruptedException {
        Console console = context.console();
        Optional<JsonNode> resource = finished(transaction, gateway);
        if (resource.isEmpty()) {
            console.say("Its transaction %s cannot be read at the moment.".formatted(transaction));
            return;
        }
        console.say("");
        TransactionText.lines(resource.get()).forEach(console::say);
    }

    /// The coordinator writes down how phase two went a moment after it has answered.
    private static Optional<JsonNode> finished(String transaction, Gateway gateway)
            throws IOException, InterruptedException {
        Optional<JsonNode> latest = Optional.empty();
        for (int attempt = 0; attempt < 10; attempt++) {
            Answer answer = gateway.get("/api/v1/transactions/" + transaction);
            if (answer.meaning() == Answer.Meaning.DONE) {
                latest = Optional.of(answer.body());
                if (answer.body().hasNonNull("finishedAt")) {
                    return latest;
                }
            }
            Thread.sleep(100);
        }
        return latest;
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("?");
    }

    private static String money(JsonNode node, String field) {
        return node.path(field).isNumber()
                ? "%s EUR".formatted(node.path(field).decimalValue().setScale(2))
                : "?";
    }
}
