package io.covenant.locks.spring.names;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// How this application registers with the lock service, and how it follows those that do.
///
/// @param enabled    false leaves the registry out
/// @param register   whether it registers itself; false only follows others
/// @param service    what it is called in contracts; `spring.application.name` when absent
/// @param instance   what it is called among its equals; `covenant.node` when absent
/// @param address    where others reach it; host and port of its server when absent
/// @param weight     its share of the calls beside the others' weights; 0 for none
/// @param zone       where it runs
/// @param refresh    how often everything is looked at, changes having been told by the watch before
/// @param staleAfter when nothing could be looked at for so long, health says so
/// @param emptyGrace how long the last instances of a service are kept when the registry has none of it
/// @param linger     how long it goes on to serve after it has left the registry, when it stops
@Validated
@ConfigurationProperties("covenant.registry")
public record RegistryProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("true") boolean register,
        @Nullable String service,
        @Nullable String instance,
        @Nullable URI address,

        @DefaultValue("" + USUAL_WEIGHT) @Min(0) @Max(ServiceRecord.MOST_WEIGHT)
        int weight,

        @DefaultValue("") @NotNull @Size(max = 100) String zone,

        @DefaultValue("10s") @NotNull @DurationMin(millis = 100)
        Duration refresh,

        @DefaultValue("30s") @NotNull @DurationMin(millis = 100)
        Duration staleAfter,

        @DefaultValue("30s") @NotNull @DurationMin Duration emptyGrace,

        @DefaultValue("0s") @NotNull @DurationMin @DurationMax(seconds = 30)
        Duration linger) {

    static final int USUAL_WEIGHT = 100;
}
