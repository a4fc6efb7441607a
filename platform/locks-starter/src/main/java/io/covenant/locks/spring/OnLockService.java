package io.covenant.locks.spring;

import java.net.URI;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/// Whether the application has, or must have, a lock service.
final class OnLockService extends SpringBootCondition {

    static List<URI> nodes(Environment environment) {
        return Binder.get(environment)
                .bind("covenant.services.locks", Bindable.listOf(URI.class))
                .orElse(List.of());
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        var environment = context.getEnvironment();
        var message = ConditionMessage.forCondition("lock service");
        if (!environment.getProperty("covenant.locks.client.enabled", Boolean.class, true)) {
            return ConditionOutcome.noMatch(message.because("covenant.locks.client.enabled is false"));
        }
        if (!environment.getProperty("covenant.locks.client.required", Boolean.class, true)
                && nodes(environment).isEmpty()) {
            return ConditionOutcome.noMatch(message.because("covenant.services.locks names no node"));
        }
        return ConditionOutcome.match(message.because("there is one"));
    }
}
