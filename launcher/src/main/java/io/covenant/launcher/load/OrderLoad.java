package io.covenant.launcher.load;

import io.covenant.launcher.LauncherFailure;
import io.covenant.launcher.client.Answer;
import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.client.OrderRequest;
import io.covenant.launcher.client.Placed;
import io.covenant.launcher.client.Resolution;
import io.covenant.launcher.client.Write;
import io.covenant.launcher.demo.Seeding;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Places random orders through the gateway, cancels some, repeats what was not answered, and holds all answers against
/// each other: an answer once given must stay true.
public final class OrderLoad {

    private static final int REPLAY_PERCENT = 5;
    private static final int PIECES_PER_ORDER = 12;
    private static final int CUSTOMERS = 8;
    private static final BigDecimal RICH = new BigDecimal("9000000000.00");

    private final Gateway gateway;
    private final AcknowledgedOrders acknowledged;
    private final LoadPlan plan;
    private final Tally tally = new Tally();
    private final Map<String, String> told = new ConcurrentHashMap<>();

    /// A load through this gateway.
    ///
    /// @param acknowledged where to write down what was acknowledged
    public OrderLoad(Gateway gateway, AcknowledgedOrders acknowledged, LoadPlan plan) {
        this.gateway = gateway;
        this.acknowledged = acknowledged;
        this.plan = plan;
    }

