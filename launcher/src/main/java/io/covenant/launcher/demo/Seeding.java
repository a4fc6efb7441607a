package io.covenant.launcher.demo;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.Answer;
import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.client.Resolution;
import io.covenant.launcher.client.Write;
import io.covenant.launcher.demo.Catalogue.Article;
import io.covenant.launcher.demo.Catalogue.Customer;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Puts a catalogue in through the public API. Doing so again changes nothing: goods are received once.
public final class Seeding {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Gateway gateway;

    /// A seeding through this gateway.
    public Seeding(Gateway gateway) {
        this.gateway = gateway;
    }

    /// Puts all of it in.
    public void put(Catalogue catalogue) throws InterruptedException {
        for (Article article : catalogue.articles()) {
            put(article);
        }
        for (Customer customer : catalogue.customers()) {
            put(
                    "/api/v1/customers/" + customer.id(),
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("name", customer.name())
                            .put("creditLimit", customer.creditLimit()));
        }
    }

    /// Receives goods once for each key.
    public void receive(String sku, int quantity, String key) throws InterruptedException {
        var goods = JsonNodeFactory.instance.objectNode().put("quantity", quantity);
        Resolution resolution = new Write("/api/v1/stock/" + sku + "/receipts", goods, key).resolve(gateway, PATIENCE);
        require("receive " + quantity + " of " + sku, resolution.answer());
    }

    /// Replaces what is at a path.
    public void put(String path, JsonNode body) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Optional<Answer> answer = sent(path, body);
        while (answer.filter(Answer::isFinal).isEmpty() && System.nanoTime() < end) {
            Thread.sleep(200);
            answer = sent(path, body);
        }
        require("PUT " + path, answer);
    }

    private void put(Article article) throws InterruptedException {
        put(
                "/api/v1/stock/" + article.sku(),
                JsonNodeFactory.instance
                        .objectNode()
                        .put("name", article.name())
                        .put("price", article.price()));
        receive(article.sku(), article.quantity(), "catalogue:" + article.sku());
    }

    private Optional<Answer> sent(String path, JsonNode body) throws InterruptedException {
        try {
            return Optional.of(gateway.put(path, body));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static void require(String what, Optional<Answer> answer) {
        if (answer.isEmpty()) {
            throw new LauncherFailure("The gateway does not answer: " + what + ".");
        }
        if (answer.get().meaning() != Answer.Meaning.DONE) {
            throw new LauncherFailure("%s: %s".formatted(what, answer.get().problem()));
        }
    }
}
