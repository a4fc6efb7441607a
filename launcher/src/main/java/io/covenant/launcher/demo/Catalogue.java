package io.covenant.launcher.demo;

import io.covenant.launcher.client.Gateway;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;

/// What the shop begins with.
///
/// @param articles what is on the shelves
/// @param customers who may buy it
public record Catalogue(List<Article> articles, List<Customer> customers) {

    /// An article and how much of it there is.
    public record Article(String sku, String name, BigDecimal price, int quantity) {}

    /// A customer and how much they may owe.
    public record Customer(String id, String name, BigDecimal creditLimit) {}

    public Catalogue {
        articles = List.copyOf(articles);
        customers = List.copyOf(customers);
    }

    /// The one that comes with the launcher.
    public static Catalogue standard() {
        try (InputStream in = Objects.requireNonNull(Catalogue.class.getResourceAsStream("catalogue.json"))) {
            return Gateway.JSON.readValue(in, Catalogue.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