    /// Places the orders and tells once a second how far it is.
    public LoadReport run(Consumer<String> progress) throws InterruptedException {
        List<String> customers = customers();
        List<String> skus = fillShelves();
        long began = System.nanoTime();
        var left = new AtomicInteger(plan.orders());
        var random = new SplittableRandom(plan.seed());
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int worker = 0; worker < plan.concurrency(); worker++) {
                var shopper = new Shopper(customers, skus, random.split());
                workers.execute(
                        () -> shop(shopper, left, began + plan.duration().toNanos()));
            }
            Thread ticker = Thread.ofVirtual().start(() -> tell(progress));
            workers.shutdown();
            while (!workers.awaitTermination(1, TimeUnit.HOURS)) {
                // It ends when the workers do.
            }
            ticker.interrupt();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        checkAll();
        return tally.report(took);
    }

    private void shop(Shopper shopper, AtomicInteger left, long end) {
        try {
            while (left.getAndDecrement() > 0 && System.nanoTime() < end) {
                place(shopper);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void place(Shopper shopper) throws InterruptedException {
        Shopper.Wish wish = shopper.next();
        Write placing = wish.request().placing(UUID.randomUUID().toString(), shopper.protocol(plan.protocols()));
        tally.placed();
        Resolution resolution = resolve(placing);
        switch (Placed.of(resolution)) {
            case Placed.Confirmed(JsonNode order) -> {
                tally.confirmed();
                String id = order.path("id").asString("");
                acknowledge(id, "CONFIRMED");
                checkContent(wish, order);
                if (resolution.requests() > 1 || shopper.chance(REPLAY_PERCENT)) {
                    replay(placing, id);
                }
                if (shopper.chance(plan.cancelPercent())) {
                    cancel(id, placing.protocol());
                }
            }
            case Placed.Refused refused -> {
                tally.refused(refused.code());
                checkRefusal(wish, refused, resolution);
            }
            case Placed.Unknown _ -> {
                // Counted as unresolved.
            }
        }
    }

    private Resolution resolve(Write write) throws InterruptedException {
        long began = System.nanoTime();
        Resolution resolution = write.resolve(gateway, plan.patience());
        tally.sent(resolution, System.nanoTime() - began);
        return resolution;
    }

    private void cancel(String id, @Nullable String protocol) throws InterruptedException {
        var write = new Write(
                "/api/v1/orders/" + id + "/cancel", null, UUID.randomUUID().toString(), protocol);
        Resolution resolution = resolve(write);
        if (!resolution.isKnown()) {
            told.put(id, "CONFIRMED or CANCELLED");
            return;
        }
        String state = resolution
                .answer()
                .map(Answer::body)
                .orElseThrow()
                .path("state")
                .asString("");
        if (state.equals("CANCELLED")) {
            tally.cancelled();
            acknowledge(id, "CANCELLED");
        } else {
            tally.wrong("cancelling order %s, which was confirmed: %s"
                    .formatted(id, resolution.answer().orElseThrow().problem()));
        }
    }

    /// The same key must lead to the same order.
    private void replay(Write placing, String id) throws InterruptedException {
        Resolution again = placing.resolve(gateway, plan.patience());
        switch (Placed.of(again)) {
            case Placed.Confirmed(JsonNode order) -> {
                tally.replayed();
                if (!order.path("id").asString("").equals(id)) {
                    tally.wrong("key %s: order %s at first, %s the second time"
                            .formatted(placing.key(), id, order.path("id").asString("none")));
                }
            }
            case Placed.Refused refused ->
                tally.wrong("key %s: order %s at first, refused the second time: %s"
                        .formatted(placing.key(), id, refused.why()));
            case Placed.Unknown _ -> {
                // Not an answer.
            }
        }
    }

    private void checkContent(Shopper.Wish wish, JsonNode order) {
        Map<String, Integer> wanted = wish.request().lines().stream()
                .collect(Collectors.toMap(OrderRequest.Line::sku, OrderRequest.Line::quantity));
        Map<String, Integer> got = StreamSupport.stream(order.path("lines").spliterator(), false)
                .collect(Collectors.toMap(
                        line -> line.path("sku").asString(""),
                        line -> line.path("quantity").asInt(0)));
        boolean same = got.equals(wanted)
                && order.path("customer").asString("").equals(wish.request().customer());
        if (wish.hopeless() || !same) {
            tally.wrong("asked for %s, got %s".formatted(wish.request(), order));
        }
    }

    /// A well-formed order can be refused because something ran out or did not come in time, never as faulty.
    private void checkRefusal(Shopper.Wish wish, Placed.Refused refused, Resolution resolution) {
        int status = resolution.answer().map(Answer::status).orElse(0);
        boolean faulty = status >= 400 && status != 409;
        if (!wish.hopeless() && faulty) {
            tally.wrong("asked for %s, refused as faulty: %s".formatted(wish.request(), refused.why()));
        }
    }

    private void acknowledge(String id, String state) {
        told.put(id, state);
        acknowledged.add(id, state);
    }

    /// What was acknowledged must be there, as it was said to be.
    private void checkAll() throws InterruptedException {
        for (Map.Entry<String, String> order : told.entrySet()) {
            Optional<Answer> answer = ask("/api/v1/orders/" + order.getKey());
            if (answer.isEmpty()) {
                tally.wrong("order %s cannot be read any more".formatted(order.getKey()));
                continue;
            }
            String state = answer.get().body().path("state").asString("");
            if (state.isEmpty() || !order.getValue().contains(state)) {
                tally.wrong("order %s was said to be %s and is %s"
                        .formatted(
                                order.getKey(),
                                order.getValue(),
                                state.isEmpty() ? answer.get().problem() : state));
            }
        }
    }

    private Optional<Answer> ask(String path) throws InterruptedException {
        long end = System.nanoTime() + plan.patience().toNanos();
        while (System.nanoTime() < end) {
            try {
                Answer answer = gateway.get(path);
                if (answer.isFinal()) {
                    return Optional.of(answer);
                }
            } catch (IOException _) {
                // Asked again.
            }
            Thread.sleep(200);
        }
        return Optional.empty();
    }

    private List<String> customers() throws InterruptedException {
        var seeding = new Seeding(gateway);
        List<String> customers = IntStream.rangeClosed(1, CUSTOMERS)
                .mapToObj(number -> "load-" + number)
                .toList();
        for (String customer : customers) {
            seeding.put(
                    "/api/v1/customers/" + customer,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("name", "Customer of the load, number " + customer)
                            .put("creditLimit", RICH));
        }
        return customers;
    }

    /// Sees to it that no article runs out.
    private List<String> fillShelves() throws InterruptedException {
        Answer stock = ask("/api/v1/stock?limit=100")
                .filter(answer -> answer.meaning() == Answer.Meaning.DONE)
                .orElseThrow(() -> new LauncherFailure("The gateway does not tell what is on stock."));
        int enough = Math.min(900_000, PIECES_PER_ORDER * Math.max(1000, plan.orders()));
        var seeding = new Seeding(gateway);
        var skus = new ArrayList<String>();
        for (JsonNode item : stock.body().path("items")) {
            String sku = item.path("sku").asString("");
            long onHand = item.path("onHand").asLong(0);
            if (onHand < enough) {
                seeding.receive(sku, (int) (enough - onHand), "load:" + UUID.randomUUID());
            }
            skus.add(sku);
        }
        if (skus.isEmpty()) {
            throw new LauncherFailure("There is nothing on the shelves to order; './covenant up' puts a catalogue in.");
        }
        return skus;
    }

    private void tell(Consumer<String> progress) {
        try {
            while (true) {
                Thread.sleep(1000);
                progress.accept(tally.line());
            }
        } catch (InterruptedException _) {
            // The load is over.
        }
    }
}
