package io.covenant.locks.spring;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// How this application uses the lock service; its nodes are `covenant.services.locks`.
///
/// @param enabled             false leaves the client out
/// @param required            whether the application cannot do without; false leaves the client out, and says
///                            so, when `covenant.services.locks` names nobody
/// @param ttl                 for so long at most the locks of a crashed instance stay taken
/// @param grace               how long a session in jeopardy is not given up
/// @param patience            with a lock service that does not answer, beside the wait of an acquire
/// @param interruptInJeopardy whether guarded work is interrupted already when it is uncertain that its lock is held
/// @param prefix              before every key of the lock registry
/// @param eager               whether the session is opened at start rather than at the first use
@Validated
@ConfigurationProperties("covenant.locks.client")
public record LocksProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("true") boolean required,

        @DefaultValue("10s") @NotNull @DurationMin(seconds = 1) @DurationMax(minutes = 10)
        Duration ttl,

        @DefaultValue("30s") @NotNull @DurationMin Duration grace,

        @DefaultValue("5s") @NotNull @DurationMin(millis = 1)
        Duration patience,

        @DefaultValue("false") boolean interruptInJeopardy,
        @DefaultValue("registry/") @NotNull String prefix,
        @DefaultValue("true") boolean eager) {}
