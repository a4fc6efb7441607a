package io.covenant.inventory.stock;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// How stock is taken.
///
/// @param lockWait how long a count may wait for others of the same item
@Validated
@ConfigurationProperties("covenant.inventory.counts")
public record CountProperties(
        @NotNull @DurationMin @DefaultValue("5s") Duration lockWait) {}
