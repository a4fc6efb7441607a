package io.covenant.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.client.Credentials;
import io.covenant.launcher.client.FakeGateway;
import io.covenant.launcher.client.FakeGateway.Reply;
import io.covenant.launcher.client.Gateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogueTests {

    @Test
    void holdsTheArticleAndTheCustomerThatTheDocumentationOrders() {
        Catalogue catalogue = Catalogue.standard();

        assertThat(catalogue.articles())
                .hasSize(8)
                .extracting(Catalogue.Article::sku)
                .contains("espresso-beans-1kg", "espresso-cup");
        assertThat(catalogue.customers())
                .hasSize(5)
                .extracting(Catalogue.Customer::id)
                .contains("alice");
    }

    @Test
    void isPutInByRequestsThatCanBeRepeated() throws InterruptedException {
        List<String> keys = Collections.synchronizedList(new ArrayList<>());
        try (var fake = new FakeGateway(request -> {
                    request.key().ifPresent(keys::add);
                    return Reply.of(201, "{}");
                });
                var gateway = new Gateway(fake.uri(), Duration.ofSeconds(5), Credentials.NONE)) {
            var seeding = new Seeding(gateway);
            seeding.put(Catalogue.standard());
            seeding.put(Catalogue.standard());
        }
        assertThat(keys).hasSize(16);
        assertThat(new HashSet<>(keys)).hasSize(8);
    }
}
