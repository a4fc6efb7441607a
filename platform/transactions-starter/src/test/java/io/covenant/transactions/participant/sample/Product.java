package io.covenant.transactions.participant.sample;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;

@Entity
public class Product {

    @Id
    private String sku;

    private int onHand;

    @Version
    private int version;

    @SuppressWarnings("NullAway.Init") // for Hibernate
    protected Product() {}

    public Product(String sku, int onHand) {
        this.sku = sku;
        this.onHand = onHand;
    }

    public String sku() {
        return sku;
    }

    public int onHand() {
        return onHand;
    }

    public int version() {
        return version;
    }

    public void take(int quantity) {
        onHand -= quantity;
    }
}
