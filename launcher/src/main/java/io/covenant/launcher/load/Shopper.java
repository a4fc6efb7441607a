package io.covenant.launcher.load;

import io.covenant.launcher.client.OrderRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Makes up orders, and with each the knowledge whether it may be confirmed.
final class Shopper {

    private static final int MOST_LINES = 3;
    private static final int MOST_PIECES = 3;
    private static final int HOPELESS_PERCENT = 4;
    private static final int MORE_THAN_THERE_IS = 1_000_000;

    /// An order that somebody made up.
    ///
    /// @param request what to send
    /// @param hopeless whether it has to be refused
    record Wish(OrderRequest request, boolean hopeless) {}

    private final List<String> customers;
    private final List<String> skus;
    private final RandomGenerator random;

    Shopper(List<String> customers, List<String> skus, RandomGenerator random) {
        this.customers = customers;
        this.skus = new ArrayList<>(skus);
        this.random = random;
    }

    Wish next() {
        if (random.nextInt(100) < HOPELESS_PERCENT) {
            return hopeless();
        }
        Collections.shuffle(skus, random);
        List<OrderRequest.Line> lines = skus.subList(0, 1 + random.nextInt(Math.min(MOST_LINES, skus.size()))).stream()
                .map(sku -> new OrderRequest.Line(sku, 1 + random.nextInt(MOST_PIECES)))
                .toList();
        return new Wish(new OrderRequest(any(customers), lines), false);
    }

    /// One of these; none when there are none.
    @Nullable
    String protocol(List<String> protocols) {
        return protocols.isEmpty() ? null : any(protocols);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private Wish hopeless() {
        OrderRequest request = switch (random.nextInt(3)) {
            case 0 -> order("nobody", any(skus), 1);
            case 1 -> order(any(customers), "no-such-article", 1);
            default -> order(any(customers), any(skus), MORE_THAN_THERE_IS);
        };
        return new Wish(request, true);
    }

    private static OrderRequest order(String customer, String sku, int quantity) {
        return new OrderRequest(customer, List.of(new OrderRequest.Line(sku, quantity)));
    }

    private String any(List<String> list) {
        return list.get(random.nextInt(list.size()));
    }
}
