package io.covenant.orders.customer;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who orders, and for how much at most. For reading: [Customers] changes it, one statement each.
@Entity
@Table(name = "customer")
public class Customer {

    public static final String ID_PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,39}";

    public static final String ID_RULE =
            "must be 1 to 40 letters, digits, '.', '_' or '-', and begin with one of the first two";

    /// No customer can owe more, limit or not.
    public static final BigDecimal MOST_OPEN = new BigDecimal("9999999999.99");

    @Id
    private String id;

    private String name;

    private @Nullable BigDecimal creditLimit;

    private BigDecimal openAmount;

    @SuppressWarnings("NullAway.Init") // filled by Hibernate
    protected Customer() {}

    public String id() {
        return id;
    }

    public String name() {
        return name;
    }

    /// What the orders may sum up to; empty when that does not matter.
    public Optional<BigDecimal> creditLimit() {
        return Optional.ofNullable(creditLimit);
    }

    /// What the confirmed orders sum up to, and those that are held for transactions. More than the limit only
    /// when that was lowered since.
    public BigDecimal openAmount() {
        return openAmount;
    }
}
