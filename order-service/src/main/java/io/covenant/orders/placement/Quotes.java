package io.covenant.orders.placement;

import io.covenant.web.services.ServiceAnswer.Answered;
import io.covenant.web.services.ServiceAnswer.NotSent;
import io.covenant.web.services.ServiceAnswer.Unanswered;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceRequest;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Asks inventory what items are called and cost, for all lines of an order at once.
@Component
class Quotes {

    private static final Logger log = LoggerFactory.getLogger(Quotes.class);

    private final ServiceClient services;
    private final PlacementProperties properties;

    Quotes(ServiceClient services, PlacementProperties properties) {
        this.services = services;
        this.properties = properties;
    }

    /// @param price for one piece
    record Quote(String sku, String name, BigDecimal price) {}

    sealed interface QuoteAnswer {

        /// The items that exist, by SKU.
        record Quoted(Map<String, Quote> quotes) implements QuoteAnswer {}

        /// Inventory did not tell. Asking has changed nothing.
        record Unavailable() implements QuoteAnswer {}
    }

    /// What inventory's pages look like, as far as we care.
    private record StockPage(List<Quote> items) {}

    QuoteAnswer of(Collection<String> skus) {
        var query = skus.stream().map(sku -> "sku=" + sku).collect(Collectors.joining("&"));
        var request = ServiceRequest.get("/api/v1/stock?" + query).within(properties.quoteTimeout());
        return switch (services.call("inventory", request)) {
            case Answered answered
            when answered.successful() ->
                new QuoteAnswer.Quoted(answered.body().as(StockPage.class).items().stream()
                        .collect(Collectors.toMap(Quote::sku, Function.identity())));
            case Answered answered -> unavailable(answered.instance() + " answered " + answered.status());
            case NotSent notSent -> unavailable(notSent.reason());
            case Unanswered unanswered -> unavailable(unanswered.reason());
        };
    }

    private static QuoteAnswer unavailable(String reason) {
        log.warn("inventory tells no prices: {}", reason);
        return new QuoteAnswer.Unavailable();
    }
}
