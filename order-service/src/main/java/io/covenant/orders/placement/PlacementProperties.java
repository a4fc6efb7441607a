package io.covenant.orders.placement;

import io.covenant.transactions.initiator.CommitProtocol;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// How orders are placed. A request that comes with a deadline of its own shortens `deadline` and `lockWait`.
///
/// @param protocol     how an order is committed across the services, unless its request says so itself
/// @param deadline     a transaction that is undecided after this long aborts
/// @param lockWait     how long an order may wait for earlier ones of its customer, who has a credit limit
/// @param quoteTimeout how long inventory may take to tell prices
/// @param settleAfter  a placement that is still pending after this long is asked after
/// @param settleEvery  how often pending placements are looked for
/// @param retention    how long an answered placement, and thus an idempotency key, is remembered
@Validated
@ConfigurationProperties("covenant.orders.placement")
public record PlacementProperties(
        @NotNull @DefaultValue("two-phase") CommitProtocol protocol,

        @NotNull @DurationMin(millis = 100) @DefaultValue("3s")
        Duration deadline,

        @NotNull @DurationMin @DefaultValue("3s") Duration lockWait,

        @NotNull @DurationMin(millis = 10) @DefaultValue("1s")
        Duration quoteTimeout,

        @NotNull @DurationMin(millis = 100) @DefaultValue("2s")
        Duration settleAfter,

        @NotNull @DurationMin(millis = 100) @DefaultValue("1s")
        Duration settleEvery,

        @NotNull @DurationMin(minutes = 1) @DefaultValue("7d")
        Duration retention) {}
