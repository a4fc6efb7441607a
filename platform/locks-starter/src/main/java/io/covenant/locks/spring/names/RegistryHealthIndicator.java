package io.covenant.locks.spring.names;

import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/// Whether this instance is registered, and how old what it knows of the others is. Old knowledge is still
/// used.
final class RegistryHealthIndicator extends AbstractHealthIndicator {

    private final ServiceNames names;
    private final Optional<Registration> registration;
    private final RegistryProperties properties;

    RegistryHealthIndicator(ServiceNames names, Optional<Registration> registration, RegistryProperties properties) {
        this.names = names;
        this.registration = registration;
        this.properties = properties;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        var age = names.age();
        boolean stale = age.isEmpty() || age.get().compareTo(properties.staleAfter()) > 0;
        var standing = registration.flatMap(Registration::registrar).map(Registrar::standing);
        if (standing.filter(Registrar.Standing.DISPLACED::equals).isPresent()) {
            health.down();
        } else if (stale || standing.filter(Registrar.Standing.AWAY::equals).isPresent()) {
            health.unknown();
        } else {
            health.up();
        }
        health.withDetail("standing", standing.map(Enum::name).orElse("NOT_MEANT_TO"))
                .withDetail("stale", stale)
                .withDetail("ageMillis", age.map(Duration::toMillis).orElse(-1L))
                .withDetail("services", names.services())
                .withDetail("instances", names.size());
    }
}
