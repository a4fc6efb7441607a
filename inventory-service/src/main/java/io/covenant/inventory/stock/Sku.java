package io.covenant.inventory.stock;

/// How an item is called.
public final class Sku {

    public static final String PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,39}";

    public static final String RULE =
            "must be 1 to 40 letters, digits, '.', '_' or '-', and begin with one of the first two";

    private Sku() {}
}
