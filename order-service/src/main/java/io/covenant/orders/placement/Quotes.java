package io.covenant.orders.placement;

import io.covenant.web.services.ServiceAnswer.Answered;
import io.covenant.web.services.ServiceAnswer.NotSent;
import io.covenant.web.services.ServiceAnswer.Unanswered;
import io.covenant.web.services.ServiceClient;
import io.covenant.web.services.ServiceRequest;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;

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
    record Quote(String sku, String name, BigDecimal price) {

        Quote {
            if (sku == null || name == null || price == null || price.signum() <= 0) {
                throw new IllegalArgumentException("an item without a SKU, a name or a price");
            }
        }
    }

    sealed interface QuoteAnswer {

        /// The items that exist, by SKU.
        record Quoted(Map<String, Quote> quotes) implements QuoteAnswer {}

        /// Inventory did not tell. Asking has changed nothing.
        record Unavailable() implements QuoteAnswer {}
    }

    /// What inventory's pages look like, as far as we care.
    record StockPage(List<Quote> items) {

        StockPage {
            items = List.copyOf(items);
        }
    }

    QuoteAnswer of(Collection<String> skus) {
        var query = skus.stream().map(sku -> "sku=" + sku).collect(Collectors.joining("&"));
        var request = ServiceRequest.get("/api/v1/stock?" + query).within(properties.quoteTimeout());
        return switch (services.call("inventory", request)) {
            case Answered answered when answered.successful() -> read(answered, skus);
            case Answered answered -> unavailable(answered.instance() + " answered " + answered.status());
            case NotSent notSent -> unavailable(notSent.reason());
            case Unanswered unanswered -> unavailable(unanswered.reason());
        };
    }

    /// What cannot be meant is not believed, see [Quote]; nor is another item than was asked for, or one twice.
    private static QuoteAnswer read(Answered answered, Collection<String> skus) {
        var quotes = new HashMap<String, Quote>();
        try {
            var page = answered.body().as(StockPage.class);
            if (page == null) {
                return unavailable(answered.instance() + " told nothing");
            }
            for (var quote : page.items()) {
                if (!skus.contains(quote.sku()) || quotes.put(quote.sku(), quote) != null) {
                    return unavailable("%s told of %s, unasked or twice".formatted(answered.instance(), quote.sku()));
                }
            }
        } catch (JacksonException e) {
            return unavailable(answered.instance() + " told something else: " + e.getOriginalMessage());
        }
        return new QuoteAnswer.Quoted(quotes);
    }

    private static QuoteAnswer unavailable(String reason) {
        log.warn("inventory tells no prices: {}", reason);
        return new QuoteAnswer.Unavailable();
    }
}
