package io.covenant.locks.spring.names;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;

/// The registry in figures: `covenant.registry.*`.
final class RegistryMetrics {

    RegistryMetrics(MeterRegistry meters, ServiceNames names, Optional<Registration> registration) {
        registration.ifPresent(own -> Gauge.builder("covenant.registry.registered", own, RegistryMetrics::registered)
                .description("Whether this instance is registered")
                .register(meters));
        Gauge.builder("covenant.registry.instances", names, ServiceNames::size)
                .description("Registered instances of all services, as far as this one knows")
                .register(meters);
        Gauge.builder("covenant.registry.age", names, RegistryMetrics::age)
                .description("For how long the registry could not be looked at; NaN before it could")
                .baseUnit("seconds")
                .register(meters);
    }

    private static double registered(Registration registration) {
        return registration
                        .registrar()
                        .filter(registrar -> registrar.standing() == Registrar.Standing.REGISTERED)
                        .isPresent()
                ? 1
                : 0;
    }

    private static double age(ServiceNames names) {
        return names.age()
                .map(Duration::toMillis)
                .map(millis -> millis / 1_000.0)
                .orElse(Double.NaN);
    }
}
