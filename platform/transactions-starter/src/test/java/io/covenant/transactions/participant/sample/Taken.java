package io.covenant.transactions.participant.sample;

public record Taken(String sku, int quantity) {}
